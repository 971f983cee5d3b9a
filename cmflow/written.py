"""What was written, and what an engine made of it: everything that follows from these alone."""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
from collections.abc import Mapping

import msgspec

from cmflow.library import Library
from cmflow.post import Page, Post
from cmflow.related import Relations

QUESTIONS = "questions"
"""The folder, below `docs_dir`, of the question bank: one page per question, its name is its id."""

SERIES = "series"
"""The folder, below `docs_dir`, of the pages of series; a file's name is the id of its series."""


class Made(msgspec.Struct, frozen=True):
    """What an engine made of a library.

    `urls` maps the path of every Markdown file that has a page to its address, relative to the root
    of the site; `contents` maps the path of every such post to the HTML of its text alone, with
    links relative to its page. What an engine left out (a draft, a future post) is in neither.
    `searcher` is the address, below the root, of our script that answers the engine's search
    dialog, where it is to take the place of the engine's own.
    """

    urls: Mapping[str, str]
    contents: Mapping[str, str]
    digests: Mapping[str, bytes] = {}
    """What tells the text of a post from any other, where that is known without reading it."""
    searcher: str = ""


class Written:
    """The posts and pages that an engine made; everything is computed once, when asked for."""

    def __init__(self, library: Library, made: Made) -> None:
        self._library = library
        self._made = made

    @functools.cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts that have a page, the newest first."""
        return tuple(post for post in self._library.posts if post.path in self._made.urls)

    @functools.cached_property
    def pages(self) -> Mapping[str, Page]:
        """The pages that are no posts and were made, by path."""
        return {page.path: page for page in self._library.pages if page.path in self._made.urls}

    @functools.cached_property
    def things(self) -> Mapping[str, Post | Page]:
        """Both, by path."""
        return {**{post.path: post for post in self.posts}, **self.pages}

    @functools.cached_property
    def paths(self) -> Mapping[str, str]:
        """The path of every Markdown file by the address of its page."""
        return {url: path for path, url in self._made.urls.items()}

    @functools.cached_property
    def relations(self) -> Relations:
        """Which posts belong beside which."""
        return Relations(self.posts)

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


def _start(page: Page) -> dt.datetime:
    assert page.meta.event is not None  # noqa: S101  # the caller chose pages with an event
    start = page.meta.event.start
    return start if start.tzinfo else start.replace(tzinfo=dt.UTC)


def _episode(post: Post) -> int:
    return post.meta.episode if post.meta.episode is not None else 1_000_000
