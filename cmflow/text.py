"""Words as text: slugs, and the spaces of French typography."""

from __future__ import annotations

import re
import unicodedata

NARROW = "\u202f"
"""Narrow no-break space: before ; ! ? in French."""

WIDE = "\u00a0"
"""No-break space: before : and inside « » in French."""

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
_NOT_SLUG = re.compile(r"[^a-z0-9]+")

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a slug looks like: ASCII letters and digits, in words joined by hyphens."""


def slugify(title: str, *, longest: int = 60) -> str:
    """Make an ASCII slug of a title, cut between words at `longest` characters.

    >>> slugify("L’œuvre d’Éloïse : « déjà vu » ?")
    'l-oeuvre-d-eloise-deja-vu'
    """
    plain = unicodedata.normalize("NFKD", title.lower().translate(_LIGATURES))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    slug = _NOT_SLUG.sub("-", letters).strip("-")
    if len(slug) <= longest:
        return slug
    head = slug[: longest + 1].rpartition("-")[0]
    return head or slug[:longest]


def fold(text: str) -> str:
    """Return a text to compare words by: small letters without accents.

    >>> fold("Éloïse ŒUVRE")
    'eloise oeuvre'
    """
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in plain if not unicodedata.combining(c))


def shorten(text: str, longest: int) -> str:
    """Cut a text between words so that it has at most `longest` characters, ellipsis included."""
    if len(text) <= longest:
        return text
    head = text[:longest].rpartition(" ")[0] or text[: longest - 1]
    return f"{head.rstrip(' ,;:')}…"


_HIGH = re.compile(rf"(?<!\s)[ {WIDE}](?=[;!?]+(?:[\s»”)\]]|$))")
_COLON = re.compile(r"(?<!\s) (?=:(?:\s|$))")
_OPEN = re.compile(r"« ")
_CLOSE = re.compile(r" »")
_FRENCH = re.compile(rf"[ {WIDE}][;!?:»]|« |\d ")
"""What every one of the patterns needs: most pieces of a page have none of it."""
_NUMBER = re.compile(r"(?<=\d) (?=(?:\d{3})(?!\d)|€|%|h\b|km\b|kg\b|cm\b|mm\b|m²)")


def typeset_french(text: str) -> str:
    """Make the spaces of a French text no-break ones, where a writer typed plain ones.

    Adds no space and removes none, so that a clock (9:30), an address or code stays what it is.
    Rules: Imprimerie nationale, Lexique des règles typographiques.
    """
    text = _HIGH.sub(NARROW, text)
    text = _COLON.sub(WIDE, text)
    text = _OPEN.sub(f"«{WIDE}", text)
    text = _CLOSE.sub(f"{WIDE}»", text)
    return _NUMBER.sub(NARROW, text)


_TOKEN = re.compile(r"(<[^>]*>)")
_VERBATIM = re.compile(r"<(/?)(?:pre|code|script|style|textarea|kbd|samp|svg)\b", re.IGNORECASE)


def typeset_french_html(html: str) -> str:
    """Apply `typeset_french` to the text of a piece of HTML, never to tags, code or scripts."""
    parts = _TOKEN.split(html)
    depth = 0
    for at, part in enumerate(parts):
        if at % 2:
            match = _VERBATIM.match(part)
            if match and not part.endswith("/>"):
                depth += -1 if match[1] else 1
        elif depth <= 0 and _FRENCH.search(part):
            parts[at] = typeset_french(part)
    return "".join(parts)
