"""Posts, notes, ideas, events and absences become one calendar; posts fill slots."""
# ruff: noqa: DTZ001  # clocks on a wall know no zone

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from planning import CADENCES, NOW, Blog, a_post, an_idea

from cmflow import check
from cmflow.schedule import Kind, Stage

QUICK = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
PUBLISHED, TO_COME = "2026-11-10T09:00:00+01:00", "2026-12-01T09:00:00+01:00"
RECEIPT = """\
network: "mastodon"
total: 1
parts:
- state: {state}
  key: "0123456789abcdef0123456789abcdef"
  created: 2026-11-12T07:00:00Z
  reserved: 2026-11-12T07:00:00Z
  id: "1"
  url: "https://m.example/1"
  digest: "0123456789abcdef"
  tries: 1
"""


def entry(made, uid):
    return next(entry for entry in made.entries if entry.uid == uid)


def filled(made):
    return [(s.cadence, f"{s.start:%m-%d}", s.slug) for s in made.slots]


@pytest.mark.parametrize(
    ("date", "lines", "stage"),
    [
        (PUBLISHED, [], Stage.PUBLISHED),
        (TO_COME, [], Stage.SCHEDULED),
        (TO_COME, ["draft: true"], Stage.DRAFTED),
        (TO_COME, ["draft: true", "approved: 2026-11-20"], Stage.APPROVED),
        (TO_COME, ["draft: true", "approved: 2026-11-22"], Stage.DRAFTED),
        (TO_COME, ["approved: 2026-11-20"], Stage.SCHEDULED),
        (PUBLISHED, ["draft: true"], Stage.DRAFTED),
        ("2026-11-21T11:00:00+01:00", [], Stage.PUBLISHED),
        ("2026-11-21T11:00:01+01:00", [], Stage.SCHEDULED),
        ("2026-11-21", [], Stage.PUBLISHED),
    ],
)
def test_how_far_a_post_has_come(tmp_path, date, lines, stage):
    made = Blog(tmp_path, voile=a_post("voile", date, *lines)).calendar()
    found = entry(made, "post/voile")
    assert found.stage is stage
    assert found.public == (stage is Stage.PUBLISHED)
    assert (found.path, found.line) == ("content/blog/posts/voile.md", 4)
    assert found.url == "https://ateliers.example/articles/voile/"


@pytest.mark.parametrize(("minute", "stage"), [(29, Stage.SCHEDULED), (30, Stage.PUBLISHED)])
def test_in_the_hour_that_comes_twice_the_instant_counts(tmp_path, minute, stage):
    blog = Blog(tmp_path, nuit=a_post("nuit", "2026-10-25T02:30:00+02:00"))
    blog.put("ideas/fil.md", an_idea("Quel fil ?"))
    blog.put("cadences.yml", "x: {every: dimanche 02:45, from: 2026-10-01}\n")
    before = blog.read(
        "2026-10-20", "2026-10-26", dt.datetime(2026, 10, 25, 0, minute, tzinfo=dt.UTC)
    )[0]
    assert entry(before, "post/nuit").stage is stage
    # An hour later the clocks show the same once more.
    after = blog.read(
        "2026-10-20", "2026-10-26", dt.datetime(2026, 10, 25, 1, minute, tzinfo=dt.UTC)
    )[0]
    assert entry(after, "post/nuit").stage is Stage.PUBLISHED
    assert after.now.date() == dt.date(2026, 10, 25)
    blog.path("nuit").unlink()
    gaps = [
        blog.read("2026-10-25", "2026-10-26", dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC))[0]
        .slots[0]
        .ideas
        for hour in (0, 1)
    ]
    assert gaps == [("fil",), ()]


def test_planned_is_an_idea_with_a_date(tmp_path):
    blog = Blog(tmp_path)
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "created: 2026-10-01", "authors: [lea]"))
    blog.put("ideas/sac.md", an_idea("Un sac", "date: 2026-12-01 9h", "series: quatre-mots"))
    made = blog.calendar()
    (idea,) = made.ideas
    assert (idea.uid, idea.stage, idea.start) == ("idea/fil", Stage.IDEA, dt.date(2026, 10, 1))
    planned = entry(made, "post/sac")
    assert (planned.stage, planned.series) == (Stage.PLANNED, "quatre-mots")
    assert planned.start.isoformat() == "2026-12-01T09:00:00+01:00"


