"""What the page of the calendar shows of each entry and each gap, in words and ready to compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cmflow import walltime
from cmflow.errors import say
from cmflow.labels import GAP, Labels, by_name, command, fitting, name_of, place, state_id
from cmflow.safe import address
from cmflow.schedule import Cadence, Calendar, Entry, Kind, Moment, Slot
from cmflow.text import shorten
from cmflow.weeks import Line, last_day, late, lines

_LONGEST = 280

Item = dict[str, Any]
"""An entry or a gap: texts and lists by the names that the template and the script know."""


class Items:
    """Every entry of a calendar, and every gap that can still be filled, as items."""

    def __init__(self, calendar: Calendar, labels: Labels) -> None:
        self._labels = labels
        self._today = calendar.now.date()
        self._ideas = by_name(calendar.ideas)
        self._cadences: Mapping[str, Cadence] = {one.id: one for one in calendar.cadences}
        self._late = {entry.uid for entry in late(calendar)}
        found = lines(calendar, dt.date.min, dt.date.max)
        self.all = [self._item(line, f"i{at}") for at, line in enumerate(found)]
        self._by_key = {_key(line): item for line, item in zip(found, self.all, strict=True)}

    def at(self, line: Line) -> Item:
        """Return the item of a line."""
        return self._by_key[_key(line)]

    def is_late(self, entry: Entry) -> bool:
        """Tell whether the time of an entry has come before the entry was ready."""
        return entry.uid in self._late

    def entry(self, entry: Entry, id_: str = "", channels: tuple[str, ...] = ()) -> Item:
        """Describe an entry; `channels` tell of it at its very time."""
        labels, last, name = self._labels, last_day(entry), name_of(entry)
        title, word = labels.title(entry), labels.state(entry)
        who = labels.authors(entry.authors)
        if self.is_late(entry):
            word = f"{labels.words.gettext('late')} · {word}"
        every = [one for one in (entry.channel, *channels) if one]
        return self._base(entry.start, id_) | {
            "kind": entry.kind.value,
            "state": state_id(entry),
            "word": word,
            "title": title,
            "last": last.isoformat() if last != walltime.day(entry.start) else "",
            "lasting": labels.lasting(entry),
            "late": self.is_late(entry),
            "over": last < self._today,
            "todo": labels.todo(entry),
            # An absence is called by its author, a review by its channel.
            "who": who if who != title else "",
            "channels": [one for one in every if one != title],
            "channel": every,
            "author": list(entry.authors),
            "persona": entry.persona,
            "series": entry.series,
            "intent": entry.intent,
            "facts": self._facts(entry),
            "text": shorten(entry.text, _LONGEST),
            # The address of a post leads nowhere before the post is there.
            "url": address(entry.url) if entry.kind is not Kind.POST or entry.public else "",
            "file": place(entry),
            "move": command(name, entry.start) if name else "",
        }

    def _item(self, line: Line, id_: str) -> Item:
        if line.gap is not None:
            return self._gap(line.gap, id_)
        assert line.entry is not None  # noqa: S101  # a line is an entry or a gap
        return self.entry(line.entry, id_, line.channels)

    def _gap(self, gap: Slot, id_: str) -> Item:
        cadence = self._cadences.get(gap.cadence)
        fits = fitting(gap, self._ideas)
        return self._base(gap.start, id_) | {
            "kind": GAP,
            "state": GAP,
            "word": self._labels.gap,
            "title": gap.title,
            "channel": [cadence.channel] if cadence and cadence.channel else [],
            "series": cadence.series if cadence else "",
            "intent": cadence.intent if cadence else "",
            "file": f"{cadence.path}:{cadence.line}" if cadence and cadence.path else "",
            "fits": [(self._labels.title(idea), way) for idea, way in fits],
        }

    def _base(self, start: Moment, id_: str) -> Item:
        first = walltime.day(start)
        texts = ("last", "lasting", "todo", "who", "persona", "text", "url", "move")
        return {
            **dict.fromkeys(texts, ""),
            "id": id_,
            "first": first.isoformat(),
            "day": self._labels.day(first),
            "clock": self._labels.clock(start),
            "late": False,
            "over": False,
            "channels": [],
            "author": [],
            "facts": [],
            "fits": [],
        }

    def _facts(self, entry: Entry) -> list[str]:
        labels = self._labels
        named = (
            (say("series: {name}", name=labels.series(entry.series)), entry.series),
            (say("for {name}", name=labels.persona(entry.persona)), entry.persona),
            (say("intent: {name}", name=labels.intent(entry.intent)), entry.intent),
            (say("at {name}", name=entry.place), entry.place),
        )
        return [labels.words.show(message) for message, value in named if value]


def _key(line: Line) -> tuple[str, ...]:
    if line.entry is not None:
        # Two posts of one slug share their uid; they are told apart all the same.
        return line.entry.uid, line.entry.path, line.entry.start.isoformat()
    assert line.gap is not None  # noqa: S101  # a line is an entry or a gap
    return line.gap.cadence, line.gap.start.isoformat()
