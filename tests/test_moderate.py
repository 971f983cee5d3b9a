"""What waits, and what a person decides about it: at the desk and at the command."""

from __future__ import annotations

import json

import click
import pytest
from conversing import SLUG, Talk, comment
from msgspec.structs import replace
from test_cli import run

from cmflow import moderate
from cmflow.cli import ask, speech
from cmflow.errors import CmflowError
from cmflow.thread import Speaker, Status


@pytest.fixture(autouse=True)
def spoken():
    yield
    speech.speak("en")


@pytest.fixture
def talk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Talk(
        tmp_path,
        comment(2, "Deuxième.", name="Bob", to=1),
        comment(1, "Première."),
        comment(3, "Bravo !", name="Zoé", status=Status.APPROVED, held_for=()),
    )


def every(talk):
    return moderate.everything(talk.shelf)


# Finding one


@pytest.mark.parametrize(
    "word",
    ["{short}", "{start}", "{path}", "content/community/{path}", "m.example/1",
     "https://m.example/@ada/1", "content\\community\\{path}"],
)  # fmt: skip
def test_a_comment_is_called_by_its_short_id_its_file_its_id_or_its_address(talk, word):
    first = every(talk)[0]
    word = word.format(short=first.short, start=first.short[:4], path=first.path)
    assert moderate.find(word, every(talk)) == first


@pytest.mark.parametrize("word", ["nothing", "", "a", "https://m.example/@ada"])
def test_what_is_no_comment_is_told(talk, word):
    talk.add(comment(9, url=""))
    with pytest.raises(CmflowError, match="no comment"):
        moderate.find(word, every(talk))


def test_what_may_be_several_is_told(talk):
    talk.add(comment(1, "Ailleurs."), "autre")
    with pytest.raises(CmflowError, match="any of these"):
        moderate.find("m.example/1", every(talk))


# Deciding


def test_decisions_are_lines_of_files(talk):
    one = every(talk)[0]
    path = talk.folder / one.path
    before = path.read_text("utf-8")
    moderate.decide(talk.shelf, [one], moderate.rejected("4. Vend autre chose"), "x")
    after = 'status: rejected\nreason: "4. Vend autre chose"\n'
    assert path.read_text("utf-8") == before.replace('status: held\nheld_for: ["all"]\n', after)
    moderate.decide(talk.shelf, every(talk)[:1], moderate.restored, "x")
    assert talk.now(1) == replace(one.comment, held_for=("hand",))
    moderate.decide(talk.shelf, every(talk)[:1], moderate.approved, "x")
    assert talk.now(1) == replace(one.comment, status=Status.APPROVED, held_for=())


@pytest.mark.parametrize("change", [{"text": "<p>Casino</p>"}, {"status": Status.REJECTED}])
def test_nobody_decides_about_what_they_did_not_see(talk, change):
    seen = every(talk)[:2]
    talk.add(replace(seen[0].comment, **change))
    decided = moderate.decide(talk.shelf, seen, moderate.approved, "x")
    assert [one.comment.id for one in decided.stale] == ["m.example/1"]
    assert [one.comment.id for one in decided.done] == ["m.example/2"]
    assert talk.now(1) == replace(seen[0].comment, **change)


def test_what_is_gone_at_its_source_is_not_decided_about(talk):
    talk.add(comment(4, "", status=Status.GONE, author=Speaker("")))
    with pytest.raises(CmflowError, match="deleted where it was written"):
        moderate.decide(talk.shelf, every(talk)[-1:], moderate.approved, "x")


def test_the_reasons_are_those_of_the_charter_or_six(talk, tmp_path):
    assert moderate.reason(talk.settings, 1) == "1. Spam or advertising"
    assert len(moderate.reasons(talk.settings)) == 6
    own = {"cmflow": {"comments": {"reasons": ["Il crie", "Il vend"], "spam": 2}}}
    french = Talk(
        tmp_path / "fr", theme={"name": "material", "language": "fr"}, plugins=["search", own]
    )
    assert moderate.reasons(french.settings) == ("1. Il crie", "2. Il vend")
    with pytest.raises(CmflowError, match="no reason 3"):
        moderate.reason(french.settings, 3)


def test_a_person_waits_a_little_for_a_run_and_then_is_told(talk):
    slept = []
    with talk.shelf.opened():
        with moderate.opened(talk.shelf, to_write=False, sleep=slept.append):
            assert every(talk)
        assert slept == []
        with (
            pytest.raises(CmflowError, match="Another run"),
            moderate.opened(talk.shelf, to_write=True, sleep=slept.append),
        ):
            pass
    assert 3 < sum(slept) < 10


