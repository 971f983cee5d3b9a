"""A site as its engine made it, with what follows from that: series, neighbours, questions."""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
from collections.abc import Mapping

import msgspec

from cmflow.ledger import Receipt
from cmflow.library import Library
from cmflow.post import Page, Post
from cmflow.settings import Settings
from cmflow.thread import Branch, Tally

QUESTIONS = "questions"
"""The folder, below `docs_dir`, of the question bank: one page per question, its name is its id."""

SERIES = "series"
"""The folder, below `docs_dir`, of the pages of series; a file's name is the id of its series."""


class Made(msgspec.Struct, frozen=True):
    """What an engine made of a library.

    `urls` maps the path of every Markdown file that has a page to its address, relative to the root
    of the site; `contents` maps the path of every such post to the HTML of its text alone, with
    links relative to its page. What an engine left out (a draft, a future post) is in neither.
    """

    urls: Mapping[str, str]
    contents: Mapping[str, str]


class Site:
    """The published site: the one thing that templates and feeds are made from.

    `threads`, `receipts` and `tallies` (by channel) are keyed by slug; `faces` are the names of the
    pictures of people that may be shown. Everything derived is computed once, when asked for.
    """

    def __init__(
        self,
        settings: Settings,
        library: Library,
        made: Made,
        *,
        now: dt.datetime,
        threads: Mapping[str, tuple[Branch, ...]] | None = None,
        receipts: Mapping[str, tuple[Receipt, ...]] | None = None,
        tallies: Mapping[str, Mapping[str, Tally]] | None = None,
        faces: frozenset[str] = frozenset(),
    ) -> None:
        self.settings = settings
        self.library = library
        self.made = made
        self.now = now
        self.threads = threads or {}
        self.receipts = receipts or {}
        self.tallies = tallies or {}
        self.faces = faces

    @functools.cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts that have a page, the newest first."""
        return tuple(post for post in self.library.posts if post.path in self.made.urls)

    @functools.cached_property
    def interviews(self) -> tuple[Post, ...]:
        """The posts with guests, the newest first."""
        return tuple(post for post in self.posts if post.is_interview)

    @functools.cached_property
    def series(self) -> Mapping[str, tuple[Post, ...]]:
        """The posts of each series, by episode and then by date."""
        found: dict[str, list[Post]] = {}
        for post in reversed(self.posts):
            if post.meta.series:
                found.setdefault(post.meta.series, []).append(post)
        return {
            name: tuple(sorted(posts, key=lambda post: (_episode(post), post.published)))
            for name, posts in found.items()
        }

    @functools.cached_property
    def pages(self) -> Mapping[str, Page]:
        """The pages that are no posts and were made, by path."""
        return {page.path: page for page in self.library.pages if page.path in self.made.urls}

    @functools.cached_property
    def questions(self) -> Mapping[str, Page]:
        """The question bank: the pages of its folder by question id."""
        return {
            posixpath.splitext(posixpath.basename(path))[0]: page
            for path, page in self.pages.items()
            if posixpath.dirname(path) == QUESTIONS and posixpath.basename(path) != "index.md"
        }

    @functools.cached_property
    def events(self) -> tuple[Page, ...]:
        """The pages of events, by their beginning."""
        found = [page for page in self.pages.values() if page.meta.event is not None]
        return tuple(sorted(found, key=lambda page: (_start(page), page.path)))

    def url(self, thing: Post | Page) -> str:
        """Return the address of a post or page, relative to the root of the site."""
        return self.made.urls[thing.path]

    def version(self, post: Post) -> str:
        """Return the digest of a post's file; `syndicate` looks for it on the published page."""
        source = self.library.sources.get(post.path)
        return source.version if source else ""

    def content(self, post: Post) -> str:
        """Return the HTML of a post's text, with links relative to its page."""
        return self.made.contents.get(post.path, "")

    def series_page(self, name: str) -> Page | None:
        """Return the page of a series, where the writers made one."""
        return self.pages.get(f"{SERIES}/{name}.md")

    def series_title(self, name: str) -> str:
        """Return the title of a series, or its id where the settings do not know it."""
        known = self.settings.cmflow.series.get(name)
        return known.title if known else name

    def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """Return the episodes before and after a post in its series."""
        posts = self.series.get(post.meta.series, ())
        at = posts.index(post) if post in posts else -1
        before = posts[at - 1] if at > 0 else None
        after = posts[at + 1] if 0 <= at < len(posts) - 1 else None
        return before, after


def _episode(post: Post) -> int:
    return post.meta.episode if post.meta.episode is not None else 1_000_000


def _start(page: Page) -> dt.datetime:
    assert page.meta.event is not None  # noqa: S101  # the caller chose pages with an event
    start = page.meta.event.start
    return start if start.tzinfo else start.replace(tzinfo=dt.UTC)
