"""The feeds of answers: one for each post that has some, and one for all of them, newest first.

Answers are tied to what they answer by RFC 4685.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import msgspec

from cmflow import conversation, feed_parts, safe, urls
from cmflow.catalogue import Catalogue, catalogue
from cmflow.errors import say
from cmflow.feed_entry import Person, line, possible, urn
from cmflow.feed_parts import NEVER, Head, beside, filled, link, people, person, text, time
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


def comment_feeds(site: Site) -> tuple[CommentFeed, ...]:
    """Return the feed of all answers and that of each post; none where nobody answered."""
    whole = of_site(site)
    found = (of_post(site, post) for post in site.posts)
    return (whole, *filter(None, found)) if whole else ()


def of_site(site: Site) -> CommentFeed | None:
    """Return the feed of all answers, where there is one."""
    if not any(conversation.has_answers(site, post) for post in site.posts):
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
    posts = (feed.post,) if feed.post else site.posts
    said = (one for post in posts for one in _said(site, post))
    return _newest(said, site.settings.cmflow.feeds.entries)


def path_of(site: Site, post: Post) -> str:
    """Return the path of a post's feed of answers: `articles/une-voile/comments/feed`."""
    return beside(f"{site.url(post).removesuffix('.html')}/comments")


def atom(feed: CommentFeed, site: Site) -> bytes:
    """Write a feed as Atom."""
    entries = _entries(feed, site)
    root = feed_parts.begin_atom(_head(feed, entries), site.settings)
    root.set("xmlns:thr", _THREADS)
    for said in entries:
        _entry(root, said, site)
    return feed_parts.end_atom(root)


def json_feed(feed: CommentFeed, site: Site) -> bytes:
    """Write a feed as JSON Feed."""
    entries = _entries(feed, site)
    document = feed_parts.begin_json(_head(feed, entries), site.settings)
    document["items"] = [_item(said, site) for said in entries]
    return feed_parts.end_json(document)


def _said(site: Site, post: Post) -> list[Said]:
    return [Said(post, reply) for reply in conversation.answers(site, post)]


def _newest(said: Iterable[Said], most: int) -> tuple[Said, ...]:
    def order(one: Said) -> tuple[dt.datetime, str]:
        return one.reply.comment.published, one.reply.comment.id

    return tuple(sorted(said, key=order, reverse=True)[:most])


def _head(feed: CommentFeed, entries: tuple[Said, ...]) -> Head:
    updated = max((_updated(said.reply.comment) for said in entries), default=NEVER)
    return Head(feed.path, feed.title, feed.home, updated)


def _entry(root: ET.Element, said: Said, site: Site) -> None:
    settings, comment = site.settings, said.reply.comment
    node = ET.SubElement(root, "entry")
    text(node, "id", urn("comment", comment.id, settings))
    text(node, "title", _title(said, settings))
    link(node, "alternate", "text/html", _address(said, comment, site))
    above = said.reply.to
    answered = {
        "ref": urn("comment", above.id, settings)
        if above
        else urn("post", said.post.slug, settings),
        "href": _address(said, above, site),
        "type": "text/html",
    }
    ET.SubElement(node, "thr:in-reply-to", answered)
    text(node, "published", time(comment.published))
    text(node, "updated", time(_updated(comment)))
    person(node, "author", _author(comment, settings))
    ET.SubElement(node, "content", {"type": "html"}).text = _html(comment, settings)


def _item(said: Said, site: Site) -> dict[str, object]:
    settings, comment = site.settings, said.reply.comment
    item = filled(
        id=urn("comment", comment.id, settings),
        url=_address(said, comment, site),
        external_url=possible(safe.address(comment.url)),
        title=_title(said, settings),
        date_published=time(comment.published),
        date_modified=time(_updated(comment)),
        authors=people((_author(comment, settings),)),
    )
    item["content_html"] = _html(comment, settings)
    return item


def _title(said: Said, settings: Settings) -> str:
    name = _author(said.reply.comment, settings).name
    told = say("{name}, on “{title}”", name=name, title=said.post.title)
    return line(catalogue(settings.language).show(told), settings)


def _address(said: Said, comment: Comment | None, site: Site) -> str:
    """Return the full address of an answer under its post, or of the post itself."""
    here = urls.absolute(site.url(said.post), site.settings)
    return f"{here}#{conversation.anchor(comment.id)}" if comment else here


def _author(comment: Comment, settings: Settings) -> Person:
    # RFC 4287, 3.2.1: a person must have a name.
    url = possible(safe.address(comment.author.url))
    return Person(line(comment.author.name, settings) or "?", url)


def _html(comment: Comment, settings: Settings) -> str:
    html = possible(str(safe.clean(comment.text)))
    return typeset_french_html(html) if settings.language == "fr" else html


def _updated(comment: Comment) -> dt.datetime:
    return comment.edited or comment.published
