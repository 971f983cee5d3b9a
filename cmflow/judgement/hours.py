"""Slots at an hour that the clocks skip, or show twice."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow import recurrence, walltime
from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import AHEAD, Desk

NAME = "date-doubtful"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield the slots of the coming weeks whose hour the clocks skip or show twice."""
    zone = desk.settings.zone
    since = desk.now.replace(tzinfo=None)
    for cadence in desk.calendar.cadences:
        walls = recurrence.expand(cadence.rule, cadence.start, since, since + AHEAD, zone)
        doubts = (walltime.doubt(wall, zone) for wall in walls)
        first = next((doubt for doubt in doubts if doubt is not None), None)
        if first is not None:
            remedy = say("Choose an hour of the day for “{title}”.", title=cadence.title)
            yield Finding(NAME, cadence.path, cadence.line, first, remedy, Level.WARNING)
