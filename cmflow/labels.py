"""What a calendar says to people: the words for stages and kinds, times, names, what to do next."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath

from babel.dates import format_date, format_skeleton

from cmflow.catalogue import Catalogue
from cmflow.errors import Message, say
from cmflow.library import Library
from cmflow.post import Intent
from cmflow.safe import line
from cmflow.schedule import Entry, Kind, Moment, Slot, Stage
from cmflow.settings import Settings
from cmflow.text import typeset_french
from cmflow.weeks import Week, first_day, last_day

STAGES: Mapping[Stage, Message] = {
    Stage.IDEA: say("idea"),
    Stage.PLANNED: say("planned"),
    Stage.DRAFTED: say("drafted"),
    Stage.APPROVED: say("approved"),
    Stage.SCHEDULED: say("scheduled"),
    Stage.PUBLISHED: say("published"),
}

KINDS: Mapping[Kind, Message] = {
    Kind.POST: say("post"),
    Kind.NOTE: say("note"),
    Kind.EVENT: say("event"),
    Kind.OBSERVANCE: say("observance"),
    Kind.ABSENCE: say("absence"),
    Kind.PAUSE: say("pause"),
    Kind.REVIEW: say("review"),
}

GAP = "gap"
"""The state of a slot without a post, beside those of `state_id`."""

_INTENTS: Mapping[str, Message] = {
    Intent.INFORM.value: say("inform"),
    Intent.HELP.value: say("help"),
    Intent.LISTEN.value: say("listen"),
    Intent.CELEBRATE.value: say("celebrate"),
    Intent.RECRUIT.value: say("recruit"),
    Intent.PROMO.value: say("promo"),
}

_NEXT: Mapping[Stage, Message] = {
    Stage.IDEA: say("to be given a date"),
    Stage.PLANNED: say("to be written"),
    Stage.DRAFTED: say("to be read and approved"),
    Stage.APPROVED: say("remove “draft: true”"),
}

_MARKS: Mapping[str, str] = {
    "idea": "◌", "planned": "○", "drafted": "◐", "approved": "◕", "scheduled": "●",
    "published": "✓", "note": "›", "event": "◆", "observance": "⚑", "absence": "–", "pause": "‖",
    "review": "↻", GAP: "□",
}  # fmt: skip


class Labels:
    """The words of one site's calendar in one language."""

    def __init__(self, settings: Settings, library: Library, words: Catalogue) -> None:
        self.words = words
        self._authors = {id_: author.name for id_, author in library.authors.items()}
        self._personas = {id_: persona.name for id_, persona in library.personas.items()}
        self._series = {id_: one.title for id_, one in settings.cmflow.series.items()}

    @property
    def gap(self) -> str:
        """The word for a slot without a post."""
        return self.words.show(say("gap"))

    def kind(self, entry: Entry) -> str:
        """Name what an entry is."""
        return self.words.show(KINDS[entry.kind])

    def state(self, entry: Entry) -> str:
        """Name the stage of a post, or what else an entry is."""
        stage = STAGES.get(entry.stage) if entry.stage else None
        return self.words.show(stage or KINDS[entry.kind])

    def legend(self) -> dict[str, str]:
        """Return the word of every state, by the id of the state, in the order of a post's life."""
        stages = {stage.value: self.words.show(word) for stage, word in STAGES.items()}
        kinds = {
            kind.value: self.words.show(word)
            for kind, word in KINDS.items()
            if kind is not Kind.POST
        }
        return {GAP: self.gap} | stages | kinds

    def todo(self, entry: Entry) -> str:
        """Say what somebody has to do before a post can appear; empty where it is nothing."""
        stage = _NEXT.get(entry.stage) if entry.stage and entry.kind is Kind.POST else None
        return self.words.show(stage) if stage else ""

    def title(self, entry: Entry) -> str:
        """Write a title with the spaces of its language; a line break in it would be a forgery."""
        text = line(entry.title) or entry.uid
        return typeset_french(text) if self.words.language == "fr" else text

    def authors(self, ids: tuple[str, ...]) -> str:
        """Name authors as they sign."""
        return ", ".join(self.author(id_) for id_ in ids)

    def author(self, id_: str) -> str:
        """Name one author; an id that nobody knows stays as it is."""
        return self._authors.get(id_, id_)

    def persona(self, id_: str) -> str:
        """Name a persona."""
        return self._personas.get(id_, id_)

    def series(self, id_: str) -> str:
        """Name a series."""
        return self._series.get(id_, id_)

    def intent(self, value: str) -> str:
        """Name an intent."""
        known = _INTENTS.get(value)
        return self.words.show(known) if known else value

    def day(self, day: dt.date) -> str:
        """Write a day shortly: mar. 24 nov.; Tue, Nov 24."""
        text = format_skeleton("MMMEd", day, locale=self.words.language)
        return _ordinal(text, day, self.words.language)

    def long_day(self, day: dt.date) -> str:
        """Write a day with its weekday: mardi 24 novembre 2026; Tuesday, November 24, 2026."""
        text = format_date(day, "full", locale=self.words.language)
        return _ordinal(text, day, self.words.language)

    def month(self, day: dt.date) -> str:
        """Write a month: novembre 2026; November 2026."""
        return format_skeleton("yMMMM", day, locale=self.words.language)

    def short_month(self, day: dt.date) -> str:
        """Write a month without its year: nov.; Nov."""
        return format_skeleton("MMM", day, locale=self.words.language)

    def clock(self, moment: Moment) -> str:
        """Write a time of day; nothing for a whole day."""
        return self.words.clock(moment) if isinstance(moment, dt.datetime) else ""

    def week(self, week: Week) -> str:
        """Name a week by its number and its days."""
        span = self.span(week.monday, week.sunday)
        return self.words.show(say("Week {number} · {span}", number=week.number, span=span))

    def span(self, first: dt.date, last: dt.date) -> str:
        """Write a span of days: 23–29 novembre; 30 novembre – 6 décembre."""
        end = _ordinal(_month_day(last, self.words.language), last, self.words.language)
        if first == last:
            return end
        if (first.year, first.month) == (last.year, last.month):
            if self.words.language == "fr":
                begin = "1er" if first.day == 1 else str(first.day)
                return f"{begin}–{end}"
            return f"{_month_day(first, self.words.language)}–{last.day}"
        begin = _ordinal(_month_day(first, self.words.language), first, self.words.language)
        return f"{begin} – {end}"

    def lasting(self, entry: Entry) -> str:
        """Say until which day an entry of several days lasts; nothing for one day."""
        last = last_day(entry)
        if last == first_day(entry):
            return ""
        return self.words.show(say("until {day}", day=self.day(last)))


