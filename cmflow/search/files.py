"""The files of a search index, made of all pages, or of the last index and what changed since."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from cmflow.search import directory, extracts, hits, shards
from cmflow.search.directory import Directory, Shelf
from cmflow.search.extracts import Extract
from cmflow.search.hits import Hits

PAGES = "pages"
WORDS = "words"

Read = Callable[[str], bytes]
"""Reads a file of the last index; raises `OSError`."""


class Index(msgspec.Struct):
    """A search index: its directory, and the files, by path, that are not in the last one."""

    directory: Directory
    new: dict[str, bytes]

    def paths(self) -> Iterator[str]:
        """Yield the path of every file that the directory names."""
        yield from (place(PAGES, name) for name in self.directory.bundles)
        for shelf in (self.directory.titles, self.directory.text):
            yield from (place(WORDS, name) for name in dict.fromkeys(shelf.files))


def made(pages: Sequence[Extract], separator: str) -> Index:
    """Make the index of all pages."""
    found, cut = Hits(), pattern(separator)
    for first, page in hits.numbered(pages):
        found.add(page, first, cut)
    new: dict[str, bytes] = {}
    titles, text = (_shelf(shards.cut(of), new) for of in (found.titles, found.text))
    bundles = extracts.bundles([extracts.write(page) for page in pages])
    names = [keep(PAGES, extracts.bundle(bundle), new) for bundle in bundles]
    filled = [len(bundle) for bundle in bundles]
    return Index(tabled(pages, names, filled, separator, titles, text), new)


def place(kind: str, name: str) -> str:
    """Return the path of a file in the folder of the index."""
    return f"{kind}/{name}.json"


def whole(read: Read, path: str) -> bytes:
    """Read a file of the last index; raises `OSError` where it is not what its name says."""
    data = read(path)
    if path.rpartition("/")[2] != f"{extracts.name(data)}.json":
        raise OSError(path)
    return data


def pattern(separator: str) -> re.Pattern[str] | None:
    """Return what words are cut at, beside what is no part of a word anyway."""
    return re.compile(separator) if separator else None


def tabled(
    pages: Sequence[Extract],
    bundles: list[str],
    filled: list[int],
    separator: str,
    titles: Shelf,
    text: Shelf,
) -> Directory:
    """Make the directory of an index."""
    return Directory(
        directory.rules(separator),
        sum(len(page.sections) for page in pages),
        bundles,
        filled,
        [hits.slots(page) for page in pages],
        {at: page.boost for at, page in enumerate(pages) if page.boost != 1},
        titles,
        text,
    )


def keep(kind: str, data: bytes, new: dict[str, bytes]) -> str:
    """Put a file to the new ones; returns its name."""
    name = extracts.name(data)
    new[place(kind, name)] = data
    return name


def _shelf(cut: Iterable[shards.Cut], new: dict[str, bytes]) -> Shelf:
    places: list[tuple[str, str, int]] = []
    for beginnings, shard in cut:
        file = keep(WORDS, shards.write(shard), new)
        places += [(beginning, file, weight) for beginning, weight in beginnings.items()]
    return directory.shelf(places)
