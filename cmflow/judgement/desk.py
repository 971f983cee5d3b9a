"""What every judgement of a calendar looks at, and the weeks in which it lies."""

from __future__ import annotations

import datetime as dt

import msgspec

from cmflow import mkdocs_yml, walltime
from cmflow.library import Library
from cmflow.post import Post
from cmflow.schedule import Calendar, Entry, Kind, Moment, Stage
from cmflow.settings import Settings

AHEAD = dt.timedelta(weeks=6)
"""How far one looks ahead: what is later can still be forgotten in peace."""

BEHIND = dt.timedelta(weeks=12)
"""How far one looks back for what has fallen silent."""

_UNPUBLISHED = (Stage.PLANNED, Stage.DRAFTED, Stage.APPROVED, Stage.SCHEDULED)


class Desk(msgspec.Struct, frozen=True):
    """A calendar with what it was made from; `config` is the text of `mkdocs.yml`."""

    calendar: Calendar
    settings: Settings
    library: Library
    config: str

    @property
    def speaks(self) -> bool:
        """Who keeps no rhythm is not told of what is missing in it."""
        return bool(self.calendar.cadences)

    @property
    def now(self) -> dt.datetime:
        """The time for which the calendar was made."""
        return self.calendar.now

    @property
    def today(self) -> dt.date:
        """Its day, by the site's clocks."""
        return self.calendar.now.date()

    def ahead(self, when: Moment) -> bool:
        """Tell whether a moment lies in the coming weeks."""
        if not isinstance(when, dt.datetime):
            return self.today <= when < self.today + AHEAD
        return self.now < when < self.now + AHEAD

    @property
    def coming(self) -> list[Entry]:
        """The posts to come, in the order of time."""
        return [
            entry
            for entry in self.calendar.entries
            if entry.kind is Kind.POST and entry.stage in _UNPUBLISHED and self.ahead(entry.start)
        ]

    @property
    def recent(self) -> list[Post]:
        """The posts that appeared in the last weeks."""
        first = self.now - BEHIND
        return [post for post in self.library.posts if first <= post.published <= self.now]

    def begins(self, entry: Entry) -> dt.datetime:
        """Return when an entry begins, in UTC; a day begins at midnight by the site's clocks."""
        return walltime.begin(entry.start, self.settings.zone).astimezone(dt.UTC)

    def line(self, plugin: str, *keys: str | int) -> int:
        """Return the line of a value below a plugin in `mkdocs.yml`."""
        return mkdocs_yml.line_of(self.config, keys, plugin) if self.config else 0


def window(now: dt.datetime, settings: Settings) -> tuple[dt.date, dt.date]:
    """Return the days, from and to before, that a calendar should hold to be judged."""
    today = now.astimezone(settings.zone).date()
    return today - BEHIND, today + AHEAD + dt.timedelta(days=1)
