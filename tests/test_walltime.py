"""Nine stays nine: wall-clock times in every night of change, in four zones that differ."""
# ruff: noqa: DTZ001  # clocks on a wall know no zone

from __future__ import annotations

import datetime as dt
import os
import time
import zoneinfo

import factory
import msgspec
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from cmflow import calendar, walltime
from cmflow.library import Library
from cmflow.plan_files import Idea, Plans
from cmflow.schedule import Cadence, Recurring

# Lord Howe puts its clocks forward by half an hour.
ZONES = ("Europe/Paris", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe")
FIRST, LAST = dt.date(2024, 1, 1), dt.date(2029, 1, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days)]
AT_NIGHT = (dt.time(0, 0), dt.time(1, 30), dt.time(1, 45), dt.time(2, 15), dt.time(2, 30))


def planned(zone, *clocks, now=None, since=FIRST, until=LAST):
    """Make the calendar of a site that wants a post each day at some hours."""
    cadences = tuple(
        Cadence(f"c{clock:%H%M}", "Chaque jour", "FREQ=DAILY", dt.datetime.combine(FIRST, clock))
        for clock in clocks
    )
    weekly = Recurring(
        "event/plan/point", "Le point", walltime.at(dt.datetime(2024, 1, 6, 2, 30), zone),
        walltime.at(dt.datetime(2024, 1, 6, 4, 0), zone), rule="FREQ=WEEKLY;BYDAY=SU",
    )  # fmt: skip
    idea = Idea("i", "Une idée", None, walltime.at(dt.datetime(2026, 3, 29, 2, 30), zone), (), "", "", "", (), "", "", "i.md", 1)  # fmt: skip
    plans = Plans(cadences=cadences, events=(weekly,), ideas=(idea,))
    site = factory.settings(timezone=zone.key)
    now = now or dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
    library = Library((), (), {}, {}, {}, ())
    return calendar.make(site, library, plans, now, since=since, until=until)


@pytest.mark.parametrize("name", ZONES)
def test_nine_stays_nine_on_every_day_of_five_years(name):
    slots = planned(zoneinfo.ZoneInfo(name), dt.time(9)).slots
    assert [slot.start.date() for slot in slots] == DAYS
    assert {slot.start.time() for slot in slots} == {dt.time(9)}
    offsets = {slot.start.utcoffset() for slot in slots}
    assert len(offsets) == 2, "there are a summer and a winter"


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("clock", AT_NIGHT)
def test_an_hour_of_the_night_is_what_the_specification_says(name, clock):
    zone = zoneinfo.ZoneInfo(name)
    slots = planned(zone, clock).slots
    assert len(slots) == len(DAYS)
    for day, slot in zip(DAYS, slots, strict=True):
        wall = dt.datetime.combine(day, clock)
        # Another library's idea of the same rules: skipped hours come later, doubled ones first.
        expected = tz.resolve_imaginary(wall.replace(tzinfo=tz.gettz(name), fold=0))
        assert slot.start.astimezone(dt.UTC) == expected.astimezone(dt.UTC)
        there = slot.start.replace(tzinfo=None) == wall
        assert there == tz.datetime_exists(wall, tz.gettz(name))
        doubtful = not there or tz.datetime_ambiguous(wall, tz.gettz(name))
        assert bool(walltime.doubt(wall, zone)) == doubtful


def test_in_paris_half_past_two_comes_at_half_past_three():
    zone = zoneinfo.ZoneInfo("Europe/Paris")
    skipped, doubled = dt.datetime(2027, 3, 28, 2, 30), dt.datetime(2026, 10, 25, 2, 30)
    assert walltime.at(skipped, zone).isoformat() == "2027-03-28T03:30:00+02:00"
    assert walltime.at(doubled, zone).isoformat() == "2026-10-25T02:30:00+02:00"
    assert "There is no 02:30 on 2027-03-28" in walltime.doubt(skipped, zone).show()
    assert "02:30 comes twice on 2026-10-25" in walltime.doubt(doubled, zone).show()


def test_on_lord_howe_the_clocks_skip_half_an_hour():
    zone = zoneinfo.ZoneInfo("Australia/Lord_Howe")
    skipped = dt.datetime(2026, 10, 4, 2, 15)
    assert walltime.at(skipped, zone).isoformat() == "2026-10-04T02:45:00+11:00"
    assert walltime.doubt(dt.datetime(2026, 10, 4, 2, 30), zone) is None


def changes(zone):
    """Return the days around every change of the clocks."""
    noon = [dt.datetime.combine(day, dt.time(12), zone).utcoffset() for day in DAYS]
    turns = [at for at in range(1, len(DAYS)) if noon[at] != noon[at - 1]]
    return [DAYS[at + offset] for at in turns for offset in (-1, 0, 1)]


@pytest.mark.parametrize("name", ZONES)
def test_whenever_one_looks_the_slots_are_the_same(name):
    zone = zoneinfo.ZoneInfo(name)
    clocks = (dt.time(2, 15), dt.time(9))
    whole = {(slot.cadence, slot.start) for slot in planned(zone, *clocks).slots}
    days = changes(zone)
    assert len(days) == 3 * 2 * 5
    for day in days:
        for hour in (0, 1, 13, 15, 16):
            now = dt.datetime.combine(day, dt.time(hour, 20), dt.UTC)
            made = planned(zone, *clocks, now=now, since=day, until=day + dt.timedelta(days=1))
            assert {(s.cadence, s.start) for s in made.slots} <= whole
            assert len(made.slots) == 2
            assert made.now == now
            assert made.now.utcoffset() == now.astimezone(zone).utcoffset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this machine cannot change its zone")
def test_the_zone_of_the_machine_changes_no_byte(monkeypatch):
    def written():
        return [
            msgspec.json.encode(planned(zoneinfo.ZoneInfo(name), dt.time(2, 30), dt.time(9)))
            for name in ZONES
        ]

    here = written()
    try:
        for name in ("UTC", "Pacific/Kiritimati", "America/St_Johns", "Europe/Paris", "XYZ-14:59"):
            monkeypatch.setitem(os.environ, "TZ", name)
            time.tzset()
            assert written() == here, name
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2026-12-01", dt.date(2026, 12, 1)),
        ("2026-12-01 09:00", dt.datetime(2026, 12, 1, 9)),
        (" 2026-12-01T9:00 ", dt.datetime(2026, 12, 1, 9)),
        ("2026-12-01 9h", dt.datetime(2026, 12, 1, 9)),
        ("2026-12-01 à 9 h 30", dt.datetime(2026, 12, 1, 9, 30)),
        ("2026-12-01 09:00:00", dt.datetime(2026, 12, 1, 9)),
        ("2026-12-01T09:00:00Z", dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)),
        ("2026-12-01T09:00+01:00", dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)),
        ("2027-02-29", None), ("2026-12-01 26:00", None), ("demain", None), ("", None),
        ("01/12/2026", None),
    ],
)  # fmt: skip
def test_times_as_people_type_them(words, meant):
    assert walltime.typed(words) == meant


@given(st.text(max_size=30) | st.from_regex(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d", fullmatch=True))
def test_no_words_raise(words):
    walltime.typed(words)


@given(st.datetimes(), st.sampled_from(ZONES))
def test_no_time_raises(wall, name):
    zone = zoneinfo.ZoneInfo(name)
    walltime.at(wall, zone)
    walltime.doubt(wall, zone)
