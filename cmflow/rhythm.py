"""A rhythm in plain words, English or French, as a rule: “Tuesday 09:00”, « un vendredi sur deux ».

The words become an `RRULE` of https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10. “Every second
Friday” is one Friday in two; “second Friday”, without every, is the second one of each month.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import msgspec

NINE = dt.time(9)
"""The hour of a rhythm that names none."""

_DAYS = {
    "MO": ("monday", "mon", "lundi"),
    "TU": ("tuesday", "tue", "mardi"),
    "WE": ("wednesday", "wed", "mercredi"),
    "TH": ("thursday", "thu", "jeudi"),
    "FR": ("friday", "fri", "vendredi"),
    "SA": ("saturday", "sat", "samedi"),
    "SU": ("sunday", "sun", "dimanche"),
}
_WORKDAYS = "MO,TU,WE,TH,FR"
_NAMED = {f"{word}{s}": day for day, words in _DAYS.items() for word in words for s in ("", "s")}
_NTH = {
    1: ("first", "1st", "premier", "1er", "1ere", "premiere"),
    2: ("second", "2nd", "deuxieme", "2e", "2eme"),
    3: ("third", "3rd", "troisieme", "3e", "3eme"),
    4: ("fourth", "4th", "quatrieme", "4e", "4eme"),
    5: ("fifth", "5th", "cinquieme", "5e", "5eme"),
    -1: ("last", "dernier", "derniere"),
}
_ORDINALS = {word: number for number, words in _NTH.items() for word in words}
_COUNTS = {
    **{str(number): number for number in range(1, 53)},
    "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "other": 2,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4,
}  # fmt: skip

_CLOCK = re.compile(
    r"(?:\b(?:at|a)\s+)?\b(?:"
    r"(?P<hour>\d{1,2})\s*(?::|h)\s*(?P<minute>\d{2})?\s*(?P<half>am|pm)?"
    r"|(?P<bare>\d{1,2})\s*(?P<part>am|pm)|(?P<noon>noon|midi))$"
)
_DAY = "|".join(sorted(_NAMED, key=len, reverse=True))
_NUMBER = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_MANY = "|".join(sorted(_COUNTS, key=len, reverse=True))
_LIST = rf"(?P<days>(?:{_DAY})(?:\s*(?:,|\band\b|\bet\b|&)?\s*(?:les?\s+)?(?:{_DAY}))*)"
_MONTH = r"(?:(?:of|in)\s+)?(?:the|each|every)\s+month|du mois|de chaque mois|chaque mois"
_THE = r"(?:the |les? |chaque |each |every )?"
_TH = r"(?:st|nd|rd|th|er|e)?"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<daily>every day|daily|each day|tous les jours|chaque jour)",
        r"(?P<work>(?:every |each |on )?(?:week|work|working )days?)",
        r"(?P<ouvre>(?:tous les |chaque |les )?jours? ouvr(?:e|able)s?|en semaine)",
        rf"(?:every|each)\s+(?P<every>{_NUMBER}|{_MANY})\s+{_LIST}",
        rf"(?:every|each)\s+(?P<weeks>{_MANY}|second|third|fourth)\s+weeks?\s+(?:on\s+)?{_LIST}",
        rf"toutes les\s+(?P<semaines>{_MANY})\s+semaines,?\s+(?:les?\s+)?{_LIST}",
        rf"(?:un|une)\s+{_LIST}\s+sur\s+(?P<sur>{_MANY})",
        rf"{_THE}(?P<nth>{_NUMBER})\s+(?P<one>{_DAY})(?:\s+(?:{_MONTH}))?",
        rf"(?:on )?(?:the |le )?(?P<date>\d{{1,2}}){_TH}\s+(?:{_MONTH})",
        rf"(?:every month on the |chaque mois le )(?P<day>\d{{1,2}}){_TH}",
        rf"(?:on |every |each |chaque |tous les |les |le )?{_LIST}",
    )
)


class Rhythm(msgspec.Struct, frozen=True):
    """A rule, and the hour of its slots where the words name one."""

    rule: str
    clock: dt.time | None = None


def read(words: str) -> Rhythm | None:
    """Read a rhythm; returns nothing where the words mean none."""
    plain = _plain(words)
    found = _CLOCK.search(plain)
    clock = _clock(found) if found else None
    if found:
        if clock is None:
            return None
        plain = plain[: found.start()].strip(" ,")
    for pattern in _PATTERNS:
        matched = pattern.fullmatch(plain)
        rule = _rule({k: v for k, v in matched.groupdict().items() if v}) if matched else None
        if rule:
            return Rhythm(rule, clock)
    return None


def read_clock(words: object) -> dt.time | None:
    """Read an hour of the day: `9:00`, `9h30`, `9 h`, `9 am`; or what YAML makes of them."""
    if isinstance(words, int) and not isinstance(words, bool):
        # YAML 1.1 takes an unquoted 9:30 for a number in base sixty: 570.
        hour, minute = divmod(words, 60) if words >= 60 else (words, 0)
        return dt.time(hour, minute) if 0 <= hour < 24 else None
    found = _CLOCK.fullmatch(_plain(words)) if isinstance(words, str) else None
    return _clock(found) if found else None


def _rule(found: dict[str, str]) -> str | None:
    days = ",".join(dict.fromkeys(_NAMED[name] for name in re.findall(_DAY, found.get("days", ""))))
    if "daily" in found:
        return "FREQ=DAILY"
    if "work" in found or "ouvre" in found:
        return f"FREQ=WEEKLY;BYDAY={_WORKDAYS}"
    if "nth" in found:
        return f"FREQ=MONTHLY;BYDAY={_ORDINALS[found['nth']]}{_NAMED[found['one']]}"
    date = found.get("date") or found.get("day")
    if date:
        return f"FREQ=MONTHLY;BYMONTHDAY={int(date)}" if 1 <= int(date) <= 31 else None
    number = next((found[key] for key in ("every", "weeks", "semaines", "sur") if key in found), "")
    # “Every first Monday” can only be the first one of the month.
    if number in ("first", "1st", "last"):
        one = ",".join(f"{_ORDINALS[number]}{day}" for day in days.split(","))
        return f"FREQ=MONTHLY;BYDAY={one}"
    weeks = _COUNTS.get(number) or _ORDINALS.get(number, 1)
    every = f";INTERVAL={weeks}" if weeks > 1 else ""
    return f"FREQ=WEEKLY{every};BYDAY={days}" if days else None


def _clock(found: re.Match[str]) -> dt.time | None:
    if found["noon"]:
        return dt.time(12)
    hour, minute = int(found["hour"] or found["bare"]), int(found["minute"] or 0)
    half = found["half"] or found["part"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def _plain(words: str) -> str:
    """Reduce words to small letters without accents and single spaces."""
    parted = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(c for c in parted if not unicodedata.combining(c))
    return " ".join(letters.replace("’", "'").split())
