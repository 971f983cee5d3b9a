"""The desk of moderation: what waits, and what a person decides about it.

A decision is a line of a file; who took it is what git knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from cmflow import comment_file
from cmflow.catalogue import catalogue
from cmflow.community import Filed
from cmflow.errors import CmflowError, Message, failure, say
from cmflow.git import Files
from cmflow.settings import Settings
from cmflow.shelf import Shelf
from cmflow.thread import Comment, Status

REASONS: tuple[Message, ...] = (
    say("Spam or advertising"),
    say("An attack on a person"),
    say("Hate or discrimination"),
    say("The private data of others"),
    say("Off topic"),
    say("Unlawful"),
)
"""The reasons for a rejection where the settings name none."""

Decision = Callable[[Comment], Comment]
"""What becomes of a comment."""

_SHORTEST = 4
_TRIES = 10
_PAUSE = 0.5


class Decided(msgspec.Struct, frozen=True):
    """What was decided as it is kept now, and what was left alone, for it had changed meanwhile."""

    done: tuple[Filed, ...]
    stale: tuple[Filed, ...]


@contextlib.contextmanager
def opened(shelf: Shelf, *, to_write: bool, sleep: Callable[[float], None]) -> Iterator[None]:
    """Open a shelf for a person, who can wait a little for another run; files are read any time.

    Raises `CmflowError` where the other run takes longer.
    """
    with contextlib.ExitStack() as stack:
        for turn in range(_TRIES if to_write or not shelf.at_once else 0):
            try:
                stack.enter_context(shelf.opened())
                break
            except CmflowError:
                if turn == _TRIES - 1:
                    raise
                sleep(_PAUSE)
        yield


def everything(shelf: Shelf) -> tuple[Filed, ...]:
    """Return all comments, the oldest first."""
    every = (one for slug in shelf.slugs() for one in shelf.comments(slug).kept.values())
    return tuple(sorted(every, key=lambda one: (one.comment.published, one.path)))


def waiting(comments: Iterable[Filed], statuses: Iterable[Status]) -> tuple[Filed, ...]:
    """Return the comments of some statuses."""
    wanted = frozenset(statuses)
    return tuple(one for one in comments if one.comment.status in wanted)


def find(word: str, comments: Iterable[Filed]) -> Filed:
    """Return the comment that a person means: by its short id, file, id or address.

    Raises `CmflowError` where it is none or more than one.
    """
    path = word.replace("\\", "/").rpartition(f"{comment_file.FOLDER}/")[2]
    found = [
        one
        for one in comments
        if (word and word in (one.short, one.path, one.comment.id, one.comment.url))
        or one.path == f"{comment_file.FOLDER}/{path}"
        or (len(word) >= _SHORTEST and one.short.startswith(word))
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise failure(
            word,
            say("There is no comment of this id."),
            say("cmflow moderate list --all names them all."),
        )
    shown = ", ".join(one.short for one in found)
    raise failure(
        word, say("It may be any of these: {ids}.", ids=shown), say("Write more of the id.")
    )


def reasons(settings: Settings) -> tuple[str, ...]:
    """Return the numbered reasons of a site, in its own language: a file keeps them for ever."""
    words = catalogue(settings.language)
    said = settings.cmflow.comments.reasons or tuple(words.show(one) for one in REASONS)
    return tuple(f"{number}. {one}" for number, one in enumerate(said, 1))


def reason(settings: Settings, number: int) -> str:
    """Return one of the numbered reasons; raises `CmflowError` where there is none."""
    known = reasons(settings)
    if not 0 < number <= len(known):
        raise failure(
            settings.config.name,
            say("There is no reason {number}.", number=number),
            say("Write one of: {known}.", known="; ".join(known)),
        )
    return known[number - 1]


def approved(comment: Comment) -> Comment:
    """Let a comment stand under its post."""
    return _judged(comment, Status.APPROVED)


def rejected(why: str) -> Decision:
    """Keep comments from being shown, for a reason that the file keeps in words."""

    def decision(comment: Comment) -> Comment:
        return replace(_judged(comment, Status.REJECTED), reason=why)

    return decision


def restored(comment: Comment) -> Comment:
    """Let a comment wait again, whatever was decided."""
    return replace(_judged(comment, Status.HELD), held_for=("hand",))


def _judged(comment: Comment, status: Status) -> Comment:
    return replace(comment, status=status, held_for=(), reason="")


def is_seen(comment: Comment, decision: Decision) -> bool:
    """Tell whether readers see another page after a decision."""
    before, after = comment.status, decision(comment).status
    return before is not after and Status.APPROVED in (before, after)


def decide(
    shelf: Shelf, seen: Iterable[Filed], decision: Decision, words: str, *, more: bool = False
) -> Decided:
    """Decide about comments as a person saw them; `words` is the message of a commit.

    What readers see of it is published at once, unless `more` decisions follow that have it
    published. Nobody decides about words that they did not see: what was edited, deleted or decided
    by somebody else meanwhile is left alone. Raises `CmflowError` for what is gone at its source.
    """
    chosen = tuple(seen)
    for one in chosen:
        if one.comment.status is Status.GONE:
            raise failure(
                one.path,
                say("It was deleted where it was written; nothing is left to decide about."),
                say("If it stands again there, the next cmflow collect brings it."),
            )
    done: dict[str, Filed] = {}

    def make() -> Files:
        done.clear()
        files: dict[str, bytes | None] = {}
        now: dict[str, Mapping[str, Filed]] = {}
        for one in chosen:
            now.setdefault(one.slug, shelf.comments(one.slug).kept)
            there = now[one.slug].get(one.comment.id)
            if there == one:
                done[one.path] = Filed(one.path, decision(one.comment))
                files[one.path] = comment_file.text(done[one.path].comment).encode()
        return files

    show = not more and any(is_seen(one.comment, decision) for one in chosen)
    shelf.keep(make, words, show=show)
    stale = tuple(one for one in chosen if one.path not in done)
    return Decided(tuple(done.values()), stale)
