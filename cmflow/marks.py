"""What sources said to remember, in `.cmflow/marks.json`: it saves requests, and nothing else.

Marks are dropped when fewer comments of a source are there than when they were made: then files
were lost or undone, and what was told once must be told again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cmflow import frontmatter


class _Kept(msgspec.Struct, frozen=True):
    count: int
    marks: dict[str, str]


class MarkFile:
    """The marks of all sources of a site, on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._kept = msgspec.json.decode(path.read_bytes(), type=dict[str, _Kept])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            self._kept = {}

    def of(self, source: str, count: int) -> Mapping[str, str]:
        """Return the marks of a source of which `count` comments are there now."""
        kept = self._kept.get(source)
        return kept.marks if kept and kept.count <= count else {}

    def keep(self, source: str, count: int, marks: Mapping[str, str]) -> None:
        """Keep the marks of a source together with the number of its comments."""
        before = self._kept.get(source, _Kept(count, {}))
        self._kept[source] = _Kept(count, before.marks | dict(marks))
        # A machine whose folder cannot be written asks for everything again.
        with contextlib.suppress(OSError):
            frontmatter.write(self._path, msgspec.json.encode(self._kept))
