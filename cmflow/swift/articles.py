"""What search and reading time want of a page's HTML, found in one pass over it."""

from __future__ import annotations

import re
from math import ceil
from typing import Any

import msgspec
from material.plugins.search.plugin import Element, Parser, Section, void

_UNREAD = frozenset({"object", "script", "style", "svg"})
"""Elements whose text nobody reads, to Material's reading time."""


class Part(msgspec.Struct, array_like=True):
    """A section of a page for the search index; a text is a list of one, or of none."""

    tag: str
    id: str | None
    excluded: bool
    title: list[str]
    text: list[str]

    def section(self) -> Section:
        """Make the section of Material that it was."""
        made = Section(Element(self.tag, {"data-search-exclude": None} if self.excluded else {}), 0)
        made.id, made.title, made.text = self.id, list(self.title), list(self.text)
        return made


class Article(msgspec.Struct, array_like=True):
    """A page's HTML for search and reading time: its sections, words and images."""

    parts: list[Part]
    words: int
    images: int

    def minutes(self, words_per_minute: int) -> int:
        """Return the reading time, as Material counts it.

        Twelve seconds for the first picture, eleven for the next, never less than three.
        """
        seconds = ceil(self.words / words_per_minute * 60)
        seconds += sum(max(12 - at, 3) for at in range(self.images))
        return ceil(seconds / 60)


class _Reader(Parser):  # type: ignore[misc]  # Material is untyped
    """Material's parser for search, that counts words and pictures as it goes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.images = 0
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images += 1
        if tag not in void and tag in _UNREAD:
            self._unread += 1
        super().handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD and self.context and self.context[-1] == tag:
            self._unread -= 1
        super().handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.words.append(data)
        super().handle_data(data)


def read(html: str) -> Article:
    """Read a page's HTML once."""
    reader: Any = _Reader()
    reader.feed(html)
    reader.close()
    parts = [
        Part(s.el.tag, s.id, s.is_excluded(), _joined(s.title), _joined(s.text))
        for s in reader.data
    ]
    return Article(parts, len(re.split(r"\W+", "".join(reader.words))), reader.images)


def _joined(pieces: list[str]) -> list[str]:
    """Join pieces, but keep none as none: Material puts the page's title in its place."""
    return ["".join(pieces)] if pieces else []
