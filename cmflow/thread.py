"""The nouns of what people answer: comments, reactions, and the tree that comments form."""

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
    """Who wrote a comment, as that person is known where it was written.

    `avatar` names a file of `content/community/avatars`, kept only where the site shows faces.
    """

    name: str
    url: str = ""
    avatar: str = ""


class Comment(msgspec.Struct, frozen=True):
    """A text by a person. `text` is whatever came from outside: it is never trusted.

    `source` is the id of the channel or source that told it; `id` is unique among all sources and
    never changes, nor does `published`. `reply_to` is the id of the comment that it answers; empty
    where it answers the post. `team` marks the words of our own people. `held_for` says which rules
    hold it, `reason` why a person rejected it. `settled` is a person's word that no answer is
    needed. A `redacted` text names nobody who was forgotten, and no longer follows the source.
    """

    id: str
    author: Speaker
    published: dt.datetime
    status: Status
    text: str
    url: str = ""
    reply_to: str = ""
    source: str = ""
    edited: dt.datetime | None = None
    team: bool = False
    held_for: tuple[str, ...] = ()
    reason: str = ""
    settled: bool = False
    redacted: bool = False


class Tally(msgspec.Struct, frozen=True):
    """Reactions on one channel: counted, without a name."""

    likes: int = 0
    boosts: int = 0
    quotes: int = 0


class Branch(msgspec.Struct, frozen=True):
    """A comment with the answers to it."""

    comment: Comment
    replies: tuple[Branch, ...] = ()


def grow(comments: Iterable[Comment]) -> tuple[Branch, ...]:
    """Arrange the approved comments as trees, oldest first.

    A reply whose parent is not shown moves up to the nearest one that is; where there is none, it
    stands at the top, and so does one member of every circle: no approved comment is lost. Cost is
    linear, however deep a thread is.
    """
    # No id is the place above all of them.
    known = {c.id: c for c in comments if c.id}
    shown = {id_: c for id_, c in known.items() if c.status is Status.APPROVED}
    above = _parents(shown, _nearest(known, shown))
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


def stamp(comment: Comment) -> str:
    """Write when a comment was published, and its id, so that the order is that of time."""
    try:
        when = comment.published.astimezone(dt.UTC)
    except OverflowError:  # the first hours of year 1, the last ones of year 9999
        when = comment.published.replace(tzinfo=dt.UTC)
    return f"{when.isoformat()} {comment.id}"


def _nearest(known: dict[str, Comment], shown: dict[str, Comment]) -> dict[str, str]:
    """Name, for each known comment, the nearest shown one above it, or nothing."""
    found: dict[str, str] = {"": ""}
    for start in known:
        path: list[str] = []
        here = start
        while here not in found:
            path.append(here)
            above = known[here].reply_to if here in known else ""
            # A circle of hidden comments leads nowhere.
            found[here] = ""
            here = above
            if here in shown:
                break
        end = here if here in shown else found.get(here, "")
        for id_ in path:
            found[id_] = end
    return found


def _parents(shown: dict[str, Comment], nearest: dict[str, str]) -> dict[str, str]:
    """Name each comment's parent, or nothing where it would close a circle."""
    above = {id_: nearest[id_] for id_ in shown}
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
