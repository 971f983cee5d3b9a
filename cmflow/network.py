"""What a network is to us: how it counts, what it can do, how to send, find, edit and delete."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec

from cmflow.errors import Message
from cmflow.note import Note, Reservation


class Trouble(enum.Enum):
    """Why a network did not take a note, sorted by what a person can do about it."""

    AUTH = "auth"
    CONTENT = "content"
    RATE = "rate"
    TRANSIENT = "transient"


class NetworkError(Exception):
    """A network's refusal or silence, with its own words, secrets already taken out.

    `certain` says that the note surely does not stand: the network refused it in so many words.
    After a broken connection or a 5xx nobody knows, and the ledger says *unknown*. `again` is how
    many seconds the network asks us to wait.
    """

    def __init__(
        self,
        trouble: Trouble,
        words: str,
        *,
        remedy: Message,
        certain: bool,
        again: float | None = None,
    ) -> None:
        super().__init__(words)
        self.trouble = trouble
        self.words = words
        self.remedy = remedy
        self.certain = certain
        self.again = again


class Secret(msgspec.Struct, frozen=True):
    """A secret that a channel needs: the last word of its variable, and where one creates it.

    The variable of the channel `mastodon-fr` and the secret `TOKEN` is `CMFLOW_MASTODON_FR_TOKEN`.
    """

    name: str
    where: Message
    required: bool = True


class Limits(msgspec.Struct, frozen=True):
    """How much a network takes, and how it counts. Dated, with its source, for limits move.

    `count` gives the length of a text in the network's own unit; `octets` is a second bound, in
    UTF-8, where there is one (nought: none). `media` is how many pictures, `media_bytes` how large
    each; `caption` is how much text pictures may have, where that is less.
    """

    text: int
    count: Callable[[str], int]
    source: str
    checked: dt.date
    octets: int = 0
    media: int = 0
    media_bytes: int = 0
    media_kinds: tuple[str, ...] = ()
    alt: int = 0
    caption: int = 0
    cost: str = ""


class Abilities(msgspec.Struct, frozen=True):
    """What can be done on a network with a stored token."""

    thread: bool = False
    card: bool = False
    alt: bool = False
    warning: bool = False
    edit: bool = False
    delete: bool = False
    find: bool = False
    replies: bool = False


class Sent(msgspec.Struct, frozen=True):
    """A part that stands on a network: its id there and where a person sees it."""

    id: str
    url: str


class Answer(enum.Enum):
    """What a network answers when asked whether a part stands there."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot-tell"


def _nowhere(_folder: str) -> None:
    return None


class Account(msgspec.Struct, frozen=True):
    """One channel ready to speak: its settings, its secrets, the way out, and the files.

    `settings` is `cmflow.settings.Channel`; `secrets` maps a `Secret.name` to its value;
    `http` is `cmflow.http.Client`; `read` returns the bytes of a media path; `files` names the
    files of a folder below the root of the site, nothing where there is no such folder.
    """

    channel: str
    settings: Any
    secrets: Mapping[str, str]
    http: Any
    read: Callable[[str], bytes]
    files: Callable[[str], Mapping[str, Path] | None] = _nowhere


class Network(Protocol):
    """One network, both directions. One module, one object; it keeps no state."""

    name: str
    title: str
    secrets: tuple[Secret, ...]
    limits: Limits
    abilities: Abilities

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Send one part, in answer to the last of `above`; raises `NetworkError`."""

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Tell whether a part stands there: by natural key, or among the account's recent notes."""

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the text of a part; only where `abilities.edit`."""

    def id_of(self, account: Account, url: str) -> str:
        """Return the id of a note of ours from the address that a person copied; raises as `find`.

        Nothing where it is no address of a note there. `account` may lack its secrets.
        """

    def limit_at(self, account: Account) -> int | None:
        """Return how many characters this server takes, as itself tells; nothing where none does.

        `account` may lack its secrets; raises `NetworkError` where the server cannot be asked.
        """

    def delete(self, account: Account, sent: Sent) -> None:
        """Take a part back; only where `abilities.delete`; one that is gone already is no error."""
