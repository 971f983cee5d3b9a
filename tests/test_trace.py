"""What weaving reads is noted for the file for which it is read."""

from __future__ import annotations

import datetime as dt

from factory import NOW, post, site

from cmflow.book import Need
from cmflow.thread import Comment, Speaker, Status, grow

SAID = Comment("a/1", Speaker("Ana", avatar="ana.png"), NOW, Status.APPROVED, "Oui.")


def told(**back):
    return site([post()], back=back)


def test_a_conversation_is_told_from_another_by_its_last_answer():
    made = told(threads={"une-voile": grow([SAID])}, faces=frozenset({"ana.png"}))
    with made.trace.file("index.html"):
        made.replies("une-voile")
    assert made.trace.woven["index.html"] == (
        Need("face", "ana.png", b"1"),
        Need("thread", "une-voile", b"2026-11-20T09:00:00+00:00 a/1"),
    )
    assert made.trace.faces == {"ana.png"}


def test_only_the_first_moment_that_has_not_come_is_of_any_matter():
    made = told()
    with made.trace.file("index.html"):
        assert made.past(NOW)
        assert not made.past(NOW + dt.timedelta(days=2))
        assert not made.past(NOW + dt.timedelta(days=1))
    (need,) = made.trace.woven["index.html"]
    assert need.kind == "until"
    assert dt.datetime.fromisoformat(need.name) == NOW + dt.timedelta(days=1)


def test_files_that_are_made_together_are_made_of_the_same():
    made = told()
    with made.trace.file("feed.xml", "feed.json"):
        made.is_answered("une-voile")
    needs = (Need("answered", "une-voile", b""),)
    assert made.trace.woven == {"feed.xml": needs, "feed.json": needs}


def test_what_is_read_within_another_file_is_not_of_this_one():
    made = told()
    with made.trace.file("outer"):
        made.tallies("une-voile")
        with made.trace.file("inner"):
            made.receipts("une-voile")
    assert [need.kind for need in made.trace.woven["outer"]] == ["tallies"]
    assert [need.kind for need in made.trace.woven["inner"]] == ["receipts"]


def test_the_posts_last_answered_come_first():
    later = Comment("b/1", Speaker("Bob"), NOW + dt.timedelta(1), Status.APPROVED, "Non.")
    posts = [post("un"), post("deux"), post("trois", comments=False)]
    threads = {"un": grow([SAID]), "deux": grow([later]), "trois": grow([later])}
    made = site(posts, back={"threads": threads})
    assert [one.slug for one in made.latest(2)] == ["deux", "un"]
    assert [one.slug for one in made.latest(1)] == ["deux"]
