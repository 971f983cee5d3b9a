"""The rhythm of a blog as bars, one a month: counts in, places in a drawing out, and no word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cmflow.schedule import Entry, Stage
from cmflow.weeks import per_month

_WIDTH = 640
_HEIGHT = 170
_TOP = 18
_FLOOR = 148
_WIDEST = 48.0
_ROOM_FOR_A_MONTH = 34.0
_ROOM_FOR_A_YEAR = 38.0


class Bar(msgspec.Struct, frozen=True):
    """One month by its first day, its posts published and to come, and where they are drawn."""

    month: dt.date
    done: int
    ahead: int
    x: float
    done_y: float
    done_height: float
    ahead_y: float
    ahead_height: float


class Tick(msgspec.Struct, frozen=True):
    """A place under the bars for the name of a month, or of its year."""

    x: float
    month: dt.date
    is_year: bool


class Plot(msgspec.Struct, frozen=True):
    """A drawing in units of its own `width` and `height`; `most` are the posts of its top."""

    width: int
    height: int
    floor: int
    thick: float
    most: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def plot(entries: Iterable[Entry]) -> Plot | None:
    """Draw posts per month from the first to the last, or nothing where there is none."""
    known = list(entries)
    every = per_month(known)
    if not every:
        return None
    done = per_month(entry for entry in known if entry.stage is Stage.PUBLISHED)
    most = max(every.values())
    step = min(_WIDTH / len(every), _WIDEST)
    unit = (_FLOOR - _TOP) / most
    bars = tuple(
        _bar(month, count, done.get(month, 0), at * step, unit)
        for at, (month, count) in enumerate(every.items())
    )
    ticks = tuple(_ticks(list(every), step))
    return Plot(_WIDTH, _HEIGHT, _FLOOR, round(step * 0.72, 2), most, bars, ticks)


def _bar(month: dt.date, count: int, done: int, x: float, unit: float) -> Bar:
    high, rest = round(done * unit, 2), round((count - done) * unit, 2)
    return Bar(
        month=month,
        done=done,
        ahead=count - done,
        x=round(x, 2),
        done_y=round(_FLOOR - high, 2),
        done_height=high,
        ahead_y=round(_FLOOR - high - rest, 2),
        ahead_height=rest,
    )


def _ticks(months: Sequence[dt.date], step: float) -> Iterator[Tick]:
    """Name every month where there is room, else the years, as many as can be read."""
    free = 0.0
    for at, month in enumerate(months):
        x = round(at * step, 2)
        if step >= _ROOM_FOR_A_MONTH:
            yield Tick(x, month, is_year=False)
        elif month.month == 1 and x >= free:
            yield Tick(x, month, is_year=True)
            free = x + _ROOM_FOR_A_YEAR
