"""The examples for other forges: they parse, they call commands that exist, and keep our own rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from cmflow.cli import app

DOCS = Path(__file__).parent.parent / "docs" / "ci"
PAGES = ("cron", "forgejo", "gitlab")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CALL = re.compile(r"\bcmflow (?!tick\.)([a-z]+)((?: (?!\")[^\n\"'`|&]*)?)")


def fences(page, kind):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    return [body for name, body in _FENCE.findall(text) if name == kind]


def example(page):
    (text,) = fences(page, "yaml")
    return yaml.safe_load(text)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_in_it_exists(page):
    text = (DOCS / f"{page}.md").read_text("utf-8")
    calls = [(name, rest) for name, rest in _CALL.findall(text) if name in app.list_commands(None)]
    assert calls
    for name, rest in calls:
        command = app.get_command(None, name)
        words = rest.split()
        if hasattr(command, "commands") and words:
            command = command.commands[words[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= known, (name, rest)


def test_gitlab_publishes_only_the_default_branch_and_one_job_at_a_time():
    said = example("gitlab")
    jobs = {name: job for name, job in said.items() if isinstance(job, dict) and "script" in job}
    assert set(jobs) == {"check", "pages", "speak"}
    for name in ("pages", "speak"):
        assert jobs[name]["resource_group"] == "cmflow"
        assert jobs[name]["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
        assert jobs[name]["variables"]["GIT_DEPTH"] == "0"
    assert {job["stage"] for job in jobs.values()} == set(said["stages"])


def test_forgejo_gives_a_pull_request_no_secret():
    jobs = example("forgejo")["jobs"]
    assert "secrets." not in yaml.safe_dump(jobs["check"])
    assert jobs["tick"]["if"] == "${{ github.event_name != 'pull_request' }}"
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert not [run for run in runs if "${{" in run]


def test_cron_keeps_odd_minutes():
    lines = [line for body in fences("cron", "") for line in body.splitlines()]
    minutes = next(line.split()[0] for line in lines if line.endswith("tick.log 2>&1"))
    assert all(int(minute) % 5 for minute in minutes.split(","))
