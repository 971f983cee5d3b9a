"""How the two networks count, written apart from `cmflow.lengths`: each checks the other.

Mastodon: https://github.com/mastodon/mastodon (`app/validators/status_length_validator.rb`).
Bluesky: https://atproto.com/specs/lexicon#string (`maxGraphemes`; `maxLength` is in bytes).
"""

from __future__ import annotations

import regex

_GRAPHEME = regex.compile(r"\X")
_URL = regex.compile(r"(?<![\w@#$])https?://[^\s<>\"«»“”]+", regex.IGNORECASE)
_MENTION = regex.compile(
    r"(?<![\w/=])@(\w+(?:[\w.-]*\w)?)@[\p{L}\p{N}][\p{L}\p{N}.-]*[\p{L}\p{N}](?::\d+)?"
)
_URL_AS = "x" * 23
_RESERVED = {"example", "invalid", "local", "localhost", "test"}


def graphemes(text: str) -> int:
    """Count what a person sees as characters (https://unicode.org/reports/tr29/)."""
    return len(_GRAPHEME.findall(text))


def mastodon(text: str) -> int:
    """Count as Mastodon does: graphemes, an address as 23, of a mention only its local part."""
    text = _URL.sub(_shortened, text)
    return graphemes(_MENTION.sub(lambda match: "@" + match[1], text))


def _shortened(match: regex.Match[str]) -> str:
    """Put the place of an address for it, where its host ends in a domain that can be public."""
    found = address(match[0])
    host = found.split("/")[2].rpartition("@")[2].partition(":")[0]
    _, dot, top = host.rpartition(".")
    public = dot and not top.isdecimal() and top.lower() not in _RESERVED
    tail: str = match[0][len(found) :]
    return (_URL_AS if public else found) + tail


def addresses(text: str) -> list[tuple[int, int]]:
    """Return from where to where the web addresses of a text go."""
    return [
        (match.start(), match.start() + len(address(match[0]))) for match in _URL.finditer(text)
    ]


def address(found: str) -> str:
    """Cut the punctuation from the end of an address, and a bracket that it does not open."""
    while found[-1] in ".,;:!?'’…*_~" or (
        found[-1] in ")]" and found.count("(" if found[-1] == ")" else "[") < found.count(found[-1])
    ):
        found = found[:-1]
    return found
