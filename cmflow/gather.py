"""The data that each woven part is given: one function for each block, by the name of its slot."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from markupsafe import Markup

from cmflow import comment_feeds, conversation, safe, urls
from cmflow.comment_feeds import CommentFeed
from cmflow.feed_parts import CALENDAR, feed_url
from cmflow.outline import rebase, sections
from cmflow.post import Page, Post
from cmflow.share import Target, links
from cmflow.site import Site
from cmflow.transcript import Cue
from cmflow.written import QUESTIONS, SERIES

Context = dict[str, Any]
Arguments = Mapping[str, str]


class Spot(msgspec.Struct, frozen=True):
    """Where something is woven: the page's address and path, and the post or page it is."""

    url: str
    path: str
    post: Post | None = None
    page: Page | None = None


class Facts:
    """What the blocks of a site draw on: the site itself, and what was made ready beside it.

    `assets` maps `css` and `js` to their addresses, `transcripts` the path of a post to its cues;
    `card` names the social card of a post, or nothing.
    """

    def __init__(
        self,
        site: Site,
        *,
        share: tuple[Target, ...],
        assets: Mapping[str, str],
        transcripts: Mapping[str, tuple[Cue, ...]],
        card: Callable[[Post], str],
    ) -> None:
        self.site = site
        self.share = share
        self.assets = assets
        self.transcripts = transcripts
        self.card = card

    @property
    def answers(self) -> CommentFeed | None:
        """The feed of all answers, where there is one."""
        return comment_feeds.of_site(self.site)


def _count(arguments: Arguments, default: int, key: str = "count") -> int:
    value = arguments.get(key, "")
    return int(value) if value.isdecimal() else default


def _latest_posts(facts: Facts, spot: Spot, arguments: Arguments) -> Context | None:
    posts = [
        post
        for post in facts.site.posts
        if arguments.get("category", "") in ("", *post.meta.categories)
        and arguments.get("tag", "") in ("", *post.meta.tags)
        and post != spot.post
    ]
    return {"posts": posts[: _count(arguments, 3)]} if posts else None


def _latest_interviews(facts: Facts, _spot: Spot, arguments: Arguments) -> Context | None:
    posts = facts.site.interviews[: _count(arguments, 3)]
    return {"posts": posts} if posts else None


def _events(facts: Facts, _spot: Spot, arguments: Arguments) -> Context | None:
    site = facts.site
    coming = [page for page in site.events if not site.past(_over(page))]
    past = [page for page in reversed(site.events) if site.past(_over(page))]
    return {
        "coming": coming[: _count(arguments, 3)],
        "past": past[: _count(arguments, 3)] if arguments.get("past") == "yes" else [],
    }


def _over(page: Page) -> dt.datetime:
    assert page.meta.event is not None  # noqa: S101  # Site.events holds nothing else
    end = page.meta.event.end or page.meta.event.start
    return end if end.tzinfo else end.replace(tzinfo=dt.UTC)


def _calendar(facts: Facts, _spot: Spot, arguments: Arguments) -> Context | None:
    from cmflow import public_calendar  # its library is slow, and few pages need it

    coming, months = public_calendar.rows(facts.site)
    if not coming and not months:
        return None
    shown = months[: _count(arguments, 6, "months")]
    return {"coming": coming, "months": shown, "feed": CALENDAR}


