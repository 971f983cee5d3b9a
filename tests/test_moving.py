"""Moving changes one line of the author's file; gaps are filled by ideas that a person chose."""

from __future__ import annotations

import datetime as dt
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planning import CADENCES, NOW, Blog, a_post, an_idea

from cmflow import (
    calendar_base,
    filling,
    filling_text,
    frontmatter,
    library,
    mkdocs_yml,
    moving,
    next_slot,
    stubs,
)
from cmflow.blanks import Wish
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError
from cmflow.labels import Labels

DRAFT = a_post("voile", "2026-12-01T09:00:00+01:00", "draft: true  # encore", "authors: [lea]")


@pytest.fixture
def blog(tmp_path):
    blog = Blog(tmp_path, voile=DRAFT)
    blog.put("cadences.yml", CADENCES)
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "created: 2026-10-02"))
    return blog


def move(blog, slug, when, now=NOW):
    moved = moving.schedule(blog.config, slug, when, now)
    assert moved.path.is_file()
    return moved


def refused(call, *args):
    with pytest.raises(CmflowError) as error:
        call(*args)
    (finding,) = error.value.findings
    return f"{finding.path}: {finding.message.show()} → {finding.remedy.show()}"


def date_line(text):
    return next(line for line in text.split("\n") if line.startswith(("date:", "  created:")))


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ("2026-12-08", "date: 2026-12-08T09:00:00+01:00"),
        ("2026-12-08 10:30", "date: 2026-12-08T10:30:00+01:00"),
        ("2026-12-08T10:30:00Z", "date: 2026-12-08T11:30:00+01:00"),
        ("2027-07-06", "date: 2027-07-06T09:00:00+02:00"),
        ("2027-10-31 02:30", "date: 2027-10-31T02:30:00+02:00"),
        ("2027-10-31 02:30+01:00", "date: 2027-10-31T02:30:00+01:00"),
        ("next-slot", "date: 2026-11-24T09:00:00+01:00"),
    ],
)
def test_one_line_changes_and_nine_stays_nine(blog, when, line):
    move(blog, "voile", when)
    assert blog.text("voile") == DRAFT.replace("date: 2026-12-01T09:00:00+01:00", line)


