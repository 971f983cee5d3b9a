"""Set a title in lines: as large as it fits, broken only where a reader would break it.

Knows no font: whoever calls measures, so that the rules hold for any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import msgspec

from cmflow.text import NARROW, WIDE

Measure = Callable[[str], float]
"""The width of a piece of text."""

ELLIPSIS = "…"

_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_HIGH = re.compile(r"\s+(?=[;!?%€])")
# Not in German, where » opens and « closes.
_WIDE = re.compile(r"(?:(?<=^«)|(?<=\s«))\s+|\s+(?=:|»(?!\w))")


class Setting(msgspec.Struct, frozen=True):
    """A text in lines, at a size."""

    lines: tuple[str, ...]
    size: int


def fit(
    text: str,
    sizes: Sequence[int],
    measure: Callable[[int], Measure],
    width: float,
    rows: Callable[[int], int],
) -> Setting:
    """Set a text at the first size at which it fits; at the last one, cut it with an ellipsis.

    `sizes` are from large to small, `measure` gives the measure of each, `width` is that of a line,
    and `rows` the most lines that a size has room for. The lines are made about equally long.
    """
    words = _words(text)
    for size in sizes:
        wide = measure(size)
        lines = _fill(words, wide, width)
        if len(lines) <= rows(size) and all(wide(line) <= width for line in lines):
            return Setting(tuple(_balance(words, wide, width, len(lines))), size)
    smallest = sizes[-1]
    wide, most = measure(smallest), rows(smallest)
    broken = [piece for word in words for piece in _pieces(word, wide, width)]
    lines = _fill(broken, wide, width)
    if len(lines) > most:
        lines = [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), wide, width)]
    return Setting(tuple(lines), smallest)


def shorten(text: str, measure: Measure, width: float) -> str:
    """Cut a text with an ellipsis so that it fits: between words, or else between letters."""
    if measure(text) <= width:
        return text
    words = _words(text)
    while len(words) > 1:
        words.pop()
        cut = f"{' '.join(words).rstrip(' ,;:–—-' + NARROW + WIDE)}{ELLIPSIS}"
        if measure(cut) <= width:
            return cut
    letters = _letters(text)
    while letters and measure("".join(letters) + ELLIPSIS) > width:
        letters.pop()
    return "".join(letters) + ELLIPSIS


def _words(text: str) -> list[str]:
    """Part a text where a line may end: no line begins with « ! » or ends with an opening «."""
    glued = _HIGH.sub(NARROW, _WIDE.sub(WIDE, text))
    return [word for word in _SPACES.split(glued) if word]


def _fill(words: Sequence[str], measure: Measure, width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _balance(words: Sequence[str], measure: Measure, width: float, rows: int) -> list[str]:
    """Fill the same number of lines evenly: in the narrowest column that holds them."""
    narrow, wide = 0.0, width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        lines = _fill(words, measure, middle)
        if len(lines) <= rows and all(measure(line) <= middle for line in lines):
            wide = middle
        else:
            narrow = middle
    return _fill(words, measure, wide)


def _pieces(word: str, measure: Measure, width: float) -> Iterator[str]:
    """Break a word that no line holds between its letters."""
    piece = ""
    for letter in _letters(word):
        if piece and measure(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _letters(text: str) -> list[str]:
    """Part a text into letters with their marks: all that the scripts of the card's font join."""
    letters: list[str] = []
    for char in text:
        if letters and unicodedata.combining(char):
            letters[-1] += char
        else:
            letters.append(char)
    return letters
