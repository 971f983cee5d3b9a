"""The nouns of what people answer: comments, and the tree they form under a post."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator

import msgspec


class Status(enum.Enum):
    """Where moderation stands with a comment; only approved ones are shown."""

    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    GONE = "gone"


class Speaker(msgspec.Struct, frozen=True):
    """Who wrote a comment, as that person is known where it was written."""

    name: str
    url: str = ""


class Comment(msgspec.Struct, frozen=True):
    """A text by a person. `text` is whatever came from outside: it is never trusted."""

    id: str
    author: Speaker
    published: dt.datetime
    status: Status
    text: str
    url: str = ""
    reply_to: str = ""


class Branch(msgspec.Struct, frozen=True):
    """A comment with the answers to it."""

    comment: Comment
    replies: tuple[Branch, ...] = ()


def grow(comments: Iterable[Comment]) -> tuple[Branch, ...]:
    """Arrange the approved comments as trees, oldest first.

    A reply whose parent is absent stands at the top, and so does one member of every circle, so
    that no approved comment is lost. Cost is linear, however deep a thread is.
    """
    shown = {c.id: c for c in comments if c.status is Status.APPROVED}
    above = _parents(shown)
    children: dict[str, list[Comment]] = {}
    for comment in sorted(shown.values(), key=lambda c: (c.published, c.id)):
        children.setdefault(above[comment.id], []).append(comment)
    # Built from the leaves up, without recursion: a thread may be thousands of answers deep.
    built: dict[str, tuple[Branch, ...]] = {}
    for identity in reversed(_outside_in(children)):
        built[identity] = tuple(
            Branch(child, built.get(child.id, ())) for child in children.get(identity, ())
        )
    return built.get("", ())


class Reply(msgspec.Struct, frozen=True):
    """A comment in the order of reading: how deep it stands, and the comment that it answers."""

    comment: Comment
    depth: int
    to: Comment | None = None


def walk(branches: Iterable[Branch]) -> Iterator[Reply]:
    """Read trees from top to bottom, each comment before the answers to it."""
    # With a stack of our own, without recursion: a thread may be thousands of answers deep.
    waiting: list[tuple[Branch, int, Comment | None]] = [(branch, 0, None) for branch in branches]
    waiting.reverse()
    while waiting:
        branch, depth, to = waiting.pop()
        yield Reply(branch.comment, depth, to)
        waiting += [(reply, depth + 1, branch.comment) for reply in reversed(branch.replies)]


def _parents(shown: dict[str, Comment]) -> dict[str, str]:
    """Name each comment's parent, or nothing where it is absent or would close a circle."""
    above = {id_: c.reply_to if c.reply_to in shown else "" for id_, c in shown.items()}
    settled = {""}
    for start in sorted(above):
        path: list[str] = []
        here = start
        while here not in settled:
            settled.add(here)
            path.append(here)
            here = above[here]
        if here in path:
            above[here] = ""
    return above


def _outside_in(children: dict[str, list[Comment]]) -> list[str]:
    order = [""]
    for identity in order:
        order.extend(child.id for child in children.get(identity, ()))
    return order