@given(
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    body=st.text(alphabet="ab \t\r\né:#-", max_size=30),
    comment=st.sampled_from(["", "  # le jour dit"]),
    nested=st.booleans(),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_other_byte_stays(tmp_path, ending, mark, body, comment, nested):
    blog = Blog(tmp_path)
    date = (
        ["date:", f"  created: 2026-12-01{comment}"] if nested else [f"date: 2026-12-01{comment}"]
    )
    lines = ["---", "title: Une voile", "slug: voile", *date, "draft: true", "---", "", body]
    before = (b"\xef\xbb\xbf" if mark else b"") + ending.join(lines).encode()
    path = blog.put("voile", before)
    move(blog, "voile", "2026-12-09")
    assert path.read_bytes() == before.replace(b"2026-12-01", b"2026-12-09")


def test_an_idea_gets_its_date_on_a_line_of_its_own(blog):
    move(blog, "fil", "2026-12-08")
    assert blog.text("ideas/fil.md") == an_idea(
        "Quel fil ?", "date: 2026-12-08T09:00:00+01:00", "created: 2026-10-02"
    )
    move(blog, "fil", "2026-12-09 08:00")
    assert date_line(blog.text("ideas/fil.md")) == "date: 2026-12-09T08:00:00+01:00"


def test_a_day_without_a_slot_stays_a_day(blog):
    move(blog, "fil", "2026-12-10")
    assert date_line(blog.text("ideas/fil.md")) == "date: 2026-12-10"


def test_the_next_slot_is_one_on_which_somebody_is_there(blog):
    blog.put("absences.yml", "lea: {from: 2026-11-20, to: 2026-12-07}\n")
    assert move(blog, "voile", "next-slot").after.isoformat() == "2026-12-08T09:00:00+01:00"


def test_a_post_to_be_begun_gets_the_next_slot_that_it_fits(blog):
    site, _ = mkdocs_yml.load(blog.config)
    read = library.load(site)
    when = next_slot.slot_for(Wish("Une autre"), site, read, NOW)
    assert when.isoformat() == "2026-11-24T09:00:00+01:00"
    blog.put("cadences.yml", "mots: {every: jeudi, series: quatre-mots, from: 2026-11-01}\n")
    when = next_slot.slot_for(Wish("Une autre", series="quatre-mots"), site, read, NOW)
    assert when.isoformat() == "2026-11-26T09:00:00+01:00"
    assert "No empty slot of the coming year fits." in refused(
        next_slot.slot_for, Wish("Une autre"), site, read, NOW
    )


def test_two_change_places(blog):
    blog.put("sac", a_post("sac", "2026-12-15"))
    moving.swap(blog.config, "voile", "sac", NOW)
    assert date_line(blog.text("voile")) == "date: 2026-12-15"
    assert date_line(blog.text("sac")) == "date: 2026-12-01T09:00:00+01:00"
    moving.swap(blog.config, "sac", "voile", NOW)
    assert blog.text("voile") == DRAFT


@pytest.mark.parametrize(
    ("slug", "when", "said"),
    [
        ("voile", "2027-03-28 02:30", "WHEN: There is no 02:30 on 2027-03-28, for the clocks go forward. It will be 03:30. → Choose another hour."),
        ("voile", "2027-02-29", "WHEN: 2027-02-29 does not exist. → "),
        ("voile", "demain", "WHEN: “demain” is no day and no time. → "),
        ("voile", "2026-11-20", "WHEN: 2026-11-20 09:00 is past. → Choose a time to come."),
        ("voiles", "2026-12-02", "content/blog/posts: No post and no idea has the slug “voiles”. → Did you mean “voile”?"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(blog, slug, when, said):
    assert refused(moving.schedule, blog.config, slug, when, NOW).startswith(said)
    assert blog.text("voile") == DRAFT


def test_what_is_published_stays_where_it_is(blog):
    blog.put("paru", a_post("paru", "2026-11-10T09:00:00+01:00"))
    assert "its address may carry the date" in refused(
        moving.schedule, blog.config, "paru", "2026-12-03", NOW
    )
    assert "its address may carry the date" in refused(
        moving.swap, blog.config, "voile", "paru", NOW
    )
    assert "no date that it could give away" in refused(
        moving.swap, blog.config, "voile", "fil", NOW
    )
    assert "the same" in refused(moving.swap, blog.config, "voile", "voile", NOW)


def test_an_hour_that_comes_twice_is_told(blog):
    assert "comes twice" in move(blog, "voile", "2027-10-31 02:30").remark.show()
    assert move(blog, "voile", "2027-10-30 02:30").remark is None


def test_a_move_into_the_way_of_something_is_told(blog):
    blog.put("sac", a_post("sac", "2026-12-02T09:30:00+01:00"))
    moved = move(blog, "voile", "2026-12-02")
    said = [f.message.show() for f in moving.collisions(blog.config, moved, NOW)]
    assert said == []  # the later one of the two is the one to move
    moved = move(blog, "voile", "2026-12-02 10:00")
    said = [f.message.show() for f in moving.collisions(blog.config, moved, NOW)]
    assert said == ["“Voile” appears within an hour of “Sac”."]


def test_front_matter_that_one_line_cannot_change(blog):
    blog.put(
        "voile", DRAFT.replace("date: 2026-12-01T09:00:00+01:00", "date: &d\n  2026-12-01\nx: *d")
    )
    assert "cannot be changed by one line" in refused(
        moving.schedule, blog.config, "voile", "2026-12-09", NOW
    )


# Filling


def test_each_gap_gets_the_idea_that_waited_longest_and_none_twice(blog):
    blog.put("ideas/mots.md", an_idea("Des mots", "created: 2026-09-01", "series: quatre-mots"))
    blog.put(
        "cadences.yml", CADENCES + "mots: {every: jeudi, series: quatre-mots, from: 2026-12-01}\n"
    )
    made = blog.calendar("2026-11-21", "2026-12-20")
    proposed = [
        (p.slot.cadence, p.slot.start.day, p.idea and p.idea.slug) for p in filling.propose(made)
    ]
    assert proposed == [
        ("mardi", 24, "fil"), ("mots", 3, "mots"), ("mardi", 8, None), ("mots", 10, None),
        ("mardi", 15, None), ("mots", 17, None),
    ]  # fmt: skip
    assert filling.propose(made) == filling.propose(made)


def test_nobody_is_proposed_who_is_away(blog):
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "authors: [lea]"))
    blog.put("absences.yml", "lea: {from: 2026-11-20, to: 2026-12-07}\n")
    made = blog.calendar("2026-11-21", "2026-12-20")
    found = {p.slot.start.day: p.idea and p.idea.slug for p in filling.propose(made)}
    assert found == {24: None, 8: "fil", 15: None}


def test_what_is_proposed_changes_nothing_until_it_is_written(blog):
    settings_, _ = mkdocs_yml.load(blog.config)
    read = library.load(settings_)
    before = blog.text("ideas/fil.md")
    proposals = filling.propose(blog.calendar("2026-11-21", "2026-12-20"))
    text = filling_text.text(proposals, Labels(settings_, read, catalogue("en")))
    assert 'cmflow schedule fil "2026-11-24 09:00"' in text
    assert "No idea that waits would fit" in text
    assert blog.text("ideas/fil.md") == before
    assert not blog.path("fil").exists()

    written = stubs.write(proposals, settings_, read)
    assert [path.name for path in written] == ["fil.md", "fil.md"]
    assert blog.text("ideas/fil.md") == an_idea("Quel fil ?", "post: fil", "created: 2026-10-02")
    source, _ = frontmatter.read("fil.md", blog.path("fil").read_bytes())
    assert source.meta["draft"] is True
    assert source.meta["title"] == "Quel fil ?"
    made = blog.calendar("2026-11-21", "2026-12-20")
    assert made.ideas == ()
    assert [(s.start.day, s.slug) for s in made.slots] == [
        (24, "fil"),
        (1, "voile"),
        (8, ""),
        (15, ""),
    ]
    assert "D’où elle vient" not in blog.text("fil"), "what the team noted stays in the plan"


def test_an_idea_that_cannot_be_begun_is_named_and_the_others_are(blog):
    blog.put("ideas/faux.md", an_idea("Une faute", "persona: personne", "created: 2026-01-01"))
    settings_, _ = mkdocs_yml.load(blog.config)
    proposals = filling.propose(blog.calendar("2026-11-21", "2026-12-20"))
    assert "“personne” is unknown here." in refused(
        stubs.write, proposals, settings_, library.load(settings_)
    )
    assert blog.path("fil").is_file()
    assert "post:" not in blog.text("ideas/faux.md")


# Comparing with a branch


def git(blog, *words):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=blog.root, check=True, capture_output=True)


@pytest.fixture
def repository(blog):
    git(blog, "init", "-q", "-b", "main")
    git(blog, "add", "-A")
    git(blog, "commit", "-qm", "base")
    git(blog, "checkout", "-qb", "work")
    return blog


def changed(blog, base="main", language="en"):
    return calendar_base.changes(blog.config, base, NOW, catalogue(language))


def test_nothing_changed_says_nothing(repository):
    assert changed(repository) == ""


def test_what_a_branch_changes_in_the_calendar(repository):
    blog = repository
    move(blog, "voile", "2026-12-16 09:15")
    blog.put("neuf", a_post("neuf", "2026-12-16T09:00:00+01:00", 'subtitle: "x"'))
    blog.path("ideas/fil.md").unlink()
    assert (
        changed(blog)
        == """\
## What this changes in the calendar

### Moved

- **Voile**: Wednesday, December 16, 2026 at 09:15, no longer Tuesday, December 1, 2026 at 09:00

### New in the calendar

- **Neuf**: Wednesday, December 16, 2026 at 09:00, drafted

### Slots that are filled now

- **L’article du mardi**, Tuesday, December 15, 2026 at 09:00: **Neuf**

### Slots that are empty now

- **L’article du mardi**, Tuesday, December 1, 2026 at 09:00

### To look at

- Nothing is planned for “L’article du mardi”: 2026-11-24, 2026-12-01, 2026-12-08, 2026-12-22, 2026-12-29. (content/plan/cadences.yml:1)
- “Voile” appears within an hour of “Neuf”. (content/blog/posts/voile.md:4)"""
    )


def test_a_draft_that_becomes_final_is_told(repository):
    blog = repository
    blog.put("voile", DRAFT.replace("draft: true  # encore\n", ""))
    assert "- **Voile**: scheduled, no longer drafted" in changed(blog)


def test_compared_is_with_where_the_branch_began(repository):
    blog = repository
    git(blog, "checkout", "-q", "main")
    blog.put("autre", a_post("autre", "2026-12-08T09:00:00+01:00"))
    git(blog, "add", "-A")
    git(blog, "commit", "-qm", "meanwhile")
    git(blog, "checkout", "-q", "work")
    assert changed(blog) == ""


def test_a_title_of_a_branch_is_no_markup(repository):
    blog = repository
    blog.put(
        "ideas/fil.md", an_idea('"</b> [x](javascript:y) | @bob `x` <script>"', "date: 2026-12-09")
    )
    text = changed(blog)
    assert "<script>" not in text.replace("\\<", "")
    assert "](" not in text.replace("\\]", "")
    assert "@bob" not in text


def test_a_branch_that_is_not_there(repository):
    for name in ("nulle-part", "--output=x", "", "HEAD..main"):
        with pytest.raises(CmflowError) as error:
            changed(repository, name)
        assert "git fetch" in error.value.findings[0].remedy.show()


def test_moved_dates_do_not_depend_on_the_clock_of_now(blog):
    late = NOW + dt.timedelta(minutes=3)
    assert move(blog, "voile", "next-slot").after == move(blog, "voile", "2026-11-24", late).after
