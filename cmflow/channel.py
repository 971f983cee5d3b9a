"""The settings of channels: one account on one network each, and where the receipts are kept.

The words under a field go into the JSON Schema and the documentation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

import msgspec

from cmflow.errors import Message, say

Remark = tuple[tuple[str | int, ...], Message, Message]
"""The path of a value below `plugins: - cmflow:`, what is wrong with it, and what to do."""

STORES = ("files", "git")
"""Where receipts can be kept."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_QUIET = re.compile(rf"({_CLOCK})-({_CLOCK})")
_VISIBILITIES = ("public", "unlisted", "private")


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account on one network; its id is the key under `channels:`."""

    network: str
    """The kind of place: mastodon, bluesky, telegram … or assisted, where no machine may send."""
    server: str = ""
    """Where it is, where the network has many servers: https://mastodon.example."""
    account: str = ""
    """What names the account there: a handle, a page, a chat, an organisation, an address."""
    since: dt.date | None = None
    """The horizon: no post of an earlier day is ever announced. Nothing is sent without it."""
    language: str = ""
    """The language of the notes, like fr or en; by default the site's."""
    template: str = ""
    """A file in cmflow/notes of the theme; it makes the text where the author wrote none."""
    visibility: str = "public"
    """Who sees the notes, on Mastodon: public, unlisted or private."""
    quiet: str = ""
    """Hours without notes, by the clock of the site's zone, in quotes: "21:00-08:00"."""
    limit: int = 0
    """How many characters a note may have, where this server or account takes another number than
    its network mostly does; `cmflow preview --live` tells what a server says."""
    ceiling: int = 3
    """How many notes one run may send at most."""
    paused: bool = False
    """true suspends the channel."""
    owner: str = ""
    """Who keeps the account."""
    purpose: str = ""
    """What it is for, in one sentence."""
    review: dt.date | None = None
    """The day on which to decide again whether to keep it."""
    expires: dt.date | None = None
    """The day on which its token ends; cmflow doctor speaks of it 21, 7 and 1 day before."""

    @property
    def hours(self) -> tuple[dt.time, dt.time] | None:
        """The quiet hours, from and to by the clock; the second may be on the next day."""
        found = _QUIET.fullmatch(self.quiet)
        if found is None or found[1] == found[2]:
            return None
        return dt.time.fromisoformat(found[1]), dt.time.fromisoformat(found[2])


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the receipts are kept, so that two machines can never send one note twice."""

    store: str = "files"
    """files on this machine, or git: then every step is pushed before it is taken."""
    branch: str = ""
    """With git, the branch that carries the receipts; by default the one checked out."""
    remote: str = "origin"
    """With git, the remote to which it is pushed."""


def unfit(channels: Mapping[str, Channel], storage: Storage) -> Iterator[Remark]:
    """Name what channels and the ledger say and cannot mean."""
    for id_, channel in channels.items():
        for key, message, remedy in _unmeant(id_, channel):
            yield ("channels", id_, *([key] if key else [])), message, remedy
    if storage.store not in STORES:
        message = say("The ledger cannot be kept in “{store}”.", store=storage.store)
        yield ("ledger", "store"), message, _choice(STORES)


def _unmeant(id_: str, channel: Channel) -> Iterator[tuple[str, Message, Message]]:
    if not _ID.fullmatch(id_):
        # It becomes the name of a file and of an environment variable.
        remedy = say("Write small ASCII letters, digits and hyphens, like mastodon-fr.")
        yield "", say("“{id}” cannot be the id of a channel.", id=id_), remedy
    if channel.quiet and channel.hours is None:
        remedy = say("Write from and to, in quotes: {example}", example='quiet: "21:00-08:00"')
        yield "quiet", say("“{quiet}” is not a span of hours.", quiet=channel.quiet), remedy
    if channel.limit < 0:
        message = say("A limit of {limit} lets no note through.", limit=channel.limit)
        yield "limit", message, say("Write how many characters the server takes, or nothing.")
    if channel.ceiling < 1:
        message = say("A ceiling of {ceiling} lets nothing through.", ceiling=channel.ceiling)
        yield "ceiling", message, say("Write at least 1, or paused: true.")
    if channel.visibility not in _VISIBILITIES:
        message = say("The visibility “{value}” is unknown.", value=channel.visibility)
        yield "visibility", message, _choice(_VISIBILITIES)


def _choice(known: tuple[str, ...]) -> Message:
    return say("Write one of: {known}.", known=", ".join(known))
