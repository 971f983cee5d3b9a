"""One catalogue for every word a person reads: English in the code, French in `locale/fr.po`."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path

from babel.dates import format_date
from babel.messages.pofile import read_po

from cmflow.errors import Message

LANGUAGES = ("en", "fr")

_LOCALE = Path(__file__).parent / "locale"


class Catalogue:
    """The words of one language: `gettext` and `ngettext` for templates, dates for people."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._one, self._many = _load(language)

    def gettext(self, words: str) -> str:
        """Translate; what the catalogue lacks stays English."""
        return self._one.get(words, words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Translate a count; in French, unlike English, nought is singular."""
        single = count < 2 if self.language == "fr" else count == 1
        pair = self._many.get(one, (one, many))
        return pair[0] if single else pair[1]

    def show(self, message: Message) -> str:
        """Return a message as a sentence of this language."""
        return message.show(self.gettext)

    def day(self, when: dt.date) -> str:
        """Write a day in full: 6 octobre 2026, October 6, 2026."""
        return _day(when.year, when.month, when.day, self.language)

    def clock(self, when: dt.datetime) -> str:
        """Write a time of day: 14 h 30, 14 h; 14:30."""
        if self.language != "fr":
            return f"{when:%H:%M}"
        return f"{when.hour}\u00a0h\u00a0{when:%M}" if when.minute else f"{when.hour}\u00a0h"

    def moment(self, when: dt.datetime) -> str:
        """Write a day with its time, in the zone that the time carries."""
        weekday = format_date(when, "EEEE", self.language)
        if self.language != "fr":
            return f"{weekday}, {self.day(when)} at {self.clock(when)}"
        return f"{weekday} {self.day(when)} à {self.clock(when)}"


# Of a thousand comments, many are of one day.
@functools.lru_cache(maxsize=4096)
def _day(year: int, month: int, day: int, language: str) -> str:
    text = format_date(dt.date(year, month, day), format="long", locale=language)
    # The first of a month is an ordinal in French, which CLDR does not know.
    return f"1er{text[1:]}" if language == "fr" and text.startswith("1 ") else text


@functools.cache
def catalogue(language: str) -> Catalogue:
    """Return the catalogue of a language, read once."""
    return Catalogue(language if language in LANGUAGES else "en")


def _load(language: str) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    path = _LOCALE / f"{language}.po"
    if not path.is_file():
        return {}, {}
    with path.open("rb") as file:
        entries = read_po(file, locale=language)
    one: dict[str, str] = {}
    many: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if not entry.id or not entry.string:
            continue
        if isinstance(entry.id, tuple | list):
            # What still waits for a translation stays English.
            if all(entry.string):
                many[entry.id[0]] = (entry.string[0], entry.string[1])
        else:
            one[entry.id] = str(entry.string)
    return one, many
