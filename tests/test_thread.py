"""The tree of a conversation, whatever the parents say."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from cmflow.thread import Branch, Comment, Speaker, Status, grow, walk

START = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def comment(
    name: str, to: str = "", *, minute: int = 0, status: Status = Status.APPROVED
) -> Comment:
    return Comment(
        name, Speaker("Ana"), START + dt.timedelta(minutes=minute), status, "Oui", reply_to=to
    )


def shape(branches: tuple[Branch, ...]) -> list[object]:
    return [[b.comment.id, shape(b.replies)] if b.replies else b.comment.id for b in branches]


def test_answers_stand_under_what_they_answer_oldest_first():
    tree = grow(
        [
            comment("c", "a", minute=3),
            comment("b", minute=2),
            comment("a", minute=1),
            comment("d", "a", minute=2),
        ]
    )
    assert shape(tree) == [["a", ["d", "c"]], "b"]


def test_a_reply_whose_parent_is_not_shown_is_not_lost():
    tree = grow([comment("a", status=Status.HELD), comment("b", "a"), comment("c", "never-seen")])
    assert shape(tree) == ["b", "c"]


def test_only_approved_comments_are_shown():
    assert grow([comment(s.value, status=s) for s in Status if s is not Status.APPROVED]) == ()


def test_a_circle_is_cut_and_nobody_in_it_is_lost():
    assert (
        len(
            str(
                shape(
                    grow(
                        [comment("a", "b"), comment("b", "c"), comment("c", "a"), comment("d", "d")]
                    )
                )
            )
        )
        > 0
    )
    tree = grow([comment("a", "b"), comment("b", "a")])
    assert shape(tree) == [["b", ["a"]]] or shape(tree) == [["a", ["b"]]]


def test_a_thread_thousands_of_answers_deep_is_no_problem():
    chain = [comment(str(n), str(n - 1) if n else "", minute=n) for n in range(20_000)]
    depth, level = 0, grow(chain)
    while level:
        depth, level = depth + 1, level[0].replies
    assert depth == 20_000


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 25)), max_size=20))
def test_every_approved_comment_stands_exactly_once(links):
    comments = {str(a): comment(str(a), str(b), minute=b) for a, b in links}

    def names(branches: tuple[Branch, ...]) -> list[str]:
        return [n for b in branches for n in (b.comment.id, *names(b.replies))]

    assert sorted(names(grow(comments.values()))) == sorted(comments)


def test_a_thread_is_read_from_top_to_bottom_each_answer_after_what_it_answers():
    tree = grow(
        [comment("a"), comment("b", "a", minute=1), comment("c", minute=2), comment("d", "b")]
    )
    assert [(r.comment.id, r.depth, r.to.id if r.to else "") for r in walk(tree)] == [
        ("a", 0, ""),
        ("b", 1, "a"),
        ("d", 2, "b"),
        ("c", 0, ""),
    ]


def test_a_thread_of_thousands_of_answers_is_read_to_its_end():
    chain = [comment(str(n), str(n - 1) if n else "", minute=n) for n in range(5000)]
    assert [reply.depth for reply in walk(grow(chain))] == list(range(5000))
