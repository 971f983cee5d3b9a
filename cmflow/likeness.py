"""Whether a text is much like an earlier one: by the runs of three words that they share."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

import regex

ALIKE = 0.5
"""From which share of common runs, of all that either has, two texts are alike (Jaccard)."""

Run = tuple[str, ...]

_RUN = 3
_LINK = regex.compile(r"https?://\S+")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
# A run that many texts have tells nothing, and only the last of them can still be compared with.
_RECENT = 30


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, without its links."""
    plain = unicodedata.normalize("NFC", _LINK.sub(" ", text)).casefold()
    return [match[0] for match in _WORD.finditer(plain)]


class Memory:
    """The texts so far, each under a name; to compare costs what one text is long."""

    def __init__(self) -> None:
        self._texts: list[tuple[str, int]] = []
        self._having: dict[Run, list[int]] = {}

    def add(self, text: str, name: str) -> None:
        """Remember a text."""
        runs = _runs(tokens(text))
        if not runs:
            return
        self._texts.append((name, len(runs)))
        for run in runs:
            having = self._having.setdefault(run, [])
            having.append(len(self._texts) - 1)
            del having[:-_RECENT]

    def like(self, text: str) -> str:
        """Return the name of the text most like this one, the latest of several; or nothing."""
        runs = _runs(tokens(text))
        shared = Counter(at for run in runs for at in self._having.get(run, ()))
        best = max(shared, key=lambda at: (self._share(shared[at], at, runs), at), default=-1)
        if best < 0 or self._share(shared[best], best, runs) < ALIKE:
            return ""
        return self._texts[best][0]

    def _share(self, common: int, at: int, runs: frozenset[Run]) -> float:
        return common / (len(runs) + self._texts[at][1] - common)


def _runs(words: Sequence[str]) -> frozenset[Run]:
    """Return the runs of words of a text; a text shorter than a run is one by itself."""
    last = max(1, len(words) - _RUN + 1) if words else 0
    return frozenset(tuple(words[at : at + _RUN]) for at in range(last))
