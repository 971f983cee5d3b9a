"""Read the `.ics` files of `content/plan/calendars`: public holidays, trade fairs, seasons.

Whatever is broken in a file of somebody else's is left out and named; the rest is kept. Days on
which nobody works are told by the file's name (`holidays-fr.ics`, `jours-feries.ics`) or by the
`CATEGORIES` of an event. Specification: https://www.rfc-editor.org/rfc/rfc5545.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import icalendar
from msgspec.structs import replace

from cmflow import frontmatter, recurrence
from cmflow.errors import Finding, Level, Message, say
from cmflow.schedule import HOLIDAY, Moment, Recurring
from cmflow.settings import Settings
from cmflow.walltime import YEARS

FOLDER = "calendars"
"""Where the files lie, below `content/plan`."""

RULE = "calendar-import"

_LINE = re.compile(rb"[A-Za-z0-9-]+(?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?:")
_HOLIDAY = re.compile(r"holiday|ferie|jour chome|bank[ _-]?day")
_AGAIN = say("Export the calendar again, or correct the line.")
_UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError)


def read(settings: Settings, findings: list[Finding]) -> tuple[Recurring, ...]:
    """Read every file; what is wrong in them is added to the findings."""
    found: list[Recurring] = []
    for path in sorted((settings.plan / FOLDER).glob("*.ics")):
        name = settings.below_root(path)
        try:
            data = path.read_bytes() if path.stat().st_size <= frontmatter.LARGEST else None
        except OSError as error:
            message = say("The file cannot be read: {words}.", words=error.strerror or str(error))
            findings.append(_finding(name, 0, message, say("Look at its permissions.")))
            continue
        if data is None:
            findings.append(frontmatter.too_large(name, path.stat().st_size))
            continue
        made, wrong = parse(data, name)
        found += made
        findings += wrong
    return tuple(found)


def parse(data: bytes, name: str) -> tuple[list[Recurring], list[Finding]]:
    """Read the bytes of one file; `name` is its path, as findings write it."""
    lines, findings = _sound_lines(data, name)
    try:
        with warnings.catch_warnings():
            # It guesses at zones that have no name of their own; nobody here can help it.
            warnings.simplefilter("ignore")
            calendars = icalendar.Calendar.from_ical(b"\r\n".join(lines), multiple=True)
    except _UNREADABLE as error:
        message = say("The file is no calendar: {words}.", words=_short(error))
        return [], [*findings, _finding(name, 0, message, _AGAIN, Level.ERROR)]
    if not calendars:
        message = say("There is no calendar in the file.")
        return [], [_finding(name, 0, message, _AGAIN, Level.ERROR)]
    begun = (line.strip().upper() == b"BEGIN:VEVENT" for line in data.splitlines())
    places = [number for number, begins in enumerate(begun, 1) if begins]
    file = _File(name)
    events = (event for calendar in calendars for event in calendar.walk("VEVENT"))
    for event, line in itertools.zip_longest(events, places, fillvalue=0):
        if event:
            file.add(event, line)
    return file.events(), [*findings, *file.findings]


class _File:
    """The events of one file, as they are read one after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stem = Path(name).stem
        self.off = bool(_HOLIDAY.search(_plain(self.stem)))
        self.findings: list[Finding] = []
        self._found: dict[str, Recurring] = {}
        self._moved: dict[str, list[Moment]] = {}

    def add(self, event: Any, line: int) -> None:
        """Keep one event, or the finding that says why not."""
        try:
            one, wrong = _event(event, self.stem, off=self.off)
            again = event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else None
        except _UNREADABLE:
            message = say("An event is left out: its day or its time cannot be read.")
            self.findings.append(_finding(self.name, line, message, _AGAIN))
            return
        self.findings += [_finding(self.name, line, *words) for words in wrong]
        if one is None:
            return
        uid = one.uid
        if again is not None:
            # An occurrence that is given apart, or called off, is none of the rule's.
            self._moved.setdefault(uid, []).append(again)
            uid = f"{uid}/{_instant(again)}"
        elif uid in self._found and self._found[uid].start != one.start:
            # Some programs give all their events one id.
            uid = f"{uid}/{one.start.isoformat()}"
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            self._found[uid] = replace(one, uid=uid, path=self.name, line=line)

    def events(self) -> list[Recurring]:
        """Return what was kept, without the occurrences that are given apart."""
        return [
            replace(one, without=(*one.without, *self._moved.get(uid, ())))
            for uid, one in self._found.items()
        ]


