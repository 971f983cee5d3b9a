"""A site as it is planned, and the first empty slot in it that something fits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cmflow import away, calendar, frontmatter, library, mkdocs_yml, plan_files, walltime
from cmflow.blanks import Wish
from cmflow.errors import CmflowError, failure, say
from cmflow.frontmatter import Source
from cmflow.library import Library
from cmflow.near import nearest
from cmflow.plan_files import Idea, Plans
from cmflow.post import Post
from cmflow.schedule import Calendar, Entry, Kind, Slot, Stage
from cmflow.settings import Settings
from cmflow.slots import idea_fits, post_fits

_YEAR = dt.timedelta(days=366)


class Site:
    """A site as it was read, and the places in it to which things can move."""

    def __init__(self, settings: Settings, read: Library, now: dt.datetime) -> None:
        self.settings = settings
        self.library = read
        self.plans: Plans = plan_files.load(self.settings, self.library)
        self.now = walltime.fixed(now, self.settings.zone)

    @property
    def zone(self) -> dt.tzinfo:
        """The zone of the site's clocks."""
        return self.settings.zone

    def calendar(self) -> Calendar:
        """Make the calendar of the coming year."""
        today = self.now.date()
        return calendar.make(
            self.settings, self.library, self.plans, self.now, since=today, until=today + _YEAR
        )

    def find(self, slug: str) -> Post | Idea:
        """Return the post or the idea of a slug; raises `CmflowError` where there is none."""
        post = self.library.post(slug)
        if post is not None:
            return post
        for idea in self.plans.ideas:
            if slug in (idea.id, idea.post):
                return idea
        known = [p.slug for p in self.library.posts] + [idea.id for idea in self.plans.ideas]
        raise failure(
            self.settings.below_root(self.settings.docs / self.settings.posts),
            say("No post and no idea has the slug “{slug}”.", slug=slug),
            nearest(slug, known),
        )

    def source(self, thing: Post | Idea) -> Source:
        """Return what was read of a post or an idea."""
        if isinstance(thing, Post):
            return self.library.sources[thing.path]
        source, finding = frontmatter.read(
            thing.path, (self.settings.root / thing.path).read_bytes()
        )
        if source is None:
            raise CmflowError(*([finding] if finding else []))
        return source


def opened(config: Path, now: dt.datetime) -> Site:
    """Read a site; raises `CmflowError` where there is none."""
    settings, _ = mkdocs_yml.load(config)
    return Site(settings, library.load(settings), now)


def slot_for(wish: Wish, settings: Settings, read: Library, now: dt.datetime) -> dt.datetime:
    """Return the time of the first empty slot for a post that is to be begun."""
    site = Site(settings, read, now)
    entry = Entry(
        "post/", Kind.POST, wish.title, dt.date.min, stage=Stage.DRAFTED, authors=wish.authors,
        series=wish.series, categories=wish.categories, intent=wish.intent or "",
    )  # fmt: skip
    slot = free_slot(site, entry)
    if slot is None:
        raise no_slot(site)
    return slot.start


def free_slot(site: Site, entry: Entry) -> Slot | None:
    """Return the first empty slot of the coming year that a post or an idea fits.

    Left out are the days on which nobody who signs it is there.
    """
    fits = idea_fits if entry.stage in (Stage.IDEA, Stage.PLANNED) else post_fits
    made = site.calendar()
    wanted = {cadence.id for cadence in made.cadences if fits(entry, cadence)}
    days_off = away.of(made)
    for slot in made.slots:
        is_free = slot.is_gap and slot.start > made.now and slot.cadence in wanted
        if is_free and not days_off.keeps(entry.authors, slot.start.date()):
            return slot
    return None


def no_slot(site: Site) -> CmflowError:
    """Say that nothing is free."""
    path = site.settings.below_root(site.settings.plan / "cadences.yml")
    return failure(
        path,
        say("No empty slot of the coming year fits."),
        say("Give a time, or describe a rhythm in {path}.", path=path),
    )


def probe(thing: Post | Idea) -> Entry:
    """Make of a post or an idea what slots ask about."""
    if isinstance(thing, Post):
        meta = thing.meta
        return Entry(
            f"post/{thing.slug}", Kind.POST, thing.title, thing.published, stage=Stage.DRAFTED,
            authors=meta.authors, series=meta.series, categories=meta.categories,
            intent=meta.intent.value if meta.intent else "",
        )  # fmt: skip
    return Entry(
        f"idea/{thing.id}", Kind.POST, thing.title, dt.date.min, stage=Stage.IDEA,
        authors=thing.authors, series=thing.series, categories=thing.categories,
        intent=thing.intent,
    )  # fmt: skip
