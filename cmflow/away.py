"""Days on which a post would meet nobody: holidays, and absences of those who sign it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from cmflow.schedule import HOLIDAY, Calendar, Entry, Kind
from cmflow.walltime import day

_DAY = dt.timedelta(days=1)


class Away:
    """The holidays and absences among some entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._holidays: dict[dt.date, str] = {}
        self._absences: dict[str, list[Entry]] = {}
        for entry in entries:
            if entry.kind is Kind.OBSERVANCE and HOLIDAY in entry.categories:
                for date in _days(entry):
                    self._holidays.setdefault(date, entry.title)
            elif entry.kind is Kind.ABSENCE:
                for author in entry.authors:
                    self._absences.setdefault(author, []).append(entry)

    def holiday(self, date: dt.date) -> str:
        """Return the name of the holiday of a day, or nothing."""
        return self._holidays.get(date, "")

    def everybody(self, authors: Sequence[str], date: dt.date) -> tuple[str, ...]:
        """Return the names of the authors where all of them are absent on a day, else nothing."""
        names = [self._name(author, date) for author in dict.fromkeys(authors)]
        return tuple(names) if all(names) else ()

    def keeps(self, authors: Sequence[str], date: dt.date) -> bool:
        """Tell whether a post of some authors should not appear on a day."""
        return bool(self.holiday(date) or self.everybody(authors, date))

    def _name(self, author: str, date: dt.date) -> str:
        absences = self._absences.get(author, ())
        return next((one.title for one in absences if date in _Span(one)), "")


class _Span:
    def __init__(self, entry: Entry) -> None:
        self.first = day(entry.start)
        self.end = day(entry.end) if entry.end is not None else self.first + _DAY

    def __contains__(self, date: dt.date) -> bool:
        return self.first <= date < self.end


def of(calendar: Calendar) -> Away:
    """Return the holidays and absences of a calendar."""
    return Away(calendar.entries)


def _days(entry: Entry) -> Iterator[dt.date]:
    span = _Span(entry)
    # Nobody has holidays for longer; a file of somebody else's may say so.
    for number in range(min((span.end - span.first).days or 1, 366)):
        yield span.first + number * _DAY
