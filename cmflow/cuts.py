"""Changes to a long text, noted by their places and made all at once: every copy of it costs."""

from __future__ import annotations

from operator import itemgetter


class Cuts:
    """A text, and what is to be put in the place of its parts; these must not overlap."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._cuts: list[tuple[int, int, str]] = []

    def put(self, start: int, end: int, new: str) -> None:
        """Put a text in the place of what stands from `start` to `end`."""
        self._cuts.append((start, end, new))

    def insert(self, at: int, new: str) -> None:
        """Put a text between two characters, behind what was put there before."""
        self._cuts.append((at, at, new))

    def replace(self, old: str, new: str, start: int = 0, most: int = -1) -> None:
        """Put a text in the place of another, wherever that stands from `start` on."""
        at = self.text.find(old, start)
        while at >= 0 and most:
            self.put(at, at + len(old), new)
            at = self.text.find(old, at + len(old))
            most -= 1

    def done(self) -> str:
        """Return the text with every change made."""
        parts: list[str] = []
        at = 0
        for start, end, new in sorted(self._cuts, key=itemgetter(0)):
            parts += (self.text[at:start], new)
            at = end
        return "".join((*parts, self.text[at:]))
