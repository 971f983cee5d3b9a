"""What recurs, expanded to wall-clock times within a span; a rule that makes no sense is told.

Rules are those of https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10, down to whole days:
what comes every hour is no rhythm for people.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterable, Iterator

from dateutil.rrule import rrulestr

from cmflow.errors import Message, say
from cmflow.walltime import YEARS

CEILING = 1000
"""How many times a year something may come; what comes more often is a slip of the pen."""

_BY = ("SECOND", "MINUTE", "HOUR", "DAY", "MONTHDAY", "YEARDAY", "WEEKNO", "MONTH", "SETPOS")
_KEYS = frozenset(("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", *(f"BY{unit}" for unit in _BY)))
_FREQS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?")
_YEAR = dt.timedelta(days=366)
_REMEDY = say("Write it like FREQ=WEEKLY;BYDAY=TU (RFC 5545).")


class _Unfit(Exception):  # noqa: N818  # it says what is wrong with a rule
    def __init__(self, message: Message, remedy: Message = _REMEDY) -> None:
        super().__init__(message.template)
        self.message = message
        self.remedy = remedy


@functools.lru_cache(maxsize=1024)
def fault(rule: str, start: dt.datetime) -> tuple[Message, Message] | None:
    """Say what is wrong with a rule that begins at a naive time, and what to do."""
    try:
        dates = list(itertools.islice(_dates(rule, start, dt.UTC, start), CEILING + 1))
    except _Unfit as unfit:
        return unfit.message, unfit.remedy
    if not dates:
        return say("“{rule}” makes no date at all.", rule=rule), _REMEDY
    if len(dates) > CEILING and dates[-1] - dates[0] < _YEAR:
        message = say("“{rule}” makes more than {count} dates a year.", rule=rule, count=CEILING)
        return message, say("Make it rarer.")
    return None


def remark(rule: str, start: dt.datetime) -> Message | None:
    """Say which dates a sound rule leaves out because the calendar does not have them."""
    parts = _parts(rule)
    days = [int(day) for day in parts.get("BYMONTHDAY", "").split(",") if day.strip("+-").isdigit()]
    if not days and not any(key.startswith("BY") and "DAY" in key for key in parts):
        days = [start.day]
    freq, months = parts.get("FREQ"), parts.get("BYMONTH", "")
    if freq == "YEARLY" and "BYDAY" not in parts and "BYYEARDAY" not in parts:
        february = months == "2" or (not months and start.month == 2)
        if february and 29 in days:
            return say(
                "There is a 29 February in leap years only, so the other years are left out."
            )
    if freq == "MONTHLY" and "BYDAY" not in parts and any(abs(day) > 28 for day in days):
        last = max(abs(day) for day in days)
        return say("Months without a day {day} are left out.", day=last)
    return None


def expand(
    rule: str, start: dt.datetime, since: dt.datetime, until: dt.datetime, zone: dt.tzinfo
) -> Iterator[dt.datetime]:
    """Yield the times of a rule from `since` to before `until`, all by one clock, without zones.

    `zone` is only for an `UNTIL` in UTC. A rule that `fault` names yields nothing.
    """
    if until <= since or until <= start or fault(rule, start) is not None:
        return
    for when in _dates(rule, start, zone, until):
        if when >= until:
            return
        if when >= since:
            yield when


def _dates(
    rule: str, start: dt.datetime, zone: dt.tzinfo, until: dt.datetime
) -> Iterator[dt.datetime]:
    """Yield the dates of a rule without end; raises `_Unfit`."""
    parts = _parts(rule)
    _sound(parts, rule)
    if start.year not in YEARS:
        raise _Unfit(say("Nobody plans for the year {year}.", year=start.year), say("Correct it."))
    end = _until(parts.pop("UNTIL", ""), zone)
    # A rule that never matches would be tried for each day until the year 9999. The calendar
    # repeats itself every 400 years, so the rule is worked out near the end of time instead.
    years = max((9998 - max(start.year, until.year)) // 400 * 400, 0)
    try:
        late = start.replace(year=start.year + years, microsecond=0)
        made = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=late)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError):
        raise _Unfit(say("“{rule}” is no rule.", rule=rule)) from None
    for when in _iterated(made, rule):
        here = when.replace(year=when.year - years)
        if end is not None and here > end:
            return
        yield here


def _iterated(made: Iterable[dt.datetime], rule: str) -> Iterator[dt.datetime]:
    try:
        yield from made
    except (ValueError, TypeError, OverflowError, IndexError):
        raise _Unfit(say("“{rule}” is no rule.", rule=rule)) from None


def _parts(rule: str) -> dict[str, str]:
    words = rule.strip().upper().removeprefix("RRULE:")
    pairs = (part.partition("=") for part in words.split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _sound(parts: dict[str, str], rule: str) -> None:
    strange = [key for key, value in parts.items() if key not in _KEYS or value.split() != [value]]
    if strange or "FREQ" not in parts:
        raise _Unfit(say("“{rule}” is no rule.", rule=rule))
    if parts["FREQ"] in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise _Unfit(
            say("“{rule}” makes more than {count} dates a year.", rule=rule, count=CEILING),
            say("Make it rarer."),
        )
    if parts["FREQ"] not in _FREQS:
        raise _Unfit(say("“{rule}” is no rule.", rule=rule))
    for key in ("INTERVAL", "COUNT"):
        # Beyond any life, and no number that a person means.
        if key in parts and not (parts[key].isdecimal() and 0 < int(parts[key][:9]) < 100_000):
            raise _Unfit(say("“{rule}” is no rule.", rule=rule))


def _until(words: str, zone: dt.tzinfo) -> dt.datetime | None:
    """Read the last time of a rule; a day counts to its end."""
    if not words:
        return None
    found = _UNTIL.fullmatch(words)
    try:
        if found is None:
            raise ValueError  # noqa: TRY301  # the same as a day that does not exist
        day = dt.datetime.strptime(found[1], "%Y%m%d")  # noqa: DTZ007  # naive on purpose
        if not found[2]:
            return day.replace(hour=23, minute=59, second=59)
        clock = dt.datetime.strptime(found[2], "%H%M%S").time()  # noqa: DTZ007
    except ValueError:
        message = say("“{until}” is no end.", until=words)
        raise _Unfit(message, say("Write it like UNTIL=20271231.")) from None
    when = dt.datetime.combine(day, clock)
    return when.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None) if found[3] else when
