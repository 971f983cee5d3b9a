"""The feeds of posts: of the site, of each category, tag, author and series, in full and stable."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from urllib.parse import quote
from weakref import WeakKeyDictionary

import msgspec

from cmflow import comment_feeds, feed_parts, urls
from cmflow.conversation import has_answers
from cmflow.feed_entry import Entry, authors, entry
from cmflow.feed_parts import (
    NEVER,
    Head,
    beside,
    element,
    feed_url,
    filled,
    link,
    nested,
    people,
    person,
    text,
    time,
)
from cmflow.post import Page, Post
from cmflow.settings import Settings
from cmflow.site import Site

TAG_LIST = "<!-- material/tags"
"""How the place of Material’s list of tags begins."""

WHOLE = "feed"
"""The path of the feed of the site, without its extension."""


class Feed(msgspec.Struct, frozen=True):
    """One feed: the newest posts of a list.

    `path` is its file below the output folder, without the extension; `home` is the address,
    relative to the root of the site, of the page that it belongs to.
    """

    path: str
    title: str
    home: str
    posts: tuple[Post, ...] = ()
    summary: str = ""


class _List(msgspec.Struct):
    """A feed while its posts and its names are gathered, in order."""

    base: Feed
    names: dict[str, None] = {}
    posts: dict[str, Post] = {}

    def feed(self, site_name: str, most: int) -> Feed:
        title = f"{site_name} · {', '.join(sorted(self.names))}"
        newest = tuple(self.posts.values())[:most]
        return msgspec.structs.replace(self.base, title=title, posts=newest)


def feeds(site: Site) -> tuple[Feed, ...]:
    """Return the site's feed, and one for each category, tag, author and series that has posts.

    Names that the engine slugs alike, such as C and C++, share one page there; here they share one
    feed, named after both, so that neither overwrites the other.
    """
    settings = site.settings
    first = whole(site)
    tags = _tag_page(site)
    lists: dict[str, _List] = {first.path: _List(first)}
    for post in site.posts:
        for feed in _lists(post, site, tags):
            here = lists.setdefault(feed.path, _List(feed))
            here.names[feed.title] = None
            here.posts[post.path] = post
    del lists[first.path]
    most = settings.cmflow.feeds.entries
    return (
        first,
        *(lists[path].feed(settings.site_name, most) for path in sorted(lists)),
    )


_HOMES: WeakKeyDictionary[Site, dict[str, list[Feed]]] = WeakKeyDictionary()


def at(home: str, site: Site) -> Sequence[Feed]:
    """Return the feeds that belong to the page at an address."""
    if site not in _HOMES:
        found: dict[str, list[Feed]] = {}
        with site.trace.apart():
            for feed in feeds(site):
                found.setdefault(feed.home, []).append(feed)
        _HOMES[site] = found
    site.trace.note("feeds", home)
    return _HOMES[site].get(home, ())


def whole(site: Site) -> Feed:
    """Return the feed of the site."""
    newest = site.posts[: site.settings.cmflow.feeds.entries]
    return msgspec.structs.replace(front(site.settings), posts=newest)


def front(settings: Settings) -> Feed:
    """Return the feed of the site, without its posts."""
    return Feed(
        WHOLE, settings.site_name, urls.blog_url(settings), summary=settings.site_description
    )


def category_feed(name: str, settings: Settings) -> str:
    """Return the path, without extension, of a category's feed: beside the list of its posts."""
    return beside(urls.category_url(name, settings))


def files(feed: Feed, site: Site) -> Iterator[tuple[str, bytes]]:
    """Write a feed in both formats, by the paths of its files."""
    entries = [entry(post, site) for post in feed.posts]
    replies = [_replies(post, site) for post in feed.posts]
    head, settings = _head(feed), site.settings
    atoms = (_entry(of, address) for of, address in zip(entries, replies, strict=True))
    yield f"{feed.path}.xml", feed_parts.atom(head, atoms, settings)
    document = feed_parts.begin_json(head, settings)
    document["items"] = [_item(of) for of in entries]
    yield f"{feed.path}.json", feed_parts.end_json(document)


def _head(feed: Feed) -> Head:
    updated = max((post.updated for post in feed.posts), default=NEVER)
    return Head(feed.path, feed.title, feed.home, updated, feed.summary)


def _lists(post: Post, site: Site, tags: str) -> Iterator[Feed]:
    """Return the lists in which a post stands, as feeds without posts, titled by the bare name."""
    settings = site.settings
    for name in post.meta.categories:
        yield Feed(category_feed(name, settings), name, urls.category_url(name, settings))
    for name in post.meta.tags:
        slug = urls.category_slug(name)
        home = f"{tags}#tag:{quote(slug)}" if tags else urls.blog_url(settings)
        yield Feed(posixpath.normpath(f"tag/{slug}/feed"), name, home)
    for id_, author in authors(post, site):
        page = urls.author_url(id_, author.name, author.slug, settings)
        home = page if settings.blog.authors_profiles else urls.blog_url(settings)
        yield Feed(beside(page), author.name, home)
    if post.meta.series:
        yield _series(post.meta.series, site)


def _series(id_: str, site: Site) -> Feed:
    page = site.series_page(id_)
    known = site.settings.cmflow.series.get(id_)
    return Feed(
        path=posixpath.normpath(f"series/{urls.category_slug(id_)}/feed"),
        title=site.series_title(id_),
        home=site.url(page) if page else urls.blog_url(site.settings),
        summary=known.summary if known else "",
    )


def _tag_page(site: Site) -> str:
    """Return the address of the page on which Material's tags plugin lists posts by tag."""
    return next((site.url(page) for page in site.pages.values() if lists_tags(site, page)), "")


def lists_tags(site: Site, page: Page) -> bool:
    """Tell whether Material's tags plugin lists posts by tag on a page."""
    source = site.library.sources.get(page.path)
    return source is not None and TAG_LIST in source.body


def _replies(post: Post, site: Site) -> str:
    """Return the address of the feed of the answers to a post (RFC 4685), where there are some."""
    if not has_answers(site, post):
        return ""
    return urls.absolute(feed_url(comment_feeds.path_of(site, post), ".xml"), site.settings)


def _entry(of: Entry, replies: str) -> str:
    lines = [
        *text("id", of.id),
        *text("title", of.title),
        link("alternate", "text/html", of.url),
        *([link("replies", "application/atom+xml", replies)] if replies else ()),
        *text("published", time(of.published)),
        *text("updated", time(of.updated)),
        *(person("author", one, 2) for one in of.authors),
        *(person("contributor", one, 2) for one in of.guests),
        *(element("category", "", term=word) for word in of.keywords),
        *text("summary", of.summary),
        element("content", of.html, type="html"),
    ]
    return nested("entry", lines, 1)


def _item(of: Entry) -> dict[str, object]:
    item = filled(
        id=of.id,
        url=of.url,
        title=of.title,
        summary=of.summary,
        image=of.image,
        date_published=time(of.published),
        date_modified=time(of.updated),
        authors=people(of.authors),
        tags=list(of.keywords),
    )
    item["content_html"] = of.html
    return item
