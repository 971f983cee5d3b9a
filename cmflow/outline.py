"""Find places in finished HTML without rebuilding it: headings, sections, links, plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

import msgspec

_HEADING = re.compile(
    r"<h(?P<level>[1-6])\b(?P<attributes>[^>]*)>(?P<inner>.*?)</h(?P=level)>", re.DOTALL
)
_ID = re.compile(r"""\bid=(?:"([^"]*)"|'([^']*)')""")
_TAG = re.compile(r"<[^>]*>")
_PERMALINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)


class Section(msgspec.Struct, frozen=True):
    """A heading with an id and what follows it, up to the next heading of its level or above.

    `start` is where its heading begins, `body` where its text begins, `end` where it ends.
    """

    id: str
    level: int
    title: str
    start: int
    body: int
    end: int


def sections(html: str) -> tuple[Section, ...]:
    """Return every section of a rendered text that has an id, in order."""
    headings = list(_HEADING.finditer(html))
    found: list[Section] = []
    for at, match in enumerate(headings):
        id_ = _ID.search(match["attributes"])
        if id_ is None:
            continue
        level = int(match["level"])
        end = next((h.start() for h in headings[at + 1 :] if int(h["level"]) <= level), len(html))
        title = plain(match["inner"])
        found.append(
            Section(unescape(id_[1] or id_[2] or ""), level, title, match.start(), match.end(), end)
        )
    return tuple(found)


def plain(html: str) -> str:
    """Return the text of a piece of HTML on one line."""
    return " ".join(unescape(_TAG.sub("", _PERMALINK.sub("", html))).split())


_FAR = 64
"""More characters than the name of any entity has."""


def beginning(html: str, length: int) -> str:
    """Return what `plain` does, or, of a long text, no less than the first `length` characters."""
    # Behind a tag nothing is cut in two but an entity, and that far off nobody looks.
    part = html[: html.find(">", 10 * length) + 1]
    if part.rfind('<a class="headerlink"') <= part.rfind("</a>"):
        words = plain(part)
        if len(words) > length + _FAR:
            return words
    return plain(html)


_LINK = re.compile(r"""(?<=\s)(href|src|poster)=("[^"]*"|'[^']*')""")
_START_TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


def rebase(html: str, resolve: Callable[[str], str]) -> str:
    """Rewrite the links of a piece of HTML: `resolve` gets an address and returns the new one."""

    def attribute(match: re.Match[str]) -> str:
        old = unescape(match[2][1:-1])
        return f'{match[1]}="{escape(resolve(old), quote=True)}"'

    return _START_TAG.sub(lambda tag: _LINK.sub(attribute, tag[0]), html)


_LEADING_H1 = re.compile(r"\s*<h1\b[^>]*>.*?</h1>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def text_of(html: str) -> str:
    """Return a rendered text without the heading that repeats its title, and without comments."""
    heading = _LEADING_H1.match(html)
    return _COMMENT.sub("", html[heading.end() :] if heading else html).strip()
