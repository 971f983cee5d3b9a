"""Where links and hashtags stand in a text, for networks that want to be told."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import regex

_LINK = regex.compile(r"https?://[^\s<>\"«»“”]+")
_TAG = regex.compile(r"(?<![\w&/#＃])[#＃]([\w\p{M}]*[\p{L}\p{M}_][\w\p{M}]*)")
_TAIL = ".,;:!?…'’*_~"


class Span(msgspec.Struct, frozen=True):
    """A link or a hashtag: from and to which character it stands, and its address or word."""

    start: int
    end: int
    link: str = ""
    tag: str = ""


def spans(text: str) -> Iterator[Span]:
    """Yield the links and hashtags of a text in their order; a hashtag in a link is none.

    The punctuation after a link is not of it, nor is a bracket that the link does not open.
    """
    at = 0
    for match in _LINK.finditer(text):
        yield from _tags(text, at, match.start())
        link = _trimmed(match[0])
        at = match.start() + len(link)
        yield Span(match.start(), at, link=link)
    yield from _tags(text, at, len(text))


def _tags(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _TAG.finditer(text, start, end):
        yield Span(match.start(), match.end(), tag=match[1])


def _trimmed(link: str) -> str:
    while link and (link[-1] in _TAIL or (link[-1] in ")]" and not _opens(link))):
        link = link[:-1]
    return link


def _opens(link: str) -> bool:
    pair = "()" if link[-1] == ")" else "[]"
    return link.count(pair[0]) >= link.count(pair[1])


def octets(text: str, at: int) -> int:
    """Return at which byte of its UTF-8 a character of a text stands."""
    return len(text[:at].encode())
