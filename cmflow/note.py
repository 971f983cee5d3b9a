"""The nouns of what is said: a note is the text for one channel, in one or more parts."""

from __future__ import annotations

import datetime as dt
import hashlib

import msgspec


class Media(msgspec.Struct, frozen=True):
    """A picture that goes with a part: its file below `docs_dir`, its kind, and its words.

    `size` is in bytes; `alt` is what a person who does not see it is told.
    """

    path: str
    kind: str
    alt: str
    size: int = 0


class Card(msgspec.Struct, frozen=True):
    """What a network shows of a link: the address that the note carries, and its picture."""

    url: str
    title: str
    description: str = ""
    picture: Media | None = None


class Part(msgspec.Struct, frozen=True):
    """One message of a thread, its text as the network will show it."""

    text: str
    media: tuple[Media, ...] = ()


class Note(msgspec.Struct, frozen=True):
    """What one channel says of one post. The first part carries the card; a thread has several.

    `warning` is a content warning, `language` a BCP 47 tag, `url` the canonical address of the
    post.
    """

    slug: str
    channel: str
    url: str
    title: str
    language: str
    parts: tuple[Part, ...]
    warning: str = ""
    card: Card | None = None
    tags: tuple[str, ...] = ()


def digest(note: Note, at: int) -> str:
    """Return the hash of everything that one part of a note says, as 16 hexadecimal digits."""
    said = msgspec.json.encode((note.parts[at], note.warning, note.language, note.url))
    return hashlib.sha256(said).hexdigest()[:16]


class Reservation(msgspec.Struct, frozen=True):
    """What was fixed, durably, before a part was sent, so that a retry sends the very same.

    `key` is unique to (post, channel, part) for ever; a network derives its own key from it
    (`Idempotency-Key`, a TID, a `Message-ID`). `created` is aware and in whole seconds.
    """

    key: str
    created: dt.datetime
    digest: str
