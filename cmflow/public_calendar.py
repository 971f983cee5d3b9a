"""The calendar that readers may see: posts and events that have a page, and nothing of the plan.

It is made from the site as the engine built it, never from `content/plan`.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from cmflow import ics, urls, walltime
from cmflow.catalogue import catalogue
from cmflow.errors import say
from cmflow.labels import Labels
from cmflow.post import Page, Post
from cmflow.schedule import Entry, Kind, Moment, Stage
from cmflow.site import Site

_YEAR = dt.timedelta(days=366)


class Row(msgspec.Struct, frozen=True):
    """A line of the calendar on a page: a post or the page of an event, with its day or time."""

    start: Moment
    thing: Post | Page
    place: str = ""


def rows(site: Site) -> tuple[list[Row], list[tuple[dt.date, list[Row]]]]:
    """Return what is to come, and what was by the first day of its month, the newest first."""
    zone = site.settings.zone
    coming: list[Row] = []
    past: dict[dt.date, list[Row]] = {}
    made = [(Row(_start(post), post), post.published) for post in site.posts]
    for page in site.events:
        entry = _event(page, site)
        row = Row(entry.start, page, entry.place)
        made.append((row, walltime.begin(entry.end or entry.start, zone)))
    for row, over in sorted(made, key=lambda pair: walltime.begin(pair[0].start, zone)):
        if not site.past(over):
            coming.append(row)
        else:
            past.setdefault(walltime.day(row.start).replace(day=1), []).insert(0, row)
    return coming, list(reversed(past.items()))


def entries(site: Site) -> tuple[Entry, ...]:
    """Return every post and every event of a site as entries, in the order of time."""
    zone = site.settings.zone
    found = [_post(post, site) for post in site.posts]
    found += [_event(page, site) for page in site.events]
    return tuple(sorted(found, key=lambda entry: (walltime.begin(entry.start, zone), entry.uid)))


def feed(site: Site, former: bytes = b"") -> bytes:
    """Write the public feed: the posts of the last year, and every event since.

    `former` are the bytes that it had before. A new entry is stamped with the time of the newest
    post, so that a build on another machine writes the same.
    """
    words = catalogue(site.settings.language)
    labels = Labels(site.settings, site.library, words)
    zone = site.settings.zone
    newest = max((post.updated for post in site.posts), default=None)
    stamp = newest if newest is not None and site.past(newest) else site.now
    shown = [
        entry
        for entry in entries(site)
        if not site.past(_forgotten(walltime.begin(entry.end or entry.start, zone)))
    ]
    about = ics.Feed(
        name=words.show(say("{site}, calendar", site=site.settings.site_name)),
        host=ics.host_of(site.settings.site_url, site.settings.site_name),
        zone=site.settings.cmflow.timezone,
        public=True,
    )
    return ics.write(about, shown, labels, now=stamp, former=former)


def _forgotten(over: dt.datetime) -> dt.datetime:
    """Return when something that is over leaves the feed."""
    try:
        return over + _YEAR
    except OverflowError:  # the year 9999
        return over


def _start(post: Post) -> Moment:
    """Return when a post appears, as it was written: a time or a day."""
    created = post.meta.date.created
    return post.published if isinstance(created, dt.datetime) else created


def _post(post: Post, site: Site) -> Entry:
    return Entry(
        uid=f"post/{post.slug}",
        kind=Kind.POST,
        title=post.title,
        start=_start(post),
        stage=Stage.PUBLISHED,
        slug=post.slug,
        url=urls.absolute(site.url(post), site.settings),
        text=post.meta.summary,
        public=True,
    )


def _event(page: Page, site: Site) -> Entry:
    event, zone = page.meta.event, site.settings.zone
    assert event is not None  # noqa: S101  # Site.events holds nothing else
    return Entry(
        uid=f"event/{page.path.removesuffix('.md')}",
        kind=Kind.EVENT,
        title=page.title,
        start=walltime.moment(event.start, zone),
        end=walltime.moment(event.end, zone) if event.end else None,
        place=event.place,
        url=urls.absolute(site.url(page), site.settings),
        text=page.meta.summary,
        public=True,
    )
