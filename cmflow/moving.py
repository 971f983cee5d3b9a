"""Give a post or an idea another time: one line of its file changes, and no other byte."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow import calendar, correct, entries, frontmatter, library, mkdocs_yml, next_slot, walltime
from cmflow.errors import CmflowError, Finding, Fix, Message, failure, say
from cmflow.frontmatter import KeyPath, Source
from cmflow.judgement import collision, window
from cmflow.judgement.desk import Desk
from cmflow.next_slot import Site
from cmflow.plan_files import Idea
from cmflow.post import Post
from cmflow.schedule import Moment, Stage
from cmflow.slots import idea_fits

NEXT = "next-slot"
"""The word for the first empty slot that fits."""


class Move(msgspec.Struct, frozen=True):
    """What was moved: the file, when it was to appear, when it will, and a word on that hour."""

    path: Path
    title: str
    before: Moment | None
    after: Moment
    remark: Message | None = None


def schedule(config: Path, slug: str, when: str, now: dt.datetime) -> Move:
    """Move a post or an idea to a time, by the site's clocks, or to the next slot that fits.

    Raises `CmflowError` where the time does not exist or is past, where nobody has the slug, and
    where the post is published: its address may carry the date.
    """
    site = next_slot.opened(config, now)
    thing = site.find(slug)
    _movable(site, thing)
    target = _next(site, thing) if when == NEXT else _target(site, thing, when)
    return _write(site, [(thing, target)])[0]


def swap(config: Path, slug: str, other: str, now: dt.datetime) -> tuple[Move, ...]:
    """Let two posts or ideas change their times; raises `CmflowError` as `schedule` does."""
    site = next_slot.opened(config, now)
    things = [site.find(slug), site.find(other)]
    for thing in things:
        _movable(site, thing)
        if _date(thing) is None:
            raise _refusal(
                site.source(thing).path,
                say("The idea has no date that it could give away."),
                say("Give it one: cmflow schedule {slug} next-slot", slug=slug),
            )
    one, two = things
    if one == two:
        raise _refusal(site.source(one).path, say("These are the same."), say("Name another one."))
    first, second = _date(one), _date(two)
    assert first is not None  # noqa: S101  # seen above
    assert second is not None  # noqa: S101
    return _write(site, [(one, second), (two, first)])


def collisions(config: Path, move: Move, now: dt.datetime) -> Iterator[Finding]:
    """Yield what a moved post is now in the way of."""
    settings, _ = mkdocs_yml.load(config)
    read = library.load(settings)
    since, until = window(now, settings)
    made, _ = calendar.read(settings, read, now, since=since, until=until)
    path = settings.below_root(move.path)
    for finding in collision.find(Desk(made, settings, read, "")):
        if finding.path == path:
            yield finding


def _movable(site: Site, thing: Post | Idea) -> None:
    if isinstance(thing, Post) and entries.stage(thing, site.now) is Stage.PUBLISHED:
        raise _refusal(
            site.source(thing).path,
            say("The post is published, and its address may carry the date."),
            say("Let it stand, and correct the text where it is wrong."),
        )


def _date(thing: Post | Idea) -> Moment | None:
    return thing.meta.date.created if isinstance(thing, Post) else thing.date


def _next(site: Site, thing: Post | Idea) -> Moment:
    slot = next_slot.free_slot(site, next_slot.probe(thing))
    if slot is None:
        raise next_slot.no_slot(site)
    return slot.start


def _target(site: Site, thing: Post | Idea, words: str) -> Moment:
    """Read a time; a day alone keeps the hour that there was, or takes that of a slot on it."""
    when = walltime.typed(words)
    if when is None:
        raise _refusal(
            "WHEN",
            walltime.no_moment(words),
            say('Write a day, 2026-12-01, or a time, "2026-12-01 09:00", or next-slot.'),
        )
    if not isinstance(when, dt.datetime):
        when = _with_hour(site, thing, when)
    if isinstance(when, dt.datetime) and when.tzinfo is None:
        existing = walltime.at(when, site.zone)
        if existing.replace(tzinfo=None) != when:
            doubt = walltime.doubt(when, site.zone) or say("There is no {words}.", words=words)
            raise _refusal("WHEN", doubt, say("Choose another hour."))
    target = walltime.moment(when, site.zone)
    over = (
        target < site.now.date()
        if not isinstance(target, dt.datetime)
        else target.astimezone(dt.UTC) <= site.now
    )
    if over:
        raise _refusal(
            "WHEN",
            say("{when} is past.", when=_shown(target)),
            say("Choose a time to come."),
        )
    return target


def _with_hour(site: Site, thing: Post | Idea, day: dt.date) -> Moment:
    former = _date(thing)
    if isinstance(former, dt.datetime):
        here = walltime.moment(former, site.zone)
        assert isinstance(here, dt.datetime)  # noqa: S101  # a time stays one
        return dt.datetime.combine(day, here.time())
    if former is not None:
        return day
    probe = next_slot.probe(thing)
    made = site.calendar()
    fitting = {cadence.id for cadence in made.cadences if idea_fits(probe, cadence)}
    on_it = (s.start for s in made.slots if s.start.date() == day and s.cadence in fitting)
    return next(on_it, day)


def _write(site: Site, moves: list[tuple[Post | Idea, Moment]]) -> tuple[Move, ...]:
    """Work out every change first, then make them."""
    moves = [(thing, _settled(target, site.zone)) for thing, target in moves]
    fixes = [(site.source(thing), _fix(site.source(thing), target)) for thing, target in moves]
    made: list[Move] = []
    for (source, fix), (thing, target) in zip(fixes, moves, strict=True):
        path = site.settings.root / source.path
        if fix.insert:
            frontmatter.insert_line(path, fix.line, fix.new)
        elif not frontmatter.replace_line(path, fix.line, fix.old, fix.new):
            raise _refusal(
                source.path, say("The file has changed meanwhile."), say("Run the command again.")
            )
        before = _date(thing)
        here = walltime.moment(before, site.zone) if before is not None else None
        remark = None
        if isinstance(target, dt.datetime):
            remark = walltime.doubt(target.replace(tzinfo=None), site.zone)
        made.append(Move(path, thing.title, here, target, remark))
    return tuple(made)


def _fix(source: Source, target: Moment) -> Fix:
    written = _written(target)
    where: KeyPath = ("date", "created") if isinstance(source.meta.get("date"), dict) else ("date",)
    fix = (
        correct.rewrite(source, where, written, target)
        if "date" in source.meta
        else correct.insert(source, "title", "date", written, target)
    )
    if fix is None:
        raise _refusal(
            source.path,
            say("The front matter is written in a way that cannot be changed by one line."),
            say("Write it yourself: date: {when}", when=written),
        )
    return fix


def _settled(when: Moment, zone: dt.tzinfo) -> Moment:
    here = walltime.moment(when, zone)
    return walltime.fixed(here, zone) if isinstance(here, dt.datetime) else here


def _written(when: Moment) -> str:
    return when.isoformat(timespec="seconds") if isinstance(when, dt.datetime) else when.isoformat()


def _shown(when: Moment) -> str:
    return f"{when:%Y-%m-%d %H:%M}" if isinstance(when, dt.datetime) else when.isoformat()


def _refusal(path: str, message: Message, remedy: Message) -> CmflowError:
    return failure(path, message, remedy)
