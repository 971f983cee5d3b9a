"""Who waits for an answer by a person."""

from __future__ import annotations

import json

import pytest
from conversing import SLUG, Talk, comment
from factory import settings
from hypothesis import given
from hypothesis import strategies as st
from test_cli import run

from cmflow import inbox
from cmflow.channel import Channel
from cmflow.cli import speech
from cmflow.community import Filed
from cmflow.source import Source
from cmflow.thread import Status

SITE = settings(
    channels={"mastodon": Channel(network="mastodon", owner="Léa")},
    sources={"courriel": Source(kind="mail", owner="Youenn")},
)


@pytest.fixture(autouse=True)
def spoken():
    yield
    speech.speak("en")


def ours(number, to, **more):
    return comment(number, "Merci.", name="Léa", to=to, team=True, status=Status.APPROVED, **more)


def received(*comments):
    kept = [Filed(f"comments/voile/2026-11-01-{one.source}-{at}.md", one) for at, one in
            enumerate(comments)]  # fmt: skip
    return inbox.received(kept, SITE)


def waiting(*comments):
    return [one.kept.comment.id.partition("/")[2] for one in inbox.waiting(received(*comments))]


def test_who_was_not_answered_waits_the_oldest_first():
    assert waiting(comment(1), comment(2), ours(3, 1)) == ["2"]


def test_a_word_of_ours_below_another_reader_answers_both():
    assert waiting(comment(1), comment(2, to=1), ours(3, 2)) == []


def test_whoever_asks_again_waits_again():
    assert waiting(comment(1), ours(2, 1), comment(3, to=2)) == ["3"]


def test_a_word_of_ours_under_the_post_answers_nobody():
    assert waiting(ours(1, 0), comment(2)) == ["2"]


def test_what_is_held_waits_too_and_what_was_rejected_or_is_gone_does_not():
    every = [comment(at, status=status) for at, status in enumerate(Status, 1)]
    assert waiting(*every) == ["1", "2"]


def test_an_answer_of_ours_that_was_taken_back_answers_nobody():
    gone = comment(2, to=1, team=True, status=Status.GONE)
    assert waiting(comment(1), gone) == ["1"]


def test_a_person_says_that_no_answer_is_needed():
    assert waiting(comment(1, settled=True)) == []
    assert inbox.done(comment(1)).settled
    assert not inbox.undone(inbox.done(comment(1))).settled


def test_the_owner_is_who_the_settings_name():
    found = received(comment(1), comment(2, source="courriel"), comment(3, source="autre"))
    assert [one.owner for one in found] == ["Léa", "Youenn", ""]


def test_what_was_answered_comes_last():
    found = received(comment(1), ours(2, 1), comment(3))
    assert [(one.kept.comment.id, one.answered) for one in found] == [
        ("m.example/3", False),
        ("m.example/1", True),
    ]


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 8), st.booleans()), max_size=12))
def test_circles_and_missing_parents_come_to_an_end(links):
    every = [comment(at, to=to, team=team) for at, to, team in links]
    assert set(waiting(*every)) <= {str(at) for at, _, _ in links}


def test_a_long_thread_takes_no_time():
    every = [comment(at, to=at - 1) for at in range(1, 5000)]
    assert waiting(*every, ours(6000, 4999)) == []


# The command


@pytest.fixture
def talk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Talk(
        tmp_path,
        comment(1, "Où est la toile ?", status=Status.APPROVED),
        comment(2, "Et le fil ?", name="Bob"),
        ours(3, 2),
    )


def test_the_inbox_tells_where_to_answer(talk, capsys):
    code, out, err = run(capsys, "inbox")
    assert (code, err) == (0, "")
    (row,) = (line.split("\t") for line in out.splitlines())
    assert row[1:] == [
        talk.short(1), "mastodon", "", SLUG, "Ada", "Où est la toile ?", "",
        "https://m.example/@ada/1",
    ]  # fmt: skip
    assert row[0].endswith(" d")


def test_the_inbox_can_show_what_was_answered(talk, capsys):
    out = run(capsys, "inbox", "--all")[1]
    assert [line.split("\t")[5:8] for line in out.splitlines()] == [
        ["Ada", "Où est la toile ?", ""],
        ["Bob", "Et le fil ?", "waits for moderation"],
    ]
    assert run(capsys, "inbox", "--all", language="fr")[1].count("\t") == out.count("\t")


def test_a_person_takes_a_comment_out_and_puts_it_back(talk, capsys):
    assert run(capsys, "inbox", "--done", talk.short(1))[0] == 0
    assert talk.now(1).settled
    assert run(capsys, "inbox") == (0, "", "Nobody waits for an answer.\n")
    assert run(capsys, "inbox", "--undo", "m.example/1")[0] == 0
    assert not talk.now(1).settled


def test_the_inbox_for_programs(talk, capsys):
    data = json.loads(run(capsys, "inbox", "--json")[1])
    assert [(one["id"], one["answered"]) for one in data["comments"]] == [("m.example/1", False)]


def test_the_inbox_on_a_terminal(talk, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    out = run(capsys, "inbox", "--all")[1]
    assert "https://m.example/@ada/1" in out
    assert "answered" in out