def state_id(entry: Entry) -> str:
    """Return the word by which filters and style sheets know the state of an entry."""
    return entry.stage.value if entry.stage and entry.kind is Kind.POST else entry.kind.value


def mark(state: str) -> str:
    """Return the sign of a state: its shape tells it apart where colours do not."""
    return _MARKS[state]


def place(entry: Entry) -> str:
    """Write where an entry is written: file and line."""
    return f"{entry.path}:{entry.line}" if entry.line else entry.path


def name_of(entry: Entry) -> str:
    """Return the name by which `cmflow schedule` knows a post or an idea; empty for all else."""
    if entry.kind is not Kind.POST or entry.stage is Stage.PUBLISHED:
        return ""
    return entry.slug or PurePosixPath(entry.path).stem


def command(name: str, when: Moment) -> str:
    """Write the command that moves a post or an idea to a time, as every shell reads it."""
    text = f'"{when:%Y-%m-%d %H:%M}"' if isinstance(when, dt.datetime) else when.isoformat()
    return f"cmflow schedule {shlex.quote(name)} {text}"


def fitting(gap: Slot, ideas: Mapping[str, Entry]) -> list[tuple[Entry, str]]:
    """Return the ideas that would fit a gap, each with the command that puts it there."""
    found = [ideas[key] for key in gap.ideas if key in ideas]
    return [(idea, command(name_of(idea), gap.start)) for idea in found]


def by_name(ideas: tuple[Entry, ...]) -> dict[str, Entry]:
    """Return ideas by their uid and by the name of their file."""
    named = {name_of(idea): idea for idea in ideas}
    return named | {idea.uid: idea for idea in ideas}


def _month_day(day: dt.date, language: str) -> str:
    return format_skeleton("MMMMd", day, locale=language)


def _ordinal(text: str, day: dt.date, language: str) -> str:
    """Make the first of a month an ordinal in French, which CLDR does not know."""
    if language != "fr" or day.day != 1:
        return text
    return text.replace("1 ", "1er ", 1)
