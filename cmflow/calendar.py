"""The calendar: a pure function of what was written, what was planned, and a given `now`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from cmflow import entries, ledger_file, plan_files, slots, walltime
from cmflow.away import Away
from cmflow.errors import Finding
from cmflow.ledger import Pair, Receipt
from cmflow.library import Library
from cmflow.plan_files import Plans
from cmflow.scene import Receipts, Scene, holds
from cmflow.schedule import Calendar, Entry, Kind
from cmflow.settings import Settings

_FIRST = dt.date(walltime.YEARS[0], 1, 1) + dt.timedelta(days=366)
_FAR = dt.timedelta(days=366 * 20)
"""What recurs has no end, so nobody may ask for more of it than this."""


def read(
    settings: Settings,
    library: Library,
    now: dt.datetime,
    *,
    since: dt.date,
    until: dt.date,
    landed: Collection[str] | None = None,
) -> tuple[Calendar, tuple[Finding, ...]]:
    """Read the plan and make the calendar of the days from `since` to before `until`.

    Returns it with what is wrong in the files of the plan.
    """
    plans = plan_files.load(settings, library)
    made = make(
        settings, library, plans, now,
        since=since, until=until, receipts=_receipts(settings), landed=landed,
    )  # fmt: skip
    return made, plans.findings


def _receipts(settings: Settings) -> Receipts:
    """Read a receipt when it is asked for; one that makes no sense says nothing here."""
    folder = settings.community / "receipts"
    if not folder.is_dir():
        return _none

    def receipt(pair: Pair) -> Receipt | None:
        found = ledger_file.read(folder, pair)
        return found if isinstance(found, Receipt) else None

    return receipt


def _none(_pair: Pair) -> Receipt | None:
    return None


def make(
    settings: Settings,
    library: Library,
    plans: Plans,
    now: dt.datetime,
    *,
    since: dt.date,
    until: dt.date,
    receipts: Receipts = _none,
    landed: Collection[str] | None = None,
) -> Calendar:
    """Make the calendar of the days from `since` to before `until`, by the site's clocks.

    It reaches twenty years ahead at most. `receipts` finds what was sent; `landed` are the slugs
    that are on the base branch, where the site is one that proposes a change.
    """
    zone = settings.zone
    here = walltime.fixed(now, zone)
    since = max(since, _FIRST)
    until = max(min(until, here.date() + _FAR), since)
    first, last = (walltime.begin(day, zone) for day in (since, until))
    scene = Scene(
        settings, library, plans, here,
        first - slots.MARGIN, last + slots.MARGIN, receipts, landed,
    )  # fmt: skip
    found = sorted(entries.entries(scene), key=lambda entry: order(entry, zone))
    ideas = entries.waiting(scene)
    made = slots.fill(
        plans.cadences,
        [entry for entry in found if entry.kind in (Kind.POST, Kind.NOTE)],
        ideas, first, last, here, zone,
    )  # fmt: skip
    days_off = Away(found)
    return Calendar(
        here,
        tuple(e for e in found if holds(e.start, e.end, first, last, zone)),
        # Nobody wants a post on a holiday, so nothing is missing there.
        tuple(slot for slot in made if slot.slug or not days_off.holiday(slot.start.date())),
        ideas,
        plans.cadences,
    )


def order(entry: Entry, zone: dt.tzinfo) -> tuple[dt.datetime, str]:
    """Sort by time; of two entries at one time the uid decides."""
    return walltime.begin(entry.start, zone).astimezone(dt.UTC), entry.uid
