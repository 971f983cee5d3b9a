"""What is made of a calendar for terminals, for GitHub, for programs and for spreadsheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import time

import calendars
import factory
import msgspec
import pytest
from calendars import FINDINGS, NOW, WICKED, a_calendar, a_post, an_idea, at, labels
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cmflow import agenda, calendar_data, calendar_md, calendar_page, ics, safe, weeks
from cmflow.catalogue import catalogue
from cmflow.labels import by_name, command, fitting, mark, name_of, state_id
from cmflow.plot import plot
from cmflow.schedule import Entry, Kind, Slot, Stage

TODAY = NOW.date()
MONDAY = dt.date(2026, 11, 16)


def shown(calendar=None, *, count=6, since=TODAY, width=100, findings=(), **more) -> str:
    return agenda.agenda(
        calendar or a_calendar(),
        findings,
        labels("en"),
        since=since,
        count=count,
        width=width,
        **more,
    )


def markdown(*more: Entry, now=NOW, language="en", **changes) -> str:
    made = a_calendar(*more, now=calendar_md.as_of(now), **changes)
    return calendar_md.write(made, labels(language), factory.settings())


def paragraph(text: str, title: str) -> list[str]:
    """Return the lines under a title."""
    lines = text.splitlines()
    begin = next(at for at, line in enumerate(lines) if line.startswith(title)) + 1
    end = next((at for at in range(begin, len(lines)) if not lines[at].strip()), len(lines))
    return [line.strip() for line in lines[begin:end]]


# --- Days and weeks ---


def test_a_week_begins_on_monday_and_an_empty_one_is_a_week():
    found = weeks.weeks(a_calendar(entries=(), slots=()), TODAY, 2)
    assert [(week.monday, week.sunday, week.number, week.lines) for week in found] == [
        (MONDAY, dt.date(2026, 11, 22), 47, ()),
        (dt.date(2026, 11, 23), dt.date(2026, 11, 29), 48, ()),
    ]


def test_a_note_of_the_time_of_its_post_joins_its_line_and_another_has_its_own():
    found = weeks.lines(a_calendar(), dt.date(2026, 11, 24), dt.date(2026, 11, 26))
    assert [(line.entry.uid, line.channels) for line in found] == [
        ("post/fil", ("mastodon",)),
        ("note/fil/bluesky", ()),
    ]


def test_what_lasts_stands_in_every_week_it_touches():
    found = weeks.weeks(a_calendar(), dt.date(2026, 12, 14), 4)
    names = [[x.entry.uid for x in week.lines if x.entry.kind is Kind.ABSENCE] for week in found]
    assert names == [["absence/lea/2026-12-20"]] * 4
    assert weeks.lines(a_calendar(), dt.date(2027, 1, 5), dt.date(2027, 2, 1)) == ()


def test_a_whole_day_comes_before_the_hours_of_that_day():
    day = Entry("observance/x", Kind.OBSERVANCE, "Fête", dt.date(2026, 11, 24))
    found = weeks.lines(a_calendar(day), dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    assert [line.entry.uid for line in found] == ["observance/x", "post/fil"]


def test_a_gap_of_the_past_is_not_missing():
    assert [slot.start for slot in weeks.missing(a_calendar(), dt.date(2026, 12, 11))] == [
        at("2026-12-08 09:00")
    ]


def test_late_is_what_had_to_appear_and_is_not_ready():
    assert [entry.uid for entry in weeks.late(a_calendar())] == ["post/oubli"]


def test_a_day_without_an_hour_is_late_on_the_next_day():
    today = a_post("jour", "2026-11-21", Stage.PLANNED)
    today = msgspec.structs.replace(today, start=TODAY)
    assert today not in weeks.late(a_calendar(today))
    assert today in weeks.late(a_calendar(today, now=NOW + dt.timedelta(days=1)))


def test_months_without_a_post_count_nought():
    counts = weeks.per_month(a_calendar().entries)
    assert counts[dt.date(2026, 2, 1)] == 1
    assert counts[dt.date(2026, 7, 1)] == 0
    assert list(counts) == [dt.date(2026, month, 1) for month in range(2, 13)]


# --- The plot ---


def test_a_bar_is_as_high_as_its_count():
    drawn = plot(a_calendar().entries)
    assert drawn.most == 3
    november = next(bar for bar in drawn.bars if bar.month.month == 11)
    assert (november.done, november.ahead) == (1, 2)
    assert november.ahead_y + november.ahead_height == pytest.approx(november.done_y)
    assert november.done_y + november.done_height == pytest.approx(drawn.floor)


def test_no_post_is_no_plot():
    assert plot(()) is None


@given(st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), min_size=1, max_size=40))
def test_every_bar_is_inside_and_no_name_stands_on_another(days):
    drawn = plot(Entry(str(at), Kind.POST, "x", day) for at, day in enumerate(days))
    assert sum(bar.done + bar.ahead for bar in drawn.bars) == len(days)
    assert all(bar.x >= 0 and bar.x + drawn.thick <= drawn.width + 0.01 for bar in drawn.bars)
    assert all(bar.ahead_y >= 0 for bar in drawn.bars)
    places = [tick.x for tick in drawn.ticks]
    assert all(b - a >= 34 for a, b in itertools.pairwise(places))


# --- Words ---


@pytest.mark.parametrize(
    ("first", "last", "english", "french"),
    [
        ((2026, 11, 23), (2026, 11, 29), "November 23–29", "23–29 novembre"),
        ((2026, 11, 30), (2026, 12, 6), "November 30 – December 6", "30 novembre – 6 décembre"),
        ((2027, 2, 1), (2027, 2, 7), "February 1–7", "1er–7 février"),
        ((2026, 12, 1), (2026, 12, 1), "December 1", "1er décembre"),
        ((2026, 12, 28), (2027, 1, 1), "December 28 – January 1", "28 décembre – 1er janvier"),
    ],
)
def test_a_span_of_days_is_written_as_people_do(first, last, english, french):
    assert labels("en").span(dt.date(*first), dt.date(*last)) == english
    assert labels("fr").span(dt.date(*first), dt.date(*last)) == french


def test_every_state_has_a_sign_and_a_word_of_its_own():
    legend = labels("en").legend()
    assert len({mark(state) for state in legend}) == len(set(legend.values())) == len(legend)
    assert {state_id(entry) for entry in a_calendar().entries} <= set(legend)


def test_the_command_that_moves_is_one_every_shell_reads():
    post = a_post("un-sac", "2026-12-01 09:30", Stage.DRAFTED)
    assert command(name_of(post), post.start) == 'cmflow schedule un-sac "2026-12-01 09:30"'
    assert command("un sac; rm", TODAY) == "cmflow schedule 'un sac; rm' 2026-11-21"


def test_nothing_moves_a_published_post_or_an_event():
    assert name_of(a_post("un", "2026-11-01", Stage.PUBLISHED)) == ""
    assert [name_of(entry) for entry in calendars.OTHERS[1:]] == [""] * 4


def test_an_idea_without_a_slug_is_known_by_its_file():
    assert name_of(calendars.IDEAS[0]) == "dos"
    found = fitting(calendars.SLOTS[2], by_name(calendars.IDEAS))
    assert [way for _, way in found] == [
        'cmflow schedule dos "2026-12-08 09:00"',
        'cmflow schedule gauchers "2026-12-08 09:00"',
    ]


# --- The terminal ---


def test_the_agenda_says_what_is_late_first():
    text = shown()
    assert text.splitlines()[0] == "Saturday, November 21, 2026 · 2 gaps"
    (late,) = paragraph(text, "Late")
    assert "◐ drafted" in late
    assert "Un oubli · Léa Kervella · to be read and approved" in late


def test_the_agenda_shows_gaps_with_the_ideas_that_would_fit():
    lines = paragraph(shown(), "Week 50")
    assert " ".join(lines[0].split()) == "Tue, Dec 8 09:00 □ gap L’article du mardi"
    assert lines[1:3] == [
        "→ would fit: Le dos des piqueuses (dos)",
        "→ would fit: Coudre de la main gauche (gauchers)",
    ]


def test_the_agenda_names_a_week_in_which_nothing_is():
    assert paragraph(shown(since=dt.date(2027, 2, 1), count=1), "Week 5") == ["Nothing."]


def test_the_agenda_ends_with_what_is_worth_a_look():
    assert paragraph(shown(findings=FINDINGS), "To look at") == [
        "Nothing fills “L’article du mardi” on 8 décembre.",
        "content/plan/cadences.yml:2 · Give an idea this date.",
    ]


@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_wider_than_the_terminal(width):
    calendar = a_calendar(a_post("x", "2026-11-26", Stage.PLANNED, WICKED * 3))
    assert all(len(line) <= width for line in shown(calendar, width=width).splitlines())


def test_a_title_is_no_markup_of_the_terminal():
    calendar = a_calendar(a_post("x", "2026-11-26", Stage.PLANNED, "[bold]x[/bold] \x1b[31mrouge"))
    text = shown(calendar)
    assert "[bold]x[/bold]" in text
    assert "\x1b" not in text


def test_the_month_is_a_grid_of_days():
    text = agenda.month(a_calendar(), labels("en"), day=dt.date(2026, 12, 9), width=120)
    assert text.splitlines()[0].strip() == "December 2026"
    assert "│ 8 " in text
    assert "□ gap" in text
    assert text.count("– Léa") == 15  # from the 20th to what the grid shows of January
    assert "\x1b" not in text


# --- CALENDAR.md ---


def table(text: str, title: str) -> list[list[str]]:
    """Return the cells of the rows under a title, as GitHub would show them."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    part = html.partition(f"<h2>{title}")[2].partition("<h2>")[0]
    rows = part.split("<tr>")[2:]
    return [[cell.partition("</td>")[0] for cell in row.split("<td>")[1:]] for row in rows]


