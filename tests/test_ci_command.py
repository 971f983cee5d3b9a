"""The small steps of the workflows, as a workflow calls them: what they print where something lacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from actions import ROOT, git
from sites import CONFIG, make_site


@pytest.fixture
def place(tmp_path):
    make_site(
        tmp_path / "blog",
        {"plan/ideas/une.md": "---\ntitle: Une\n---\n"},
        plugins=[*CONFIG["plugins"][:-1], {"cmflow": {"language": "en"}}],
    )
    (tmp_path / "summary.md").write_text("### Résumé\n", "utf-8")
    (tmp_path / "page.md").touch()
    return tmp_path


def run(place, *words, event=None, **env):
    return cmflow(place, "ci", *words, event=event, **env)


def cmflow(place, *words, event=None, **env):
    if event is not None:
        (place / "event.json").write_text(json.dumps(event))
        env["GITHUB_EVENT_PATH"] = str(place / "event.json")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(place),
           "LANGUAGE": "en", "GITHUB_STEP_SUMMARY": str(place / "page.md"), **env}  # fmt: skip
    command = [sys.executable, "-m", "cmflow", *words]
    done = subprocess.run(
        command,
        cwd=place / "blog",
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


ANSWER = """---
id: place.example/1
source: place
author:
  name: Zoé
published: 2026-11-20T09:00:00Z
status: approved
---

<p>Bonjour.</p>
"""
FORK = {"pull_request": {"number": 3, "head": {"repo": {"full_name": "zoe/blog"}}}}
HERE = {"GITHUB_REPOSITORY": "atelier/blog", "GITHUB_TOKEN": "geheim"}
NOBODY = {"GITHUB_API_URL": "http://127.0.0.1:9"}


def test_the_summary_of_a_fork_stands_on_the_page_of_the_run(place):
    done = run(place, "comment", "../summary.md", event=FORK, **HERE, **NOBODY)
    assert done.returncode == 0
    assert "comes from a fork" in done.stderr
    assert (place / "page.md").read_text("utf-8") == "### Résumé\n"


def test_outside_of_a_pull_request_the_summary_stands_in_the_log(place):
    done = run(place, "comment", "../summary.md")
    assert (done.returncode, done.stdout) == (0, "### Résumé\n\n")
    assert "no pull request" in done.stderr


@pytest.mark.enable_socket
def test_a_github_that_cannot_be_reached_is_told_and_the_summary_kept(place):
    mine = {"pull_request": {"number": 3, "head": {"repo": {"full_name": "atelier/blog"}}}}
    done = run(place, "comment", "../summary.md", event=mine, **HERE, **NOBODY)
    assert done.returncode == 1
    assert "GitHub refuses" in done.stderr
    assert "geheim" not in done.stderr
    assert (place / "page.md").read_text("utf-8") == "### Résumé\n"


def test_the_agenda_of_no_workflow_stands_in_the_log(place):
    done = run(place, "agenda")
    assert done.returncode == 0, done.stderr
    assert "| " in done.stdout or "#" in done.stdout
    assert "no workflow on GitHub" in done.stderr


def test_what_was_pushed_is_told_to_the_next_step(place):
    git(place, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    blog, output = place / "blog", place / "output"
    git(blog, "init", "--quiet", "-b", "main")
    git(blog, "add", "-A")
    git(blog, "commit", "--quiet", "-m", "Blog")
    git(blog, "remote", "add", "origin", str(place / "remote.git"))
    git(blog, "push", "--quiet", "origin", "main")
    (blog / "content/plan/CALENDAR.md").write_text("# Calendrier\n")
    for said in ("true", "false"):
        output.write_text("")
        done = run(
            place,
            "push",
            "-m",
            "Le calendrier",
            "content/plan/CALENDAR.md",
            GITHUB_OUTPUT=str(output),
        )
        assert done.returncode == 0, done.stderr
        assert output.read_text() == f"changed={said}\n"
    assert git(place / "remote.git", "log", "--format=%s", "main").splitlines() == [
        "Le calendrier",
        "Blog",
    ]


def test_without_a_remote_the_push_says_which_command_is_missing(place):
    git(place / "blog", "init", "--quiet", "-b", "main")
    done = run(place, "push", "-m", "x", "mkdocs.yml")
    assert done.returncode == 1
    assert "git remote add origin ADDRESS" in done.stderr


def test_a_build_tells_the_next_step_whether_it_only_wove(place):
    output = place / "output"
    told = []
    for answer in ("", "20261120T090000-place-1.md"):
        if answer:
            comments = place / "blog/content/community/comments/un"
            comments.mkdir(parents=True)
            (comments / answer).write_text(ANSWER, "utf-8")
        output.write_text("")
        done = cmflow(place, "build", GITHUB_OUTPUT=str(output))
        assert done.returncode == 0, done.stderr
        told.append(output.read_text())
    assert told == ["woven=false\n", "woven=true\n"]
