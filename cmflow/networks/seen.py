"""Whether a message that stands on a network is one of ours: compared by words, links and time."""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata
from urllib.parse import urlsplit, urlunsplit

SKEW = dt.timedelta(minutes=5)
"""How far a server's clock may be from ours."""

_BREAK = re.compile(r"<br\s*/?>|</p>|</li>|</div>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_HOST = re.compile(r"(?<=@)([\w.+-]+)@[\w.-]+\w")
_ADDRESS = re.compile(r"https?://[^\s<>\"«»“”]+")


def bare(text: str) -> str:
    """Reduce a text to what every server keeps of it: letters and digits, without case.

    Some servers read Markdown, change quotes or leave out the host of a mention. A text without
    any letter is what it is, but for blanks.
    """
    normal = unicodedata.normalize("NFC", _HOST.sub(r"\1", text)).casefold()
    return "".join(c for c in normal if c.isalnum()) or "".join(normal.split())


def plain(markup: str) -> str:
    """Reduce a server's HTML to its text."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup)))


def links_in(markup: str) -> set[str]:
    """Return the addresses of the links in a server's HTML, or in a plain text."""
    found = {html.unescape(a or b) for a, b in _HREF.findall(markup)}
    return {same_address(url) for url in found | set(_ADDRESS.findall(plain(markup)))}


def same_address(url: str) -> str:
    """Write an address so that two that mean the same page are equal: no slash, no fragment."""
    try:
        parts = urlsplit(url.rstrip(".,;:!?…"))
    except ValueError:
        return url
    return urlunsplit(("", parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


def is_ours(text: str, url: str, markup: str) -> bool:
    """Tell whether markup, or a plain text, on a network says a text of ours, or has its link.

    The link alone is enough: a server may have changed the words, and to send twice is worse than
    to be content with a note that stands.
    """
    if bare(text) in (bare(plain(markup)), bare(markup)):
        return True
    return bool(url) and url in text and same_address(url) in links_in(markup)


def moment(written: object) -> dt.datetime | None:
    """Read a time that a network wrote; a number is seconds since 1970, above 1e11 milliseconds."""
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        seconds = written / 1000 if written > 1e11 else float(written)
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    try:
        read = dt.datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


def is_since(written: object, created: dt.datetime) -> bool:
    """Tell whether a message is not older than a reservation; one without a time may be it."""
    when = moment(written)
    return when is None or when >= created - SKEW
