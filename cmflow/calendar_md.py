"""The calendar as `content/plan/CALENDAR.md`: GitHub renders it, its diff explains a change.

It tells how things stand on the Monday of a week, so that time alone changes it once a week, and
everything else that changes it is somebody's work. A line of it is one thing.
"""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator
from urllib.parse import quote

from cmflow.errors import Message, say
from cmflow.labels import Labels, by_name, mark, state_id
from cmflow.safe import markdown
from cmflow.schedule import Calendar, Entry
from cmflow.settings import Settings
from cmflow.weeks import WEEK, Line, Week, late, missing, monday, published, weeks

NAME = "CALENDAR.md"
"""Its name, below `content/plan`."""

WEEKS = 6
_LOOK_BACK = 4 * WEEK
_HEADS = (say("When"), say("What"), say("State"), say("Who"), say("Where"))


def as_of(now: dt.datetime) -> dt.datetime:
    """Return the beginning of the week of an aware time, in its zone: what the file tells of."""
    return dt.datetime.combine(monday(now.date()), dt.time(), now.tzinfo)


def write(calendar: Calendar, labels: Labels, settings: Settings) -> str:
    """Write the file; `calendar.now` is what `as_of` returns."""
    return "\n".join(_File(calendar, labels, settings).lines()) + "\n"


class _File:
    def __init__(self, calendar: Calendar, labels: Labels, settings: Settings) -> None:
        self.calendar = calendar
        self.labels = labels
        self.words = labels.words
        self.folder = settings.below_root(settings.plan)
        self.first = calendar.now.date()
        self.ideas = by_name(calendar.ideas)

    def lines(self) -> Iterator[str]:
        day = self.labels.long_day(self.first)
        yield f"# {self.words.gettext('Content calendar')}"
        yield ""
        command = "`cmflow calendar --write`"
        told = say("As it stood on {day}. {command} writes this file.", day=day, command=command)
        yield self.words.show(told)
        yield ""
        yield self._sum()
        yield from self._section(
            say("Late"), [self._bullet(entry) for entry in late(self.calendar)]
        )
        for week in weeks(self.calendar, self.first, WEEKS):
            yield from self._week(week)
        yield from self._section(
            say("Ideas that wait"), [self._bullet(idea, short=True) for idea in self.calendar.ideas]
        )
        recent = published(self.calendar, self.first - _LOOK_BACK, self.first)
        yield from self._section(say("Published lately"), [self._bullet(entry) for entry in recent])

    def _sum(self) -> str:
        empty = len(missing(self.calendar, self.first + WEEKS * WEEK))
        ideas = len(self.calendar.ideas)
        return " · ".join(
            [
                self.words.ngettext("{count} week", "{count} weeks", WEEKS).format(count=WEEKS),
                self.words.ngettext("{count} gap", "{count} gaps", empty).format(count=empty),
                self.words.ngettext(
                    "{count} idea that waits", "{count} ideas that wait", ideas
                ).format(count=ideas),
            ]
        )

    def _section(self, title: Message, bullets: list[str]) -> Iterator[str]:
        if bullets:
            yield from ("", f"## {self.words.show(title)}", "", *bullets)

    def _week(self, week: Week) -> Iterator[str]:
        yield from ("", f"## {self.labels.week(week)}", "")
        if not week.lines:
            yield self.words.gettext("Nothing.")
            return
        yield "| " + " | ".join(self.words.show(head) for head in _HEADS) + " |"
        yield "|---" * len(_HEADS) + "|"
        for line in week.lines:
            cells = self._entry(line, line.entry) if line.entry else self._gap(line)
            yield "| " + " | ".join(cells) + " |"

    def _entry(self, line: Line, entry: Entry) -> tuple[str, ...]:
        where = [entry.channel, *line.channels, entry.place]
        lasting = self.labels.lasting(entry)
        title = self._link(entry, self.labels.title(entry))
        return (
            self._when(line),
            f"{title} ({lasting})" if lasting else title,
            f"{mark(state_id(entry))} {self.labels.state(entry)}",
            markdown(self.labels.authors(entry.authors)),
            markdown(", ".join(name for name in where if name)),
        )

    def _gap(self, line: Line) -> tuple[str, ...]:
        assert line.gap is not None  # noqa: S101  # a line is an entry or a gap
        title = f"**{markdown(line.gap.title)}**"
        fits = [self.ideas[key] for key in line.gap.ideas if key in self.ideas]
        if fits:
            links = ", ".join(self._link(idea, self.labels.title(idea)) for idea in fits)
            title += "<br>" + self.words.show(say("Would fit: {ideas}", ideas=links))
        return self._when(line), title, f"{mark('gap')} {self.labels.gap}", "", ""

    def _when(self, line: Line) -> str:
        day = self.labels.day(line.day)
        clock = self.labels.clock(line.start)
        return f"{day}, {clock}" if clock else day

    def _bullet(self, entry: Entry, *, short: bool = False) -> str:
        title = self._link(entry, self.labels.title(entry))
        who = markdown(self.labels.authors(entry.authors) or self.labels.persona(entry.persona))
        if short:
            return f"- {title}{f' · {who}' if who else ''}"
        day = self.labels.day(entry.start)
        return f"- {day} · {title} · {self.labels.state(entry)}{f' · {who}' if who else ''}"

    def _link(self, entry: Entry, title: str) -> str:
        if not entry.path:
            return markdown(title)
        return f"[{markdown(title)}]({quote(posixpath.relpath(entry.path, self.folder))})"