def test_the_file_tells_six_weeks_line_by_line():
    text = markdown()
    assert [line for line in text.splitlines() if line.startswith("## Week")] == [
        "## Week 47 · November 16–22",
        "## Week 48 · November 23–29",
        "## Week 49 · November 30 – December 6",
        "## Week 50 · December 7–13",
        "## Week 51 · December 14–20",
        "## Week 52 · December 21–27",
    ]
    assert table(text, "Week 48")[1] == [
        "Tue, Nov 24, 09:00",
        '<a href="../blog/posts/fil.md">Quel fil ?</a>',
        "● scheduled",
        "Yann",
        "mastodon",
    ]


def test_the_file_shows_gaps_with_links_to_the_ideas():
    (gap, _) = table(markdown(), "Week 50")
    assert gap[1] == (
        "<strong>L’article du mardi</strong><br>Would fit: "
        '<a href="ideas/dos.md">Le dos des piqueuses</a>, '
        '<a href="ideas/gauchers.md">Coudre de la main gauche</a>'
    )
    assert gap[2] == "□ gap"


def test_time_alone_changes_the_file_on_mondays_only():
    week = [NOW.replace(day=day, hour=hour) for day in range(16, 23) for hour in (0, 23)]
    texts = {markdown(now=now) for now in week}
    assert len(texts) == 1
    assert markdown(now=NOW + dt.timedelta(days=2)) not in texts


