"""Markdown as plain text, and words as hashtags: what a note says where nothing is formatted."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token


def _parser() -> MarkdownIt:
    made = MarkdownIt("commonmark")
    made.normalizeLink = lambda url: url  # type: ignore[method-assign]
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return made


_MARKDOWN = _parser()
_SENTENCE = regex.compile(
    r".+?(?:[.!?…]+[\s\u00A0\u202F]*[»”)]*|[。！？]+)(?=\s|$|\p{Han})", regex.DOTALL
)
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*")
_BLANKS = re.compile(r"[ \t\n]+")
_NOT_PROSE = re.compile(r"^(?:!!!|\?\?\?|:::|\{|<|\[\^)")


def plain(markdown: str, *, links: bool = False) -> str:
    """Return the text of inline Markdown (https://spec.commonmark.org/), its line breaks kept.

    With `links`, the address of a link follows its words in brackets.

    >>> plain("Une *voile* de [Léa](https://lea.example/)", links=True)
    'Une voile de Léa (https://lea.example/)'
    """
    tokens = _MARKDOWN.parseInline(markdown.strip(), {})
    return "".join(_words(tokens[0].children or [], links=links)).strip() if tokens else ""


def first_sentence(body: str) -> str:
    """Return the first sentence of a post's text, without its formatting."""
    tokens = _MARKDOWN.parse(body, {})
    for opening, inline in itertools.pairwise(tokens):
        if opening.type != "paragraph_open" or opening.level or _NOT_PROSE.match(inline.content):
            continue
        words = "".join(_words(inline.children or [], links=False, alt=False))
        text = _BLANKS.sub(" ", words).strip()
        if text:
            match = _SENTENCE.match(text)
            return match[0].strip() if match else text
    return ""


def hashtag(words: str) -> str:
    """Join words to a hashtag whose capitals a screen reader can hear; nothing where none is left.

    A hashtag holds letters, accents included, and digits, and not digits alone.

    >>> hashtag("fait main"), hashtag("l’atelier"), hashtag("cité"), hashtag("2026")
    ('#FaitMain', '#LAtelier', '#Cité', '')
    """
    found = _WORD.findall(unicodedata.normalize("NFC", words))
    joined = "".join(word[:1].upper() + word[1:] for word in found)
    return f"#{joined}" if regex.search(r"\p{L}", joined) else ""


def _words(tokens: Sequence[Token], *, links: bool, alt: bool = True) -> Iterator[str]:
    open_links: list[tuple[str, list[str]]] = []
    for token in tokens:
        words = _said(token, alt=alt)
        if token.type == "link_open":
            open_links.append((str(token.attrGet("href") or ""), []))
        elif token.type == "link_close":
            address, inside = open_links.pop()
            if links and address != "".join(inside).strip():
                yield f" ({address})"
        elif open_links:
            open_links[-1][1].append(words)
        yield words


def _said(token: Token, *, alt: bool) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "image":
        return token.content if alt else ""
    return token.content if token.type in ("text", "code_inline", "text_special") else ""
