"""The one file that suspends all sending, `content/plan/pause.yml`, read before every call.

```yaml
reason: Une rumeur court ; nous répondons d’abord.
until: 2026-11-23T09:00:00+01:00   # without it, until the file is deleted
channels: [mastodon-fr]            # without it, all of them
```

A file that cannot be understood suspends everything: somebody wanted silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cmflow import frontmatter
from cmflow.decode import decode
from cmflow.errors import Message, say

FILE = "pause.yml"
"""Its name, below `content/plan`."""


class Pause(msgspec.Struct, frozen=True):
    """Silence that was asked for: why, until when (no time: until further notice), and where."""

    reason: str = ""
    until: dt.datetime | None = None
    channels: tuple[str, ...] = ()
    faulty: bool = False

    def holds(self, channel: str, now: dt.datetime) -> bool:
        """Tell whether a channel is to be silent at a time."""
        over = self.until is not None and self.until <= now
        return not over and (not self.channels or channel in self.channels)

    @property
    def words(self) -> Message:
        """Say why nothing is sent."""
        if self.faulty:
            return say("pause.yml is there and cannot be read, so nothing is sent.")
        if self.reason:
            return say("Paused: {reason}", reason=self.reason)
        return say("Paused by pause.yml.")


def read(path: Path) -> tuple[Pause, ...]:
    """Read the file; nothing where there is none."""
    try:
        return (parse(path.read_bytes()),)
    except FileNotFoundError:
        return ()
    except OSError:
        return (Pause(faulty=True),)


def parse(data: bytes) -> Pause:
    """Make a pause of the bytes of the file; what makes no sense is a pause without end."""
    try:
        content = frontmatter.load_yaml(data)
    except frontmatter.UNREADABLE:
        return Pause(faulty=True)
    if content is None:
        return Pause()
    found, problems = decode(content if isinstance(content, dict) else {}, _File)
    naive = found is not None and found.until is not None and found.until.tzinfo is None
    if found is None or problems or naive or not isinstance(content, dict):
        return Pause(faulty=True)
    return Pause(found.reason, found.until, found.channels)


def holding(pauses: Iterable[Pause], channel: str, now: dt.datetime) -> Pause | None:
    """Return the pause that keeps a channel silent at a time."""
    return next((pause for pause in pauses if pause.holds(channel, now)), None)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: str = ""
    until: dt.datetime | None = None
    channels: tuple[str, ...] = ()
