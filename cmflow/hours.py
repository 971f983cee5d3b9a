"""Quiet hours by the clock on the wall of a zone, in the nights when it is changed as well."""

from __future__ import annotations

import datetime as dt

Hours = tuple[dt.time, dt.time]

_MINUTE = dt.timedelta(minutes=1)


def quiet_until(hours: Hours | None, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """Return when the quiet hours end in which `now` lies, in UTC, or nothing outside of them.

    `hours` are from and to by the clock; where the second is the smaller one it is tomorrow's.
    """
    if hours is None or not _quiet(hours, now, zone):
        return None
    local = now.astimezone(zone)
    day = local.date() + dt.timedelta(days=int(local.time() >= hours[1]))
    end = dt.datetime.combine(day, hours[1], zone)
    moment = end.astimezone(dt.UTC)
    if moment <= now:  # the hour that comes twice, in its second coming
        moment = end.replace(fold=1).astimezone(dt.UTC)
    # In spring the clock may jump over the end: then the quiet ends at the jump.
    while moment - _MINUTE > now and not _quiet(hours, moment - _MINUTE, zone):
        moment -= _MINUTE
    return moment


def _quiet(hours: Hours, now: dt.datetime, zone: dt.tzinfo) -> bool:
    start, end = hours
    clock = now.astimezone(zone).time()
    return start <= clock < end if start < end else clock >= start or clock < end