def test_moving_one_post_changes_its_line_and_no_other():
    before = markdown().splitlines()
    posts = [
        msgspec.structs.replace(entry, start=at("2026-12-03 09:00"))
        if entry.uid == "post/teinture"
        else entry
        for entry in a_calendar().entries
    ]
    after = markdown(
        entries=tuple(sorted(posts, key=lambda e: (e.start.isoformat(), e.uid)))
    ).splitlines()
    gone, come = set(before) - set(after), set(after) - set(before)
    assert len(gone) == len(come) == 1
    assert "Trois teintures" in gone.pop()


def test_the_file_ends_with_ideas_and_what_appeared_lately():
    old = a_post("ancien", "2026-11-03", Stage.PUBLISHED, "Ancien")
    text = markdown(old)
    assert paragraph(text, "## Ideas that wait") == []
    assert "- [Le dos des piqueuses](ideas/dos.md) · Solenn" in text
    assert "- Tue, Nov 3 · [Ancien](../blog/posts/ancien.md) · published · Léa Kervella" in text
    assert "La besace" not in text


def test_a_wicked_title_is_shown_and_does_nothing():
    text = markdown(a_post("x", "2026-11-26", Stage.PLANNED, WICKED))
    cell = table(text, "Week 48")[3][1]
    assert cell.startswith(
        '<a href="../blog/posts/x.md">&lt;script&gt;alert(1)&lt;/script&gt; | [x]('
    )
    html = MarkdownIt("commonmark").enable("table").render(text)
    assert "<script>" not in html
    assert 'href="javascript' not in html
    assert "@<!-- -->bob" in text


