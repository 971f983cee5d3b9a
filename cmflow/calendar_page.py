"""The calendar as one page that asks nobody for anything: it opens from a disk and prints.

The agenda is in the HTML; month, week and twelve months are made by the page's own script, out of
data in the page. Its policy allows that very script and that very style sheet, by their digests.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup

from cmflow import stencil
from cmflow.calendar_items import Item, Items
from cmflow.errors import Finding, say
from cmflow.labels import Labels
from cmflow.plot import plot
from cmflow.safe import script_json
from cmflow.schedule import Calendar
from cmflow.settings import Settings
from cmflow.weeks import WEEK, Line, Week, between, first_day, late, lines, missing, monday, weeks

_HERE = Path(__file__).parent
_AHEAD = 6 * WEEK

_SENT = (
    "id", "kind", "state", "title", "first", "last", "clock", "late", "todo", "who", "lasting",
    "channels", "channel", "author", "persona", "series", "intent", "facts", "text", "url", "file",
    "move", "fits",
)  # fmt: skip
"""What the script needs of an item."""


class Filter(msgspec.Struct, frozen=True):
    """One of the choices that narrow the calendar: the key of an item, and its values in words."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]


def as_html(
    calendar: Calendar, findings: Sequence[Finding], labels: Labels, settings: Settings
) -> str:
    """Write a calendar as a page. Everything written by anybody is escaped."""
    words = labels.words
    jinja = stencil.Environment(words, _HERE / "templates")
    script, style = (_asset(name) for name in ("calendar.js", "calendar.css"))
    page = _Page(calendar, labels, settings)
    return jinja.get_template("calendar-page.html").render(
        language=words.language,
        site=settings.site_name,
        labels=labels,
        script=Markup(script),  # noqa: S704  # our own file
        style=Markup(style),  # noqa: S704  # our own file
        script_hash=_digest(script),
        style_hash=_digest(style),
        # What is missing has a place of its own.
        findings=[one for one in findings if one.rule != "calendar-gap"],
        show=words.show,
        **page.context(),
    )


