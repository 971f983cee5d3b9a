"""A calendar cut into days and weeks, the way people read one: pure, and without a word in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cmflow import walltime
from cmflow.schedule import Calendar, Entry, Kind, Moment, Slot, Stage

WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)
_MOMENT = dt.timedelta(microseconds=1)

UNFINISHED = (Stage.IDEA, Stage.PLANNED, Stage.DRAFTED, Stage.APPROVED)
"""The stages in which somebody has something to do before a post can appear."""


class Line(msgspec.Struct, frozen=True):
    """One line of a list: an entry or a gap, on the day on which the list shows it.

    What began before the list does stands on its first day. `channels` are those that tell of a
    post at the very time of the post.
    """

    day: dt.date
    entry: Entry | None = None
    gap: Slot | None = None
    channels: tuple[str, ...] = ()

    @property
    def start(self) -> Moment:
        """When it begins, be it before this day."""
        thing = self.entry or self.gap
        assert thing is not None  # noqa: S101  # a line is one or the other
        return thing.start


class Week(msgspec.Struct, frozen=True):
    """The seven days from a Monday, and what stands in them."""

    monday: dt.date
    lines: tuple[Line, ...]

    @property
    def sunday(self) -> dt.date:
        """The last day."""
        return self.monday + WEEK - _DAY

    @property
    def number(self) -> int:
        """The number of the week in its year, by ISO 8601."""
        return self.monday.isocalendar().week


def monday(day: dt.date) -> dt.date:
    """Return the first day of the week of a day."""
    return walltime.day(day) - dt.timedelta(days=walltime.day(day).weekday())


def first_day(thing: Entry | Slot) -> dt.date:
    """Return the day on which something begins, by the clock of the site's zone."""
    return walltime.day(thing.start)


def last_day(entry: Entry) -> dt.date:
    """Return the last day of an entry, which may be its first."""
    if entry.end is None:
        return first_day(entry)
    end = entry.end - (_MOMENT if isinstance(entry.end, dt.datetime) else _DAY)
    return max(first_day(entry), walltime.day(end))


def weeks(calendar: Calendar, first: dt.date, count: int) -> tuple[Week, ...]:
    """Return `count` weeks, from the one of the day `first`; an empty one is one too."""
    mondays = [monday(first) + at * WEEK for at in range(count)]
    return tuple(Week(day, lines(calendar, day, day + WEEK)) for day in mondays)


def lines(calendar: Calendar, since: dt.date, until: dt.date) -> tuple[Line, ...]:
    """Return what stands in the days from `since` to before `until`, in the order of time.

    Gaps of the past are left out: nobody can fill them.
    """
    shown = between(calendar, since, until)
    gaps = (Line(first_day(gap), gap=gap) for gap in missing(shown, until))
    found = [*_folded(shown.entries, since), *gaps]
    return tuple(sorted(found, key=_order))


def between(calendar: Calendar, since: dt.date, until: dt.date) -> Calendar:
    """Return a calendar of the days from `since` to before `until` alone."""
    return msgspec.structs.replace(
        calendar,
        entries=tuple(e for e in calendar.entries if first_day(e) < until and last_day(e) >= since),
        slots=tuple(slot for slot in calendar.slots if since <= first_day(slot) < until),
    )


def missing(calendar: Calendar, until: dt.date) -> tuple[Slot, ...]:
    """Return the gaps that can still be filled, from now to before a day."""
    return tuple(
        slot
        for slot in calendar.slots
        if slot.is_gap and slot.start >= calendar.now and first_day(slot) < until
    )


def late(calendar: Calendar) -> tuple[Entry, ...]:
    """Return the posts whose time has come while somebody still has to work on them."""
    return tuple(
        entry
        for entry in calendar.entries
        if entry.kind is Kind.POST and entry.stage in UNFINISHED and _is_over(entry, calendar.now)
    )


def published(calendar: Calendar, since: dt.date, until: dt.date) -> tuple[Entry, ...]:
    """Return the posts published in the days from `since` to before `until`, the newest first."""
    found = [
        entry
        for entry in calendar.entries
        if entry.kind is Kind.POST
        and entry.stage is Stage.PUBLISHED
        and since <= first_day(entry) < until
    ]
    return tuple(reversed(found))


def per_month(entries: Iterable[Entry]) -> dict[dt.date, int]:
    """Count posts by the first day of their month, without a hole from the first to the last."""
    days = sorted(first_day(entry) for entry in entries if entry.kind is Kind.POST)
    counts = dict.fromkeys(_months(days[0], days[-1]), 0) if days else {}
    for day in days:
        counts[day.replace(day=1)] += 1
    return counts


def _months(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield dt.date(month // 12, month % 12 + 1, 1)


def _folded(entries: Sequence[Entry], since: dt.date) -> Iterator[Line]:
    """Yield a line for each entry; a note of the very time of its post joins the post's line."""
    posts = {(e.slug, e.start) for e in entries if e.kind is Kind.POST and e.slug}
    told: dict[tuple[str, Moment], list[str]] = {}
    for entry in entries:
        if entry.kind is Kind.NOTE and (entry.slug, entry.start) in posts:
            told.setdefault((entry.slug, entry.start), []).append(entry.channel)
    for entry in entries:
        key = (entry.slug, entry.start)
        if entry.kind is Kind.NOTE and key in told:
            continue
        channels = told.get(key, []) if entry.kind is Kind.POST else []
        yield Line(max(first_day(entry), since), entry, channels=tuple(sorted(channels)))


def _order(line: Line) -> tuple[dt.date, bool, str, str]:
    """Sort by day; within one, whole days and what began before come first."""
    start = line.start
    timed = isinstance(start, dt.datetime) and walltime.day(start) == line.day
    clock = start.astimezone(dt.UTC).isoformat() if isinstance(start, dt.datetime) else ""
    return line.day, timed, clock if timed else "", line.entry.uid if line.entry else "~"


def _is_over(entry: Entry, now: dt.datetime) -> bool:
    if isinstance(entry.start, dt.datetime):
        return entry.start <= now
    return entry.start < now.date()
