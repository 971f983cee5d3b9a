"""What the entries of a calendar are made from, and the span of time in which they lie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import msgspec

from cmflow import walltime
from cmflow.ledger import Pair, Receipt
from cmflow.library import Library
from cmflow.plan_files import Plans
from cmflow.schedule import Moment
from cmflow.settings import Settings

Receipts = Callable[[Pair], Receipt | None]
"""Finds the receipt of a note; of most notes nobody asks for it."""

_DAY = dt.timedelta(days=1)


class Scene(msgspec.Struct, frozen=True):
    """What entries are made from. `since` and `until` are aware, `until` is exclusive."""

    settings: Settings
    library: Library
    plans: Plans
    now: dt.datetime
    since: dt.datetime
    until: dt.datetime
    receipts: Receipts
    landed: Collection[str] | None

    @property
    def zone(self) -> dt.tzinfo:
        """The zone of the site's clocks."""
        return self.settings.zone


def holds(
    start: Moment, end: Moment | None, since: dt.datetime, until: dt.datetime, zone: dt.tzinfo
) -> bool:
    """Tell whether something takes place in a span; a day without an end lasts one day."""
    first = walltime.begin(start, zone)
    if first >= until:
        return False
    if end is not None:
        return walltime.begin(end, zone) > since or first >= since
    return first >= since or (not isinstance(start, dt.datetime) and first > since - _DAY)


def line_of(text: str, key: str) -> int:
    """Find the line of a key of the front matter; `Source.line_of` reads YAML, which is slow."""
    if text.startswith(f"{key}:"):
        return 1
    at = text.find(f"\n{key}:")
    return text.count("\n", 0, at + 1) + 1 if at >= 0 else 1
