"""What is missing, in each other's way or forgotten in a calendar: findings, and no I/O.

Each kind is a rule of `check`; here they are asked about a calendar that somebody has in hand.
"""

from __future__ import annotations

from cmflow.errors import Finding
from cmflow.judgement import (
    age,
    announcement,
    collision,
    contradiction,
    coverage,
    gap,
    hours,
    load,
    review,
    silence,
)
from cmflow.judgement.desk import Desk, window
from cmflow.library import Library
from cmflow.schedule import Calendar
from cmflow.settings import Settings

__all__ = ["judge", "window"]

_KINDS = (
    gap,
    collision,
    announcement,
    load,
    coverage,
    silence,
    age,
    review,
    hours,
    contradiction,
)


def judge(
    calendar: Calendar, settings: Settings, library: Library, config: str = ""
) -> tuple[Finding, ...]:
    """Return what is worth a look in the coming weeks, by kind; the calendar should span `window`.

    `config` is the text of `mkdocs.yml`, in which the lines of settings are looked up.
    """
    desk = Desk(calendar, settings, library, config)
    return tuple(finding for kind in _KINDS for finding in kind.find(desk))
