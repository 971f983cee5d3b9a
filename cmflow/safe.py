"""What came from outside, made harmless: HTML reduced to a few tags, addresses to a few schemes."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup, escape

_TAGS = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong", "ul"}
_SCHEMES = {"http", "https", "mailto"}


def clean(html: str) -> Markup:
    """Reduce a stranger's HTML to text with light emphasis and links that pass no credit on."""
    return Markup(  # noqa: S704  # nh3 is what makes it safe
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes=_SCHEMES,
            link_rel="nofollow ugc noopener",
        )
    )


def address(url: str) -> str:
    """Return a web or mail address, or nothing where the scheme is any other one.

    Control characters and blanks inside are refused: browsers drop them, and find a scheme.
    """
    if any(ord(c) < 33 or c == "\u007f" for c in url.strip()):
        return ""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return ""
    return url.strip() if scheme in _SCHEMES else ""


def escape_name(text: str) -> str:
    """Escape a name that goes into a template which does not escape: the engine's own."""
    return str(escape(text))


def script_json(data: object) -> Markup:
    """Write data as JSON that can stand inside `<script>`: nothing in it can close the tag."""
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=False)
    for unsafe in "<>&\u2028\u2029":
        text = text.replace(unsafe, f"\\u{ord(unsafe):04x}")
    return Markup(text)  # noqa: S704  # see above
