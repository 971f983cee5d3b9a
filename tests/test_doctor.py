"""What needs a person: secrets, tokens, silences, limits, schedules and workflows."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re

import httpx2
import pytest
import stamina
from actions import ROOT, git
from click.testing import CliRunner
from sites import CONFIG, make_site

from cmflow import doctor, mkdocs_yml, networks, pulse
from cmflow.accounts import Accounts
from cmflow.catalogue import catalogue
from cmflow.channel import Channel
from cmflow.cli import app, speech
from cmflow.errors import Level
from cmflow.http import Client
from cmflow.network import Account, NetworkError
from cmflow.sandbox import Sandbox

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
SECRETS = {"CMFLOW_TOOT_TOKEN": "sandbox-atelier"}


def site(root, files=(), store="git", **channel):
    said = {"timezone": "Europe/Paris", "ledger": {"store": store},
            "channels": {"toot": {"network": "mastodon", "server": "https://m.example", **channel}}}  # fmt: skip
    return make_site(root, dict(files), plugins=[*CONFIG["plugins"][:-1], {"cmflow": said}])


def patient(config, environ=SECRETS, **more):
    settings, findings = mkdocs_yml.load(config)
    assert not findings
    secrets = doctor.secrets_of(settings, settings.root)
    return doctor.Patient(settings, secrets, environ, NOW, **more)


def found(config, environ=SECRETS, **more):
    return [
        (f.rule, f.level, f.message.show())
        for f in doctor.examine(patient(config, environ, **more))
    ]


def test_where_all_is_well_nothing_is_said(tmp_path):
    assert found(site(tmp_path)) == []


def test_a_ledger_in_files_is_as_good_where_no_workflow_runs(tmp_path):
    config = site(tmp_path, store="files")
    assert found(config) == []
    assert [one[0] for one in found(config, {})] == ["secret-missing"]


def test_a_missing_secret_is_named_with_its_line_and_where_to_add_it(tmp_path):
    (finding,) = doctor.examine(patient(site(tmp_path), {"CMFLOW_TOOT_TOKEN": "  "}))
    assert (finding.rule, finding.path) == ("secret-missing", "mkdocs.yml")
    assert "toot:" in (tmp_path / "mkdocs.yml").read_text().splitlines()[finding.line - 1]
    assert "CMFLOW_TOOT_TOKEN" in finding.message.show()
    assert "Environments → cmflow" in finding.remedy.show()


@pytest.mark.parametrize(
    ("days", "level"),
    [(22, None), (21, Level.WARNING), (8, Level.WARNING), (7, Level.ERROR), (1, Level.ERROR), (0, Level.ERROR), (-1, Level.ERROR)],
)  # fmt: skip
def test_a_token_is_spoken_of_before_it_ends(tmp_path, days, level):
    said = found(site(tmp_path, expires=TODAY + dt.timedelta(days=days)))
    assert [one[:2] for one in said] == ([("token-ends", level)] if level else [])
    words = {8: "in 8 days", 1: "today or tomorrow", -1: "ended on"}.get(days, "")
    assert not said or words in said[0][2]


@pytest.mark.parametrize(("days", "expected"), [(1, 0), (0, 1), (-9, 1)])
def test_a_channel_whose_day_has_come_is_to_be_decided_about(tmp_path, days, expected):
    said = found(site(tmp_path, review=TODAY + dt.timedelta(days=days)))
    assert [one[0] for one in said] == ["channel-review"] * expected


@pytest.mark.parametrize(("days", "text", "expected"), [
    (6, "reason: Panne\n", 0), (8, "reason: Panne\n", 1), (8, "until: 2026-11-20T09:00:00Z\n", 0), (8, "{", 1),
])  # fmt: skip
def test_a_silence_that_lasts_is_asked_about(tmp_path, days, text, expected):
    config = site(tmp_path, {"plan/pause.yml": text})
    when = (NOW - dt.timedelta(days=days)).timestamp()
    os.utime(tmp_path / "content/plan/pause.yml", (when, when))
    assert [one[0] for one in found(config)] == ["pause-long"] * expected


def test_a_silence_began_when_it_was_committed(tmp_path, monkeypatch):
    config = site(tmp_path, {"plan/pause.yml": "reason: Panne\n"})
    git(tmp_path, "init", "--quiet", "-b", "main")
    git(tmp_path, "add", "-A")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-02T09:00:00Z")
    git(tmp_path, "commit", "--quiet", "-m", "Silence")
    assert found(config) == [("pause-long", Level.WARNING, "Nothing is sent since 2026-11-02.")]


def test_a_schedule_that_github_switched_off_is_named(tmp_path):
    states = {".github/workflows/collect.yml": "disabled_inactivity",
              ".github/workflows/publish.yml": "active", "dynamic/pages": "disabled_inactivity"}  # fmt: skip
    (one,) = doctor.examine(patient(site(tmp_path), schedules=states))
    assert (one.rule, one.path) == ("schedule-off", ".github/workflows/collect.yml")
    assert "60 days" in one.message.show()


def test_stale_workflows_are_named(tmp_path):
    assert found(site(tmp_path), stale=(".github/workflows/check.yml",))[0][0] == "workflow-stale"


def test_what_we_know_of_a_network_grows_old(tmp_path):
    config = site(tmp_path)
    old = networks.load("mastodon").limits.checked + dt.timedelta(days=400)
    late = patient(config)
    late = doctor.Patient(
        late.settings, late.secrets, SECRETS, dt.datetime.combine(old, dt.time(12), dt.UTC)
    )
    assert [one.rule for one in doctor.examine(late)] == ["limits-old"]


def test_the_issue_begins_with_what_is_urgent_and_calls_nobody(tmp_path):
    findings = doctor.examine(patient(site(tmp_path, review=TODAY, account="@zoe"), {}))
    text = doctor.as_markdown(findings, catalogue("en"))
    assert text.index("CMFLOW_TOOT_TOKEN") < text.index("decided about")
    assert text.count("- [ ] ") == 2


def asked(config, environ):
    one = patient(config, environ)
    with contextlib.ExitStack() as stack, stamina.set_testing(True, attempts=1):
        return list(doctor.ask(one, Accounts(one.settings, environ, lambda: NOW, stack)))


@pytest.mark.enable_socket
def test_a_network_is_asked_whether_the_token_works(tmp_path):
    with Sandbox(tmp_path / "sandbox") as sandbox:
        config = site(tmp_path, server=sandbox.url)
        assert asked(config, SECRETS) == []
        (one,) = asked(config, {"CMFLOW_TOOT_TOKEN": "wrong-token-of-ours"})
        assert one.rule == "token-refused"
        assert one.level is Level.ERROR
        assert "wrong-token-of-ours" not in one.message.show()
        assert asked(config, {}) == [], "where a secret is missing, nobody is asked"


class Wire:
    """Answers as a network does, and remembers what it was asked."""

    def __init__(self, status, said):
        self.status, self.said, self.asked = status, said, []

    def __call__(self, request):
        self.asked.append((request.method, str(request.url)))
        return httpx2.Response(self.status, json=self.said)


QUESTIONS = {
    "mastodon": ({"server": "https://m.example"}, {"TOKEN": "geheim"}, "https://m.example/api/v1/accounts/verify_credentials"),
    "bluesky": ({"account": "a.test"}, {"PASSWORD": "geheim"}, "https://bsky.social/xrpc/com.atproto.server.createSession"),
    "telegram": ({"account": "@a"}, {"TOKEN": "1:geheim"}, "https://api.telegram.org/bot1:geheim/getMe"),
    "discord": ({}, {"WEBHOOK": "https://discord.com/api/webhooks/1/geheim"}, "https://discord.com/api/webhooks/1/geheim"),
    "slack": ({"account": "C1"}, {"TOKEN": "geheim"}, "https://slack.com/api/auth.test"),
    "facebook": ({"account": "1"}, {"TOKEN": "geheim"}, "https://graph.facebook.com/v26.0/1?fields=id&access_token=geheim"),
    "devto": ({}, {"TOKEN": "geheim"}, "https://dev.to/api/users/me"),
}  # fmt: skip


def account(kind, wire):
    settings, secrets, _ = QUESTIONS[kind]
    http = Client(secrets=secrets.values(), transport=httpx2.MockTransport(wire))
    return Account(kind, Channel(network=kind, **settings), secrets, http, lambda _: b"")


@pytest.mark.parametrize("kind", QUESTIONS)
def test_one_harmless_question_is_asked(kind):
    wire = Wire(200, {"ok": True})
    assert pulse.check(kind, account(kind, wire))
    assert [url for _, url in wire.asked] == [QUESTIONS[kind][2]]


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_refusal_is_told_without_the_secret(kind):
    (secret,) = QUESTIONS[kind][1].values()
    wire = Wire(200 if kind == "slack" else 401, {"ok": False, "error": f"invalid: {secret}"})
    with stamina.set_testing(True, attempts=1), pytest.raises(NetworkError) as caught:
        pulse.check(kind, account(kind, wire))
    assert secret not in caught.value.words
    assert "invalid" in caught.value.words or kind not in ("slack", "telegram")


def test_where_no_question_is_harmless_none_is_asked():
    assert not pulse.check("linkedin", Account("linkedin", None, {}, None, lambda _: b""))


def test_a_server_that_takes_less_than_we_believe_is_told_of():
    wire = Wire(200, {"configuration": {"statuses": {"max_characters": 300}}})
    assert pulse.moved(networks.load("mastodon"), account("mastodon", wire)) == 300
    wire = Wire(200, {"configuration": {"statuses": {"max_characters": 5000}}})
    assert pulse.moved(networks.load("mastodon"), account("mastodon", wire)) is None


def ran(config, *words):
    speech.speak("en")
    return CliRunner().invoke(app, ["-f", str(config), *words], standalone_mode=False)


def test_the_command_ends_with_1_where_something_needs_a_person(tmp_path, monkeypatch):
    for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CMFLOW_TOOT_TOKEN", "sandbox-atelier")
    config = site(tmp_path)
    done = ran(config, "doctor")
    assert (done.return_value, done.stdout) == (0, "All is well.\n")
    monkeypatch.delenv("CMFLOW_TOOT_TOKEN")
    done = ran(config, "doctor", "--json")
    assert done.return_value == 1
    assert '"rule": "secret-missing"' in done.stdout


def test_the_page_of_the_doctor_names_every_finding():
    source = (ROOT / "cmflow/doctor.py").read_text("utf-8")
    page = (ROOT / "docs/ci/doctor.md").read_text("utf-8")
    rules = set(
        re.findall(
            r'"((?:secret|token|limit|limits|channel|pause|schedule|workflow)-[a-z]+)"', source
        )
    )
    assert len(rules) == 9
    assert rules == set(re.findall(r"^\| `([a-z][a-z-]+)` \|", page, re.MULTILINE))
