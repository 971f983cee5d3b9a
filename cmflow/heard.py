"""What a source tells: texts by persons and counts of reactions, as they stand there now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Protocol

import msgspec

from cmflow.errors import Message
from cmflow.network import Account, Answer, Secret, Sent
from cmflow.thread import Speaker, Tally


class Heard(msgspec.Struct, frozen=True):
    """A comment as a source tells it. Nothing of it is trusted: `html` may hold anything.

    `id` begins with the place it comes from and is the same at every reading:
    `mastodon.example/113526789012345678`. `published` is aware; `None` where the source does not
    know it. `reply_to` is the id of a comment, empty where it answers the note or the post itself.
    `about` says which post is meant, by its slug or its address, where the batch does not. `ours`
    marks what the channel's own account wrote. `avatar` is the address of a picture.
    """

    id: str
    author: Speaker
    html: str
    published: dt.datetime | None = None
    url: str = ""
    reply_to: str = ""
    edited: dt.datetime | None = None
    language: str = ""
    about: str = ""
    avatar: str = ""
    ours: bool = False


class Unread(msgspec.Struct, frozen=True):
    """One thing that a source told and nobody can read: where, why, and what to do."""

    where: str
    message: Message
    remedy: Message


class Topic(msgspec.Struct, frozen=True):
    """A post that may have been answered: its address, the parts of its note, what is known of it.

    `sent` are the parts of the note on this channel, empty for a source that is no channel. `known`
    are the ids of the comments that this source told before and that are not gone.
    """

    slug: str
    url: str
    title: str
    published: dt.datetime
    sent: tuple[Sent, ...] = ()
    known: frozenset[str] = frozenset()


class Batch(msgspec.Struct, frozen=True):
    """What was heard in one go; it is written before the next one is asked for.

    `slug` is the post that all of it is about, or empty. `whole` says that this is everything that
    the source has for that post: what is missing is then asked for, one by one. `tally` is nothing
    where the source does not count. `marks` is what to remember for the next time (an ETag, the
    last id): it saves requests and changes nothing else. What is `fleeting` is told once, so it is
    kept before anything else is asked. `step` and `of` tell the progress.
    """

    slug: str = ""
    heard: tuple[Heard, ...] = ()
    tally: Tally | None = None
    whole: bool = False
    unread: tuple[Unread, ...] = ()
    marks: Mapping[str, str] = {}
    fleeting: bool = False
    step: int = 0
    of: int = 0


Marks = Mapping[str, str]
"""What a source said to remember, by any name it chose; empty on a new machine."""


class Listener(Protocol):
    """One kind of source. One module, one object; it keeps no state.

    `needs_note` tells that it hears answers to notes, so it is asked only about posts that have one
    on its channel. `vouches` tells that the place has made sure of who speaks: whoever may write
    any name and address under a comment can be nobody whom we trust.
    """

    name: str
    title: str
    secrets: tuple[Secret, ...]
    needs_note: bool
    vouches: bool

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """Yield what people answer, batch by batch; raises `NetworkError` where nobody can ask.

        One topic that fails is no reason to stop: it becomes an `Unread` of its batch.
        """

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """Ask for one comment that is missing: it stands, it is gone (`ABSENT`), or nobody knows.

        Raises `NetworkError`.
        """
