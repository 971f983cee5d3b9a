"""Read `content/plan/cadences.yml`, the rhythms that a company wants for its blog.

```yaml
mardi:
  title: L’article du mardi
  every: mardi 09:00            # or Tuesday 09:00, second Friday 10:00, un vendredi sur deux …
  from: 2026-01-06              # the first day; else that of the oldest post
  series: quatre-mots           # which posts fill it: series, category, channel or intent; or any
salon:
  title: Le carnet du salon
  rule: FREQ=MONTHLY;BYDAY=1MO  # instead of every: a rule of RFC 5545
  at: "10:00"
```
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from cmflow import recurrence, rhythm, walltime
from cmflow.decode import decode
from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.post import Intent
from cmflow.register import Register
from cmflow.schedule import Cadence
from cmflow.settings import Settings

FILE = "cadences.yml"
"""Its name, below `content/plan`."""

UNFIT = "plan-unfit"
"""The rule of what stands in the plan and cannot be meant."""

DOUBTFUL = "date-doubtful"
"""The rule of days and hours that do not exist, or come twice."""

ANCHOR = dt.date(2024, 1, 1)
"""The first day of a cadence that names none, on a site without a post; a Monday."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str = ""
    every: str = ""
    rule: str = ""
    at: object = None
    since: dt.date | None = msgspec.field(default=None, name="from")
    series: str = ""
    category: str = ""
    channel: str = ""
    intent: str = ""


def read(
    settings: Settings, oldest: dt.date | None, findings: list[Finding]
) -> tuple[Cadence, ...]:
    """Read the cadences, in the order of the file; what is wrong is added to the findings.

    Without `from`, a cadence begins on the day of the oldest post, so that “every other week” means
    the same weeks on every machine.
    """
    file = Register(settings.plan / FILE, settings)
    if not file.sound:
        message = say("The file is not a list of keys with values.")
        file.add(UNFIT, (), message, say("Give each cadence a name of its own, like “mardi:”."))
    made = [_cadence(id_, entry, settings, oldest, file) for id_, entry in file.entries.items()]
    findings += file.findings
    return tuple(cadence for cadence in made if cadence is not None)


def slots(
    cadence: Cadence, since: dt.datetime, until: dt.datetime, zone: dt.tzinfo
) -> Iterator[dt.datetime]:
    """Yield the times of a cadence by the site's clocks, from a time to before another."""
    first, last = (when.astimezone(zone).replace(tzinfo=None) for when in (since, until))
    for wall in recurrence.expand(cadence.rule, cadence.start, first, last, zone):
        yield walltime.at(wall, zone)


def _cadence(
    id_: str, data: object, settings: Settings, oldest: dt.date | None, file: Register
) -> Cadence | None:
    entry, problems = decode(data if isinstance(data, dict) else {}, _Entry)
    file.report(problems, id_)
    made = _rhythm(id_, entry, file) if entry is not None else None
    if entry is None or made is None:
        return None
    rule, clock = made
    start = dt.datetime.combine(entry.since or oldest or ANCHOR, clock)
    key = "every" if entry.every else "rule"
    fault = recurrence.fault(rule, start)
    if fault:
        file.add(UNFIT, (id_, key), *fault)
        return None
    _remark(id_, key, rule, start, entry, file)
    _unknown(id_, entry, settings, file)
    return Cadence(
        id=id_,
        title=entry.title or id_,
        rule=rule,
        start=start,
        series=entry.series,
        category=entry.category,
        channel=entry.channel,
        intent=entry.intent,
        path=file.path,
        line=file.line(id_),
    )


def _rhythm(id_: str, entry: _Entry, file: Register) -> tuple[str, dt.time] | None:
    """Return the rule and the hour of an entry, or nothing and a finding."""
    clock = rhythm.read_clock(entry.at) if entry.at is not None else None
    if entry.at is not None and clock is None:
        message = say("“{at}” is no hour of the day.", at=str(entry.at))
        file.add(UNFIT, (id_, "at"), message, say('Write it in quotes: at: "09:00"'))
    if bool(entry.every) == bool(entry.rule):
        message = say("A cadence needs “every” or “rule”, one of them.")
        file.add(UNFIT, (id_,), message, say("Write for example “every: Tuesday 09:00”."))
        return None
    if entry.rule:
        return entry.rule, clock or rhythm.NINE
    read = rhythm.read(entry.every)
    if read is None:
        message = say("“{words}” is no rhythm that cmflow understands.", words=entry.every)
        remedy = say("Write for example Tuesday 09:00, every second Friday 10:00, first Monday of "
                     "the month 09:00, or a rule of RFC 5545 under “rule”.")  # fmt: skip
        file.add(UNFIT, (id_, "every"), message, remedy)
        return None
    return read.rule, read.clock or clock or rhythm.NINE


def _remark(
    id_: str, key: str, rule: str, start: dt.datetime, entry: _Entry, file: Register
) -> None:
    """Name what a sound rhythm leaves open, or leaves out."""
    if "INTERVAL=" in rule.upper() and entry.since is None:
        message = say("Nobody can tell with which week or month “{title}” begins.",
                      title=entry.title or id_)  # fmt: skip
        remedy = say("Add its first day: from: {day}", day=start.date().isoformat())
        file.add(UNFIT, (id_, key), message, remedy, Level.WARNING)
    left_out = recurrence.remark(rule, start)
    if left_out is not None:
        remedy = say("Choose a day that always exists, or leave it so.")
        file.add(DOUBTFUL, (id_, key), left_out, remedy, Level.WARNING)


def _unknown(id_: str, entry: _Entry, settings: Settings, file: Register) -> None:
    """Name what no post can have, so that the cadence would never be filled."""
    cmflow = settings.cmflow
    for key, value, known in (
        ("series", entry.series, list(cmflow.series)),
        ("channel", entry.channel, list(cmflow.channels)),
        ("category", entry.category, list(settings.blog.categories_allowed)),
        ("intent", entry.intent, [intent.value for intent in Intent]),
    ):
        # A site without a list of categories allows every one.
        if value and value not in known and (known or key != "category"):
            message = say("“{value}” is unknown here, so nothing can fill “{title}”.",
                          value=value, title=entry.title or id_)  # fmt: skip
            file.add(UNFIT, (id_, key), message, nearest(value, known))
