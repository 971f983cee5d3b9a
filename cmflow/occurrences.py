"""What takes place beside the posts: events, observances, absences, a pause, reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cmflow import recurrence, urls, walltime
from cmflow.pause import FILE
from cmflow.post import Page
from cmflow.scene import Scene, line_of
from cmflow.schedule import Entry, Kind, Moment, Recurring

_DAY = dt.timedelta(days=1)


def beside(scene: Scene) -> Iterator[Entry]:
    """Yield everything that is no post and no note, in no order."""
    for page in scene.library.pages:
        if page.meta.event is not None:
            yield _event(page, scene)
    for recurring in scene.plans.events:
        yield from occurrences(recurring, Kind.EVENT, scene)
    for recurring in scene.plans.observances:
        yield from occurrences(recurring, Kind.OBSERVANCE, scene)
    yield from _absences(scene)
    yield from _pauses(scene)
    yield from _reviews(scene)


def _event(page: Page, scene: Scene) -> Entry:
    event, source = page.meta.event, scene.library.sources[page.path]
    assert event is not None  # noqa: S101  # the caller chose pages with an event
    address = urls.absolute(urls.page_url(page.path, scene.settings), scene.settings)
    return Entry(
        uid=f"event/{page.path.removesuffix('.md')}",
        kind=Kind.EVENT,
        title=page.title,
        start=walltime.moment(event.start, scene.zone),
        end=walltime.moment(event.end, scene.zone) if event.end else None,
        place=event.place,
        url=address,
        text=page.meta.summary,
        path=source.path,
        line=line_of(source.text, "event"),
        public=source.meta.get("draft") is not True,
    )


def occurrences(what: Recurring, kind: Kind, scene: Scene) -> Iterator[Entry]:
    """Yield the occurrences of something within the span."""
    zone = what.zone or scene.zone
    skipped = {_instant(when, zone) for when in what.without}
    taken: set[str] = set()
    for start, end in _times(what, zone, scene):
        if _instant(start, zone) in skipped:
            continue
        uid = f"{what.uid}/{walltime.day(start)}" if what.rule or what.extra else what.uid
        # What recurs more than once in a day is told apart by the hour as well.
        uid = f"{uid}/{start:%H%M%S}" if uid in taken else uid
        taken.add(uid)
        yield Entry(
            uid=uid,
            kind=kind,
            title=what.title,
            start=walltime.moment(start, scene.zone),
            end=walltime.moment(end, scene.zone) if end is not None else None,
            categories=what.categories,
            place=what.place,
            url=what.url,
            text=what.text,
            path=what.path,
            line=what.line,
        )


def _times(
    what: Recurring, zone: dt.tzinfo, scene: Scene
) -> Iterator[tuple[Moment, Moment | None]]:
    start, end = _wall(what.start, zone), what.end and _wall(what.end, zone)
    whole = not isinstance(what.start, dt.datetime)
    length = end - start if end else None
    walls = list(_extra(what, zone))
    if what.rule:
        first = scene.since.astimezone(zone).replace(tzinfo=None) - (length or _DAY)
        last = scene.until.astimezone(zone).replace(tzinfo=None)
        walls += recurrence.expand(what.rule, start, first, last, zone)
    else:
        walls.append(start)
    for wall in sorted(set(walls)):
        close = wall + length if length is not None else None
        if whole:
            yield wall.date(), close.date() if close else None
        else:
            yield walltime.at(wall, zone), walltime.at(close, zone) if close else None


def _extra(what: Recurring, zone: dt.tzinfo) -> Iterator[dt.datetime]:
    yield from (_wall(when, zone) for when in what.extra)


def _wall(when: Moment, zone: dt.tzinfo) -> dt.datetime:
    """Return what the clocks of a zone show."""
    if not isinstance(when, dt.datetime):
        return dt.datetime.combine(when, dt.time())
    return when if when.tzinfo is None else when.astimezone(zone).replace(tzinfo=None)


def _instant(when: Moment, zone: dt.tzinfo) -> dt.date:
    """Return what two ways to write one moment have in common."""
    return walltime.begin(walltime.moment(when, zone), zone).astimezone(dt.UTC)


def _absences(scene: Scene) -> Iterator[Entry]:
    for absence in scene.plans.absences:
        known = scene.library.authors.get(absence.author)
        yield Entry(
            uid=f"absence/{absence.author}/{absence.first}",
            kind=Kind.ABSENCE,
            title=known.name if known else absence.author,
            start=absence.first,
            end=absence.last + _DAY,
            authors=(absence.author,),
            text=absence.reason,
            path=absence.path,
            line=absence.line,
        )


def _pauses(scene: Scene) -> Iterator[Entry]:
    for pause in scene.plans.pauses:
        until = pause.until
        if until is not None and until <= scene.now:
            continue
        yield Entry(
            uid="pause",
            kind=Kind.PAUSE,
            title=pause.reason,
            start=scene.now.date(),
            end=_day_after(until, scene.zone) if until else None,
            channel=", ".join(pause.channels),
            path=scene.settings.below_root(scene.settings.plan / FILE),
            line=1,
        )


def _reviews(scene: Scene) -> Iterator[Entry]:
    for id_, channel in scene.settings.cmflow.channels.items():
        if channel.review is not None:
            config = scene.settings.config.name
            yield Entry(
                f"review/{id_}", Kind.REVIEW, id_, channel.review, channel=id_, path=config, line=0
            )
    for persona in scene.library.personas.values():
        if persona.review is not None:
            path = scene.settings.below_root(scene.settings.plan / "personas" / f"{persona.id}.md")
            yield Entry(
                f"review/persona/{persona.id}", Kind.REVIEW, persona.name, persona.review,
                persona=persona.id, path=path, line=1,
            )  # fmt: skip


def _day_after(when: dt.datetime, zone: dt.tzinfo) -> dt.date | None:
    """Return the day after a time; nothing where it is so far away that it has no end."""
    if when.year not in walltime.YEARS:
        return None
    return when.astimezone(zone).date() + _DAY