def test_an_idea_that_became_a_post_waits_no_longer(tmp_path):
    blog = Blog(tmp_path, voile=a_post("voile", TO_COME))
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "post: voile", "date: 2026-12-15"))
    made = blog.calendar()
    assert made.ideas == ()
    assert [e.uid for e in made.entries if e.kind is Kind.POST] == ["post/voile"]


def test_what_is_not_on_the_base_has_at_most_been_approved(tmp_path):
    lines = ["approved: 2026-11-20"]
    blog = Blog(tmp_path, voile=a_post("voile", TO_COME), relu=a_post("relu", TO_COME, *lines))
    made = blog.calendar(landed=frozenset())
    assert entry(made, "post/voile").stage is Stage.DRAFTED
    assert entry(made, "post/relu").stage is Stage.APPROVED
    assert entry(blog.calendar(landed={"voile"}), "post/voile").stage is Stage.SCHEDULED


def test_a_note_has_a_time_of_its_own(tmp_path):
    note = ["notes:", "  mastodon: {text: Une voile, at: 2026-12-02T18:00:00+01:00}"]
    blog = Blog(
        tmp_path,
        voile=a_post("voile", TO_COME, *note),
        muet=a_post("muet", TO_COME, "notes: {mastodon: false}"),
    )
    blog.put("content/blog/posts/ancien.md", a_post("ancien", "2026-10-30T09:00:00+01:00"))
    made = blog.calendar("2026-10-01")
    (found,) = [e for e in made.entries if e.kind is Kind.NOTE]
    assert found.uid == "note/voile/mastodon"
    assert found.start.isoformat() == "2026-12-02T18:00:00+01:00"
    assert (found.stage, found.text) == (Stage.SCHEDULED, "Une voile")


@pytest.mark.parametrize(
    ("state", "stage", "day"),
    [(None, Stage.SCHEDULED, 10), ("sent", Stage.PUBLISHED, 12), ("gone", None, 0)],
)
def test_a_receipt_tells_whether_a_note_was_sent(tmp_path, state, stage, day):
    blog = Blog(tmp_path, voile=a_post("voile", PUBLISHED))
    if state:
        blog.put("content/community/receipts/voile/mastodon.yml", RECEIPT.format(state=state))
    found = [e for e in blog.calendar().entries if e.kind is Kind.NOTE]
    assert [(e.stage, e.start.day) for e in found] == ([(stage, day)] if stage else [])


def test_events_absences_pauses_and_reviews_stand_beside_the_posts(tmp_path):
    blog = Blog(tmp_path)
    blog.put(
        "events/tri.md",
        "---\ntitle: Le tri\nstart: 2026-11-24 14:00\nend: 2026-11-24 17:00\n"
        "rule: FREQ=MONTHLY;BYDAY=-1TU\n---\n",
    )
    blog.put("events/salon.md", "---\ntitle: Le salon\nevent:\n  start: 2026-12-05\n  end: 2026-12-06\n---\n")  # fmt: skip
    blog.put(
        "content/blog/events/fete.md",
        "---\ntitle: La fête\nevent: {start: 2026-12-12T18:00:00+01:00}\n---\n\nOn fête.\n",
    )
    blog.put("absences.yml", "lea: {from: 2026-12-24, to: 2027-01-03, reason: Congés}\n")
    blog.put("pause.yml", "reason: Silence\nuntil: 2026-11-23T09:00:00+01:00\n")
    blog.put("personas/voisine.md", "---\nname: La voisine\nreview: 2026-12-31\n---\n")
    made = blog.calendar()
    assert [(e.uid, e.start.isoformat()[:16], e.public) for e in made.entries] == [
        ("pause", "2026-11-21", False),
        ("event/plan/tri/2026-11-24", "2026-11-24T14:00", False),
        ("event/plan/salon", "2026-12-05", False),
        ("event/events/fete", "2026-12-12T18:00", True),
        ("absence/lea/2026-12-24", "2026-12-24", False),
        ("event/plan/tri/2026-12-29", "2026-12-29T14:00", False),
        ("review/persona/voisine", "2026-12-31", False),
        ("event/plan/tri/2027-01-26", "2027-01-26T14:00", False),
    ]
    assert entry(made, "absence/lea/2026-12-24").end == dt.date(2027, 1, 4)
    assert entry(made, "event/plan/salon").end == dt.date(2026, 12, 7)
    tri = entry(made, "event/plan/tri/2026-12-29")
    assert tri.end - tri.start == dt.timedelta(hours=3)


