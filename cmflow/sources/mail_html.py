"""A mail in HTML as a plain one: its words, with “>” before what is quoted."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

_MOST = 200_000
_DEEPEST = 3
_TAGS = 10_000
_LINES = {"div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table"}
_PARAGRAPHS = {"p", "blockquote", "ul", "ol"}
_OTHERS = {"a", "b", "span", "td", "th", "tbody", "font", "center", "section", "article", "body"}
_VOID = {"br", "hr"}
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)
_SIGNATURE = re.compile(r"signature", re.IGNORECASE)


def plain(html: str) -> str:
    """Return the text of a mail; signatures, and what nobody was to see, are left out."""
    # What comes out is well-formed: the parser below meets nothing that it could stumble over.
    clean = nh3.clean(
        _bounded(html[:_MOST]),
        tags=_LINES | _PARAGRAPHS | _OTHERS | _VOID,
        attributes={"*": {"class", "id", "style"}, "a": {"href"}},
        clean_content_tags={"script", "style", "title", "template", "textarea", "select"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.text()


def _bounded(html: str) -> str:
    """Cut HTML of more tags than any mail has: the time for nested ones grows with the square."""
    parts = html.split("<", _TAGS)
    return "<".join(parts[:_TAGS])


class _Reader(HTMLParser):
    """Gathers lines; `self._hidden` and `self._quotes` count the elements that are open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words = ""
        self._quotes = 0
        self._hidden = 0
        self._open: list[tuple[str, bool]] = []
        self._links: list[tuple[str, int]] = []

    def text(self) -> str:
        self._end()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            self._end(always=True)
            return
        if tag in _LINES | _PARAGRAPHS:
            self._end(gap=tag in _PARAGRAPHS)
        hidden = bool(
            _UNSEEN.search(said.get("style", ""))
            or _SIGNATURE.search(f"{said.get('class', '')} {said.get('id', '')}")
        )
        self._open.append((tag, hidden))
        self._hidden += hidden
        self._quotes += tag == "blockquote"
        if tag == "li" and not self._hidden:
            self._words = "- "
        if tag == "a":
            self._links.append((said.get("href", ""), len(self._words)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self._linked(*self._links.pop())
        if tag in ("td", "th"):
            self._words += " "
        if tag in _LINES | _PARAGRAPHS:
            self._end(gap=tag in _PARAGRAPHS)
        while self._open:
            last, hidden = self._open.pop()
            self._hidden -= hidden
            self._quotes -= last == "blockquote"
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words += re.sub(r"[ \t\r\n\f]+", " ", data)

    def _linked(self, url: str, start: int) -> None:
        """Write the address of a link behind its words, where they do not say it."""
        words = self._words[start:].strip()
        if words and url.startswith(("http://", "https://")) and words not in url:
            self._words += f" ({url})"

    def _end(self, *, gap: bool = False, always: bool = False) -> None:
        """End a line, if one was begun or `always`; `gap` sets an empty one after it."""
        words, self._words = self._words.strip(), ""
        self._links = [(url, 0) for url, _ in self._links]
        before = "> " * min(self._quotes, _DEEPEST)
        if words or always:
            self._lines.append(f"{before}{words}".rstrip())
        if gap and self._lines and self._lines[-1].strip("> "):
            self._lines.append(before.rstrip())
