"""What search and reading time want of a page's HTML, found in one pass over it.

Material parses each page's HTML for the search index, and a post's once more for its reading time,
with Python's `html.parser`. What Python-Markdown writes is plainer than what that understands: one
expression cuts it into tags and texts. Anything else goes through Material's own parser.
"""

from __future__ import annotations

import re
from html import escape, unescape
from math import ceil, inf
from typing import Any

import msgspec
from material.plugins.search.plugin import Element, Parser, Section, void

_UNREAD = frozenset({"object", "script", "style", "svg"})
"""Elements whose text nobody reads, to Material's reading time."""

_ODD = frozenset(
    {
        "script", "style", "textarea", "title", "iframe", "noembed", "noframes", "noscript",
        "plaintext", "xmp", "object",
    }
)  # fmt: skip
"""Elements in which `html.parser` of one Python or another sees no tags, or search no text."""

_VOID = frozenset(void)
_KEPT = frozenset(["p", "code", "pre", "li", "ol", "ul", "sub", "sup"])
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_TOKEN = re.compile(
    r"<(?:!--(?![>-])[^-]*(?:-[^-]+)*--"
    r'|(/?)([a-z][a-z0-9-]*)((?:[ \t\n\r\f]+[a-zA-Z_:][-a-zA-Z0-9_:.]*(?:="[^"]*")?)*)'
    r"[ \t\n\r\f]*(/?))>"
)
_TELLING = re.compile("&|-exclude|linenodiv|headerlink", re.IGNORECASE)
_NOTHING: dict[str, str | None] = {}
_ATTRIBUTE = re.compile(r'([a-zA-Z_:][-a-zA-Z0-9_:.]*)(?:="([^"]*)")?')


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


def minutes(words: int, images: int, words_per_minute: int) -> int:
    """Return the reading time, as Material counts it.

    Twelve seconds for the first picture, eleven for the next, never less than three.
    """
    seconds = ceil(words / words_per_minute * 60)
    seconds += sum(max(12 - at, 3) for at in range(images))
    return ceil(seconds / 60)


def read(html: str) -> Article:
    """Read a page's HTML once."""
    return _read_plain(html) or _read_any(html)


def _read_any(html: str) -> Article:
    """Read any HTML, with Material's parser."""
    reader: Any = _Reader()
    reader.feed(html)
    reader.close()
    parts = [
        Part(s.el.tag, s.id, s.is_excluded(), _joined(s.title), _joined(s.text))
        for s in reader.data
    ]
    return Article(parts, _count(reader.words), reader.images)


def _read_plain(html: str) -> Article | None:
    """Read HTML as Python-Markdown writes it; nothing where there is more in it."""
    reader = _Plain()
    pieces = iter(_TOKEN.split(html))
    first = next(pieces)
    if "<" in first:
        return None
    if first:
        reader.text(first)
    for closing, tag, attributes, empty, text in zip(*[pieces] * 5, strict=True):
        if "<" in text or tag in _ODD or (closing and (attributes or empty)):
            return None
        if closing:
            reader.close(tag)
        elif tag:
            reader.open(tag, attributes)
            if empty:
                reader.close(tag)
        if text:
            reader.text(text)
    parts = [
        Part(s.tag, s.id, s.excluded, _joined(s.title), _joined(s.text)) for s in reader.sections
    ]
    return Article(parts, _count(reader.words), reader.images)


class _Section:
    """A section as it grows; `depth` is how deep its heading stands."""

    __slots__ = ("depth", "excluded", "id", "tag", "text", "title")

    def __init__(self, tag: str, depth: float, *, excluded: bool = False) -> None:
        self.tag = tag
        self.depth = depth
        self.excluded = excluded
        self.id: str | None = None
        self.title: list[str] = []
        self.text: list[str] = []


