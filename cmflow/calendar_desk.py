"""The desk of the fifth trip: everything that was written and planned becomes a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow import (
    calendar,
    calendar_data,
    calendar_md,
    filling,
    ics,
    judgement,
    library,
    mkdocs_yml,
)
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, Finding, say
from cmflow.filling import Proposal
from cmflow.labels import Labels
from cmflow.library import Library
from cmflow.schedule import Calendar
from cmflow.settings import Settings
from cmflow.weeks import WEEK, between, missing, monday

FORMATS = ("agenda", "month", "html", "md", "ics", "csv", "json")
"""The ways to write a calendar, by the names that `--format` takes."""

AHEAD = 6 * WEEK
"""How far an agenda looks, from the Monday of this week."""

TEAM = "team.ics"
PAGE = "calendar.html"

_YEAR = dt.timedelta(days=366)


class Span(msgspec.Struct, frozen=True):
    """The days from `since` to before `until`."""

    since: dt.date
    until: dt.date


class Desk:
    """A site with its library, and `now` in the zone of the site."""

    def __init__(self, settings: Settings, read: Library, now: dt.datetime, language: str) -> None:
        self.settings = settings
        self.library = read
        self.now = now.astimezone(settings.zone)
        self.labels = Labels(settings, read, catalogue(language))
        self.house = Labels(settings, read, catalogue(settings.language))

    def span(self, form: str, since: dt.date | None, until: dt.date | None) -> Span:
        """Return the days that a format shows, where nobody asked for others."""
        today = self.now.date()
        begin = monday(since or today)
        if form == "agenda":
            return Span(begin, until or begin + AHEAD)
        if form == "month":
            day = since or today
            return Span(day, day + dt.timedelta(days=1))
        first = min((post.published.date() for post in self.library.posts), default=today)
        early = today - _YEAR if form == "ics" else min(first, today)
        return Span(since or early, until or max(since or today, today) + _YEAR)

    def calendar(self, span: Span, now: dt.datetime | None = None) -> Calendar:
        """Make the calendar of a span."""
        made, _ = calendar.read(
            self.settings, self.library, now or self.now, since=span.since, until=span.until
        )
        return made

    def judged(self, span: Span) -> tuple[Calendar, tuple[Finding, ...]]:
        """Make a calendar of a span and of the weeks that are judged, with all that was found.

        What is late is in it too, be it of weeks before the span.
        """
        first, last = judgement.window(self.now, self.settings)
        made, findings = calendar.read(
            self.settings,
            self.library,
            self.now,
            since=min(span.since, first),
            until=max(span.until, last),
        )
        config = self.settings.config.read_text("utf-8-sig")
        judged = judgement.judge(made, self.settings, self.library, config)
        return made, (*findings, *judged)

    def proposals(self) -> tuple[Proposal, ...]:
        """Propose an idea for each gap of the coming weeks."""
        return filling.propose(self.calendar(Span(*judgement.window(self.now, self.settings))))

    def markdown(self) -> str:
        """Write CALENDAR.md, as things stand on the Monday of this week."""
        now = calendar_md.as_of(self.now)
        span = Span(*judgement.window(now, self.settings))
        return calendar_md.write(self.calendar(span, now), self.house, self.settings)

    def page(self, span: Span, labels: Labels | None = None) -> str:
        """Write the page of a span."""
        from cmflow import calendar_page  # its templates load slowly, and an agenda has none

        made, findings = self.judged(span)
        return calendar_page.as_html(made, findings, labels or self.labels, self.settings)

    def team(self, span: Span, former: bytes = b"") -> bytes:
        """Write the feed of the team; `former` are the bytes that it had before."""
        made = self.calendar(span)
        words = self.house.words
        site = self.settings.site_name
        feed = ics.Feed(
            name=words.show(say("{site}, the team’s calendar", site=site)),
            host=ics.host_of(self.settings.site_url, site),
            zone=self.settings.cmflow.timezone,
            public=False,
        )
        gaps = missing(made, span.until)
        return ics.write(feed, made.entries, self.house, now=self.now, gaps=gaps, former=former)

    def data(self, form: str, span: Span) -> str:
        """Write entries and slots of a span as `csv` or `json`."""
        if form == "csv":
            return calendar_data.as_csv(self.calendar(span))
        made, findings = self.judged(span)
        shown = between(made, span.since, span.until)
        return calendar_data.as_json(shown, findings, self.labels.words)

    def files(self, folder: Path) -> Iterator[tuple[Path, bytes]]:
        """Yield every file of the set with its bytes: one in the plan, the others in `folder`."""
        yield self.settings.plan / calendar_md.NAME, self.markdown().encode()
        page = self.page(self.span("html", None, None), self.house)
        yield folder / PAGE, page.encode()
        team = folder / TEAM
        former = team.read_bytes() if team.is_file() else b""
        yield team, self.team(self.span("ics", None, None), former)


def opened(config: Path, now: dt.datetime, language: str) -> Desk:
    """Read a site; raises `CmflowError` where its settings cannot be used."""
    settings, findings = mkdocs_yml.load(config)
    if findings:
        raise CmflowError(*findings)
    return Desk(settings, library.load(settings), now, language)


def folder_of(settings: Settings) -> Path:
    """Return where the files of the team are kept: what is written there is no part of the site."""
    return settings.root / ".cmflow" / "calendar"
