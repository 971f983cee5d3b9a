"""Posts in each other's way, on a holiday, or while nobody who signs them is there."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from cmflow import away
from cmflow.errors import Finding, Level, Message, say
from cmflow.judgement.desk import Desk
from cmflow.schedule import Entry
from cmflow.walltime import day

NAME = "calendar-collision"

NEAR = dt.timedelta(hours=1)
"""Two posts need at least so much time between them."""


def find(desk: Desk) -> Iterator[Finding]:
    """Yield every collision of the posts to come."""
    coming = sorted(desk.coming, key=lambda entry: (desk.begins(entry), entry.uid))
    for before, after in itertools.pairwise(coming):
        if desk.begins(after) - desk.begins(before) < NEAR:
            message = say("“{title}” appears within an hour of “{other}”.",
                          title=after.title, other=before.title)  # fmt: skip
            yield _finding(after, message)
    days_off = away.of(desk.calendar)
    for entry in coming:
        holiday = days_off.holiday(day(entry.start))
        if holiday:
            message = say("“{title}” appears on a holiday: {holiday}.",
                          title=entry.title, holiday=holiday)  # fmt: skip
            yield _finding(entry, message)
        names = days_off.everybody(entry.authors, day(entry.start))
        if names:
            message = say("“{title}” appears while nobody who signs it is there: {names}.",
                          title=entry.title, names=", ".join(names))  # fmt: skip
            yield _finding(entry, message)


def _finding(entry: Entry, message: Message) -> Finding:
    remedy = say("Move it: cmflow schedule {slug} next-slot", slug=entry.slug)
    return Finding(NAME, entry.path, entry.line, message, remedy, Level.WARNING)
