"""Collecting: what people answer becomes files, the same ones however often, and however cut off."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal

import pytest
from answering import NOW, SLUGS, World, said
from speaking import Switch
from test_never_twice import watched

from cmflow.moderation import Rules
from cmflow.thread import Status, grow, walk

A, B, C = SLUGS


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_an_answer_becomes_a_file_that_a_person_can_read(world):
    world.place.talk(A, said("1", "J’ai la même <b>voile</b> !"))
    world.collect()
    (path,) = (path for path in world.files() if path.startswith("comments/"))
    assert path.startswith(f"comments/{A}/2026-11-19-place-")
    assert world.files()[path].decode() == (
        "---\n"
        'id: "place.example/1"\n'
        'source: "place"\n'
        'author: {name: "Zoé", url: "https://place.example/@zoé"}\n'
        'url: "https://place.example/s/1"\n'
        "published: 2026-11-19T09:00:00Z\n"
        "status: approved\n"
        "---\n"
        "\n"
        "<p>J’ai la même voile !</p>\n"
    )


def test_a_second_run_changes_no_byte(world):
    world.place.talk(A, said("1"), said("2", to="1"), likes=3)
    world.place.talk(B, said("3", "<script>alert(1)</script>&amp; « ici »"), boosts=1)
    world.collect()
    before = world.files()
    again = world.collect()
    assert world.files() == before
    assert again.changes == ()


def test_a_child_heard_before_its_parent_stands_under_it_in_the_end(world):
    world.place.talk(A, said("2", to="1", minute=1))
    world.collect()
    world.place.talk(A, said("1"), said("2", to="1", minute=1))
    world.collect()
    read = [(r.comment.id, r.depth) for r in walk(grow(world.comments().values()))]
    assert read == [("place.example/1", 0), ("place.example/2", 1)]


def test_an_edit_is_followed(world):
    world.place.talk(A, said("1", "Faute"))
    world.collect()
    world.place.talk(A, said("1", "Sans faute", edited=NOW.isoformat()))
    world.collect()
    assert world.comments()["1"].text == "<p>Sans faute</p>"
    assert world.comments()["1"].edited == NOW


def test_a_deleted_comment_is_emptied_and_its_answer_stays(world):
    world.place.talk(A, said("1", name="Ada"), said("2", to="1", minute=1))
    world.collect()
    world.place.talk(A, said("2", to="1", minute=1))
    world.collect()
    gone = world.comments()["1"]
    assert (gone.status, gone.text, gone.author.name, gone.url) == (Status.GONE, "", "", "")
    assert b"Ada" not in b"".join(world.files().values())
    assert [r.comment.id for r in walk(grow(world.comments().values()))] == ["place.example/2"]


def test_what_is_absent_from_the_thread_and_stands_when_asked_for_is_kept(world):
    world.place.talk(A, said("1"))
    world.collect()
    before = world.files()
    world.place.talk(A, said("1", hidden=True))
    world.collect()
    assert world.files() == before


def test_reactions_are_counted_per_channel(world):
    world.place.talk(A, likes=3, boosts=1)
    world.collect()
    assert world.files()[f"reactions/{A}.yml"] == b'"place": {likes: 3, boosts: 1}\n'
    world.place.talk(A, likes=0)
    world.collect()
    assert world.files()[f"reactions/{A}.yml"] == b'"place": {}\n'


def test_a_post_that_nobody_liked_has_no_file_of_reactions(world):
    world.place.talk(A)
    world.collect()
    assert world.files() == {}


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(world):
    world.place.talk(A, said("1"), said("2", lost=True), said("3"))
    gathered = world.collect()
    assert [lost.where for lost in gathered.unread] == ["place.example/2"]
    assert set(world.comments()) == {"1", "3"}


def test_a_source_that_stops_in_the_middle_keeps_what_it_told(world):
    for slug in SLUGS:
        world.place.talk(slug, said(f"{slug}-1"))
    topics = [topic.slug for topic in world.round().ears[0].topics]
    world.place.fails = {topics[1]}
    gathered = world.collect()
    assert gathered.trouble is not None
    assert world.comments(topics[0])
    world.place.fails = set()
    world.collect()
    assert all(world.comments(slug) for slug in SLUGS)


def test_an_old_thread_is_left_alone_until_someone_speaks_or_asks(world):
    about = world.round(since=NOW.date() + dt.timedelta(days=1)).ears[0].topics
    assert about == ()
    assert len(world.round(since=NOW.date()).ears[0].topics) == 3


def test_a_rejected_comment_stays_rejected_whatever_is_said_later(world):
    world.place.talk(A, said("1", "Achetez !"))
    world.collect()
    (path,) = world.settings.community.rglob("*.md")
    path.write_text(path.read_text().replace("status: approved", "status: rejected\nreason: spam"))
    before = world.files()
    world.place.talk(A, said("1", "Achetez encore !", edited=NOW.isoformat()))
    world.collect()
    assert world.files() == before


def test_a_file_that_a_person_broke_is_not_written_over(world):
    world.place.talk(A, said("1"))
    world.collect()
    (path,) = world.settings.community.rglob("*.md")
    path.write_text("---\nid: [\n---\nÀ la main\n")
    world.collect()
    assert "À la main" in path.read_text()


def test_everybody_waits_by_default_but_our_own_account(tmp_path):
    world = World(tmp_path, rules=Rules())
    world.place.talk(A, said("1"), said("2", name="Atelier", ours=True, to="1"))
    world.collect()
    found = world.comments()
    assert (found["1"].status, found["1"].held_for) == (Status.HELD, ("all",))
    assert (found["2"].status, found["2"].team) == (Status.APPROVED, True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_run_killed_anywhere_and_run_again_makes_the_same_files(tmp_path):
    def scene(folder):
        made = World(folder)
        for at, slug in enumerate(SLUGS):
            made.place.talk(slug, said(f"{at}1"), said(f"{at}2", to=f"{at}1"), likes=at + 1)
        made.collect()
        made.place.talk(
            A, said("01", "Autre", edited=NOW.isoformat()), said("03", to="02"), likes=9
        )
        made.place.talk(B, said("12", to="11"), likes=1)
        return made

    undisturbed = scene(tmp_path / "calm")
    undisturbed.collect()
    expected = undisturbed.files()
    kills = 0
    for at in range(1, 400):
        world = scene(tmp_path / str(at))
        if not _killed(world, at):
            break
        kills += 1
        world.collect()
        assert world.files() == expected, at
    assert 60 < kills < 399


def _killed(world, at):
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            switch = Switch(at)
            world.place.event = switch
            watched(switch)
            world.collect()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