def test_what_began_before_the_span_is_in_it(tmp_path):
    blog = Blog(tmp_path)
    blog.put("absences.yml", "lea: {from: 2026-12-24, to: 2027-01-03}\n")
    assert len(blog.calendar("2027-01-03", "2027-01-04").entries) == 1
    assert blog.calendar("2027-01-04", "2027-01-05").entries == ()


# Slots


def test_a_post_fills_the_nearest_slot_up_to_three_days_away(tmp_path):
    blog = Blog(
        tmp_path,
        jour=a_post("jour", "2026-11-03T16:00:00+01:00"),
        tard=a_post("tard", "2026-11-12T09:00:00+01:00"),
        loin=a_post("loin", "2026-11-20T09:00:01+01:00"),
        minuit=a_post("minuit", "2026-11-24"),
    )
    blog.put("cadences.yml", CADENCES)
    assert filled(blog.calendar("2026-11-01", "2026-12-05")) == [
        ("mardi", "11-03", "jour"), ("mardi", "11-10", "tard"), ("mardi", "11-17", ""),
        ("mardi", "11-24", "minuit"), ("mardi", "12-01", ""),
    ]  # fmt: skip


def test_three_days_are_near_and_a_post_outside_of_the_span_counts(tmp_path):
    blog = Blog(tmp_path, tot=a_post("tot", "2026-11-21T09:00:00+01:00"))
    blog.put("cadences.yml", CADENCES)
    for since in ("2026-11-20", "2026-11-24"):
        assert filled(blog.calendar(since, "2026-11-25")) == [("mardi", "11-24", "tot")]


def test_two_posts_in_one_slot_leave_the_next_one_empty(tmp_path):
    blog = Blog(tmp_path, un=a_post("un", "2026-12-01T09:00:00+01:00"), deux=a_post("deux", "2026-12-01T10:30:00+01:00"))  # fmt: skip
    blog.put("cadences.yml", CADENCES)
    assert filled(blog.calendar("2026-12-01", "2026-12-09")) == [("mardi", "12-01", "un"), ("mardi", "12-08", "")]  # fmt: skip


def test_slots_at_one_time_are_one_place_and_others_are_not(tmp_path):
    blog = Blog(tmp_path, mot=a_post("mot", "2026-12-01T09:00:00+01:00", "series: quatre-mots"))
    more = "mots: {every: premier mardi du mois 09:00, series: quatre-mots, from: 2026-12-01}\n"
    blog.put("cadences.yml", CADENCES + more + "soir: {every: mardi 17:00, from: 2026-12-01}\n")
    assert filled(blog.calendar("2026-12-01", "2026-12-02")) == [
        ("mardi", "12-01", "mot"), ("mots", "12-01", "mot"), ("soir", "12-01", ""),
    ]  # fmt: skip


def test_a_cadence_is_filled_by_what_it_wants(tmp_path):
    note = ["notes: {mastodon: {text: Oui, at: 2026-12-03T18:00:00+01:00}}"]
    blog = Blog(
        tmp_path,
        promo=a_post("promo", TO_COME, "intent: promo", "categories: [Atelier]", *note),
    )
    blog.put(
        "cadences.yml",
        "a: {every: mardi 09:00, intent: help, from: 2026-12-01}\n"
        "b: {every: mardi 09:00, category: Atelier, from: 2026-12-01}\n"
        "c: {every: mardi 09:00, series: quatre-mots, from: 2026-12-01}\n"
        "d: {every: jeudi 18:00, channel: mastodon, from: 2026-12-01}\n",
    )
    assert filled(blog.calendar("2026-12-01", "2026-12-04")) == [
        ("a", "12-01", ""), ("b", "12-01", "promo"), ("c", "12-01", ""), ("d", "12-03", "promo"),
    ]  # fmt: skip


def test_a_gap_to_come_names_the_ideas_that_would_fit(tmp_path):
    blog = Blog(tmp_path)
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "created: 2026-10-02"))
    blog.put("ideas/mots.md", an_idea("Des mots", "created: 2026-10-01", "series: quatre-mots"))
    blog.put(
        "cadences.yml", CADENCES + "mots: {every: jeudi, series: quatre-mots, from: 2026-12-01}\n"
    )
    made = blog.calendar("2026-11-15", "2026-12-05")
    ideas = {(s.cadence, s.start.day): s.ideas for s in made.slots}
    assert ideas["mardi", 17] == (), "nobody can fill what is past"
    assert ideas["mardi", 24] == ("mots", "fil")
    assert ideas["mots", 3] == ("mots",)


