"""`cmflow schedule`, `new post --next-slot` and `calendar --fill`, as a person calls them."""

from __future__ import annotations

import pytest
import time_machine
from planning import CADENCES, NOW, Blog, a_post, an_idea

from cmflow import cli
from cmflow.cli import ask, speech


@pytest.fixture
def blog(tmp_path, monkeypatch):
    blog = Blog(tmp_path, voile=a_post("voile", "2026-12-01T09:00:00+01:00", "draft: true"))
    blog.put("cadences.yml", CADENCES)
    blog.put("ideas/fil.md", an_idea("Quel fil ?", "created: 2026-10-02"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ask, "git_name", lambda: "Léa")
    with time_machine.travel(NOW, tick=False):
        yield blog
    speech.speak("en")


def run(capsys, *args, language="en"):
    capsys.readouterr()
    speech.speak(language)
    code = cli.run(list(args))
    out, err = capsys.readouterr()
    return code, out, err


def test_a_post_is_moved_and_said_where(blog, capsys):
    code, out, err = run(capsys, "schedule", "voile", "2026-12-08")
    assert (code, out) == (0, "content/blog/posts/voile.md\n")
    assert "Tuesday, December 8, 2026 at 09:00" in err
    assert "no longer Tuesday, December 1, 2026 at 09:00" in err


def test_what_it_is_in_the_way_of_is_told_and_it_is_moved_all_the_same(blog, capsys):
    blog.put("sac", a_post("sac", "2026-12-08T08:30:00+01:00"))
    code, out, err = run(capsys, "schedule", "voile", "2026-12-08")
    assert code == 0
    assert "calendar-collision" in err
    assert "calendar-collision" not in out


def test_two_change_places(blog, capsys):
    blog.put("sac", a_post("sac", "2026-12-09T10:00:00+01:00"))
    code, out, _ = run(capsys, "schedule", "voile", "--swap", "sac")
    assert (code, out.split()) == (0, ["content/blog/posts/voile.md", "content/blog/posts/sac.md"])
    assert "date: 2026-12-09T10:00:00+01:00" in blog.text("voile")


@pytest.mark.parametrize(
    ("args", "code"),
    [(["voile"], 2), (["voile", "2026-12-08", "--swap", "fil"], 2), ([], 2),
     (["voile", "2027-02-29"], 1), (["personne", "2026-12-08"], 1), (["voile", "--swap", "fil"], 1)],
)  # fmt: skip
def test_wrong_use_is_two_and_what_cannot_be_is_one(blog, capsys, args, code):
    before = blog.text("voile")
    found, out, err = run(capsys, "schedule", *args)
    assert (found, out) == (code, "")
    assert err
    assert "Traceback" not in err
    assert blog.text("voile") == before


def test_a_new_post_takes_the_next_slot(blog, capsys):
    code, out, _ = run(capsys, "new", "post", "Une voile neuve", "--next-slot", "--author", "lea")
    assert (code, out) == (0, "content/blog/posts/une-voile-neuve.md\n")
    assert "date: 2026-11-24T09:00:00+01:00" in blog.text("une-voile-neuve")
    code, _, err = run(
        capsys, "new", "post", "Autre", "--next-slot", "--date", "2026-12-01", "--author", "lea"
    )
    assert (code, "--next-slot" in err) == (2, True)


def test_without_a_rhythm_there_is_no_next_slot(blog, capsys):
    blog.path("cadences.yml").unlink()
    code, out, err = run(capsys, "new", "post", "Autre", "--next-slot", "--author", "lea")
    assert (code, out) == (1, "")
    assert "content/plan/cadences.yml" in err


def test_fill_proposes_and_writes_only_when_asked(blog, capsys):
    code, out, _ = run(capsys, "calendar", "--fill")
    assert code == 0
    assert "cmflow schedule fil" in out
    assert not blog.path("fil").exists()
    code, out, _ = run(capsys, "calendar", "--fill", "--write")
    assert code == 0
    assert out.split() == ["content/blog/posts/fil.md", "content/plan/ideas/fil.md"]
    assert "draft: true" in blog.text("fil")
