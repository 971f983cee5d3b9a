"""Slots of the coming weeks for which there is no post."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import Desk
from cmflow.schedule import Cadence, Slot

NAME = "calendar-gap"

_SHOWN = 3


def find(desk: Desk) -> Iterator[Finding]:
    """Yield one finding for each cadence with gaps."""
    for cadence in desk.calendar.cadences:
        gaps = [
            slot
            for slot in desk.calendar.slots
            if slot.cadence == cadence.id and slot.is_gap and desk.ahead(slot.start)
        ]
        if gaps:
            yield _finding(desk, cadence, gaps)


def _finding(desk: Desk, cadence: Cadence, gaps: list[Slot]) -> Finding:
    days = ", ".join(slot.start.date().isoformat() for slot in gaps)
    message = say("Nothing is planned for “{title}”: {days}.", title=cadence.title, days=days)
    ideas = {idea.slug: idea.title for idea in desk.calendar.ideas}
    titles = [ideas[slug] for slug in gaps[0].ideas if slug in ideas]
    if titles:
        shown = " · ".join(titles[:_SHOWN]) + (" …" if len(titles) > _SHOWN else "")
        day = gaps[0].start.date().isoformat()
        remedy = say(
            "Give an idea this date: cmflow schedule {slug} {day} · These would fit: {ideas}",
            ideas=shown, slug=gaps[0].ideas[0], day=day,
        )  # fmt: skip
    else:
        remedy = say("No idea that waits would fit. Keep one with: cmflow new idea")
    return Finding(NAME, cadence.path, cadence.line, message, remedy, Level.WARNING)
