"""Which post fills which slot: the nearest one that fits, up to three days away, each one once."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cmflow import cadences, walltime
from cmflow.schedule import Cadence, Entry, Kind, Slot

REACH = dt.timedelta(days=3)
"""How far a post may stand from the slot that it fills, where no other slot is nearer."""

MARGIN = dt.timedelta(days=31)
"""How much beyond a span one has to look, so that its first and last slots are the same for all."""


class _Match(NamedTuple):
    """A post that could fill a slot. They are taken in this order: nearest first."""

    days: int
    distance: dt.timedelta
    general: bool
    time: dt.datetime
    cadence: str
    post: str
    at: int
    slug: str


def fill(
    wanted: Sequence[Cadence],
    entries: Sequence[Entry],
    ideas: Sequence[Entry],
    since: dt.datetime,
    until: dt.datetime,
    now: dt.datetime,
    zone: dt.tzinfo,
) -> tuple[Slot, ...]:
    """Return the slots of a span, filled or not, in the order of time.

    A post fills one slot; slots of several cadences at the very same time are one place, so an
    interview on a Tuesday may be the Tuesday's article as well. `entries` should reach beyond the
    span by `MARGIN`. A gap of the past, which nobody can fill, names no ideas.
    """
    times = {
        cadence.id: list(cadences.slots(cadence, since - MARGIN, until + MARGIN, zone))
        for cadence in wanted
    }
    slugs = _matched(sorted(_matches(wanted, entries, times, zone)), times)
    found = []
    for cadence in wanted:
        fits = tuple(idea.slug for idea in ideas if idea_fits(idea, cadence))
        for index, time in enumerate(times[cadence.id]):
            slug = slugs.get((cadence.id, index), "")
            if since <= time < until:
                known = () if slug or time <= now else fits
                found.append(Slot(cadence.id, time, cadence.title, slug, known))
    return tuple(sorted(found, key=lambda slot: (slot.start, slot.cadence)))


def post_fits(entry: Entry, cadence: Cadence) -> bool:
    """Tell whether a post, or a note on the cadence's channel, is what a cadence wants."""
    if cadence.channel:
        if entry.kind is not Kind.NOTE or entry.channel != cadence.channel:
            return False
    elif entry.kind is not Kind.POST:
        return False
    return (
        cadence.series in ("", entry.series)
        and (not cadence.category or cadence.category in entry.categories)
        and cadence.intent in ("", entry.intent)
    )


def idea_fits(idea: Entry, cadence: Cadence) -> bool:
    """Tell whether an idea could become what a cadence wants; what it leaves open may still fit.

    A note needs a post first, so an idea fills no slot of a channel.
    """
    return (
        not cadence.channel
        and cadence.series in ("", idea.series)
        and (not cadence.category or not idea.categories or cadence.category in idea.categories)
        and (not cadence.intent or idea.intent in ("", cadence.intent))
    )


def _matches(
    wanted: Sequence[Cadence],
    entries: Sequence[Entry],
    times: dict[str, list[dt.datetime]],
    zone: dt.tzinfo,
) -> Iterator[_Match]:
    posts = [(walltime.begin(entry.start, zone), entry) for entry in entries]
    for cadence in wanted:
        slots = times[cadence.id]
        general = not (cadence.series or cadence.category or cadence.channel or cadence.intent)
        for when, entry in posts:
            if not slots or not post_fits(entry, cadence):
                continue
            whole = not isinstance(entry.start, dt.datetime)
            at = bisect.bisect_left(slots, when)
            for index in range(max(at - 1, 0), min(at + 2, len(slots))):
                slot = slots[index]
                days = abs((slot.date() - when.date()).days)
                distance = dt.timedelta(0) if whole and not days else abs(slot - when)
                if days == 0 or distance <= _reach(slots, index):
                    yield _Match(
                        days, distance, general, slot, cadence.id, entry.uid, index, entry.slug
                    )  # fmt: skip


def _reach(slots: Sequence[dt.datetime], index: int) -> dt.timedelta:
    """Return how far a slot reaches: to the middle between it and the next one."""
    near = slots[max(index - 1, 0) : index + 2]
    halves = [(after - before) / 2 for before, after in itertools.pairwise(near)]
    return min([REACH, *halves])


def _matched(
    matches: Iterable[_Match], times: dict[str, list[dt.datetime]]
) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    place: dict[str, dt.datetime] = {}
    for match in matches:
        slot = (match.cadence, match.at)
        time = times[match.cadence][match.at]
        if slot not in found and place.setdefault(match.post, time) == time:
            found[slot] = match.slug
    return found
