"""Calendars of other people's programs: what can be read is kept, what is broken is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning import Blog

from cmflow import ics_read
from cmflow.schedule import HOLIDAY

FILE = "content/plan/calendars/salons.ics"
NEW_YORK = """\
BEGIN:VTIMEZONE
TZID:Heure de chez nous
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
"""


def ics(*events, before="", ending="\r\n"):
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//FR\n{before}{inner}END:VCALENDAR\n"
    return text.replace("\n", ending).encode()


def shown(tmp_path, data, since="2026-11-01", until="2027-02-01", name="salons"):
    blog = Blog(tmp_path)
    blog.put(f"calendars/{name}.ics", data)
    made, found = blog.read(since, until)
    entries = [(e.start.isoformat()[:16], e.title) for e in made.entries]
    return entries, [(f.line, f.message.show()) for f in found]


def test_an_event_of_a_zone_of_its_own_comes_at_our_hour(tmp_path):
    event = "UID:1\nDTSTART;TZID=Heure de chez nous:20261101T100000\nRRULE:FREQ=WEEKLY;COUNT=2\nSUMMARY:Là-bas"
    entries, found = shown(tmp_path, ics(event, before=NEW_YORK))
    assert entries == [("2026-11-01T16:00", "Là-bas"), ("2026-11-08T16:00", "Là-bas")]
    assert found == []


@pytest.mark.parametrize(
    ("start", "there"),
    [
        ("DTSTART:20261103T100000Z", "2026-11-03T11:00"),
        ("DTSTART:20261103T100000", "2026-11-03T10:00"),
        ("DTSTART;TZID=America/New_York:20261103T100000", "2026-11-03T16:00"),
        ("DTSTART;TZID=Eastern Standard Time:20261103T100000", "2026-11-03T16:00"),
        ('DTSTART;TZID="/freeassociation.sourceforge.net/Europe/London":20261103T100000', "2026-11-03T11:00"),
        ("DTSTART;VALUE=DATE:20261103", "2026-11-03"),
        ("DTSTART:20261103", "2026-11-03"),
    ],
)  # fmt: skip
def test_the_ways_in_which_programs_write_a_beginning(tmp_path, start, there):
    entries, found = shown(tmp_path, ics(f"UID:1\n{start}\nSUMMARY:Le salon"))
    assert entries == [(there, "Le salon")]
    assert found == []


def test_an_unknown_zone_is_named_and_our_clocks_are_meant(tmp_path):
    entries, found = shown(
        tmp_path, ics("UID:1\nDTSTART;TZID=Nulle part:20261103T100000\nSUMMARY:Là")
    )
    assert entries == [("2026-11-03T10:00", "Là")]
    assert found == [
        (
            4,
            "Nobody knows the zone “Nulle part” of an event: its time is taken for one of your clocks.",
        )
    ]


def test_what_recurs_with_its_exceptions(tmp_path):
    zone = "TZID=Europe/Paris"
    base = f"UID:1\nDTSTART;{zone}:20261103T100000\nDURATION:PT2H\nRRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;{zone}:20261110T100000\nRDATE;{zone}:20261112T100000\nSUMMARY:Le point"
    moved = f"UID:1\nRECURRENCE-ID;{zone}:20261117T100000\nDTSTART;{zone}:20261118T150000\nSUMMARY:Le point, décalé"
    gone = f"UID:1\nRECURRENCE-ID;{zone}:20261124T100000\nDTSTART;{zone}:20261124T100000\nSTATUS:CANCELLED"
    entries, found = shown(tmp_path, ics(base, moved, gone))
    assert entries == [
        ("2026-11-03T10:00", "Le point"), ("2026-11-12T10:00", "Le point"),
        ("2026-11-18T15:00", "Le point, décalé"), ("2026-12-01T10:00", "Le point"),
    ]  # fmt: skip
    assert found == []


def test_whole_days_that_come_every_year(tmp_path):
    event = "UID:noel\nDTSTART;VALUE=DATE:20101225\nDTEND;VALUE=DATE:20101227\nRRULE:FREQ=YEARLY\nSUMMARY:Noël"
    data = ics(event)
    made = Blog(tmp_path)
    made.put("calendars/x.ics", data)
    (found,) = made.calendar().entries
    assert (found.start, found.end) == (dt.date(2026, 12, 25), dt.date(2026, 12, 27))
    assert found.uid == "observance/x/noel/2026-12-25"
    assert found.path == "content/plan/calendars/x.ics"


@pytest.mark.parametrize(
    ("name", "categories", "off"),
    [("jours-feries", "", True), ("Jours fériés", "", True), ("holidays-fr", "", True),
     ("salons", "", False), ("salons", "CATEGORIES:Public Holiday\n", True),
     ("salons", "CATEGORIES:Salon,Jour férié\n", True), ("salons", "CATEGORIES:Salon\n", False)],
)  # fmt: skip
def test_holidays_are_told_by_the_file_or_by_the_event(tmp_path, name, categories, off):
    event = f"UID:1\nDTSTART;VALUE=DATE:20261225\n{categories}SUMMARY:Noël"
    blog = Blog(tmp_path)
    blog.put(f"calendars/{name}.ics", ics(event))
    (found,) = blog.calendar().entries
    assert (HOLIDAY in found.categories) == off


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_what_is_broken_is_left_out_and_named(tmp_path, ending):
    good = "UID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Bon\n  et long"
    bad = "UID:2\nDTSTART;VALUE=DATE:demain\nSUMMARY:Jamais"
    endless = "UID:3\nDTSTART:20261130T100000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:Toujours"
    data = ics(good, bad, endless, before="rien du tout\n suite\n", ending=ending)
    entries, found = shown(tmp_path, data)
    assert entries == [("2026-11-30T11:00", "Toujours"), ("2026-12-25", "Bon et long")]
    assert found == [
        (4, "This line is no line of a calendar, and is left out."),
        (12, "An event is left out: its day or its time cannot be read."),
        (17, "Of an event only the first time is kept. “FREQ=SECONDLY” makes more than 1000 dates a year."),
    ]  # fmt: skip


def test_events_of_one_id_are_kept_apart(tmp_path):
    entries, _ = shown(
        tmp_path,
        ics(*(f"UID:1\nDTSTART;VALUE=DATE:202612{day}\nSUMMARY:Jour" for day in (24, 25, 26))),
    )
    assert [day for day, _ in entries] == ["2026-12-24", "2026-12-25", "2026-12-26"]


def test_an_event_with_neither_id_nor_name(tmp_path):
    entries, found = shown(tmp_path, ics("DTSTART;VALUE=DATE:20261225"))
    assert (entries, found) == ([("2026-12-25", "salons")], [])


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff", b"<html></html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"]
)
def test_no_calendar_at_all(data):
    made, found = ics_read.parse(data, FILE)
    assert made == []
    assert found[-1].rule == "calendar-import"


ZONED = ics(
    "UID:1\nDTSTART;TZID=Heure de chez nous:20261103T100000\nRRULE:FREQ=DAILY\n"
    "EXDATE:20261104T100000Z\nCATEGORIES:a,b\nDURATION:PT1H",
    before=NEW_YORK,
)
STRANGE = (
    "DTEND:20200101", "RRULE:FREQ=DAILY;UNTIL=2026", "RDATE;VALUE=PERIOD:20261103T100000Z/PT1H",
    "RECURRENCE-ID:20261103T090000Z", "DTSTART;VALUE=DATE:00010101", "EXDATE:x", "DURATION:-P1D",
    "DTSTART;TZID=Nulle part:20261103T100000", " suite", 'SUMMARY;X="a:b', "CATEGORIES:", "UID:",
    "URL:javascript:alert(1)", "DTSTART:99991231T235959Z", "RRULE:", "DTEND;VALUE=DATE:20261101",
)  # fmt: skip
LINES = st.sampled_from([*ZONED.decode().splitlines(), *STRANGE])


@given(st.lists(LINES, max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_lines_in_no_order_raise(lines):
    data = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"])
    ics_read.parse(data.encode(), FILE)


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_bytes_raise(data):
    ics_read.parse(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + data, FILE)


REAL = sorted(Path(icalendar.__file__).parent.rglob("*.ics"))


def test_calendars_that_real_programs_wrote_survive(tmp_path):
    """Those that the icalendar package keeps: of Google, Apple, Outlook, and broken ones of trackers."""
    read, told = 0, 0
    for path in REAL:
        data = path.read_bytes()
        events, findings = ics_read.parse(data, path.name)
        begun = data.upper().replace(b"\r", b"").count(b"BEGIN:VEVENT\n")
        assert len(events) + len(findings) > 0 or not begun, path.name
        read += len(events)
        told += len(findings)
        blog = Blog(tmp_path / path.name)
        blog.put(f"calendars/{path.stem}.ics", data)
        made, _ = blog.read("2000-01-01", "2030-01-01")
        uids = [entry.uid for entry in made.entries]
        assert len(set(uids)) == len(uids), path.name
    assert len(REAL) > 150
    assert read > 100
    assert told > 5