def test_the_file_has_the_end_of_line_of_git_and_no_blank_at_the_end_of_one():
    text = markdown()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def visible(text: str) -> str:
    """What HTML says of a text that is shown as it is."""
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(plain, entity)
    return text


@given(st.text("ab1 .)-+*_#=~`|[]()<>&!\\\n\t@:/wé\x1b", max_size=30) | st.text())
def test_markdown_shows_a_text_as_it_is(text):
    gfm = MarkdownIt("commonmark").enable("strikethrough").enable("table")
    html = gfm.render(f"- {safe.markdown(text)}\n").replace("<!-- -->", "")
    assert html == f"<ul>\n<li>{visible(safe.line(text))}</li>\n</ul>\n"
    cell = gfm.render(f"| a |\n|---|\n| {safe.markdown(text)} |\n").replace("<!-- -->", "")
    assert f"<td>{visible(safe.line(text))}</td>" in cell


# --- Programs and spreadsheets ---


def test_json_holds_entries_slots_ideas_and_findings():
    data = json.loads(calendar_data.as_json(a_calendar(), FINDINGS, catalogue("en")))
    assert (data["version"], data["now"]) == (1, "2026-11-21T10:30:00+01:00")
    fil = next(entry for entry in data["entries"] if entry["uid"] == "post/fil")
    assert (fil["start"], fil["state"], fil["public"]) == (
        "2026-11-24T09:00:00+01:00",
        "scheduled",
        False,
    )
    assert data["slots"][2] == {
        "cadence": "mardi",
        "title": "L’article du mardi",
        "start": "2026-12-08T09:00:00+01:00",
        "slug": "",
        "ideas": ["dos", "gauchers"],
    }
    assert [idea["start"] for idea in data["ideas"]] == [None, None]
    assert data["findings"][0]["line"] == 2


def rows(*more: Entry) -> list[dict[str, str]]:
    text = calendar_data.as_csv(a_calendar(*more))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_csv_holds_a_line_for_each_entry_and_each_gap():
    found = rows()
    assert len(found) == len(a_calendar().entries) + 3
    assert [row["start"] for row in found] == sorted(row["start"] for row in found)
    assert [row["title"] for row in found if row["state"] == "gap"][-1] == "Quatre mots"
    (absence,) = [row for row in found if row["kind"] == "absence"]
    assert (absence["start"], absence["end"], absence["authors"]) == (
        "2026-12-20",
        "2027-01-05",
        "lea",
    )


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_title_is_no_formula(title):
    entry = an_idea("x", title, at("2026-11-26 09:00"), stage=Stage.PLANNED)
    (found,) = [row["title"] for row in rows(entry) if row["uid"] == "idea/x"]
    assert found == f"'{title}"


def test_csv_survives_a_wicked_title():
    entry = an_idea("x", f'{WICKED},"\n', at("2026-11-26 09:00"), stage=Stage.PLANNED)
    (found,) = [row["title"] for row in rows(entry) if row["uid"] == "idea/x"]
    assert found == f'{WICKED},"\n'


def test_a_slot_that_is_filled_is_no_line_of_the_csv():
    filled = Slot("mardi", at("2026-11-24 09:00"), "L’article du mardi", slug="fil")
    text = calendar_data.as_csv(a_calendar(slots=(filled,)))
    assert "slot" not in text


# --- All of them ---


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this machine cannot change its zone")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
def test_the_zone_of_the_machine_changes_no_byte(monkeypatch, zone):
    def everything() -> list[str | bytes]:
        calendar = a_calendar()
        about = ics.Feed("Équipe", "a.example", "Europe/Paris", public=False)
        return [
            shown(),
            markdown(),
            calendar_data.as_csv(calendar),
            calendar_data.as_json(calendar, FINDINGS, catalogue("en")),
            calendar_page.as_html(calendar, FINDINGS, labels("fr"), factory.settings()),
            ics.write(about, calendar.entries, labels("fr"), now=NOW),
        ]

    here = everything()
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        assert everything() == here
    time.tzset()
