"""A site as its engine made it, with what follows from that: series, neighbours, questions."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from cmflow import urls
from cmflow.book import Need
from cmflow.larder import digest
from cmflow.ledger import Receipt
from cmflow.library import Library
from cmflow.outline import beginning
from cmflow.post import Author, Page, Post
from cmflow.related import Relation
from cmflow.settings import Settings
from cmflow.text import shorten
from cmflow.thread import Branch, Reply, Tally, stamp, walk
from cmflow.trace import Trace, Woven
from cmflow.written import QUESTIONS, SERIES, Made, Written

_LEAD = 160
"""Characters: about what a search engine shows."""


Look = Callable[["Site", str], bytes]
"""Tells how something of a name is now; see `looks`."""


class Site:
    """The published site: the one thing that templates and feeds are made from.

    `threads`, `receipts` and `tallies` (by channel) are keyed by slug; `faces` are the names of the
    pictures of people that may be shown. Everything derived is computed once, when asked for.

    Whatever is read leaves a note in `trace`, which fills `woven`: methods note the little they
    return; lists of all that there is, such as `posts`, that any fact may have been read. Authors
    need no note, for all files share them. `looks` has more ways to tell how something is now, by
    the kind of the note.
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
        woven: Woven | None = None,
        looks: Mapping[str, Look] = MappingProxyType({}),
    ) -> None:
        self.settings = settings
        self.library = library
        self.made = made
        self.trace = Trace(self.state, woven)
        self.moment = now
        self._threads = threads or {}
        self._receipts = receipts or {}
        self._tallies = tallies or {}
        self._faces = faces
        self._looks = looks
        self._all = Written(library, made)
        # A page asks several times for its own conversation.
        self._read: tuple[str | None, tuple[Reply, ...]] = (None, ())
        self._states: dict[tuple[str, str], bytes] = {}

    @property
    def now(self) -> dt.datetime:
        """The moment of the build. What asks for it is made anew by each; see `past`."""
        self.trace.note("now")
        return self.moment

    def past(self, moment: dt.datetime) -> bool:
        """Tell whether a moment has come."""
        come = moment <= self.moment
        if not come:
            self.trace.wait(moment)
        return come

    def replies(self, slug: str) -> tuple[Reply, ...]:
        """Return the conversation under a post, in the order of reading."""
        self.trace.note("thread", slug)
        if self._read[0] != slug:
            self._read = (slug, tuple(walk(self._threads.get(slug, ()))))
        replies = self._read[1]
        for reply in replies:
            self.has_face(reply.comment.author.avatar)  # noted: these pictures are shown
        return replies

    def is_answered(self, slug: str) -> bool:
        """Tell whether somebody's answer to a post is shown."""
        self.trace.note("answered", slug)
        return bool(self.state("answered", slug))

    def is_anyone_heard(self) -> bool:
        """Tell whether somebody's answer to any post is shown."""
        self.trace.note("anyone")
        return bool(self.state("anyone", ""))

    def latest(self, most: int) -> list[Post]:
        """Return the posts with the newest answers, at most so many."""
        self.trace.note("latest", str(most))
        return self._ranked(most)

    def receipts(self, slug: str) -> tuple[Receipt, ...]:
        """Return what is known of the copies of a post elsewhere."""
        self.trace.note("receipts", slug)
        return self._receipts.get(slug, ())

    def tallies(self, slug: str) -> Mapping[str, Tally]:
        """Return the reactions to a post, by channel."""
        self.trace.note("tallies", slug)
        return self._tallies.get(slug, {})

    def has_face(self, name: str) -> bool:
        """Tell whether there is a picture of a person that may be shown."""
        if name:
            self.trace.note("face", name)
        return name in self._faces

    def learn(self, needs: Iterable[Need]) -> None:
        """Take over what is known of conversations and texts, so that nobody reads them again."""
        self._states |= {(need.kind, need.name): need.state for need in needs}

    def state(self, kind: str, name: str) -> bytes:
        """Return how something that was read is now, as far as it tells two builds apart.

        Of a conversation it is when it was last answered, and the id of that answer.
        """
        if (kind, name) not in self._states:
            self._states[kind, name] = self._look(kind, name)
        return self._states[kind, name]

    def _look(self, kind: str, name: str) -> bytes:
        if kind == "thread":
            replies = walk(self._threads.get(name, ()))
            return max((stamp(reply.comment) for reply in replies), default="").encode()
        if kind == "answered":
            return b"1" if self._last(name) else b""
        if kind == "anyone":
            return b"1" if any(self._last(post.slug) for post in self._heard) else b""
        if kind == "latest":
            ranked = self._ranked(int(name))
            return digest(*(b"%s %s" % (p.slug.encode(), self._last(p.slug)) for p in ranked))
        if kind == "face":
            return b"1" if name in self._faces else b""
        if kind == "lead":
            lead = shorten(beginning(self.made.contents.get(name, ""), _LEAD), _LEAD)
            return lead.encode("utf-8", "surrogatepass")
        if kind == "content":
            return self.made.digests.get(name) or digest(self.made.contents.get(name, ""))
        if kind == "version":
            return self.library.versions.get(name, "").encode()
        with self.trace.apart():
            return self._looks[kind](self, name) if kind in self._looks else b""

    def _last(self, slug: str) -> bytes:
        return self.state("thread", slug)

    def _ranked(self, most: int) -> list[Post]:
        found = [post for post in self._heard if self._last(post.slug)]
        return sorted(found, key=lambda post: self._last(post.slug), reverse=True)[:most]

    @functools.cached_property
    def _heard(self) -> tuple[Post, ...]:
        return tuple(post for post in self._all.posts if post.meta.comments is not False)

    @property
    def posts(self) -> tuple[Post, ...]:
        """The posts that have a page, the newest first."""
        self.trace.note("facts")
        return self._all.posts

    @property
    def interviews(self) -> tuple[Post, ...]:
        """The posts with guests, the newest first."""
        return tuple(post for post in self.posts if post.is_interview)

    @property
    def series(self) -> Mapping[str, tuple[Post, ...]]:
        """The posts of each series, by episode and then by date."""
        self.trace.note("facts")
        return self._all.series

    @property
    def pages(self) -> Mapping[str, Page]:
        """The pages that are no posts and were made, by path."""
        self.trace.note("facts")
        return self._all.pages

    @property
    def questions(self) -> Mapping[str, Page]:
        """The question bank: the pages of its folder by question id."""
        self.trace.note("facts")
        return self._all.questions

    @property
    def events(self) -> tuple[Page, ...]:
        """The pages of events, by their beginning."""
        self.trace.note("facts")
        return self._all.events

    def url(self, thing: Post | Page) -> str:
        """Return the address of a post or page, relative to the root of the site.

        Whoever leads to something shows it as well: all of it is noted.
        """
        self.trace.note("thing", thing.path)
        return self.made.urls[thing.path]

    def place(self, url: str) -> str:
        """Return the path of the Markdown file whose page is at an address, or nothing."""
        path = self._all.paths.get(url, "")
        if path:
            self.trace.note("thing", path)
        else:
            self.trace.note("place", url)
        return path

    def thing(self, path: str) -> Post | Page | None:
        """Return what a Markdown file became, if it has a page."""
        if path:
            self.trace.note("thing", path)
        return self._all.things.get(path)

    def related(self, post: Post, count: int) -> tuple[Relation, ...]:
        """Return at most so many posts that belong beside a post, and why."""
        self.trace.note("related", f"{count} {post.path}")
        return self._all.relations.of(post, count)

    def question(self, id_: str) -> Page | None:
        """Return the page of a question of the bank."""
        return self._page(f"{QUESTIONS}/{id_}.md") if id_ != "index" else None

    def version(self, post: Post) -> str:
        """Return the digest of a post's file; `syndicate` looks for it on the published page."""
        self.trace.note("version", post.path)
        return self.state("version", post.path).decode()

    def content(self, post: Post) -> str:
        """Return the HTML of a post's text, with links relative to its page."""
        self.trace.note("content", post.path)
        return self.made.contents.get(post.path, "")

    def lead(self, post: Post) -> str:
        """Return the first words of a post's text, as many as a search engine shows."""
        self.trace.note("lead", post.path)
        return self.state("lead", post.path).decode("utf-8", "surrogatepass")

    @property
    def authors(self) -> Mapping[str, Author]:
        """The authors by their ids."""
        return self.library.authors

    @property
    def searcher(self) -> str:
        """The address of our script for the engine's search dialog, or nothing; see `Made`."""
        return self.made.searcher

    @functools.cached_property
    def profiles(self) -> Mapping[str, str]:
        """The ids of the authors by the addresses of their pages, where the site makes any."""
        if not self.settings.blog.authors_profiles:
            return {}
        authors = self.library.authors.items()
        return {
            urls.author_url(id_, author.name, author.slug, self.settings): id_
            for id_, author in reversed(list(authors))
        }

    def series_page(self, name: str) -> Page | None:
        """Return the page of a series, where the writers made one."""
        return self._page(f"{SERIES}/{name}.md") if name else None

    def _page(self, path: str) -> Page | None:
        found = self.thing(path)
        return found if isinstance(found, Page) else None

    def series_title(self, name: str) -> str:
        """Return the title of a series, or its id where the settings do not know it."""
        known = self.settings.cmflow.series.get(name)
        return known.title if known else name

    def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """Return the episodes before and after a post in its series."""
        self.trace.note("series", post.meta.series)
        posts = self._all.series.get(post.meta.series, ())
        at = posts.index(post) if post in posts else -1
        before = posts[at - 1] if at > 0 else None
        after = posts[at + 1] if 0 <= at < len(posts) - 1 else None
        return before, after
