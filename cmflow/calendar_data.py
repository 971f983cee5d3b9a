"""The calendar for programs (JSON) and for spreadsheets (CSV)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable

from cmflow.catalogue import Catalogue
from cmflow.errors import Finding
from cmflow.labels import GAP, state_id
from cmflow.schedule import Calendar, Entry, Moment, Slot

_COLUMNS = (
    "start", "end", "kind", "state", "title", "slug", "channel", "authors", "persona", "series",
    "intent", "objective", "categories", "place", "url", "path", "line", "uid",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(calendar: Calendar, findings: Iterable[Finding], words: Catalogue) -> str:
    """Write a calendar for programs.

    An object with `version` (1; a key that changes its meaning makes it 2), `now`, `entries`,
    `slots`, `ideas` (entries without a date) and `findings`. Times carry their offset, whole days
    are days, `end` is exclusive and may be null. A slot without a `slug` is a gap; its `ideas` name
    those that would fit. `public` tells what readers may see. A finding has `rule`, `level`,
    `path`, `line`, `message` and `remedy`.
    """
    data = {
        "version": 1,
        "now": _when(calendar.now),
        "entries": [_object(entry) for entry in calendar.entries],
        "slots": [_slot(slot) for slot in calendar.slots],
        "ideas": [_object(idea, dated=False) for idea in calendar.ideas],
        "findings": [
            {
                "rule": finding.rule, "level": finding.level.value, "path": finding.path,
                "line": finding.line, "message": words.show(finding.message),
                "remedy": words.show(finding.remedy),
            }
            for finding in findings
        ],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=2)


def as_csv(calendar: Calendar) -> str:
    """Write entries and gaps for spreadsheets, one a line, by RFC 4180.

    It begins with a byte order mark, without which Excel takes UTF-8 for something else; a text
    that a spreadsheet would run as a formula stands behind an apostrophe (OWASP, CSV injection).
    """
    out = io.StringIO()
    table = csv.DictWriter(out, _COLUMNS, restval="", extrasaction="ignore", lineterminator="\r\n")
    table.writeheader()
    rows = [_object(entry) for entry in calendar.entries]
    rows += [
        {**_slot(slot), "kind": "slot", "state": GAP, "slug": ""}
        for slot in calendar.slots
        if slot.is_gap
    ]
    for row in sorted(rows, key=lambda row: str(row["start"])):
        table.writerow({key: _cell(value) for key, value in row.items()})
    return "\ufeff" + out.getvalue().removesuffix("\r\n")


def _object(entry: Entry, *, dated: bool = True) -> dict[str, object]:
    return {
        "uid": entry.uid,
        "kind": entry.kind.value,
        "state": state_id(entry),
        "title": entry.title,
        "start": _when(entry.start) if dated else None,
        "end": _when(entry.end) if dated and entry.end else None,
        "slug": entry.slug,
        "channel": entry.channel,
        "authors": list(entry.authors),
        "persona": entry.persona,
        "series": entry.series,
        "intent": entry.intent,
        "objective": entry.objective,
        "categories": list(entry.categories),
        "place": entry.place,
        "url": entry.url,
        "path": entry.path,
        "line": entry.line,
        "public": entry.public,
    }


def _slot(slot: Slot) -> dict[str, object]:
    return {
        "cadence": slot.cadence,
        "title": slot.title,
        "start": _when(slot.start),
        "slug": slot.slug,
        "ideas": list(slot.ideas),
    }


def _cell(value: object) -> object:
    text = ", ".join(map(str, value)) if isinstance(value, list) else value
    if isinstance(text, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return "" if text is None else text


def _when(moment: Moment) -> str:
    if isinstance(moment, dt.datetime):
        return moment.isoformat(timespec="seconds")
    return moment.isoformat()