class _Plain:
    """Does what Material's parsers do, to elements told by their names.

    (So do they: to Material, elements of one name are equal.)
    """

    def __init__(self) -> None:
        self.sections: list[_Section] = []
        self.words: list[str] = []
        self.images = 0
        self._section: _Section | None = None
        self._open: list[str] = []
        self._skipped: set[str] = set()
        self._unread = 0
        self._pre = 0
        self._permalinks: list[int] = []

    def open(self, tag: str, attributes: str) -> None:
        """Begin an element."""
        if tag in _VOID:
            self.images += tag == "img"
            return
        self._unread += tag in _UNREAD
        self._pre += tag == "pre"
        self._open.append(tag)
        heading = tag in _HEADINGS
        found = _found(attributes) if attributes and (heading or _told(attributes)) else _NOTHING
        excluded = "data-search-exclude" in found
        if heading and "id" in found:
            self._head(tag, found["id"], excluded=excluded)
        section = self._section or self._begun()
        if tag == "a" and found.get("class") == "headerlink":
            self._permalinks.append(len(self._open))
        if excluded or found.get("class") == "linenodiv":
            self._skipped.add(tag)
        elif tag in _KEPT and not self._is_skipped():
            self._target(section).append(f"<{tag}>")

    def close(self, tag: str) -> None:
        """End an element, if it is the one that was begun last."""
        if not self._open or self._open[-1] != tag:
            return
        self._unread -= tag in _UNREAD
        self._pre -= tag == "pre"
        section = self._left()
        if self._permalinks and self._permalinks[-1] == len(self._open):
            self._permalinks.pop()
        self._open.pop()
        if tag in self._skipped:
            self._skipped.remove(tag)
        elif tag in _KEPT and not self._is_skipped():
            _shut(self._target(section), tag)

    def text(self, text: str) -> None:
        """Take a text that is not empty."""
        special = "&" in text or ">" in text
        if special:
            text = unescape(text)
        if not self._unread:
            self.words.append(text)
        if self._is_skipped():
            return
        blank = text.isspace()
        if not self._pre:
            text = " " if blank else text.replace("\n", " ")
        if special:
            text = escape(text, quote=False)
        section = self._section or self._begun()
        if section.tag in self._open:
            if not self._permalinks:
                section.title.append(text)
        elif not blank or not section.text or not section.text[-1].isspace() or self._pre:
            section.text.append(text)

    def _is_skipped(self) -> bool:
        return bool(self._skipped) and not self._skipped.isdisjoint(self._open)

    def _head(self, tag: str, name: str | None, *, excluded: bool) -> None:
        """Begin a section with its heading; what stands above the first has one of its own."""
        depth = len(self._open)
        if tag != "h1" and not self.sections:
            self.sections.append(_Section("hx", depth))
        self._section = _Section(tag, depth, excluded=excluded)
        if self.sections:
            self._section.id = name
        self.sections.append(self._section)

    def _begun(self) -> _Section:
        if self._section is None:
            self._section = _Section("hx", 0)
            self.sections.append(self._section)
        return self._section

    def _left(self) -> _Section:
        """Go back to the section around, where the element that held a heading ends."""
        section = self._section or self._begun()
        if section.depth > len(self._open):
            for other in reversed(self.sections):
                if other.depth <= len(self._open):
                    section.depth = inf
                    self._section = other
                    return other
        return section

    def _target(self, section: _Section) -> list[str]:
        return section.title if section.tag in self._open else section.text


def _shut(pieces: list[str], tag: str) -> None:
    """End an element in a text; take it out where nothing but blanks came since its like began."""
    start, last = f"<{tag}>", pieces[-1]
    first = pieces.index(start)
    filled = last != start and not last.isspace()
    if filled or any(not piece.isspace() for piece in pieces[first + 1 :]):
        pieces.append(f"</{tag}>")
    else:
        del pieces[first:]


def _told(attributes: str) -> bool:
    """Tell whether search may want to know of attributes; of most it does not."""
    return _TELLING.search(attributes) is not None


def _found(attributes: str) -> dict[str, str | None]:
    return {
        match[1].lower(): unescape(match[2]) if match[2] else match[2]
        for match in _ATTRIBUTE.finditer(attributes)
    }


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


def _count(texts: list[str]) -> int:
    """Count words as Material does."""
    return len(re.findall(r"\W+", "".join(texts))) + 1


def _joined(pieces: list[str]) -> list[str]:
    """Join pieces, but keep none as none: Material puts the page's title in its place."""
    return ["".join(pieces)] if pieces else []
