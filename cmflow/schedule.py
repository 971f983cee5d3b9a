"""The nouns of planning: what stands in the calendar, the rhythm we want, and one place in it."""

from __future__ import annotations

import datetime as dt
import enum

import msgspec

Moment = dt.datetime | dt.date
"""An aware time in the site's zone, or a whole day."""


class Stage(enum.Enum):
    """How far a post has come: planned is not scheduled, scheduled is not published."""

    IDEA = "idea"
    PLANNED = "planned"
    DRAFTED = "drafted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


class Kind(enum.Enum):
    """What an entry of the calendar is."""

    POST = "post"
    NOTE = "note"
    EVENT = "event"
    OBSERVANCE = "observance"
    ABSENCE = "absence"
    PAUSE = "pause"
    REVIEW = "review"


HOLIDAY = "holiday"
"""The category of an observance on which nobody works."""


class Entry(msgspec.Struct, frozen=True):
    """One thing with a place in time.

    `uid` never changes, whatever moves: `post/<slug>`, `note/<slug>/<channel>`, `event/<name>` and
    so on; for one occurrence of something that recurs, its own day follows. `end` is exclusive;
    without it a time has no length and a day is one day. `path` and `line` say where it is written,
    relative to the root of the site. `public` is what readers may see.
    """

    uid: str
    kind: Kind
    title: str
    start: Moment
    end: Moment | None = None
    stage: Stage | None = None
    slug: str = ""
    channel: str = ""
    authors: tuple[str, ...] = ()
    persona: str = ""
    series: str = ""
    intent: str = ""
    objective: str = ""
    categories: tuple[str, ...] = ()
    place: str = ""
    url: str = ""
    text: str = ""
    path: str = ""
    line: int = 0
    public: bool = False


class Recurring(msgspec.Struct, frozen=True):
    """An event or an observance as it is written: once, or by an RFC 5545 `RRULE`.

    A rule is followed by the clocks of `zone`, the site's without one. `extra` are occurrences
    beside those of the rule, `without` those that are left out.
    """

    uid: str
    title: str
    start: Moment
    end: Moment | None = None
    rule: str = ""
    zone: dt.tzinfo | None = None
    extra: tuple[Moment, ...] = ()
    without: tuple[Moment, ...] = ()
    categories: tuple[str, ...] = ()
    place: str = ""
    url: str = ""
    text: str = ""
    path: str = ""
    line: int = 0


class Cadence(msgspec.Struct, frozen=True):
    """A rhythm that we want: its rule is an RFC 5545 `RRULE` with a wall-clock beginning.

    Slots take the zone of the site, so that nine stays nine when the clocks change.
    """

    id: str
    title: str
    rule: str
    start: dt.datetime
    series: str = ""
    category: str = ""
    channel: str = ""
    intent: str = ""
    path: str = ""
    line: int = 0


class Slot(msgspec.Struct, frozen=True):
    """One place in a cadence: filled by a post, or a gap, with the ideas that would fit."""

    cadence: str
    start: dt.datetime
    title: str
    slug: str = ""
    ideas: tuple[str, ...] = ()

    @property
    def is_gap(self) -> bool:
        """A slot without a post is a gap."""
        return not self.slug


class Calendar(msgspec.Struct, frozen=True):
    """Slots, posts, notes and events together, as they stand at `now`, in the site's zone.

    `entries` are sorted by time, then by uid; `slots` by time. `ideas` have no date yet: their
    start is the day on which they were written down, the oldest first.
    """

    now: dt.datetime
    entries: tuple[Entry, ...]
    slots: tuple[Slot, ...] = ()
    ideas: tuple[Entry, ...] = ()
    cadences: tuple[Cadence, ...] = ()
