"""Which waiting idea would fit into which gap: a proposal, and nothing is written."""

from __future__ import annotations

import datetime as dt

import msgspec

from cmflow import away
from cmflow.schedule import Calendar, Entry, Slot


class Proposal(msgspec.Struct, frozen=True):
    """A gap, and the idea that would fill it best, where one waits."""

    slot: Slot
    idea: Entry | None = None


def propose(calendar: Calendar) -> tuple[Proposal, ...]:
    """Return one proposal for each gap to come, in the order of time; no idea is used twice.

    The gaps that fewest ideas would fit are served first, each with the idea that waited longest
    and whose authors are there on that day.
    Gaps of several cadences at the very same time are one place, and get one idea where it fits.
    """
    gaps = [slot for slot in calendar.slots if slot.is_gap and slot.start > calendar.now]
    ideas = {idea.slug: idea for idea in calendar.ideas}
    days_off = away.of(calendar)
    chosen: dict[tuple[str, dt.datetime], str] = {}
    at: dict[dt.datetime, str] = {}
    for slot in sorted(gaps, key=lambda gap: (len(gap.ideas), gap.start, gap.cadence)):
        fits = [s for s in slot.ideas if not days_off.keeps(ideas[s].authors, slot.start.date())]
        same = at.get(slot.start)
        slug = same if same in fits else next((s for s in fits if s not in at.values()), None)
        if slug is not None:
            chosen[slot.cadence, slot.start] = slug
            at.setdefault(slot.start, slug)
    return tuple(
        Proposal(slot, ideas.get(chosen.get((slot.cadence, slot.start), ""))) for slot in gaps
    )
