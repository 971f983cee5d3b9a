"""What a plan is made of: steps with their reasons, and the scene in which they are planned."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping

import msgspec

from cmflow.channel import Channel
from cmflow.errors import Message, say
from cmflow.network import Abilities
from cmflow.note import Note
from cmflow.post import Post


class Act(enum.Enum):
    """What a step does."""

    SEND = "send"
    HOLD = "hold"
    SKIP = "skip"
    UNKNOWN = "unknown"
    EDIT = "edit"
    DELETE = "delete"


class Step(msgspec.Struct, frozen=True):
    """One line of the plan: what would happen to one post on one channel, and why.

    `at` is the first part that does not stand, from 0; `when` the time of the next try, where one
    is known. `asks` says that the network can be asked about what is unknown.
    """

    act: Act
    slug: str
    channel: str
    reason: Message
    at: int = 0
    when: dt.datetime | None = None
    asks: bool = False


class Silence(msgspec.Struct, frozen=True):
    """Why there is no note: the author wants none (skip), or it has a fault or a time (hold)."""

    act: Act
    reason: Message
    when: dt.datetime | None = None


class Live(msgspec.Struct, frozen=True):
    """Whether a page answers with this very version; if not, why, and when to look again."""

    ok: bool
    reason: Message
    when: dt.datetime | None = None


class Scene(msgspec.Struct, frozen=True):
    """What does not change during a run.

    `abilities` are by channel; `versions` map the slug of a post to the digest of its text. `grace`
    is how long nobody may conclude from a network's silence that a part does not stand. `whole`
    says that every post could be read, so that one that is absent was taken away. On the channels
    of `by_hand` only a person can send. `site` is the address that keys of receipts are made of.
    """

    channels: Mapping[str, Channel]
    abilities: Mapping[str, Abilities]
    versions: Mapping[str, str]
    zone: dt.tzinfo
    grace: dt.timedelta = dt.timedelta(seconds=60)
    whole: bool = True
    by_hand: frozenset[str] = frozenset()
    site: str = ""


Voice = Callable[[Post, str], Note | Silence]
"""Makes the note of a post for a channel, when asked: most posts are never asked for one."""

BELIEVED = dt.timedelta(days=7)
"""How long an unknown part may be sent again when the network does not have it: what is older, a
person may have deleted meanwhile."""

PASTE = say("It is for you to paste: cmflow syndicate --paste.")
"""The reason of a step that waits for a person's hand."""
