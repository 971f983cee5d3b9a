"""Rules expanded to dates: bounded in time whatever they say, and what is left out is told."""
# ruff: noqa: DTZ001  # clocks on a wall know no zone

from __future__ import annotations

import datetime as dt

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmflow import recurrence

START = dt.datetime(2026, 1, 6, 9)


def days(rule, since="2026-11-01", until="2027-01-01", start=START):
    bounds = (dt.datetime.fromisoformat(day) for day in (since, until))
    return [when.isoformat()[:16] for when in recurrence.expand(rule, start, *bounds, dt.UTC)]


def test_a_rule_within_a_span():
    assert days("FREQ=MONTHLY;BYDAY=1TU") == ["2026-11-03T09:00", "2026-12-01T09:00"]
    assert days("RRULE:freq=monthly;byday=-1FR") == ["2026-11-27T09:00", "2026-12-25T09:00"]
    assert days("FREQ=WEEKLY;COUNT=3") == []
    assert days("FREQ=DAILY;UNTIL=20261102") == ["2026-11-01T09:00", "2026-11-02T09:00"]
    assert days("FREQ=DAILY;UNTIL=20261102T090000Z")[-1:] == ["2026-11-02T09:00"]
    assert days("FREQ=DAILY;UNTIL=20261102T085959Z") == ["2026-11-01T09:00"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=HOURLY",
     "FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,10,20",
     "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=1;BYMINUTE="
     + ",".join(str(minute) for minute in range(60)) + ";BYHOUR=1,2,3"],
)  # fmt: skip
def test_a_rule_that_makes_a_million_dates(rule):
    message, _ = recurrence.fault(rule, START)
    assert "more than 1000 dates a year" in message.show()
    assert days(rule) == []


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYSETPOS=2;BYDAY=MO",
     "FREQ=DAILY;BYMONTH=13", "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=5", "FREQ=YEARLY;BYWEEKNO=60"],
)  # fmt: skip
def test_a_rule_that_never_comes_is_told_at_once(rule):
    message, _ = recurrence.fault(rule, START)
    assert "no date at all" in message.show()


@pytest.mark.parametrize(
    "rule",
    ["", "x", "FREQ=", "FREQ=FORTNIGHTLY", "BYDAY=TU", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;X=1",
     "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=99999999999",
     "FREQ=DAILY;UNTIL=demain", "FREQ=DAILY;UNTIL=20260231", "FREQ=DAILY;BYEASTER=0",
     "FREQ=DAILY;BYDAY=TU\nRDATE:20260101", "FREQ=MONTHLY;BYMONTHDAY=0;BYSETPOS=0"],
)  # fmt: skip
def test_no_rule_at_all(rule):
    assert recurrence.fault(rule, START) is not None
    assert days(rule) == []


def test_what_the_calendar_does_not_have_is_told():
    leap = dt.datetime(2028, 2, 29, 9)
    assert "leap years" in recurrence.remark("FREQ=YEARLY", leap).show()
    assert "leap years" in recurrence.remark("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", START).show()
    assert "day 31" in recurrence.remark("FREQ=MONTHLY;BYMONTHDAY=31", START).show()
    assert "day 30" in recurrence.remark("FREQ=MONTHLY", START.replace(day=30)).show()
    for sound in ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=5FR", "FREQ=WEEKLY;BYDAY=TU"):
        assert recurrence.remark(sound, START.replace(day=31)) is None
    assert days("FREQ=YEARLY", "2026-01-01", "2034-01-01", leap) == [
        "2028-02-29T09:00", "2032-02-29T09:00",
    ]  # fmt: skip


FREQ = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "INTERVAL": st.integers(1, 5).map(str),
        "BYDAY": st.sampled_from(["MO", "TU,FR", "WE,SA,SU"]),
        "BYMONTH": st.sampled_from(["1", "2,7", "11,12"]),
        "WKST": st.sampled_from(["MO", "SU"]),
    },
)


@given(FREQ, PARTS, st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2026, 12, 31)))
@example("YEARLY", {}, dt.datetime(2024, 2, 29, 9))
@settings(max_examples=60, deadline=None)
def test_worked_out_near_the_end_of_time_it_is_the_same(freq, parts, start):
    start = start.replace(second=0, microsecond=0)
    rule = ";".join([f"FREQ={freq}", *(f"{key}={value}" for key, value in parts.items())])
    since, until = dt.datetime(2026, 6, 1), dt.datetime(2027, 6, 1)
    expected = rrulestr(rule, dtstart=start).between(
        since, until - dt.timedelta(seconds=1), inc=True
    )
    assert list(recurrence.expand(rule, start, since, until, dt.UTC)) == expected


@given(st.text(max_size=30) | st.text("FREQ=DAILYBYMONTHUNTILCOUNT;,0123456789-", max_size=50))
@settings(max_examples=60, deadline=None)
def test_no_rule_raises(rule):
    recurrence.fault(rule, START)
    recurrence.remark(rule, START)