class _Page:
    def __init__(self, calendar: Calendar, labels: Labels, settings: Settings) -> None:
        self.calendar = calendar
        self.labels = labels
        self.words = labels.words
        self.zone = settings.cmflow.timezone
        self.today = calendar.now.date()
        self.begin = monday(self.today)
        self.items = Items(calendar, labels)

    def context(self) -> dict[str, Any]:
        """Return what the template shows."""
        this, following = weeks(self.calendar, self.today, 2)
        gaps = missing(self.calendar, self.today + _AHEAD)
        return {
            "as_of": self._as_of(),
            "late": [self.items.at(Line(self.begin, entry)) for entry in late(self.calendar)],
            "this_week": self._due(this),
            "next_week": self._due(following),
            "gaps": [self.items.at(Line(first_day(gap), gap=gap)) for gap in gaps],
            "ideas": [self.items.entry(idea) for idea in self.calendar.ideas],
            "weeks": [self._week(week) for week in self._coming()],
            "past": [self._week(week) for week in self._past()],
            "plot": plot(self.calendar.entries),
            "views": self._views(),
            "filters": list(self._filters()),
            "data": script_json(self._data()),
        }

    def _as_of(self) -> str:
        day = self.labels.long_day(self.today)
        clock = self.labels.clock(self.calendar.now)
        return self.words.show(say("As it stands on {day}, {clock}", day=day, clock=clock))

    def _due(self, week: Week) -> Item:
        """Return what is to be done in a week; what is late stands elsewhere, gaps as well."""
        found = [x for x in week.lines if x.entry and not self.items.is_late(x.entry)]
        span = self.labels.span(week.monday, week.sunday)
        return {"span": span, "lines": [self.items.at(line) for line in found]}

    def _past(self) -> list[Week]:
        """Return the weeks before this one that hold something, the newest first."""
        before: dict[dt.date, list[Line]] = {}
        for line in lines(self.calendar, dt.date.min, self.begin):
            if line.day < self.begin:
                before.setdefault(monday(line.day), []).append(line)
        return [Week(day, tuple(before[day])) for day in sorted(before, reverse=True)]

    def _coming(self) -> list[Week]:
        """Return this week, the next five, and those after them that hold something.

        Beyond six weeks an agenda names no gaps: who wants to see a year of them looks at the year.
        """
        near = self.begin + _AHEAD
        slots = tuple(slot for slot in self.calendar.slots if first_day(slot) < near)
        final = max([near, *(first_day(entry) for entry in self.calendar.entries)])
        shown = msgspec.structs.replace(self.calendar, slots=slots)
        coming = between(shown, self.begin, final + WEEK)
        count = (monday(final) - self.begin) // WEEK + 1
        found = weeks(coming, self.begin, count)
        return [week for week in found if week.lines or week.monday < near]

    def _week(self, week: Week) -> Item:
        days: dict[dt.date, list[Item]] = {}
        for line in week.lines:
            days.setdefault(line.day, []).append(self.items.at(line))
        return {
            "title": self.labels.week(week),
            "now": week.monday == self.begin,
            "days": [
                {"title": self.labels.day(day), "today": day == self.today, "lines": found}
                for day, found in days.items()
            ],
        }

    def _views(self) -> list[tuple[str, str]]:
        return [
            ("month", self.words.gettext("Month")),
            ("week", self.words.gettext("Week")),
            ("agenda", self.words.gettext("Agenda")),
            ("year", self.words.gettext("Twelve months")),
        ]

    def _filters(self) -> Iterator[Filter]:
        """Yield the filters that have something to choose, by title; states in their order."""
        words, labels = self.words, self.labels
        legend = labels.legend()
        wanted: tuple[tuple[str, str, Callable[[str], str]], ...] = (
            ("channel", words.gettext("Channel"), str),
            ("author", words.gettext("Author"), labels.author),
            ("persona", words.gettext("Persona"), labels.persona),
            ("series", words.gettext("Series"), labels.series),
            ("intent", words.gettext("Intent"), labels.intent),
        )
        for key, title, name in wanted:
            pairs = [(value, name(value)) for value in _values(self.items.all, key)]
            if pairs:
                yield Filter(key, title, tuple(sorted(pairs, key=lambda pair: pair[1].casefold())))
        states = _values(self.items.all, "state")
        used = tuple((state, word) for state, word in legend.items() if state in states)
        yield Filter("state", words.gettext("State"), used)

    def _data(self) -> dict[str, Any]:
        return {
            "lang": self.words.language,
            "zone": self.zone,
            "today": self.today.isoformat(),
            "states": self.labels.legend(),
            "words": self._words(),
            "items": [{key: item[key] for key in _SENT} for item in self.items.all],
        }

    def _words(self) -> dict[str, str | list[str]]:
        """Return the words of the script; a pair is one for a single thing and one for many."""
        words = self.words
        return {
            "late": words.gettext("late"),
            "today": words.gettext("today"),
            "colon": "\u00a0:" if words.language == "fr" else ":",
            "nothing": words.gettext("nothing"),
            "free": words.gettext("Nothing on this day."),
            "legend": words.gettext("What the signs mean"),
            "more": words.gettext("{count} more"),
            "copy": words.gettext("Copy"),
            "copied": words.gettext("Copied"),
            "moves": words.gettext("To move it:"),
            "fits": words.gettext("Would fit:"),
            "shown": [
                words.ngettext("{count} entry shown", "{count} entries shown", n) for n in (1, 2)
            ],
            "posts": [words.ngettext("{count} post", "{count} posts", n) for n in (1, 2)],
            "gaps": [words.ngettext("{count} gap", "{count} gaps", n) for n in (1, 2)],
        }


def _values(items: Iterable[Item], key: str) -> set[str]:
    found: set[str] = set()
    for item in items:
        value = item[key]
        found.update(value if isinstance(value, list) else [value])
    return found - {""}


def _asset(name: str) -> str:
    return (_HERE / "assets" / name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
