"""What weaving reads for one file beyond what all files share: noted while it is woven.

So the next build knows which files a new answer, or a moment that has passed, makes old.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Literal

from cmflow.book import Need

Kind = Literal[
    "answered", "anyone", "content", "face", "facts", "feeds", "latest", "lead", "now", "place",
    "receipts", "related", "series", "tallies", "thing", "thread", "until", "version",
]  # fmt: skip
"""What can be read: `Site.state` says of each how it is."""

Woven = dict[str, tuple[Need, ...]]
"""What was read for each file, by its path below the output folder."""


class Trace:
    """Notes what is read, file by file; `state` tells how something that was read is."""

    def __init__(self, state: Callable[[str, str], bytes], woven: Woven | None = None) -> None:
        self.woven: Woven = {} if woven is None else woven
        self._state = state
        self._noted: dict[tuple[str, str], None] = {}
        self._until: dt.datetime | None = None

    def note(self, kind: Kind, name: str = "") -> None:
        """Note that something was read."""
        self._noted[kind, name] = None

    def wait(self, moment: dt.datetime) -> None:
        """Note that something will be another way from a moment on."""
        if self._until is None or moment < self._until:
            self._until = moment

    @property
    def faces(self) -> frozenset[str]:
        """The names of the pictures of all who speak in what was woven."""
        needs = (need for needs in self.woven.values() for need in needs)
        return frozenset(need.name for need in needs if need.kind == "face" and need.state)

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Note nothing of what is read: it is made ready for files that note it themselves."""
        before, self._noted = self._noted, {}
        try:
            yield
        finally:
            self._noted = before

    @contextlib.contextmanager
    def file(self, *paths: str) -> Iterator[None]:
        """Note what is read for a file, or for several that are made together."""
        before, self._noted, self._until = (self._noted, self._until), {}, None
        try:
            yield
            if self._until is not None:
                self.note("until", self._until.astimezone(dt.UTC).isoformat())
            needs = (Need(kind, name, self._state(kind, name)) for kind, name in self._noted)
            self.woven |= dict.fromkeys(paths, tuple(sorted(needs)))
        finally:
            self._noted, self._until = before
