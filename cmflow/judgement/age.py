"""Ideas that have waited for too long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import Desk
from cmflow.walltime import day

NAME = "idea-old"

OLD = dt.timedelta(weeks=26)
"""After so long nobody knows any more what was meant."""


def find(desk: Desk) -> Iterator[Finding]:
    """Yield the ideas that have grown old."""
    for idea in desk.calendar.ideas if desk.speaks else ():
        if desk.today - day(idea.start) > OLD:
            message = say("The idea “{title}” has waited since {day}.",
                          title=idea.title, day=day(idea.start).isoformat())  # fmt: skip
            remedy = say("Give it a date: cmflow schedule {slug} next-slot. Or delete it.",
                         slug=idea.slug)  # fmt: skip
            yield Finding(NAME, idea.path, idea.line, message, remedy, Level.WARNING)
