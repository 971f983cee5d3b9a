"""Read what the team plans, below `content/plan`: cadences, ideas, events, absences, observances.

A time without an offset is one by the site's clocks. One bad file is a finding, never the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from cmflow import cadences, ics_read, pause, recurrence, walltime
from cmflow.cadences import DOUBTFUL, UNFIT
from cmflow.decode import decode
from cmflow.errors import Finding, Level, say
from cmflow.frontmatter import Source
from cmflow.library import Library
from cmflow.near import nearest
from cmflow.pause import Pause
from cmflow.post import Intent
from cmflow.reading import decoded, read
from cmflow.register import Register
from cmflow.schedule import Cadence, Moment, Recurring
from cmflow.settings import Settings
from cmflow.walltime import YEARS

T = TypeVar("T", bound=msgspec.Struct)

ABSENCES = "absences.yml"
"""The register of who is away, below `content/plan`."""


class Idea(msgspec.Struct, frozen=True):
    """A file of `content/plan/ideas`; `id` is its name. With a date it is planned.

    `post` is the slug of the post that came of it.
    """

    id: str
    title: str
    created: dt.date | None
    date: Moment | None
    authors: tuple[str, ...]
    persona: str
    objective: str
    series: str
    categories: tuple[str, ...]
    intent: str
    post: str
    path: str
    line: int


class Absence(msgspec.Struct, frozen=True):
    """Days on which somebody is away, the last one included."""

    author: str
    first: dt.date
    last: dt.date
    reason: str
    path: str
    line: int


class Plans(msgspec.Struct, frozen=True):
    """Everything that is planned, and the findings met while reading it."""

    cadences: tuple[Cadence, ...] = ()
    ideas: tuple[Idea, ...] = ()
    events: tuple[Recurring, ...] = ()
    observances: tuple[Recurring, ...] = ()
    absences: tuple[Absence, ...] = ()
    pauses: tuple[Pause, ...] = ()
    findings: tuple[Finding, ...] = ()


def load(settings: Settings, library: Library) -> Plans:
    """Read every file of the plan; a site without a plan has an empty one."""
    if not settings.plan.is_dir():
        return Plans()
    findings: list[Finding] = []
    oldest = library.posts[-1].published.date() if library.posts else None
    return Plans(
        cadences=cadences.read(settings, oldest, findings),
        ideas=tuple(_ideas(settings, library, findings)),
        events=tuple(_events(settings, findings)),
        observances=ics_read.read(settings, findings),
        absences=tuple(_absences(settings, library, findings)),
        pauses=pause.read(settings.plan / pause.FILE),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
    )


class _Idea(msgspec.Struct, frozen=True):
    title: str = ""
    created: dt.date | None = None
    date: object = None
    authors: tuple[str, ...] = ()
    persona: str = ""
    objective: str = ""
    series: str = ""
    category: str = ""
    categories: tuple[str, ...] = ()
    intent: Intent | None = None
    post: str = ""


class _Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    start: object
    end: object = None
    place: str = ""
    address: str = ""
    url: str = ""
    rule: str = ""
    summary: str = ""


class _Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    since: dt.date = msgspec.field(name="from")
    until: dt.date = msgspec.field(name="to")
    reason: str = ""


def _ideas(settings: Settings, library: Library, findings: list[Finding]) -> Iterator[Idea]:
    posts = {post.slug: post.path for post in library.posts}
    for source in _sources(settings, "ideas", findings):
        meta = _meta(source, _Idea, findings)
        if meta is None:
            continue
        name = Path(source.path).stem
        if name in posts and not meta.post:
            path = library.sources[posts[name]].path
            message = say("The idea has become a post: {path}.", path=path)
            remedy = say("Delete the idea, or keep it as background: post: {slug}", slug=name)
            findings.append(
                Finding("state-contradiction", source.path, 1, message, remedy, Level.WARNING)
            )
        yield Idea(
            id=name,
            title=meta.title or name,
            created=meta.created,
            date=_moment(source, ("date",), meta.date, settings.zone, findings),
            authors=meta.authors,
            persona=meta.persona,
            objective=meta.objective,
            series=meta.series,
            categories=meta.categories or ((meta.category,) if meta.category else ()),
            intent=meta.intent.value if meta.intent else "",
            post=meta.post,
            path=source.path,
            line=source.line_of("date" if meta.date else "created"),
        )


def _events(settings: Settings, findings: list[Finding]) -> Iterator[Recurring]:
    for source in _sources(settings, "events", findings):
        # An event that was to be public has its times below a key, as on a page.
        inner = source.meta.get("event")
        below: tuple[str, ...] = ("event",) if isinstance(inner, dict) else ()
        own = {key: value for key, value in source.meta.items() if key != "event"}
        meta = _meta(source, _Event, findings, own | inner if isinstance(inner, dict) else None)
        if meta is None:
            continue
        start = _moment(source, (*below, "start"), meta.start, settings.zone, findings)
        end = _moment(source, (*below, "end"), meta.end, settings.zone, findings)
        if start is None:
            continue
        rule = _sound(source, meta.rule, start, findings)
        if end is not None and _before(end, start, settings.zone):
            line = source.line_of(*below, "end")
            message = say("The event ends before it begins.")
            findings.append(Finding(UNFIT, source.path, line, message, say("Correct the value.")))
            end = None
        yield Recurring(
            uid=f"event/plan/{Path(source.path).stem}",
            title=meta.title,
            start=start,
            # The last day of an event is written, and ends are exclusive.
            end=end if end is None or isinstance(end, dt.datetime) else end + dt.timedelta(days=1),
            rule=rule,
            place=meta.place,
            url=meta.url,
            text=source.body.strip(),
            path=source.path,
            line=source.line_of(*below, "start"),
        )


def _absences(settings: Settings, library: Library, findings: list[Finding]) -> Iterator[Absence]:
    file = Register(settings.plan / ABSENCES, settings)
    for author, spans in file.entries.items():
        if author not in library.authors:
            message = say("“{value}” is unknown here.", value=author)
            file.add(UNFIT, (author,), message, nearest(author, library.authors))
        for at, data in enumerate(spans if isinstance(spans, list) else [spans]):
            keys = (author, at) if isinstance(spans, list) else (author,)
            span, problems = decode(data if isinstance(data, dict) else {}, _Span)
            file.report(problems, *keys)
            if span is not None and span.until < span.since:
                message = say("The absence ends before it begins.")
                file.add(UNFIT, (*keys, "to"), message, say("Correct the value."))
            elif span is not None and not {span.since.year, span.until.year} <= set(YEARS):
                message = say("Nobody plans for the year {year}.", year=span.until.year)
                file.add(UNFIT, keys, message, say("Correct the value."))
            elif span is not None:
                line = file.line(*keys)
                yield Absence(author, span.since, span.until, span.reason, file.path, line)
    if not file.sound:
        message = say("The file is not a list of keys with values.")
        file.add(UNFIT, (), message, say("Write the id of an author, and below it from: and to:."))
    findings += file.findings


def _sources(settings: Settings, folder: str, findings: list[Finding]) -> Iterator[Source]:
    for path in sorted((settings.plan / folder).glob("*.md")):
        source = read(path, settings, findings, strict=True)
        if source is not None:
            yield source


def _meta(
    source: Source, kind: type[T], findings: list[Finding], data: dict[str, Any] | None = None
) -> T | None:
    meta, found = decoded(source, data or source.meta, kind)
    findings += found
    return meta


def _moment(
    source: Source, keys: tuple[str, ...], value: object, zone: dt.tzinfo, findings: list[Finding]
) -> Moment | None:
    """Read a day or a time, by the site's clocks unless it names its offset."""
    when = walltime.typed(value) if isinstance(value, str) else value
    if when is None and value is None:
        return None
    line = source.line_of(*keys)
    if not isinstance(when, dt.date) or when.year not in YEARS:
        message = walltime.no_moment(str(value)[:40])
        remedy = say("Write it like 2026-10-06 or 2026-10-06 09:00.")
        findings.append(Finding(UNFIT, source.path, line, message, remedy))
        return None
    if isinstance(when, dt.datetime) and when.tzinfo is None:
        doubt = walltime.doubt(when, zone)
        if doubt is not None:
            remedy = say("Choose another hour, or write the offset with it.")
            findings.append(Finding(DOUBTFUL, source.path, line, doubt, remedy, Level.WARNING))
    return walltime.moment(when, zone)


def _before(one: Moment, other: Moment, zone: dt.tzinfo) -> bool:
    return walltime.begin(one, zone) < walltime.begin(other, zone)


def _sound(source: Source, rule: str, start: Moment, findings: list[Finding]) -> str:
    """Return a rule, or nothing and a finding where it cannot be followed."""
    if not rule:
        return ""
    wall = dt.datetime.combine(start, start.time() if isinstance(start, dt.datetime) else dt.time())
    fault, line = recurrence.fault(rule, wall), source.line_of("rule")
    if fault is not None:
        findings.append(Finding(UNFIT, source.path, line, *fault))
        return ""
    left_out = recurrence.remark(rule, wall)
    if left_out is not None:
        remedy = say("Choose a day that always exists, or leave it so.")
        findings.append(Finding(DOUBTFUL, source.path, line, left_out, remedy, Level.WARNING))
    return rule
