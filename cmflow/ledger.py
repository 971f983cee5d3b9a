"""The ledger: the proof of every note, part by part, written before the call and after it."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Mapping

import msgspec

from cmflow.errors import Finding


class State(enum.Enum):
    """Where a part stands. *reserved* in a file means that a run was cut off: read it as *unknown*.

    *seeded* marks a post of an existing archive, which is never announced; *gone* what was taken
    back, which is never sent again.
    """

    RESERVED = "reserved"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SEEDED = "seeded"
    GONE = "gone"


class PartReceipt(msgspec.Struct, frozen=True):
    """The proof of one part: what was fixed before the call, and what came of it.

    `created` is the time that the note bears, kept as long as an earlier try may stand after all;
    `reserved` is when the last try began. `again` is the earliest time of the next try of a failed
    part. `error` keeps the network's words, sorted (`auth`, `content`, `rate`, `transient`),
    without secrets. All times are aware, UTC, in whole seconds.
    """

    state: State
    key: str = ""
    created: dt.datetime | None = None
    reserved: dt.datetime | None = None
    digest: str = ""
    id: str = ""
    url: str = ""
    tries: int = 0
    trouble: str = ""
    error: str = ""
    again: dt.datetime | None = None


class Receipt(msgspec.Struct, frozen=True):
    """The proof of one note: a post, a channel, and its parts in order.

    `total` is how many parts the note has; `parts` are those that were begun. `version` is that of
    the post whose text was sent, so that an edit is noticed.
    """

    slug: str
    channel: str
    network: str
    parts: tuple[PartReceipt, ...]
    total: int = 1
    version: str = ""

    @property
    def url(self) -> str:
        """Where the note can be seen: the address of its first part, once it is sent."""
        first = self.parts[0] if self.parts else None
        return first.url if first and first.state is State.SENT else ""


Pair = tuple[str, str]
"""The slug of a post and the id of a channel."""


class Ledger(msgspec.Struct, frozen=True):
    """All receipts, and those that cannot be read: what is in them is unknown, never absent."""

    receipts: Mapping[Pair, Receipt] = {}
    broken: Mapping[Pair, Finding] = {}


_SLUG = re.compile(r'[^\x00-\x1f/\\:*?"<>|.][^\x00-\x1f/\\:*?"<>|]*(?<![ .])')


def fits(slug: str) -> bool:
    """Tell whether a slug can name a folder on every system, as the ledger needs it."""
    return len(slug.encode()) <= 200 and _SLUG.fullmatch(slug) is not None