def _event(
    event: Any, stem: str, *, off: bool
) -> tuple[Recurring | None, list[tuple[Message, Message]]]:
    """Make one event; nothing of one without a beginning."""
    if "DTSTART" not in event:
        return None, [(say("An event is left out: it does not say when it begins."), _AGAIN)]
    start: Moment = event["DTSTART"].dt
    if start.year not in YEARS:
        raise ValueError(start)
    title = " ".join(str(event.get("SUMMARY", "")).split())
    uid = str(event.get("UID", "")) or f"{title}/{start.isoformat()}"
    categories = [_plain(str(name)) for name in _categories(event)]
    rest = off or any(_HOLIDAY.search(name) for name in categories)
    wrong: list[tuple[Message, Message]] = []
    zone = event["DTSTART"].params.get("TZID")
    if zone and isinstance(start, dt.datetime) and start.tzinfo is None:
        message = say("Nobody knows the zone “{zone}” of an event: its time is taken for one of "
                      "your clocks.", zone=zone)  # fmt: skip
        wrong.append((message, _AGAIN))
    rule = _rule(event, start, wrong)
    if event.errors:
        message = say("The line “{name}” of an event is left out.", name=event.errors[0][0] or "?")
        wrong.append((message, _AGAIN))
    return Recurring(
        uid=f"observance/{stem}/{uid}",
        title=title or stem,
        start=start,
        end=_end(event, start),
        rule=rule,
        zone=start.tzinfo if isinstance(start, dt.datetime) else None,
        extra=tuple(_moments(event.get("RDATE"))),
        without=tuple(_moments(event.get("EXDATE"))),
        categories=(HOLIDAY,) if rest else (),
        place=str(event.get("LOCATION", "")),
        url=str(event.get("URL", "")),
        text=str(event.get("DESCRIPTION", "")).strip(),
    ), wrong


def _end(event: Any, start: Moment) -> Moment | None:
    """Return the exclusive end of an event, by its own words or by its length."""
    if "DTEND" in event:
        end: Moment = event["DTEND"].dt
    elif "DURATION" in event:
        end = start + event["DURATION"].dt
    else:
        return None
    same = isinstance(end, dt.datetime) == isinstance(start, dt.datetime)
    usable = same and end.year in YEARS and _instant(end) > _instant(start)
    return end if usable else None


def _rule(event: Any, start: Moment, wrong: list[tuple[Message, Message]]) -> str:
    rules = event.get("RRULE")
    if rules is None:
        return ""
    words = (rules[0] if isinstance(rules, list) else rules).to_ical().decode()
    clock = start.time() if isinstance(start, dt.datetime) else dt.time()
    fault = recurrence.fault(words, dt.datetime.combine(start, clock))
    if fault is None:
        return str(words)
    message = say("Of an event only the first time is kept. {reason}", reason=fault[0])
    wrong.append((message, fault[1]))
    return ""


def _moments(value: Any) -> Iterator[Moment]:
    for group in value if isinstance(value, list) else [value] if value is not None else []:
        for one in getattr(group, "dts", ()):
            # A period of RDATE counts by its beginning.
            when: Moment = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            if when.year in YEARS:
                yield when


def _categories(event: Any) -> Iterator[object]:
    value = event.get("CATEGORIES")
    for group in value if isinstance(value, list) else [value] if value is not None else []:
        yield from getattr(group, "cats", ())


def _instant(when: Moment) -> str:
    if isinstance(when, dt.datetime) and when.tzinfo is not None:
        return when.astimezone(dt.UTC).isoformat()
    return when.isoformat()


def _sound_lines(data: bytes, name: str) -> tuple[list[bytes], list[Finding]]:
    """Return the lines that are lines of a calendar, and a finding for each that is none."""
    kept: list[bytes] = []
    findings: list[Finding] = []
    broken = False
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line[:1] in (b" ", b"\t"):
            if not broken and kept:
                kept.append(line)
            continue
        broken = bool(line.strip()) and _LINE.match(line) is None
        if broken:
            message = say("This line is no line of a calendar, and is left out.")
            findings.append(_finding(name, number, message, _AGAIN))
        elif line.strip():
            kept.append(line.rstrip(b" \t"))
    return kept, findings


def _finding(
    name: str, line: int, message: Message, remedy: Message, level: Level = Level.WARNING
) -> Finding:
    return Finding(RULE, name, line, message, remedy, level)


def _short(error: object) -> str:
    return " ".join(str(error).split())[:120]


def _plain(words: str) -> str:
    parted = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in parted if not unicodedata.combining(c))
