"""The search index put where Material's was, with the small file that every page fetches."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from cmflow import frontmatter
from cmflow.search import directory, edit, extracts, files
from cmflow.search.directory import Directory
from cmflow.search.files import Index, Read

FOLDER = "search"
INDEX = "search_index.json"

_PLAIN = r"[\s\-]+"
"""What Material cuts words at unless told otherwise: no part of a word for us either."""

_UNSPACED = frozenset({"hi", "ja", "jp", "kn", "ko", "sa", "ta", "te", "th", "zh"})
"""Languages whose words Material finds by other means than by what stands between them."""

_FIELDS = frozenset(("title", "text", "tags"))


class _Config(msgspec.Struct):
    directory: str


class _Manifest(msgspec.Struct):
    config: _Config


class Keeper(Protocol):
    """Knows which files of the output are still what a build would make; see `swift`."""

    def stands(self, path: str, key: bytes) -> bool:
        """Tell whether a file made of `key` lies at `path` already."""

    def made(self, path: str, key: bytes) -> None:
        """Take note of a file that was just written."""


def suits(config: Mapping[str, Any]) -> bool:
    """Tell whether our search finds what Material's would with these settings of its plugin.

    It does not reduce words to their stems, and finds words by what stands between them.
    """
    try:
        re.compile(config["separator"])
    except re.error:
        return False
    return (
        "stemmer" not in config["pipeline"]
        and _UNSPACED.isdisjoint(config["lang"])
        and _FIELDS.issuperset(config["fields"])
    )


def make(
    entries: Iterable[Mapping[str, Any]], config: Mapping[str, Any], last: Path | None = None
) -> Index:
    """Make the search index of a site.

    `entries` are those of Material's index and `config` its settings (lang, separator, pipeline,
    fields). `last` is the output folder of an earlier build, of which what holds still is taken.
    """
    pages, separator = extracts.of_entries(entries), _separator(config)
    # There may be no last index, or a damaged one.
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        read = _reader(last)
        index = edit.edited(_last(read), read, pages, separator)
        if index is not None:
            return index
    return files.made(pages, separator)


def write(
    index: Callable[[Path | None], Index],
    config: Mapping[str, Any],
    site: Path,
    *,
    last: Path | None = None,
    keeper: Keeper | None = None,
) -> None:
    """Write the search index of a site into its output folder, but what `keeper` knows to be there.

    `index` makes it, of the one in the output folder `last` where there is one.
    """
    try:
        name = _put(index(last), site, _reader(last), keeper)
    except (OSError, msgspec.MsgspecError):  # a file of the last index is damaged
        name = _put(index(None), site, _reader(None), keeper)
    manifest = {"config": {**config, "directory": name, "words": _separator(config)}, "docs": []}
    frontmatter.write(site / FOLDER / INDEX, msgspec.json.encode(manifest))


def is_there(last: Path | None) -> bool:
    """Tell whether an earlier build left an index in its output folder."""
    return last is not None and (last / FOLDER / files.WORDS).is_dir()


def _put(index: Index, site: Path, read: Read, keeper: Keeper | None) -> str:
    """Write the files of an index that are not there; returns the name of its directory."""
    data = directory.write(index.directory)
    name = extracts.name(data)
    index.new[f"{name}.json"] = data
    for kind in (files.PAGES, files.WORDS):
        (site / FOLDER / kind).mkdir(parents=True, exist_ok=True)
    for path in (*index.paths(), f"{name}.json"):
        whole, key = f"{FOLDER}/{path}", path.encode()
        if keeper and keeper.stands(whole, key):
            continue
        data = index.new.get(path) or files.whole(read, path)
        with open(site / whole, "wb") as file:  # noqa: PTH123  # thousands: a Path each costs as much
            file.write(data)
        if keeper:
            keeper.made(whole, key)
    return name


def _separator(config: Mapping[str, Any]) -> str:
    return "" if config["separator"] == _PLAIN else str(config["separator"])


def _reader(last: Path | None) -> Read:
    folder = f"{last / FOLDER}/" if last else ""

    def read(path: str) -> bytes:
        if not folder:
            raise FileNotFoundError(path)
        with open(folder + path, "rb") as file:  # noqa: PTH123  # as above
            return file.read()

    return read


def _last(read: Read) -> Directory:
    """Read the directory of the last index."""
    manifest = msgspec.json.decode(read(INDEX), type=_Manifest)
    return directory.read(files.whole(read, f"{manifest.config.directory}.json"))
