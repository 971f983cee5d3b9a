"""What came from outside, made harmless: HTML reduced to a few tags, addresses to a few schemes."""

from __future__ import annotations

import functools
import json
import re
from urllib.parse import urlsplit

import msgspec
import nh3
from markupsafe import Markup, escape

_TAGS = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong", "ul"}
_TEXT_ALONE = re.compile("[^<>&\x00\r\xa0\ud800-\udfff]*")
_SCHEMES = {"http", "https", "mailto"}
# Control characters, halves of characters, and those that turn the direction of what follows.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BLOCK_END = re.compile(r"(</(?:p|blockquote|pre|ul|ol|li)>|<br>)\n?(?=.)", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_MOST_TAGS = 5000
_MOST_READ = 200_000
_MOST_KEPT = 20_000
_NAME = 80


# An answer is shown on its page, described in its head, and stands in two feeds.
@functools.lru_cache(maxsize=1024)
def clean(html: str) -> Markup:
    """Reduce a stranger's HTML to text with light emphasis and links that pass no credit on."""
    if _TEXT_ALONE.fullmatch(html):
        return Markup(html)  # noqa: S704  # nothing in it means anything in HTML
    return Markup(  # noqa: S704  # nh3 is what makes it safe
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}, "*": set()},
            url_schemes=_SCHEMES,
            link_rel="nofollow ugc noopener",
        )
    )


def kept(html: str) -> str:
    """Reduce a stranger's HTML to what is stored of it: `clean`, a block a line, no endless text.

    The same HTML always gives the same text. Direction is left to the page (`dir="auto"`).
    """
    seen = _UNSEEN.sub("", html[:_MOST_READ].replace("\r\n", "\n").replace("\r", "\n"))
    if seen.count("<") > _MOST_TAGS:
        # Elements within elements without end take the cleaner quadratic time.
        seen = " ".join(_TAG.sub(" ", seen).split())
    text = clean(seen)
    if len(text) > _MOST_KEPT:
        cut = max(text.rfind(mark, 0, _MOST_KEPT) for mark in (" ", "\n", ">")) + 1
        text = clean(f"{text[: cut or _MOST_KEPT]} […]")
    return _BLOCK_END.sub(r"\1\n", str(text).strip()).strip()


def name(text: str) -> str:
    """Reduce a stranger's name to one line of what can be seen."""
    seen = " ".join(_UNSEEN.sub("", text[:1000]).split())
    return seen if len(seen) <= _NAME else seen[: _NAME - 1] + "…"


_WEB = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w~%.+/@-]*)?", re.ASCII)
"""An address in which nothing is odd: of ten thousand, nearly all."""


@functools.lru_cache(maxsize=4096)
def address(url: str) -> str:
    """Return a web or mail address, or nothing where the scheme is any other one.

    Control characters and blanks inside are refused: browsers drop them, and find a scheme.
    """
    if _WEB.fullmatch(url):
        return url
    bare = url.strip()
    # Of all blanks, only the space is printable.
    if " " in bare or not bare.isprintable():
        return ""
    try:
        scheme = urlsplit(bare).scheme.lower()
    except ValueError:
        return ""
    return bare if scheme in _SCHEMES else ""


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def line(text: str) -> str:
    """Write a text on one line, without the characters that steer a terminal."""
    return " ".join(_CONTROL.sub(" ", text).split())


_MARKDOWN = re.compile(r"[\\`*_\[\]<>|&~$]")
_BEGINS = re.compile(r"(?:(?<=^\d)|(?<=^\d\d)|(?<=^\d\d\d)|(?<=^\d{4}))(?=[.)])|^(?=[-+=#])")
_LINKED = re.compile(r"(?<=@)(?=\w)|(?<=#)(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


def markdown(text: str) -> str:
    """Write a text so that Markdown shows it as it is, on one line, in a table too.

    An empty comment keeps GitHub from making a link of an address, `@somebody` or `#1`; see
    https://github.github.com/gfm/#autolinks-extension-.
    """
    plain = _MARKDOWN.sub(lambda match: f"\\{match[0]}", line(text))
    return _LINKED.sub("<!-- -->", _BEGINS.sub(r"\\", plain))


def escape_name(text: str) -> str:
    """Escape a name that goes into a template which does not escape: the engine's own."""
    return str(escape(text))


def script_json(data: object) -> Markup:
    """Write data as JSON that can stand inside `<script>`: nothing in it can close the tag."""
    text = written_json(data)
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Markup(text)  # noqa: S704  # see above


_UNSAFE = re.compile("[<>&\u2028\u2029]")


def written_json(data: object) -> str:
    """Write data as JSON that a person can read, as `json.dumps` with `indent=1` does."""
    try:
        return msgspec.json.format(msgspec.json.encode(data), indent=1).decode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(data, ensure_ascii=False, indent=1)
