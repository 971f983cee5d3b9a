"""The calendar for the terminal: an agenda of the coming weeks, or the grid of a month."""

from __future__ import annotations

import calendar as months
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from babel.dates import get_day_names
from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cmflow import safe
from cmflow.errors import Finding, Message, say
from cmflow.labels import GAP, Labels, by_name, mark, name_of, state_id
from cmflow.schedule import Calendar
from cmflow.weeks import Line, Week, between, first_day, late, lines, weeks

_COLOURS = {
    "idea": "dim", "planned": "cyan", "drafted": "blue", "approved": "magenta",
    "scheduled": "green", "published": "dim green", GAP: "bold yellow", "late": "bold red",
}  # fmt: skip
_DAY = dt.timedelta(days=1)

Row = tuple[str, str, str, str, str]
"""Style, day, time, state, and what it is."""


def agenda(
    calendar: Calendar,
    findings: Iterable[Finding],
    labels: Labels,
    *,
    since: dt.date,
    count: int,
    width: int = 80,
    colour: bool = False,
) -> str:
    """Write `count` weeks from the one of a day, `width` columns wide: late first, faults last."""
    made = _Agenda(calendar, labels)
    parts = made.parts(weeks(calendar, since, count))
    return _written([*parts, *_faults(findings, labels)], width, colour=colour)


def month(
    calendar: Calendar, labels: Labels, *, day: dt.date, width: int = 80, colour: bool = False
) -> str:
    """Write the month of a day as a grid, `width` columns wide."""
    grid = months.Calendar().monthdatescalendar(day.year, day.month)
    shown = between(calendar, grid[0][0], grid[-1][-1] + _DAY)
    words = get_day_names("abbreviated", locale=labels.words.language)
    table = Table(box=box.SQUARE, show_lines=True, expand=True, title=labels.month(day))
    for at in range(7):
        table.add_column(words[at], ratio=1, overflow="fold", vertical="top")
    for week in grid:
        table.add_row(*(_cell(shown, labels, one, day.month) for one in week))
    legend = [f"{mark(state)} {word}" for state, word in labels.legend().items()]
    return _written([table, Text("  ".join(legend), style="dim")], width, colour=colour)


class _Agenda:
    def __init__(self, calendar: Calendar, labels: Labels) -> None:
        self.calendar = calendar
        self.labels = labels
        self.ideas = by_name(calendar.ideas)
        self.late = late(calendar)
        self.overdue = {entry.uid for entry in self.late}

    def parts(self, found: Sequence[Week]) -> Iterator[RenderableType]:
        yield self._head(found)
        if self.late:
            yield _title(self.labels, say("Late"))
            yield _table([self._entry(Line(first_day(entry), entry)) for entry in self.late])
        for week in found:
            yield Text(f"\n{self.labels.week(week)}", style="bold")
            rows = [row for line in week.lines for row in self._rows(line)]
            nothing = Text(f"  {self.labels.words.gettext('Nothing.')}", style="dim")
            yield _table(rows) if rows else nothing

    def _head(self, found: Sequence[Week]) -> Text:
        empty = sum(line.gap is not None for week in found for line in week.lines)
        gaps = self.labels.words.ngettext("{count} gap", "{count} gaps", empty)
        day = self.labels.long_day(self.calendar.now.date())
        return Text(f"{day} · {gaps.format(count=empty)}", style="bold")

    def _rows(self, line: Line) -> Iterator[Row]:
        if line.gap is None:
            yield self._entry(line)
            return
        labels = self.labels
        state = f"{mark(GAP)} {labels.gap}"
        yield GAP, labels.day(line.day), labels.clock(line.start), state, safe.line(line.gap.title)
        for idea in (self.ideas[key] for key in line.gap.ideas if key in self.ideas):
            fits = say("would fit: {title} ({name})", title=labels.title(idea), name=name_of(idea))
            yield "idea", "", "", "", f"→ {labels.words.show(fits)}"

    def _entry(self, line: Line) -> Row:
        entry, labels = line.entry, self.labels
        assert entry is not None  # noqa: S101  # a line is an entry or a gap
        state = state_id(entry)
        facts = [
            labels.title(entry),
            labels.lasting(entry),
            labels.authors(entry.authors),
            ", ".join(name for name in (entry.channel, *line.channels) if name),
            labels.todo(entry),
        ]
        # An absence is called by its author, a review by its channel.
        what = safe.line(" · ".join(fact for fact in dict.fromkeys(facts) if fact))
        style = "late" if entry.uid in self.overdue else state
        shown = f"{mark(state)} {labels.state(entry)}"
        return style, labels.day(line.day), labels.clock(line.start), shown, what


def _title(labels: Labels, title: Message) -> Text:
    return Text(f"\n{labels.words.show(title)}", style="bold")


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=True)
    for least in (14, 8, 12):
        table.add_column(no_wrap=True, min_width=least)
    table.add_column(overflow="fold")
    before = ""
    for style, day, clock, state, what in rows:
        shown = "" if day == before else day
        before = day or before
        table.add_row(shown, clock, Text(state, style=_COLOURS.get(style, "")), Text(what))
    return table


def _faults(findings: Iterable[Finding], labels: Labels) -> Iterator[RenderableType]:
    for at, finding in enumerate(findings):
        if not at:
            yield _title(labels, say("To look at"))
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        yield Padding(Text(safe.line(labels.words.show(finding.message))), (0, 0, 0, 2))
        remedy = safe.line(labels.words.show(finding.remedy))
        yield Padding(Text(f"{place} · {remedy}", style="dim"), (0, 0, 0, 4))


def _cell(calendar: Calendar, labels: Labels, day: dt.date, of: int) -> Text:
    today = day == calendar.now.date()
    style = "reverse bold" if today else "bold" if day.month == of else "dim"
    made = Text(str(day.day), style=style)
    for line in lines(calendar, day, day + _DAY):
        state = state_id(line.entry) if line.entry else GAP
        title = labels.title(line.entry) if line.entry else labels.gap
        made.append(f"\n{mark(state)} {title[:40]}", style=_COLOURS.get(state, ""))
    return made


def _written(parts: Iterable[RenderableType], width: int, *, colour: bool) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=colour, no_color=not colour, legacy_windows=False
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
