"""What stands beside the pages in the output folder: feeds, redirects, faces, cards, a calendar."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import msgspec
from jinja2 import Template

from cmflow import (
    comment_feeds,
    community,
    feeds,
    frontmatter,
    press,
    urls,
)
from cmflow.blocks import environment
from cmflow.catalogue import catalogue
from cmflow.conversation import FACES
from cmflow.feed_parts import CALENDAR
from cmflow.larder import digest
from cmflow.post import Page, Post
from cmflow.site import Site
from cmflow.swift import workers
from cmflow.trace import Woven

_FEW = 8
"""So many files are made sooner than workers are."""

_WOVEN = msgspec.msgpack.Decoder(Woven)

Write = Callable[[str, bytes], None]
"""Writes a file, by its path below the output folder."""

Files = Iterator[tuple[str, bytes]]


class Job(msgspec.Struct, frozen=True):
    """Files that are made together, by their paths below the output folder.

    `key` tells what they are made of where that is neither the site's common base nor traced.
    """

    paths: tuple[str, ...]
    make: Callable[[], Files]
    key: bytes = b""


def jobs(site: Site) -> Iterator[Job]:
    """Return what is to be made when all pages are there, but for the pictures of people."""
    yield from texts(site)
    yield from _cards(site)


def texts(site: Site) -> Iterator[Job]:
    """Return those of the jobs that write texts: an answer may be told in them."""
    yield from _feeds(site)
    if whole := comment_feeds.of_site(site):
        paths = (f"{whole.path}.xml", f"{whole.path}.json")
        yield Job(paths, lambda: comment_feeds.files(whole, site))
    yield Job((CALENDAR,), lambda: _calendar(site))
    yield from _redirects(site)


def portraits(site: Site, shown: frozenset[str]) -> Iterator[Job]:
    """Copy the pictures of those whose words are shown, and of nobody else."""
    for name in sorted(shown):
        path = f"{FACES}/{name}"
        data = (site.settings.community / community.FACES / name).read_bytes()

        def copy(path: str = path, data: bytes = data) -> Files:
            yield path, data

        yield Job((path,), copy, digest("portrait", data))


def _feeds(site: Site) -> Iterator[Job]:
    """Write the feeds of posts; of each post in one, weaving notes all that it reads."""
    for feed in feeds.feeds(site):
        listed = (post.path for post in feed.posts)
        key = digest(feed.path, feed.title, feed.home, feed.summary, *listed)
        yield Job((f"{feed.path}.xml", f"{feed.path}.json"), _feed(feed, site), key)


def _feed(feed: feeds.Feed, site: Site) -> Callable[[], Files]:
    return lambda: feeds.files(feed, site)


def _calendar(site: Site) -> Files:
    """Write the public calendar; what it said last time is kept, to count its changes."""
    from cmflow import public_calendar  # its library is slow, and most builds leave it as it stands

    kept = site.settings.root / ".cmflow" / "calendar" / "public.ics"
    former = kept.read_bytes() if kept.is_file() else b""
    data = public_calendar.feed(site, former)
    if data != former:
        frontmatter.write(kept, data)
    yield CALENDAR, data


def _redirects(site: Site) -> Iterator[Job]:
    """Leave a page at every former address that leads to the present one."""
    template = functools.cache(
        lambda: environment(site.settings.theme, catalogue(site.settings.language)).get_template(
            "redirect.html"
        )
    )
    taken = set(site.made.urls.values())
    things: list[Post | Page] = [*site.posts, *site.pages.values()]
    for thing in things:
        for alias in thing.meta.aliases:
            url = alias.strip("/") + ("" if alias.endswith(".html") else "/")
            if url in taken or ".." in url.split("/"):
                continue
            yield Job((urls.output(url),), _redirect(site, thing, url, template))


def _redirect(
    site: Site, thing: Post | Page, url: str, template: Callable[[], Template]
) -> Callable[[], Files]:
    def make() -> Files:
        html = template().render(
            language=site.settings.language,
            title=thing.title,
            target=urls.relative(site.url(thing), url),
            canonical=urls.absolute(site.url(thing), site.settings),
        )
        yield urls.output(url), html.encode()

    return make


def _cards(site: Site) -> Iterator[Job]:
    """Draw the card of every post, anew only where it changed."""
    for card in press.cards_of(site):

        def make(card: press.Drawn = card) -> Files:
            yield card.path, card.data()

        yield Job((card.path,), make, card.key.encode())


def write(
    site: Site,
    put: Write,
    stands: Callable[[Job], bool] = lambda _: False,
    faces: frozenset[str] = frozenset(),
) -> None:
    """Write all of it but what stands already, by as many processes as are of use.

    `faces` are shown on pages that stand.
    """
    todo = [job for job in jobs(site) if not stands(job)]

    def work(number: int) -> bytes:
        site.trace.woven.clear()
        do(todo[number], site, put)
        return msgspec.msgpack.encode(site.trace.woven)

    done: set[int] = set()
    if len(todo) > _FEW:
        for number, woven in workers.spread(len(todo), work):
            site.trace.woven |= _WOVEN.decode(woven)
            done.add(number)
    for number, job in enumerate(todo):
        if number not in done:
            do(job, site, put)
    # Whose picture is shown is known when all who speak have been read.
    for job in portraits(site, faces | site.trace.faces):
        if not stands(job):
            do(job, site, put)


def do(job: Job, site: Site, put: Write) -> None:
    """Make files and note what was read for them."""
    with site.trace.file(*job.paths):
        for path, data in job.make():
            put(path, data)