def _event(_facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    event = spot.page.meta.event if spot.page else None
    return {"event": event} if event else None


def _series(facts: Facts, spot: Spot, arguments: Arguments) -> Context | None:
    name = arguments.get("id", "")
    if not name and posixpath.dirname(spot.path) == SERIES:
        name = posixpath.splitext(posixpath.basename(spot.path))[0]
    posts = facts.site.series.get(name, ()) if name else ()
    return {"name": name, "posts": posts} if posts else None


def _episodes(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    if spot.post is None or not spot.post.meta.series:
        return None
    before, after = facts.site.neighbours(spot.post)
    return {"name": spot.post.meta.series, "before": before, "after": after}


class Answer(msgspec.Struct, frozen=True):
    """What one interview answers to a question of the bank: its heading and its HTML."""

    post: Post
    heading: str
    html: Markup


def _answers(facts: Facts, spot: Spot, arguments: Arguments) -> Context | None:
    name = arguments.get("id", "")
    if not name and posixpath.dirname(spot.path) == QUESTIONS:
        name = posixpath.splitext(posixpath.basename(spot.path))[0]
    asked = facts.site.interviews if name else ()
    found = [answer for post in asked for answer in _answer(facts, spot, post, name)]
    return {"question": name, "answers": found} if found else None


def _answer(facts: Facts, spot: Spot, post: Post, name: str) -> list[Answer]:
    site = facts.site
    html = site.content(post)

    def resolve(target: str) -> str:
        if target.startswith("#"):
            return urls.relative(site.url(post), spot.url) + target
        return urls.relative(urls.join(site.url(post), target), spot.url)

    return [
        Answer(post, section.title, Markup(rebase(html[section.body : section.end], resolve)))  # noqa: S704
        for section in sections(html)
        if section.id == name
    ]


def _questions(facts: Facts, _spot: Spot, _arguments: Arguments) -> Context | None:
    site = facts.site
    asked = dict.fromkeys(site.questions, 0)
    for post in site.interviews:
        for section in sections(site.content(post)):
            if section.id in asked:
                asked[section.id] += 1
    found = [(page, asked[name]) for name, page in site.questions.items()]
    return {"questions": found} if found else None


def _guests(_facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    guests = spot.post.meta.guests if spot.post else ()
    return {"guests": guests} if guests else None


def _video(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    video = spot.post.meta.video if spot.post else None
    return {"video": video, "transcript": facts.transcripts.get(spot.path, ())} if video else None


def _corrections(_facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    corrections = spot.post.meta.corrections if spot.post else ()
    ordered = sorted(corrections, key=lambda correction: correction.date)
    return {"corrections": ordered} if ordered else None


def _question(_facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    return {"question": spot.post.meta.question} if spot.post and spot.post.meta.question else None


def _copies(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    found = facts.site.receipts(spot.post.slug) if spot.post else ()
    copies = [receipt for receipt in found if safe.address(receipt.url)]
    return {"copies": copies} if copies else None


def _share(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    title = spot.post.title if spot.post else spot.page.title if spot.page else ""
    address = urls.absolute(spot.url, facts.site.settings)
    return {"links": links(facts.share, address, title)} if facts.share else None


def _authors(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    ids = spot.post.meta.authors if spot.post else ()
    known = [(id_, facts.site.authors[id_]) for id_ in ids if id_ in facts.site.authors]
    if not known:
        return None
    return {"authors": known}


def _related(facts: Facts, spot: Spot, arguments: Arguments) -> Context | None:
    if spot.post is None:
        return None
    count = _count(arguments, facts.site.settings.cmflow.related.count)
    found = facts.site.related(spot.post, count)
    return {"related": found} if found else None


def _thread(facts: Facts, spot: Spot, _arguments: Arguments) -> Context | None:
    if spot.post is None or spot.post.meta.comments is False:
        return None
    site, post = facts.site, spot.post
    charter = site.settings.cmflow.comments.charter
    return {
        "replies": conversation.answers(site, post),
        "reactions": conversation.reactions(site, post),
        "doors": conversation.doors(site, post),
        "closed": conversation.is_closed(site, post),
        "closing_day": conversation.closing_day(site, post),
        "charter": site.thing(charter),
        "feed": feed_url(comment_feeds.path_of(site, post), ".xml"),
        "place": lambda comment: conversation.place(comment.source, site.settings),
        "face": lambda comment: conversation.face(comment, site),
    }


def _subscribe(facts: Facts, _spot: Spot, _arguments: Arguments) -> Context | None:
    categories = sorted({name for post in facts.site.posts for name in post.meta.categories})
    return {
        "categories": categories,
        "newsletter": safe.address(facts.site.settings.cmflow.newsletter),
        "answers": feed_url(comment_feeds.WHOLE, ".xml") if facts.answers else "",
    }


BLOCKS: Mapping[str, Callable[[Facts, Spot, Arguments], Context | None]] = {
    "latest-posts": _latest_posts,
    "latest-interviews": _latest_interviews,
    "events": _events,
    "calendar": _calendar,
    "event": _event,
    "series": _series,
    "episodes": _episodes,
    "answers": _answers,
    "questions": _questions,
    "guests": _guests,
    "video": _video,
    "corrections": _corrections,
    "question": _question,
    "copies": _copies,
    "share": _share,
    "authors": _authors,
    "related": _related,
    "thread": _thread,
    "subscribe": _subscribe,
}
"""Every block by the name that a slot uses, with the function that gathers its data."""
