"""What a Markdown text points at, with lines: links, images, headings, slots, raw HTML.

Read with markdown-it by CommonMark (https://spec.commonmark.org/), which knows where things stand;
what the engine's dialect reads otherwise is left out, so that nothing is found that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html.parser import HTMLParser
from typing import TypeVar

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token


class Link(msgspec.Struct, frozen=True):
    """A link: where it leads, as written, and its line in the file."""

    href: str
    line: int
    html: bool = False


class Image(msgspec.Struct, frozen=True):
    """An image; `alt` is nothing where HTML has none, `decorative` where it is empty on purpose."""

    src: str
    alt: str | None
    line: int
    html: bool = False
    decorative: bool = False


T = TypeVar("T", Link, Image)


class Embed(msgspec.Struct, frozen=True):
    """What raw HTML loads besides images: a frame, a script, a style, a video."""

    tag: str
    src: str
    line: int


class Heading(msgspec.Struct, frozen=True):
    """A heading; `id` is what its author chose, or nothing."""

    text: str
    id: str
    line: int


class Comment(msgspec.Struct, frozen=True):
    """An HTML comment, whole."""

    text: str
    line: int


class Prose(msgspec.Struct, frozen=True):
    """All of it, in the order of the text. `ids` are those that the author wrote anywhere."""

    links: tuple[Link, ...]
    images: tuple[Image, ...]
    embeds: tuple[Embed, ...]
    headings: tuple[Heading, ...]
    comments: tuple[Comment, ...]
    ids: frozenset[str]


def read(body: str, first: int) -> Prose:
    """Read a text whose first line is line `first` of its file."""
    reader = _Reader(body, first)
    environment: dict[str, object] = {}
    reader.blocks(_MARKDOWN.parse(body, environment))
    return reader.result()


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"store_labels": True}).enable("table")
    # Addresses are wanted as they were written, also those that must never be followed.
    made.normalizeLink = lambda url: url  # type: ignore[method-assign]
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  # its name
    return made


_MARKDOWN = _parser()
_ATTRIBUTES = re.compile(r"\s*\{:?([^{}\n]*)\}")
_AT_END = re.compile(r"\{:?([^{}\n]*)\}$")
_ID = re.compile(r"(?:^|\s)(?:#|id=[\"']?)([^\s\"'}]+)")
_BRACES = re.compile(r"\{:?([^{}\n]*)\}")
_LOOSE_HEADING = re.compile(r"^[ \t>]*#{1,6}(.+)$", re.MULTILINE)
_DECORATIVE = re.compile(
    r"role=[\"']?(?:presentation|none)\b|aria-hidden=[\"']?true\b|\balt=(?:\"\"|'')"
)


class _Reader:
    """Walks the tokens of one text."""

    def __init__(self, body: str, first: int) -> None:
        self._lines = body.split("\n")
        self._first = first
        self._body = body
        self._links: list[Link] = []
        self._images: list[Image] = []
        self._headings: list[Heading] = []
        self._html = _Html()

    def blocks(self, tokens: Sequence[Token]) -> None:
        where = (0, 0)
        heading = False
        for token in tokens:
            where = (token.map[0], token.map[1]) if token.map else where
            if token.type == "heading_open":
                heading = True
            elif token.type == "html_block":
                self._html.take(token.content, where[0] + self._first)
            elif token.type == "inline":
                if heading:
                    self._heading(token.content, where[0] + self._first)
                heading = False
                self._inline(token.children or [], where)

    def result(self) -> Prose:
        html = self._html
        # The engine's dialect knows more headings than CommonMark: indented ones, #glued ones.
        loose = (Heading(*_named(words), 0) for words in _LOOSE_HEADING.findall(self._body))
        return Prose(
            links=_ordered(self._links + html.links),
            images=_ordered(self._images + html.images),
            embeds=tuple(html.embeds),
            headings=(*self._headings, *loose),
            comments=tuple(html.comments),
            ids=frozenset(html.ids) | _braced_ids(self._body),
        )

    def _heading(self, content: str, line: int) -> None:
        text, id_ = _named(content)
        self._headings.append(Heading(text, id_, line))

    def _inline(self, children: Sequence[Token], where: tuple[int, int]) -> None:
        finder = _Finder("\n".join(self._lines[where[0] : where[1]]), where[0] + self._first)
        for at, token in enumerate(children):
            label = str(token.meta.get("label", ""))
            # A footnote of one word looks like the definition of a link.
            if label.startswith("^"):
                continue
            if token.type == "link_open":
                href = str(token.attrGet("href") or "")
                self._links.append(Link(href, finder.line(label or href)))
            elif token.type == "image":
                self._image(token, children[at + 1 : at + 2], finder)
            elif token.type == "html_inline":
                self._html.take(token.content, finder.line(token.content))

    def _image(self, token: Token, following: Sequence[Token], finder: _Finder) -> None:
        src = str(token.attrGet("src") or "")
        match = _ATTRIBUTES.match(following[0].content) if following else None
        decorative = bool(match and _DECORATIVE.search(match[1]))
        line = finder.line(src)
        self._images.append(Image(src, token.content.strip(), line, decorative=decorative))


class _Finder:
    """Finds the lines of pieces of one block, in their order."""

    def __init__(self, text: str, first: int) -> None:
        self._text = text
        self._first = first
        self._at = 0

    def line(self, piece: str) -> int:
        found = self._text.find(piece, self._at)
        if found < 0:
            # The address of a linked image stands before that of its link.
            found = max(self._text.find(piece), 0)
        self._at = max(found, self._at)
        return self._text.count("\n", 0, found) + self._first


class _Html(HTMLParser):
    """Gathers what pieces of raw HTML name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.embeds: list[Embed] = []
        self.comments: list[Comment] = []
        self.ids: list[str] = []
        self._first = 1

    def take(self, html: str, line: int) -> None:
        """Read one piece that begins on a line of the file."""
        self._first = line
        self.reset()
        self.feed(self._without_comments(html, line))
        self.close()

    def _without_comments(self, html: str, line: int) -> str:
        """Take the comments out in linear time, unlike the parser; lines stay where they are."""
        kept: list[str] = []
        at = 0
        while (begin := html.find("<!--", at)) >= 0:
            end = html.find("-->", begin + 4)
            kept.append(html[at:begin])
            line += html.count("\n", at, begin)
            comment = html[begin : end + 3 if end >= 0 else len(html)]
            if end >= 0:
                self.comments.append(Comment(comment, line))
            kept.append("\n" * comment.count("\n"))
            line += comment.count("\n")
            at = begin + len(comment)
        return "".join([*kept, html[at:]])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        line = self._first + self.getpos()[0] - 1
        self.ids += [values[key] for key in ("id", "name") if values.get(key)]
        if tag == "a" and values.get("href"):
            self.links.append(Link(values["href"], line, html=True))
        elif tag == "img":
            hidden = values.get("role") in ("presentation", "none") or "aria-hidden" in values
            alt = values.get("alt")
            self.images.append(
                Image(values.get("src", ""), alt, line, html=True, decorative=hidden or alt == "")
            )
        elif tag in _LOADING and values.get(_LOADING[tag]):
            self.embeds.append(Embed(tag, values[_LOADING[tag]], line))


_LOADING = {
    "iframe": "src",
    "script": "src",
    "video": "src",
    "audio": "src",
    "source": "src",
    "track": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
}


def _named(content: str) -> tuple[str, str]:
    """Split a heading into its text and the id that its author gave it."""
    content = content.strip(" \t#") if not content.endswith("}") else content.strip()
    match = _AT_END.search(content)
    if match is None:
        return content, ""
    id_ = _ID.search(match[1])
    return content[: match.start()].strip(" \t#"), id_[1] if id_ else ""


def _braced_ids(body: str) -> frozenset[str]:
    """Return the ids in the attribute lists of a text: `{ #fil .grand }`."""
    words = (word for inner in _BRACES.findall(body) for word in inner.split())
    return frozenset(word[1:] for word in words if word.startswith("#"))


def _ordered(things: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(things, key=lambda thing: thing.line))
