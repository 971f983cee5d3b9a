"""What rendering made of pages: kept from build to build, and asked for by what it was made of."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
from mkdocs.structure.files import Files

from cmflow.larder import Larder, digest, pack
from cmflow.swift.articles import Part
from cmflow.swift.said import Line
from cmflow.swift.sheets import Anchor, Sheet

Look = tuple[str, str | None, str, bool]
"""A path that was looked up among the files: whose it is, with which URL, and whether left out."""


class Facts(msgspec.Struct, array_like=True):
    """All that MkDocs keeps of a rendered page, but for its text; `digest` is that of the text.

    `links` are the anchors it links to, by the path of the page; `looks` what it asked of the other
    files; `words` and `images` are counted as for the reading time.
    """

    digest: bytes
    toc: list[Anchor]
    title: str | None
    anchors: list[str]
    links: list[tuple[str, dict[str, str]]] | None
    said: list[Line]
    looks: list[Look]
    words: int
    images: int
    cut: bool
    """Whether there are sheets."""
    same: bool
    """Whether there is one for all lists."""


class Text(msgspec.Struct, array_like=True):
    """The text of a page, and what search wants of it."""

    content: str
    parts: list[Part]


class Rendered(msgspec.Struct, array_like=True):
    """A rendering on its way home from a worker.

    `lasts` tells whether it may go on into the larder: its key shows all that it was made of. Then
    it is packed already.
    """

    key: bytes
    facts: bytes
    text: bytes
    sheets: bytes
    lasts: bool


_KINDS = ("facts", "text", "sheets")

_FACTS = msgspec.msgpack.Decoder(Facts)
_TEXT = msgspec.msgpack.Decoder(Text)
_SHEETS = msgspec.msgpack.Decoder(list[Sheet])
_encode = msgspec.msgpack.Encoder().encode


def wrap(key: bytes, facts: Facts, text: Text, sheets: list[Sheet], *, lasts: bool) -> Rendered:
    """Write a rendering down; packed, where it may go into the larder."""
    small = pack if lasts else bytes
    parts = (small(_encode(facts)), small(_encode(text)), small(_encode(sheets)))
    return Rendered(key, *parts, lasts)


class Renderings:
    """The renderings of earlier builds and of this one; those that last are in the larder."""

    def __init__(self, larder: Larder | None) -> None:
        self._larder = larder
        self._here: dict[tuple[str, bytes], bytes] = {}
        self._last: tuple[bytes, Text] | None = None

    def find(self, key: bytes, files: Files) -> tuple[bytes, Facts | None]:
        """Return the facts of a kept rendering, with the key of its text.

        Where other files lie at the paths that it looked up, it is another rendering; that has a
        key of its own, which is returned even if nothing is kept there yet.
        """
        facts = self._get(key)
        if facts is None or holds(facts.looks, files):
            return key, facts
        other = digest(key, repr([look(files, path) for path, *_ in facts.looks]))
        facts = self._get(other)
        return other, facts if facts is not None and holds(facts.looks, files) else None

    def put(self, made: Rendered) -> None:
        """Keep a rendering."""
        for kind, data in zip(_KINDS, (made.facts, made.text, made.sheets), strict=True):
            if self._larder is not None and made.lasts:
                self._larder.put(kind, made.key, data, packed=True)
            else:
                self._here[kind, made.key] = data

    def facts(self, key: bytes) -> Facts | None:
        """Return facts, nothing where there are none."""
        data = self._data("facts", key)
        return _FACTS.decode(data) if data else None

    def text(self, key: bytes) -> Text | None:
        """Return a text; nothing where somebody has thrown it away."""
        if self._last is None or self._last[0] != key:
            data = self._data("text", key)
            if data is None:
                return None
            self._last = (key, _TEXT.decode(data))
        return self._last[1]

    def sheets(self, key: bytes) -> list[Sheet]:
        """Return the sheets of a post; none where they cannot be had."""
        data = self._data("sheets", key)
        return _SHEETS.decode(data) if data else []

    def _data(self, kind: str, key: bytes) -> bytes | None:
        here = self._here.get((kind, key))
        if here is not None:
            return here
        return self._larder.get(kind, key) if self._larder else None

    def _get(self, key: bytes) -> Facts | None:
        larder = self._larder
        # All are asked for, so that none is thrown away while the others stay.
        there = larder is not None and all(larder.has(kind, key) for kind in _KINDS)
        return self.facts(key) if there else None


@contextlib.contextmanager
def looking(files: Files) -> Iterator[list[Look]]:
    """Take down which files are looked up by their paths."""
    looks: dict[str, Look] = {}
    plain = files.get_file_from_path

    def get(path: str) -> Any:
        looks[path] = _look(path, found := plain(path))
        return found

    found: list[Look] = []
    vars(files)["get_file_from_path"] = get
    try:
        yield found
    finally:
        del vars(files)["get_file_from_path"]
        found += looks.values()


def holds(looks: list[Look], files: Files) -> bool:
    """Tell whether the same files lie at the paths that a rendering looked up."""
    return all(tuple(former) == look(files, former[0]) for former in looks)


def look(files: Files, path: str) -> Look:
    """Look a path up."""
    return _look(path, files.get_file_from_path(path))


def _look(path: str, file: Any) -> Look:
    if file is None:
        return path, None, "", False
    return path, file.src_uri, file.url, file.inclusion.is_excluded()
