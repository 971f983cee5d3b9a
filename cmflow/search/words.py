"""The words of a text as search knows them; `assets/cmflow-search.js` takes questions apart alike.

A word is a run of letters, digits and underscores, and a number goes on after its dots and commas:
“1.75.0” is one. Words are kept with their accents and found by what is left without: French readers
type “marche” for “marché”, and who types “marché” means it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from html import unescape

LONGEST = 40
"""Characters of a word that are looked at."""

# Accents of Latin, Greek and Cyrillic letters; Hebrew points; Arabic marks.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_WORD = re.compile(rf"[\w{_MARKS}]+(?:(?<=\d)[.,]\d+)*")
_TAGS = re.compile(r"</?[a-z]+>")
_ACCENTS = re.compile(f"[{_MARKS}]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(word: str) -> str:
    """Return a word in small letters without its accents."""
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", word))
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def words(html: str, separator: re.Pattern[str] | None = None) -> Counter[str]:
    """Count the words in what Material's search keeps of a page's HTML, in small letters.

    `separator` is what the site says words are cut at, beside what is no part of a word anyway. Of
    a long word, the beginning counts.
    """
    if "<" in html:
        html = _TAGS.sub(" ", html)
    if "&" in html:
        html = unescape(html)
    if separator is not None:
        html = separator.sub(" ", html)
    text = html.lower()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    found = Counter(_WORD.findall(text))
    if found and max(map(len, found)) > LONGEST:
        return Counter(word[:LONGEST] for word in found.elements())
    return found
