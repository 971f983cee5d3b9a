"""Times as people mean them: by the clock on the wall of a zone, in the nights of change as well.

An hour that the clocks skip is read with the offset before the change, so it comes later by as
much; of an hour that comes twice, the first is meant. Specification:
https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5.
"""

from __future__ import annotations

import datetime as dt
import re

from cmflow.errors import Message, say
from cmflow.schedule import Moment

_TYPED = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:(?:[ T]|\s+(?:at|à)\s+)\s*(\d{1,2})\s*(?::|[hH])\s*(\d{2})?(?::(\d{2}))?\s*"
    r"(Z|[+-]\d{2}:?\d{2})?)?"
)


YEARS = range(1900, 2200)
"""What people plan for and look back on; beyond it, zones have no rules and dates overflow."""


def at(wall: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Give a wall-clock time its zone; what comes out is a time that the clocks really show."""
    try:
        return wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC).astimezone(zone)
    except OverflowError:  # the first hours of year 1, the last ones of year 9999
        return wall.replace(tzinfo=zone)


def doubt(wall: dt.datetime, zone: dt.tzinfo) -> Message | None:
    """Say what is the matter with a wall-clock time that the clocks skip, or show twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or second is None or first == second:
        return None
    if first < second:
        return say(
            "There is no {time} on {day}, for the clocks go forward. It will be {then}.",
            time=f"{wall:%H:%M}", day=wall.date().isoformat(), then=f"{at(wall, zone):%H:%M}",
        )  # fmt: skip
    return say(
        "{time} comes twice on {day}, for the clocks go back. The first one is meant.",
        time=f"{wall:%H:%M}", day=wall.date().isoformat(),
    )  # fmt: skip


def typed(words: str) -> Moment | None:
    """Read a day or a time as a person types it: `2026-12-01`, `2026-12-01 9:00`, `… 9h30`.

    A time is naive unless it names its offset. Returns nothing where it is no day of any calendar.
    """
    found = _TYPED.fullmatch(words.strip())
    if found is None:
        return None
    day, hour, minute, second, offset = found.groups()
    try:
        if hour is None:
            return dt.date.fromisoformat(day)
        clock = f"{int(hour):02}:{minute or '00'}:{second or '00'}"
        return dt.datetime.fromisoformat(f"{day}T{clock}{offset or ''}")
    except ValueError:
        return None


def no_moment(words: str) -> Message:
    """Say why `typed` could not read what a person typed."""
    if _TYPED.fullmatch(words.strip()):
        return say("{words} does not exist.", words=words)
    return say("“{words}” is no day and no time.", words=words)


def moment(when: Moment, zone: dt.tzinfo) -> Moment:
    """Return a time by the clocks of a zone; a whole day stays one."""
    if not isinstance(when, dt.datetime):
        return when
    if when.tzinfo is None:
        return at(when, zone)
    try:
        return when.astimezone(zone)
    except OverflowError:
        return when.replace(tzinfo=zone)


def day(when: Moment) -> dt.date:
    """Return the day of a time or of a day."""
    return when.date() if isinstance(when, dt.datetime) else when


def fixed(when: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return a time as the clocks of a zone show it, with its offset instead of the zone.

    Python compares two times of one zone by their clocks, which is wrong in the hour that comes
    twice; a time with an offset is compared by the instant.
    """
    here = when.astimezone(zone)
    return here.replace(tzinfo=dt.timezone(here.utcoffset() or dt.timedelta(0)), fold=0)


def begin(when: Moment, zone: dt.tzinfo) -> dt.datetime:
    """Return when a moment begins: a day begins at midnight."""
    return when if isinstance(when, dt.datetime) else at(dt.datetime.combine(when, dt.time()), zone)