# The command


def test_the_list_shows_what_waits_the_oldest_first(talk, capsys):
    code, out, err = run(capsys, "moderate", "list")
    assert (code, err) == (0, "")
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[1:] for row in rows] == [
        ["2026-11-01", "held", "mastodon", SLUG, "Ada", "Première."],
        ["2026-11-01", "held", "mastodon", SLUG, "Bob", "Deuxième."],
    ]
    assert run(capsys, "moderate")[1] == out


def test_the_list_can_show_what_was_decided(talk, capsys):
    assert len(run(capsys, "moderate", "list", "--all")[1].splitlines()) == 3
    out = run(capsys, "moderate", "list", "--status", "approved")[1]
    assert out.endswith("Zoé\tBravo !\n")


def test_the_list_for_programs_has_the_keys_of_the_files(talk, capsys):
    out = run(capsys, "moderate", "list", "--json", language="fr")[1]
    data = json.loads(out)
    assert data["version"] == 1
    first = data["comments"][0]
    assert (first["id"], first["words"], first["status"]) == ("m.example/1", "Première.", "held")
    assert first["path"].startswith(f"comments/{SLUG}/2026-11-01-mastodon-")


def test_nothing_waits_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Talk(tmp_path)
    assert run(capsys, "moderate", "list") == (0, "", "Nothing waits.\n")


def test_show_tells_everything_as_plain_text(talk, capsys):
    talk.add(comment(5, '<p>\x1b[2J<a href="https://evil.example">ici</a></p>', to=1, name="Eve"))
    code, out, _ = run(capsys, "moderate", "show", talk.short(5))
    assert code == 0
    assert out.splitlines() == [
        f"{talk.short(5)}  Eve (https://m.example/@eve)",
        "Sunday, November 1, 2026 at 10:05, from mastodon, under “Voile-Et-Fil”".replace(
            "Voile-Et-Fil", "Voile Et Fil"
        ),
        "https://m.example/@eve/5",
        "In answer to Ada: Première.",
        "waits: everybody waits",
        "",
        "[2Jici (https://evil.example)",
    ]


def test_several_are_decided_at_once(talk, capsys):
    code, out, _ = run(capsys, "moderate", "approve", talk.short(1), "m.example/2", "m.example/1")
    assert code == 0
    assert [line.split("\t")[1] for line in out.splitlines()] == ["approved", "approved"]
    assert talk.now(2).status is Status.APPROVED


def test_a_rejection_needs_a_reason(talk, capsys):
    code, _, err = run(capsys, "moderate", "reject", "m.example/1")
    assert code == 2
    assert "--reason" in err
    assert run(capsys, "moderate", "reject", "m.example/1", "--reason", "9")[0] == 1
    assert talk.now(1).status is Status.HELD
    assert run(capsys, "moderate", "reject", "m.example/1", "--reason", "2")[0] == 0
    assert talk.now(1).reason == "2. An attack on a person"
    assert run(capsys, "moderate", "spam", "m.example/2")[0] == 0
    assert talk.now(2).reason == "1. Spam or advertising"
    assert run(capsys, "moderate", "restore", "m.example/2")[0] == 0
    assert (talk.now(2).status, talk.now(2).reason) == (Status.HELD, "")


def test_a_table_is_drawn_on_a_terminal(talk, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    out = run(capsys, "moderate", "list")[1]
    assert "everybody waits" in out
    assert max(len(click.unstyle(line)) for line in out.splitlines()) <= 60


def test_one_after_the_other_a_key_decides(talk, capsys, monkeypatch):
    talk.add(comment(6, "Six"))
    talk.add(comment(7, "Sept"))
    keys = iter(["x", "a", "r", "n", "q"])
    monkeypatch.setattr(ask, "somebody", lambda: True)
    monkeypatch.setattr("click.getchar", lambda: next(keys))
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "3")
    code, out, err = run(capsys, "moderate")
    assert code == 0
    assert talk.now(1).status is Status.APPROVED
    assert talk.now(2).reason == "3. Hate or discrimination"
    assert talk.now(6).status is Status.HELD
    assert "── 4/4 ──" in err
    assert [line.split("\t")[1] for line in out.splitlines()] == ["approved", "rejected"]
