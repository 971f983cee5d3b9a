"""Who waits for an answer by a person: the comments under which none of ours stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from cmflow.community import Filed
from cmflow.settings import Settings
from cmflow.thread import Comment, Status

_SEEN = (Status.APPROVED, Status.HELD)


class Received(msgspec.Struct, frozen=True):
    """A comment by somebody else, and whether one of us has answered it.

    `owner` is who answers on that channel, as the settings say. `answered` is also true where a
    person said that no answer is needed.
    """

    kept: Filed
    owner: str = ""
    answered: bool = False


def received(comments: Iterable[Filed], settings: Settings) -> tuple[Received, ...]:
    """Return what others wrote: first what waits for an answer, then the rest, each as they come.

    A comment is answered where a word of ours stands anywhere below it, if only as held.
    """
    every = tuple(comments)
    answered = _below_which_we_speak(every)
    found = [
        Received(one, owner(one.comment.source, settings), _is_done(one.comment, answered))
        for one in every
        if one.comment.status in _SEEN and not one.comment.team
    ]
    # The comments come the oldest first, and sorting keeps that order.
    return tuple(sorted(found, key=lambda one: one.answered))


def waiting(found: Iterable[Received]) -> tuple[Received, ...]:
    """Return the comments that wait."""
    return tuple(one for one in found if not one.answered)


def owner(source: str, settings: Settings) -> str:
    """Return who answers on a channel or at a source."""
    channel = settings.cmflow.channels.get(source)
    if channel is not None:
        return channel.owner
    known = settings.cmflow.sources.get(source)
    return known.owner if known else ""


def done(comment: Comment) -> Comment:
    """Say that no answer is needed."""
    return replace(comment, settled=True)


def undone(comment: Comment) -> Comment:
    """Take that back."""
    return replace(comment, settled=False)


def _is_done(comment: Comment, answered: frozenset[str]) -> bool:
    return comment.settled or comment.id in answered


def _below_which_we_speak(comments: Iterable[Filed]) -> frozenset[str]:
    """Return the ids of everything above a word of ours; each is looked at once."""
    above: Mapping[str, str] = {one.comment.id: one.comment.reply_to for one in comments}
    found: set[str] = set()
    for one in comments:
        if not one.comment.team or one.comment.status not in _SEEN:
            continue
        here = one.comment.reply_to
        while here and here not in found:
            found.add(here)
            here = above.get(here, "")
    return frozenset(found)
