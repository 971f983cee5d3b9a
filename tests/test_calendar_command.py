"""`cmflow calendar`, from files to files; and what readers may see of it, which is not the plan."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess

import factory
import icalendar
import pytest
import time_machine
from sites import a_post, built, front, make_site

from cmflow import calendar_desk, cli, public_calendar
from cmflow.cli import speech

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
PARIS = dt.timezone(dt.timedelta(hours=1))

CADENCES = "mardi:\n  title: L’article du mardi\n  every: Tuesday 09:00\n  from: 2026-11-03\n"
FILES = {
    "blog/posts/un.md": a_post("un", date=dt.datetime(2026, 11, 17, 9, tzinfo=PARIS)),
    "blog/posts/deux.md": a_post("deux", date=dt.datetime(2026, 12, 1, 9, tzinfo=PARIS)),
    "blog/posts/trois.md": a_post("trois", date=dt.datetime(2026, 12, 15, 9, tzinfo=PARIS), draft=True),
    "plan/cadences.yml": CADENCES,
    "plan/ideas/quatre.md": front("Du vent.", title="Quatre", created=dt.date(2026, 10, 1)),
}  # fmt: skip


@pytest.fixture
def site(tmp_path, monkeypatch):
    make_site(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def spoken():
    with time_machine.travel(NOW, tick=False):
        yield
    speech.speak("en")


def run(capsysbinary, *words: str) -> tuple[int, str, str]:
    capsysbinary.readouterr()
    speech.speak("en")
    code = cli.run(["calendar", *words])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_it_shows_six_weeks_with_their_gaps(site, capsysbinary):
    code, out, _ = run(capsysbinary)
    assert code == 0
    assert out.splitlines()[0].startswith("Saturday, November 21, 2026 · 3 gaps")
    assert out.count("\nWeek ") == 6
    assert "→ would fit: Quatre (quatre)" in out


def test_a_span_can_be_asked_for(site, capsysbinary):
    _, out, _ = run(capsysbinary, "--since", "2026-12-14", "--until", "2026-12-21")
    assert out.count("\nWeek ") == 1
    assert "Trois" in out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--since", "tomorrow"), "Write a day like 2026-12-01."),
        (("--since", "2026-02-30"), "Write a day like 2026-12-01."),
        (("--since", "2026-12-01", "--until", "2026-12-01"), "--until must be after --since."),
        (("--check", "--write"), "These options do not go together."),
        (("--write", "--since", "2026-12-01"), "These options do not go together."),
        (("--fill", "--format", "json"), "These options do not go together."),
        (("--to", "x"), "--to belongs to --write."),
        (("--format", "pdf"), "'pdf' is not one of"),
    ],
)
def test_wrong_use_is_named(site, capsysbinary, words, complaint):
    code, out, err = run(capsysbinary, *words)
    assert (code, out) == (2, "")
    assert complaint in err


def test_every_format_is_data_on_stdout(site, capsysbinary):
    made = {form: run(capsysbinary, "--format", form)[1] for form in calendar_desk.FORMATS}
    assert "November 2026" in made["month"]
    assert made["html"].startswith("<!doctype html>")
    assert made["md"].startswith("# ")
    assert len(icalendar.Calendar.from_ical(made["ics"]).walk("VEVENT")) > 3
    rows = list(csv.DictReader(io.StringIO(made["csv"].removeprefix("\ufeff"))))
    data = json.loads(made["json"])
    assert {row["uid"] for row in rows} - {""} == {entry["uid"] for entry in data["entries"]}
    assert {e["uid"]: e["state"] for e in data["entries"] if e["kind"] == "post"} == {
        "post/un": "published",
        "post/deux": "scheduled",
        "post/trois": "drafted",
    }


def test_a_feed_on_stdout_keeps_its_line_breaks(site, capsysbinary):
    _, out, _ = run(capsysbinary, "--format", "ics")
    assert "\n" not in out.replace("\r\n", "")


def test_it_writes_its_files_and_the_second_time_nothing_changes(site, capsysbinary):
    code, out, err = run(capsysbinary, "--write")
    assert (code, out.split()) == (
        0,
        ["content/plan/CALENDAR.md", ".cmflow/calendar/calendar.html", ".cmflow/calendar/team.ics"],
    )
    assert "calendar.html in a browser." in err
    before = {name: (site / name).stat().st_mtime_ns for name in out.split()}
    assert run(capsysbinary, "--write")[1] == out
    assert {name: (site / name).stat().st_mtime_ns for name in before} == before


def test_the_files_of_the_team_go_where_one_wants_them(site, capsysbinary, tmp_path):
    folder = tmp_path / "ailleurs"
    code, _, _ = run(capsysbinary, "--write", "--to", str(folder))
    assert code == 0
    assert {path.name for path in folder.iterdir()} == {"calendar.html", "team.ics"}
    assert not (site / ".cmflow" / "calendar").exists()


def test_the_files_speak_the_language_of_the_site(site, capsysbinary):
    run(capsysbinary, "--write")
    assert '<html lang="fr">' in (site / ".cmflow/calendar/calendar.html").read_text("utf-8")


def test_check_fails_while_the_file_says_something_else(site, capsysbinary):
    assert run(capsysbinary, "--check")[0] == 1
    run(capsysbinary, "--write")
    assert run(capsysbinary, "--check")[0] == 0
    path = site / "content" / "plan" / "ideas" / "quatre.md"
    path.write_text(path.read_text("utf-8").replace("title: Quatre", "title: Cinq"), "utf-8")
    code, out, err = run(capsysbinary, "--check")
    assert (code, out) == (1, "")
    assert "content/plan/CALENDAR.md" in err
    assert "cmflow calendar --write" in err


def test_check_does_not_care_for_the_day_of_the_week_but_for_the_week(site, capsysbinary):
    run(capsysbinary, "--write")
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert run(capsysbinary, "--check")[0] == 0
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        assert run(capsysbinary, "--check")[0] == 1


def test_a_moved_post_keeps_its_id_in_the_feed_of_the_team(site, capsysbinary):
    run(capsysbinary, "--write")
    path = site / "content" / "blog" / "posts" / "deux.md"
    path.write_text(path.read_text("utf-8").replace("2026-12-01", "2026-12-02"), "utf-8")
    run(capsysbinary, "--write")
    data = (site / ".cmflow/calendar/team.ics").read_bytes()
    events = {str(e["uid"]): e for e in icalendar.Calendar.from_ical(data).walk("VEVENT")}
    assert events["post/deux@essai.example"]["sequence"] == 1
    assert events["post/un@essai.example"]["sequence"] == 0


def test_fill_proposes_and_writes_only_when_told(site, capsysbinary):
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    code, out, _ = run(capsysbinary, "--fill")
    assert code == 0
    assert 'cmflow schedule quatre "2026-11-24 09:00"' in out
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    code, out, _ = run(capsysbinary, "--fill", "--write")
    assert code == 0
    assert any("quatre" in line for line in out.splitlines())
    assert 'cmflow schedule quatre "2026-11-24 09:00"' not in run(capsysbinary, "--fill")[1]


def test_diff_says_what_a_branch_changes(site, capsysbinary):
    def git(*words: str) -> None:
        who = ["-c", "user.name=Léa", "-c", "user.email=lea@example.org"]
        subprocess.run(["git", *who, *words], cwd=site, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "Avant")
    assert run(capsysbinary, "--diff", "main")[:2] == (0, "")
    path = site / "content" / "blog" / "posts" / "deux.md"
    path.write_text(path.read_text("utf-8").replace("2026-12-01", "2026-12-08"), "utf-8")
    code, out, _ = run(capsysbinary, "--diff", "main")
    assert code == 0
    assert "Deux" in out


def test_a_site_without_a_plan_has_a_calendar(tmp_path, monkeypatch, capsysbinary):
    make_site(tmp_path, {"blog/posts/un.md": FILES["blog/posts/un.md"]})
    monkeypatch.chdir(tmp_path)
    code, out, _ = run(capsysbinary)
    assert code == 0
    assert "Un" in out


# --- What readers see ---


def public(posts=(), pages=(), former=b"", **changes) -> dict[str, icalendar.Event]:
    data = public_calendar.feed(factory.site(posts, pages=pages, **changes), former)
    return {str(e["uid"]): e for e in icalendar.Calendar.from_ical(data).walk("VEVENT")}


def test_the_public_feed_holds_posts_and_events_of_a_year():
    page = factory.page("events/fete.md", title="Fête", event=factory.event(place="Lorient"))
    posts = (
        factory.post("neuf", day="2026-11-01", summary="Court."),
        factory.post("vieux", day="2024-01-01"),
    )
    found = public(posts, (page,))
    assert set(found) == {"post/neuf@ateliers.example", "event/events/fete@ateliers.example"}
    post = found["post/neuf@ateliers.example"]
    assert (str(post["summary"]), str(post["description"])) == ("Neuf", "Court.")
    assert post["url"] == "https://ateliers.example/journal/articles/neuf/"
    assert found["event/events/fete@ateliers.example"]["location"] == "Lorient"


def test_the_public_feed_is_the_same_on_every_machine_and_day():
    site = factory.site((factory.post("un"),))
    first = public_calendar.feed(site)
    site.moment += dt.timedelta(days=20)
    assert public_calendar.feed(site) == first


def test_an_event_that_moves_is_counted():
    was = factory.page("events/fete.md", event=factory.event())
    now = factory.page("events/fete.md", event=factory.event("2026-12-06T10:00:00+01:00", ""))
    former = public_calendar.feed(factory.site(pages=(was,)))
    (event,) = public(pages=(now,), former=former).values()
    assert event["sequence"] == 1


def test_the_rows_of_a_page_are_what_comes_and_then_month_by_month():
    coming = factory.page("events/fete.md", title="Fête", event=factory.event())
    past = factory.event("2026-06-13T14:00:00+02:00", "2026-06-13T18:00:00+02:00")
    over = factory.page("events/avant.md", title="Avant", event=past)
    posts = [factory.post(day, day=day) for day in ("2026-06-01", "2026-10-06", "2026-10-20")]
    ahead, months = public_calendar.rows(factory.site(posts, pages=(coming, over)))
    assert [row.thing.title for row in ahead] == ["Fête"]
    assert [(day.isoformat(), [row.thing.title for row in rows]) for day, rows in months] == [
        ("2026-10-01", ["2026 10 20", "2026 10 06"]),
        ("2026-06-01", ["Avant", "2026 06 01"]),
    ]


def test_nothing_of_the_plan_shows_on_a_page_or_in_the_public_feed(tmp_path):
    canary = "CANARY"
    config = make_site(
        tmp_path,
        {
            "blog/posts/un.md": FILES["blog/posts/un.md"],
            "blog/posts/cache.md": a_post("cache", title=f"{canary}-draft", draft=True),
            "blog/posts/tard.md": a_post(
                "tard", title=f"{canary}-future", date=dt.datetime(2031, 1, 1, 9, tzinfo=PARIS)
            ),
            "blog/calendrier.md": "# Calendrier\n\n<!-- cmflow: calendar months=3 -->\n",
            "blog/events/fete.md": front(
                "# Fête",
                title="Fête publique",
                event={"start": dt.datetime(2031, 12, 5, 10, tzinfo=PARIS), "place": "Lorient"},
            ),
            "plan/cadences.yml": CADENCES.replace("L’article du mardi", f"{canary}-cadence"),
            "plan/absences.yml": f"lea:\n  - {{from: 2026-11-20, to: 2026-11-25, reason: {canary}}}\n",
            "plan/ideas/idee.md": front(canary, title=f"{canary}-idea", date=dt.date(2026, 11, 24)),
            "plan/events/secret.md": front(canary, title=f"{canary}-event", start=NOW),
            "plan/calendars/x.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
            f"DTSTART;VALUE=DATE:20261124\r\nSUMMARY:{canary}-observance\r\nEND:VEVENT\r\n"
            "END:VCALENDAR\r\n",
            "plan/CALENDAR.md": f"# {canary}\n",
        },
    )
    site = built(config)
    page = (site / "calendrier" / "index.html").read_text("utf-8")
    assert "Fête publique" in page
    assert 'href="../calendar.ics"' in page
    shown = icalendar.Calendar.from_ical((site / "calendar.ics").read_bytes()).walk("VEVENT")
    assert {str(event["summary"]) for event in shown} == {"Un", "Fête publique"}
    files = [path for path in site.rglob("*") if path.is_file()]
    assert [path for path in files if canary.encode() in path.read_bytes()] == []
