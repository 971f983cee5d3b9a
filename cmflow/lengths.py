"""How long a text is, as each network counts it."""

from __future__ import annotations

import unicodedata

import regex

PLACE = 23
"""What any link counts on Mastodon and on X, however long it is."""


def characters(text: str) -> int:
    """Count code points, as Discord does, and as is meant where a network only says “characters”.

    https://github.com/discord/discord-api-docs/issues/1315: its length is that of Python's `len`.
    """
    return len(text)


def utf16(text: str) -> int:
    """Count units of UTF-16, as Telegram does after it has read the formatting.

    https://core.telegram.org/api/entities#entity-length
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def bluesky(text: str) -> int:
    """Count graphemes, a link in full. Beside it stands a bound of 3000 bytes in UTF-8.

    https://atproto.com/specs/lexicon#string: `maxGraphemes` and `maxLength`.
    """
    return len(_GRAPHEME.findall(text))


def octets(text: str) -> int:
    """Count the bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def mastodon(text: str) -> int:
    """Count graphemes, a link as 23, and of `@user@host` only `@user`.

    https://docs.joinmastodon.org/user/posting/#characters; what is a link follows its parser, so
    that one to a name that no top-level domain has (`localhost`, `.example`) counts in full.
    """
    return bluesky(_MASTODON.sub(_as_mastodon, text))


def x_weighted(text: str) -> int:
    """Weigh a text as X does, after NFC: a link 23, an emoji 2, Latin and its like 1, others 2.

    https://docs.x.com/fundamentals/counting-characters (configuration v3 of twitter-text). A name
    such as `example.fr` is a link there even without `https://`.
    """
    text = unicodedata.normalize("NFC", text)
    pieces = _X_LINK.split(text)
    return PLACE * (len(pieces) - 1) + sum(_weight(piece) for piece in pieces)


def threads(text: str) -> int:
    """Count code points, but an emoji as its bytes in UTF-8.

    https://developers.facebook.com/documentation/threads/posts (read 2026-04-14).
    """
    emoji = _EMOJI.findall(text)
    return len(_EMOJI.sub("", text)) + sum(octets(one) for one in emoji)


# Four spans of configuration v3 weigh one: Latin to Georgian, and most of general punctuation.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def _weight(text: str) -> int:
    rest, emoji = _EMOJI.subn("", text)
    return 2 * int(emoji) + sum(1 if _is_light(ord(c)) else 2 for c in rest)


def _is_light(point: int) -> bool:
    return any(first <= point <= last for first, last in _LIGHT)


def _as_mastodon(match: regex.Match[str]) -> str:
    if match["user"] is None:
        return "x" * PLACE
    # What goes on like this is no mention for Mastodon, so all of it counts.
    after = match.string[match.end() : match.end() + 3]
    return match[0] if after.startswith(("@", "://")) else f"@{match['user']}"


_GRAPHEME = regex.compile(r"\X")

# UTS #51, with the variation selector only where it changes something.
_PICTURE = (
    r"(?:\p{Emoji_Presentation}|(?=\p{Emoji})\p{Extended_Pictographic}\uFE0F?)"
    r"\p{Emoji_Modifier}?[\U000E0020-\U000E007F]*"
)
_EMOJI = regex.compile(
    rf"\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTURE}(?:\u200D{_PICTURE})*"
)

# RFC 2606, RFC 6761 and the IANA's additions: nothing there is on the web, so nothing is a link.
_RESERVED = "example|test|invalid|localhost|local|internal|alt"
_TOP = (
    rf"(?!(?:{_RESERVED})(?![\p{{L}}\p{{N}}.-]))"
    r"(?:xn--[a-z0-9-]{1,59}|\p{Latin}{2,63}|[\p{L}--\p{Latin}--\p{Han}--\p{Katakana}--\p{Hiragana}]"
    r"[\p{L}--\p{Latin}]{1,62})(?![\p{Latin}\p{N}@-])"
)
_SUB = r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}])?\.)"
_LABEL = r"[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?"
_HOST = rf"{_SUB}*{_LABEL}\.{_TOP}(?::\d+)?"
_FREE = r"(?<![A-Za-z0-9@＠$#＃])"


def _path(inside: str, last: str) -> str:
    """Build a path of characters that it may have and may end with; brackets come in pairs."""
    pair = rf"\((?:{inside}|\({inside}+\))+\)"
    return rf"(?:/(?:(?:{inside}|{pair})*(?:{last}|{pair}))?)?"


def _query(letters: str) -> str:
    return rf"(?:\?[{letters}!?*'();:&=+$/%#\[\]_.,~|@^-]*[{letters}_&=#/-])?"


_MASTODON = regex.compile(
    rf"{_FREE}(?:https?|dat|dweb|ipfs|ipns|ssb|gopher|gemini)://{_HOST}"
    + _path(r"[^\s<>()?]", r"""[^\s()?!*"'「」<>;:=,.$%\[\]~&|@]""")
    + _query(r"a-z0-9\u00A0-\uD7FF\uF900-\uFFEF\U00010000-\U000EFFFD")
    + r"|(?<![=/\w])@(?P<user>[a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@[\w.-]+\w)?",
    regex.IGNORECASE | regex.VERSION1,
)

# A name without https:// is a link only below a top level that exists; these are the usual ones,
# besides all of two letters, which are countries.
_KNOWN = (
    "com|net|org|info|biz|edu|gov|int|mil|name|pro|coop|museum|app|dev|blog|shop|store|online|site|"
    "tech|xyz|club|eco|art|design|agency|cloud|news|media|social|studio|world|life|live|website|"
    "bzh|paris|alsace|corsica|quebec|brussels|[a-z]{2}"
)
_ASCII = r"(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)"
_X_LETTERS = r"a-z\p{Cyrillic}0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F"
_X_LINK = regex.compile(
    rf"{_FREE}(?:https?://{_HOST}|(?<![-_./]){_ASCII}+(?:{_KNOWN})(?![a-z0-9@-])(?::\d+)?)"
    + _path(rf"[{_X_LETTERS}!*';:=+,.$/%#\[\]\u2013_~@|&-]", rf"[{_X_LETTERS}=_#/+-]")
    + _query("a-z0-9"),
    regex.IGNORECASE | regex.VERSION1,
)
