"""The feeds, read by three programs that we did not write; ids that stay, and a count of changes."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path

import calendars
import icalendar
import msgspec
import pytest
from calendars import NOW, a_calendar, a_post, at
from hypothesis import given
from hypothesis import strategies as st

from cmflow import ics
from cmflow.schedule import Entry, Kind, Stage

HERE = Path(__file__).parent
TEAM = ics.Feed("L’équipe", "ateliers.example", "Europe/Paris", public=False)
READERS = ics.Feed("Le journal", "ateliers.example", "Europe/Paris", public=True)
UNREADABLE = b"""\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:post/un@ateliers.example
SEQUENCE:many
DTSTAMP:yesterday
END:VEVENT
END:VCALENDAR
"""
LATER = NOW + dt.timedelta(days=2)


def feed(*entries: Entry, about=TEAM, now=NOW, former=b"", gaps=()) -> bytes:
    return ics.write(about, entries, calendars.labels(), now=now, gaps=gaps, former=former)


def everything(**more) -> bytes:
    calendar = a_calendar(a_post("mechant", "2026-11-26", Stage.PLANNED, calendars.WICKED))
    return feed(*calendar.entries, gaps=calendar.slots[2:], **more)


def events(data: bytes) -> dict[str, icalendar.Event]:
    return {str(e["uid"]): e for e in icalendar.Calendar.from_ical(data).walk("VEVENT")}


def only(data: bytes) -> icalendar.Event:
    (event,) = events(data).values()
    return event


def test_icalendar_reads_it_and_finds_no_error():
    made = icalendar.Calendar.from_ical(everything())
    assert made.errors == []
    assert [e.errors for e in made.walk("VEVENT") if e.errors] == []
    assert len(made.walk("VEVENT")) == len(a_calendar().entries) + 1 + 2


@pytest.mark.skipif(not shutil.which("node"), reason="no Node.js on this machine")
@pytest.mark.skipif(
    not (HERE / "web/node_modules/ical.js").is_dir(), reason="no npm when it was set up"
)
def test_ical_js_reads_the_same():
    judge = ["node", str(HERE / "judges" / "ical.mjs")]
    done = subprocess.run(judge, input=everything(), capture_output=True, check=False)
    assert done.stderr == b""
    read = {event["uid"]: event for event in json.loads(done.stdout)}
    ours = events(everything())
    assert set(read) == set(ours)
    assert {uid: e["title"] for uid, e in read.items()} == {
        uid: str(e["summary"]) for uid, e in ours.items()
    }
    assert read["post/fil@ateliers.example"]["start"] == "2026-11-24T08:00:00Z"
    assert read["observance/noel/2026-12-25@ateliers.example"]["end"] == "2026-12-26"
    assert {event["zone"] for event in read.values()} == {"UTC", "floating"}
    assert not any(event["recurs"] for event in read.values())


@pytest.fixture(scope="module")
def libical(tmp_path_factory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if not compiler or not Path("/usr/include/libical/ical.h").is_file():
        pytest.skip("no libical here: apt-get install gcc libical-dev")
    made = tmp_path_factory.mktemp("libical") / "restrictions"
    source = str(HERE / "judges" / "restrictions.c")
    subprocess.run([compiler, source, "-lical", "-o", str(made)], check=True)
    return made


@pytest.mark.parametrize("about", [TEAM, READERS], ids=["team", "readers"])
def test_libical_has_no_objection(libical, about):
    data = everything(about=about)
    done = subprocess.run([libical], input=data, capture_output=True, check=True)
    verdict = done.stdout.decode().splitlines()[-1]
    assert verdict == f"{len(events(data))} events, 0 errors, valid: 1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"DTSTART:", b"DTSTART:20260101T000000Z\r\nDTSTART:"),
        (b"DTSTART:2026", b"DTSTART:x026"),
        (b"CALSCALE", b"METHOD:PUBLISH\r\nCALSCALE"),  # why ours has none
    ],
)
def test_libical_objects_where_there_is_reason(libical, old, new):
    broken = feed(a_post("un", "2026-11-18", Stage.PUBLISHED)).replace(old, new, 1)
    done = subprocess.run([libical], input=broken, capture_output=True, check=True)
    assert not done.stdout.endswith(b" 0 errors, valid: 1\n")


def test_a_time_is_written_in_utc_and_a_day_as_a_day():
    event = only(feed(a_post("un", "2026-10-26", Stage.SCHEDULED)))  # the day after the change
    assert event["dtstart"].to_ical() == b"20261026T080000Z"
    event = only(feed(a_post("un", "2026-10-24", Stage.SCHEDULED)))  # the day before it
    assert event["dtstart"].to_ical() == b"20261024T070000Z"
    entry = Entry("absence/lea", Kind.ABSENCE, "Léa", dt.date(2026, 12, 20), dt.date(2027, 1, 5))
    event = only(feed(entry))
    assert (event.start, event.end) == (dt.date(2026, 12, 20), dt.date(2027, 1, 5))


def test_what_has_no_length_gets_half_an_hour():
    event = only(feed(a_post("un", "2026-11-24", Stage.SCHEDULED)))
    assert event.end - event.start == dt.timedelta(minutes=30)


def test_an_id_stays_and_its_sequence_grows_when_a_post_moves():
    first = feed(a_post("un", "2026-11-24", Stage.SCHEDULED))
    moved = feed(a_post("un", "2026-12-01", Stage.SCHEDULED), now=LATER, former=first)
    again = feed(a_post("un", "2026-12-02", Stage.SCHEDULED), now=LATER, former=moved)
    assert set(events(first)) == set(events(moved)) == {"post/un@ateliers.example"}
    assert [only(data)["sequence"] for data in (first, moved, again)] == [0, 1, 2]
    assert only(moved)["dtstamp"].dt == LATER.astimezone(dt.UTC)


def test_what_does_not_change_keeps_every_byte():
    first = everything()
    assert everything(now=LATER, former=first) == first


def test_only_what_changed_is_stamped_anew():
    one, two = (
        a_post("un", "2026-11-24", Stage.SCHEDULED),
        a_post("deux", "2026-11-25", Stage.DRAFTED),
    )
    first = feed(one, two)
    changed = msgspec.structs.replace(two, title="Deux fois")
    second = events(feed(one, changed, now=LATER, former=first))
    assert second["post/un@ateliers.example"]["sequence"] == 0
    assert second["post/deux@ateliers.example"]["sequence"] == 1


@pytest.mark.parametrize(
    "former",
    [
        b"garbage",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n",
        UNREADABLE,
    ],
)
def test_a_former_feed_that_cannot_be_read_said_nothing(former):
    entry = a_post("un", "2026-11-24", Stage.SCHEDULED)
    assert feed(entry, former=former) == feed(entry)


def test_readers_see_no_file_no_author_and_no_state():
    shown = a_post(
        "un", "2026-11-18", Stage.PUBLISHED, text="Le résumé.", url="https://a.example/un/"
    )
    event = only(feed(shown, about=READERS))
    assert (str(event["summary"]), str(event["description"])) == ("Un", "Le résumé.")
    assert event["url"] == "https://a.example/un/"
    assert b"posts/un.md" not in feed(shown, about=READERS)


def test_the_team_sees_how_far_a_post_has_come_and_where_it_is():
    event = only(feed(a_post("un", "2026-12-01", Stage.DRAFTED)))
    assert "(" in event["summary"]
    assert event["status"] == "TENTATIVE"
    assert event["description"].endswith("content/blog/posts/un.md:3")


def test_a_gap_is_in_the_feed_of_the_team():
    data = feed(gaps=calendars.SLOTS[2:3])
    assert set(events(data)) == {"slot/mardi/2026-12-08T0900@ateliers.example"}


def test_an_address_of_another_scheme_is_left_out():
    entry = a_post("un", "2026-11-18", Stage.PUBLISHED, url="javascript:alert(1)")
    assert "url" not in only(feed(entry))


def test_an_address_that_is_not_there_yet_is_left_out():
    entry = a_post("un", "2026-12-18", Stage.SCHEDULED, url="https://a.example/un/")
    assert "url" not in only(feed(entry))


def test_two_posts_of_one_slug_are_two_events():
    one = a_post("un", "2026-12-01", Stage.DRAFTED, "Un")
    other = a_post("un", "2026-12-02", Stage.DRAFTED, "Autre", path="content/blog/posts/autre.md")
    titles = {str(event["summary"]).split()[0] for event in events(feed(one, other)).values()}
    assert titles == {"Un", "Autre"}


def test_it_is_no_invitation():
    assert b"METHOD" not in everything()
    assert b"ORGANIZER" not in everything()


@given(st.text(), st.text())
def test_no_text_breaks_a_line(title, text):
    data = feed(a_post("un", "2026-11-18", Stage.PUBLISHED, title, text=text), about=READERS)
    assert len(events(data)) == 1
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_two_sites_never_share_an_id():
    assert ics.host_of("https://a.example/blog/", "Journal") == "a.example"
    assert ics.host_of("", "Le journal !") == "Lejournal"
    assert ics.host_of("", "") == "cmflow"


def test_the_order_is_that_of_time():
    late, early = at("2026-12-01 09:00"), at("2026-11-01 09:00")
    entries = (Entry("b", Kind.EVENT, "B", late), Entry("a", Kind.EVENT, "A", early))
    assert list(events(feed(*entries))) == ["a@ateliers.example", "b@ateliers.example"]