def test_a_cadence_without_a_first_day_begins_with_the_oldest_post(tmp_path):
    blog = Blog(tmp_path, voile=a_post("voile", "2026-11-12T09:00:00+01:00"))
    blog.put("cadences.yml", "mardi: {every: mardi}\n")
    assert [s.start.day for s in blog.calendar("2026-11-01", "2026-11-26").slots] == [17, 24]


def test_nothing_is_missing_on_a_holiday(tmp_path):
    blog = Blog(tmp_path)
    blog.put("cadences.yml", "ven: {every: vendredi, from: 2026-12-01}\n")
    blog.put(
        "calendars/salons.ics",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261225\nSUMMARY:Noël\n"
        "CATEGORIES:Jours fériés\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    made = blog.calendar("2026-12-15", "2027-01-02")
    assert [s.start.day for s in made.slots] == [18, 1]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 23)), max_size=12), st.integers(0, 40))
@QUICK
def test_a_post_fills_one_place_and_no_slot_twice(tmp_path, times, cut):
    blog = Blog(tmp_path)
    for path in (tmp_path / "content/blog/posts").glob("*.md"):
        path.unlink()
    for number, (day, hour) in enumerate(times):
        when = dt.datetime(2026, 12, 1, hour) + dt.timedelta(days=day)
        blog.put(f"p{number}", a_post(f"p{number}", f"{when.isoformat()}+01:00"))
    blog.put("cadences.yml", CADENCES + "deux: {every: jeudi 10:00, from: 2026-12-01}\n")
    made = blog.calendar("2026-12-01", "2027-02-01")
    places = [slot.slug for slot in made.slots if slot.slug]
    assert len(places) == len(set(places))
    day = dt.date(2026, 12, 1) + dt.timedelta(days=cut)
    part = blog.calendar(day.isoformat(), "2027-02-01").slots
    assert part == tuple(slot for slot in made.slots if slot.start.date() >= day)


# Whatever people write

PLAN = ("cadences.yml", "absences.yml", "pause.yml", "ideas/x.md", "events/x.md", "calendars/x.ics", "personas/x.md")  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.dates()
    | st.datetimes() | st.sampled_from(["FREQ=DAILY", "mardi 09:00", "2026-12-01 9:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
KEYS = st.sampled_from(
    [
        "title",
        "every",
        "rule",
        "at",
        "from",
        "series",
        "category",
        "channel",
        "intent",
        "date",
        "created",
        "start",
        "end",
        "place",
        "event",
        "authors",
        "post",
        "to",
        "reason",
        "until",
        "channels",
    ]
)


@given(st.binary(max_size=300))
@example(b"\xff")
@example(b"a: &x [*x]")
@example(b"---\ntitle: x\ndate: 0001-01-01\n---\n")
@example(b"---\ntitle: x\nstart: 9999-12-31 23:59\nend: 9999-12-31\nrule: FREQ=DAILY\n---\n")
@example(b"x: {every: mardi, from: 9999-12-31}\ny: {rule: FREQ=DAILY, from: 0001-01-01}")
@example(b"lea: {from: 0001-01-01, to: 9999-12-31}")
@example(
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:99991231T235959Z\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR"
)
@QUICK
def test_no_bytes_of_a_plan_raise(tmp_path, data):
    blog = Blog(tmp_path)
    for name in PLAN:
        blog.put(name, data)
    blog.read()
    check.check(blog.config, NOW)


@given(st.dictionaries(st.text(max_size=5) | st.just("lea"), st.dictionaries(KEYS, VALUES, max_size=4), max_size=3))  # fmt: skip
@QUICK
def test_no_values_of_a_plan_raise(tmp_path, data):
    import yaml

    blog = Blog(tmp_path)
    text = yaml.safe_dump(data, allow_unicode=True)
    inner = yaml.safe_dump(next(iter(data.values()), {}), allow_unicode=True)
    for name in PLAN:
        blog.put(name, f"---\n{inner}---\n" if name.endswith(".md") else text)
    blog.read()
    check.check(blog.config, NOW)
