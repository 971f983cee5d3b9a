"""Shorten a text to what a network takes: between words, its link kept."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

import regex

from cmflow.lengths import octets
from cmflow.network import Limits

ELLIPSIS = "…"


def fits(text: str, limits: Limits) -> bool:
    """Tell whether a network takes a text of this length."""
    return limits.count(text) <= limits.text and (
        not limits.octets or octets(text) <= limits.octets
    )


def holds(text: str, url: str) -> bool:
    """Tell whether a text carries a link: this one, not a longer one that begins like it."""
    return _find(text, url) >= 0


def cut(text: str, limits: Limits, keep: str = "") -> str:
    """Return a text that fits, shortened before its link `keep`, or at its end without one.

    The cut is between words, never inside a grapheme, a link, a hashtag, a mention or a quoted
    word: « #Cité » stays whole. What follows the link goes rather than a word of the first line.
    Raises `ValueError` where nothing that is left would fit.
    """
    if fits(text, limits):
        return text
    at = _find(text, keep) if keep else -1
    if at < 0:
        return _longest(text, "", limits) or _give_up()
    head, tail = text[:at].rstrip(), text[at + len(keep) :].rstrip()
    gap = text[len(head) : at] or " "
    found = _longest(head, gap + keep + tail, limits)
    if found.startswith(head.partition("\n")[0]) and found:
        return found
    found = _longest(head, gap + keep, limits)
    return found or (keep if fits(keep, limits) else _give_up())


def _give_up() -> str:
    raise ValueError("nothing that is left would fit")


def _longest(text: str, rest: str, limits: Limits) -> str:
    """Return the longest beginning of a text, with what must follow it, that fits; or nothing."""
    if text and fits(text + rest, limits):
        return text + rest
    ends = list(_ends(text))
    # A beginning that fits has only shorter ones that fit, as far as networks count.
    found = bisect.bisect_left(
        ends, x=True, key=lambda end: not fits(_begun(text, end) + rest, limits)
    )
    return _begun(text, ends[found - 1]) + rest if found else ""


def _begun(text: str, end: int) -> str:
    head = _LOOSE.sub("", text[:end])
    # Glued to a link the ellipsis would become a part of it.
    return f"{head} {ELLIPSIS}" if _AT_LINK.search(head) else f"{head}{ELLIPSIS}"


def _ends(text: str) -> Iterator[int]:
    """Yield where a text may end: after a word, or after a letter of a script without blanks."""
    for match in _END.finditer(text):
        end = match.start() if match["gap"] is not None else match.end()
        if match["whole"] is None and _LOOSE.sub("", text[:end]):
            yield end


def _find(text: str, url: str) -> int:
    at = text.find(url) if url else -1
    while at >= 0:
        before, after = text[:at], text[at + len(url) :]
        if not _GOES_ON.match(after) and not before.endswith(("/", "=", "@")):
            return at
        at = text.find(url, at + 1)
    return -1


# No-break spaces are none here.
_BLANK = r"[^\S\u00A0\u202F\u2007]"
_JOINS = r"\p{M}\u200C\u200D\uFF9E\uFF9F"
_END = regex.compile(
    r"(?P<whole>https?://\S+|[#＃@][\w\p{M}\u200D·-]+|«\s*\S+\s*»)"
    rf"|(?<=\S)(?P<gap>{_BLANK}++)(?![{_JOINS}])"
    rf"|[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}][{_JOINS}]*+(?![\s、。，．！？」』）])"
)
_LOOSE = regex.compile(r"[\s,;:—–«(\[“…]+$")
_AT_LINK = regex.compile(r"https?://\S+$")
_GOES_ON = regex.compile(r"[\w/#?&=%~+@-]|[.,:;!'*()](?=\w)")
