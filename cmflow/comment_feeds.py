"""The feeds of answers: one for each post that has some, and one for all of them, newest first.

Answers are tied to what they answer by RFC 4685.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from cmflow import conversation, feed_parts, safe, urls
from cmflow.catalogue import Catalogue, catalogue
from cmflow.errors import say
from cmflow.feed_entry import Person, line, possible, urn
from cmflow.feed_parts import (
    NEVER,
    Head,
    beside,
    element,
    escaped,
    filled,
    people,
    quoted,
    time,
)
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.text import typeset_french_html
from cmflow.thread import Comment, Reply

_THREADS = "http://purl.org/syndication/thread/1.0"

WHOLE = "comments/feed"
"""The path of the feed of all answers, without its extension."""


class Said(msgspec.Struct, frozen=True):
    """An answer, and the post under which it stands."""

    post: Post
    reply: Reply


class CommentFeed(msgspec.Struct, frozen=True):
    """One feed of answers, of one post or of all; its fields are those of `Feed`."""

    path: str
    title: str
    home: str
    post: Post | None = None


def of_site(site: Site) -> CommentFeed | None:
    """Return the feed of all answers, where there is one."""
    if not site.is_anyone_heard():
        return None
    title = say("{site} · The conversation", site=site.settings.site_name)
    return CommentFeed(WHOLE, _words(site).show(title), urls.blog_url(site.settings))


def of_post(site: Site, post: Post) -> CommentFeed | None:
    """Return the feed of the answers to a post, where there are some."""
    if not conversation.has_answers(site, post):
        return None
    title = say("Answers to “{title}”", title=post.title)
    return CommentFeed(path_of(site, post), _words(site).show(title), site.url(post), post)


def _words(site: Site) -> Catalogue:
    return catalogue(site.settings.language)


def _entries(feed: CommentFeed, site: Site) -> tuple[Said, ...]:
    """Return the newest answers of a feed."""
    most = site.settings.cmflow.feeds.entries
    # Whoever is among the newest so many stands under one of so many posts.
    posts = (feed.post,) if feed.post else site.latest(most)
    said = (one for post in posts for one in _said(site, post))
    return _newest(said, most)


def path_of(site: Site, post: Post) -> str:
    """Return the path of a post's feed of answers: `articles/une-voile/comments/feed`."""
    return beside(f"{site.url(post).removesuffix('.html')}/comments")


def files(feed: CommentFeed, site: Site) -> Iterator[tuple[str, bytes]]:
    """Write a feed in both formats, by the paths of its files."""
    said = _entries(feed, site)
    entries = [_told(one, site) for one in said]
    head, settings = _head(feed, said), site.settings
    yield f"{feed.path}.xml", feed_parts.atom(head, map(_entry, entries), settings, thr=_THREADS)
    document = feed_parts.begin_json(head, settings)
    document["items"] = [_item(one) for one in entries]
    yield f"{feed.path}.json", feed_parts.end_json(document)


def of_page(site: Site, post: Post) -> Iterator[tuple[str, bytes]]:
    """Write the feed of the answers to a post, where there are some, and note what was read."""
    feed = of_post(site, post)
    if feed is not None:
        with site.trace.file(f"{feed.path}.xml", f"{feed.path}.json"):
            written = tuple(files(feed, site))
        yield from written


def _said(site: Site, post: Post) -> list[Said]:
    return [Said(post, reply) for reply in conversation.answers(site, post)]


def _newest(said: Iterable[Said], most: int) -> tuple[Said, ...]:
    def order(one: Said) -> tuple[dt.datetime, str]:
        return one.reply.comment.published, one.reply.comment.id

    return tuple(sorted(said, key=order, reverse=True)[:most])


def _head(feed: CommentFeed, entries: tuple[Said, ...]) -> Head:
    updated = max((_updated(said.reply.comment) for said in entries), default=NEVER)
    return Head(feed.path, feed.title, feed.home, updated)


class _Told(msgspec.Struct, frozen=True):
    """What both formats say of an answer: `to` is the id of what it answers, `below` its place."""

    id: str
    title: str
    url: str
    to: str
    below: str
    published: str
    updated: str
    author: Person
    elsewhere: str
    html: str


def _told(said: Said, site: Site) -> _Told:
    settings, comment, above = site.settings, said.reply.comment, said.reply.to
    here = urls.absolute(site.url(said.post), settings)
    author = _author(comment, settings)
    return _Told(
        id=urn("comment", comment.id, settings),
        title=_title(said, author, settings),
        url=f"{here}#{conversation.anchor(comment.id)}",
        to=(urn("comment", above.id, settings) if above else urn("post", said.post.slug, settings)),
        below=f"{here}#{conversation.anchor(above.id)}" if above else here,
        published=time(comment.published),
        updated=time(_updated(comment)),
        author=author,
        elsewhere=possible(safe.address(comment.url)),
        html=_html(comment, settings),
    )


def _entry(of: _Told) -> str:
    """Write an answer, in one go: there may be ten thousand."""
    uri = f"\n      <uri>{escaped(of.author.url)}</uri>" if of.author.url else ""
    return f"""<entry>
    <id>{escaped(of.id)}</id>
    {element("title", of.title)}
    <link rel="alternate" type="text/html" href="{quoted(of.url)}" />
    <thr:in-reply-to ref="{quoted(of.to)}" href="{quoted(of.below)}" type="text/html" />
    <published>{of.published}</published>
    <updated>{of.updated}</updated>
    <author>
      <name>{escaped(of.author.name)}</name>{uri}
    </author>
    {element("content", of.html, type="html")}
  </entry>"""


def _item(of: _Told) -> dict[str, object]:
    item = filled(
        id=of.id,
        url=of.url,
        external_url=of.elsewhere,
        title=of.title,
        date_published=of.published,
        date_modified=of.updated,
        authors=people((of.author,)),
    )
    item["content_html"] = of.html
    return item


def _title(said: Said, author: Person, settings: Settings) -> str:
    told = say("{name}, on “{title}”", name=author.name, title=said.post.title)
    return line(catalogue(settings.language).show(told), settings)


def _author(comment: Comment, settings: Settings) -> Person:
    # RFC 4287, 3.2.1: a person must have a name.
    url = possible(safe.address(comment.author.url))
    return Person(line(comment.author.name, settings) or "?", url)


def _html(comment: Comment, settings: Settings) -> str:
    html = possible(str(safe.clean(comment.text)))
    return typeset_french_html(html) if settings.language == "fr" else html


def _updated(comment: Comment) -> dt.datetime:
    return comment.edited or comment.published
