"""The parts that are woven into pages: for each its template and the data it is given.

A site overrides a template by a file of the same name below `theme/cmflow/`. Every template gets the
nouns themselves and a few helpers (`link`, `asset`, `day`, `block`); autoescape is on.
"""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup

from cmflow import safe, structured, urls
from cmflow.catalogue import Catalogue
from cmflow.feeds import feeds
from cmflow.filters import filters
from cmflow.helpers import Helpers
from cmflow.outline import plain, rebase, sections
from cmflow.post import Page, Post
from cmflow.related import Relations
from cmflow.share import Target
from cmflow.site import QUESTIONS, SERIES, Site
from cmflow.text import shorten
from cmflow.thread import walk

TEMPLATES = Path(__file__).parent / "templates"

Context = dict[str, Any]
Arguments = Mapping[str, str]


class Spot(msgspec.Struct, frozen=True):
    """Where something is woven: the page's address and path, and the post or page it is."""

    url: str
    path: str
    post: Post | None = None
    page: Page | None = None


class Blocks:
    """Renders the parts of one site's pages."""

    def __init__(
        self,
        site: Site,
        words: Catalogue,
        *,
        share: tuple[Target, ...],
        assets: Mapping[str, str],
        transcripts: Mapping[str, Any],
        card: Callable[[Post], str],
    ) -> None:
        self.site = site
        self.words = words
        self.share = share
        self.assets = assets
        self.transcripts = transcripts
        self.card = card
        self.feeds = feeds(site)
        self.relations = Relations(site.posts)
        self._environment = environment(site.settings.theme, words)

    def render(self, name: str, spot: Spot, arguments: Arguments | None = None) -> str:
        """Render one block at a spot; empty where there is nothing to show."""
        context = BLOCKS[name](self, spot, arguments or {})
        return "" if context is None else self._template(f"{name}.html", spot, context)

    def around(self, spot: Spot, placed: set[str]) -> tuple[str, str]:
        """Render what stands above and below a text, without the blocks that the writer placed."""
        kind = _kind(spot)
        context = {"placed": placed}
        return (
            self._template(f"{kind}-above.html", spot, context),
            self._template(f"{kind}-below.html", spot, context),
        )

    def head(self, spot: Spot) -> str:
        """Render what belongs into `<head>`: description, card, feeds, structured data."""
        return self._template("head.html", spot, head_of(self, spot))

    def thumbnail(self, spot: Spot, post: Post) -> str:
        """Render the picture of a post in a list of posts."""
        return self._template("thumbnail.html", spot, {"of": post})

    def question_link(self, spot: Spot, question: Page) -> str:
        """Render the way from one question to its answers in all interviews."""
        return self._template("question-link.html", spot, {"question": question})

    def _template(self, name: str, spot: Spot, context: Context) -> str:
        helpers = Helpers(
            self.site,
            spot.url,
            spot.path,
            lambda block, arguments: self.render(block, spot, arguments),
            context.get("placed", ()),
        )
        return self._environment.get_template(name).render(
            site=self.site,
            settings=self.site.settings,
            spot=spot,
            post=spot.post,
            day=self.words.day,
            moment=self.words.moment,
            **helpers.names,
            **context,
        )


def head_of(blocks: Blocks, spot: Spot) -> Context:
    """Gather what a page tells machines of itself: search engines, networks, feed readers."""
    thing = spot.post or spot.page
    card = blocks.card(spot.post) if spot.post else ""
    picture = thing.meta.image if thing else None
    image = {"url": card, "alt": thing.title} if card and thing else None
    if image is None and picture is not None:
        source = urls.asset_url(picture.src, spot.path, blocks.site.settings)
        image = {"url": source, "alt": picture.alt}
    description = thing.meta.description or thing.meta.summary if thing else ""
    if spot.post and not description:
        description = shorten(plain(blocks.site.content(spot.post)), 160)
    series = spot.post.meta.series if spot.post else ""
    paths = ("feed", f"series/{series}/feed", posixpath.join(posixpath.dirname(spot.url), "feed"))
    return {
        "assets": blocks.assets,
        "title": thing.title if thing else "",
        "description": description,
        "image": image,
        "feeds": [feed for feed in blocks.feeds if feed.path in paths],
        "graphs": structured.describe(blocks.site, spot.url, spot.post, spot.page, card),
    }


def environment(theme: Path | None, words: Catalogue) -> jinja2.Environment:
    """Make the environment of the woven templates: a site's own come before ours."""
    folders = [theme / "cmflow"] if theme else []
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update(filters(words))
    return made


def _kind(spot: Spot) -> str:
    if spot.post is not None:
        return "post"
    return "event" if spot.page and spot.page.meta.event else "page"


def _count(arguments: Arguments, default: int) -> int:
    value = arguments.get("count", "")
    return int(value) if value.isdecimal() else default


def _latest_posts(blocks: Blocks, spot: Spot, arguments: Arguments) -> Context | None:
    posts = [
        post
        for post in blocks.site.posts
        if arguments.get("category", "") in ("", *post.meta.categories)
        and arguments.get("tag", "") in ("", *post.meta.tags)
        and post != spot.post
    ]
    return {"posts": posts[: _count(arguments, 3)]} if posts else None


def _latest_interviews(blocks: Blocks, _spot: Spot, arguments: Arguments) -> Context | None:
    posts = blocks.site.interviews[: _count(arguments, 3)]
    return {"posts": posts} if posts else None


def _events(blocks: Blocks, _spot: Spot, arguments: Arguments) -> Context | None:
    now = blocks.site.now
    coming = [page for page in blocks.site.events if _over(page) >= now]
    past = [page for page in reversed(blocks.site.events) if _over(page) < now]
    return {
        "coming": coming[: _count(arguments, 3)],
        "past": past[: _count(arguments, 3)] if arguments.get("past") == "yes" else [],
    }


def _over(page: Page) -> dt.datetime:
    assert page.meta.event is not None  # noqa: S101  # Site.events holds nothing else
    end = page.meta.event.end or page.meta.event.start
    return end if end.tzinfo else end.replace(tzinfo=dt.UTC)


def _event(_blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    event = spot.page.meta.event if spot.page else None
    return {"event": event} if event else None


def _series(blocks: Blocks, spot: Spot, arguments: Arguments) -> Context | None:
    name = arguments.get("id", "")
    if not name and posixpath.dirname(spot.path) == SERIES:
        name = posixpath.splitext(posixpath.basename(spot.path))[0]
    posts = blocks.site.series.get(name, ())
    return {"name": name, "posts": posts} if posts else None


def _episodes(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    if spot.post is None or not spot.post.meta.series:
        return None
    before, after = blocks.site.neighbours(spot.post)
    return {"name": spot.post.meta.series, "before": before, "after": after}


class Answer(msgspec.Struct, frozen=True):
    """What one interview answers to a question of the bank: its heading and its HTML."""

    post: Post
    heading: str
    html: Markup


def _answers(blocks: Blocks, spot: Spot, arguments: Arguments) -> Context | None:
    name = arguments.get("id", "")
    if not name and posixpath.dirname(spot.path) == QUESTIONS:
        name = posixpath.splitext(posixpath.basename(spot.path))[0]
    found = [answer for post in blocks.site.interviews for answer in _answer(blocks, spot, post, name)]
    return {"question": name, "answers": found} if found else None


def _answer(blocks: Blocks, spot: Spot, post: Post, name: str) -> list[Answer]:
    site = blocks.site
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


def _questions(blocks: Blocks, _spot: Spot, _arguments: Arguments) -> Context | None:
    site = blocks.site
    asked = {name: 0 for name in site.questions}
    for post in site.interviews:
        for section in sections(site.content(post)):
            if section.id in asked:
                asked[section.id] += 1
    found = [(page, asked[name]) for name, page in site.questions.items()]
    return {"questions": found} if found else None


def _guests(_blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    guests = spot.post.meta.guests if spot.post else ()
    return {"guests": guests} if guests else None


def _video(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    video = spot.post.meta.video if spot.post else None
    return {"video": video, "transcript": blocks.transcripts.get(spot.path, ())} if video else None


def _corrections(_blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    corrections = spot.post.meta.corrections if spot.post else ()
    ordered = sorted(corrections, key=lambda correction: correction.date)
    return {"corrections": ordered} if ordered else None


def _question(_blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    return {"question": spot.post.meta.question} if spot.post and spot.post.meta.question else None


def _copies(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    found = blocks.site.receipts.get(spot.post.slug, ()) if spot.post else ()
    copies = [receipt for receipt in found if safe.address(receipt.url)]
    return {"copies": copies} if copies else None


def _share(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    title = spot.post.title if spot.post else spot.page.title if spot.page else ""
    address = urls.absolute(spot.url, blocks.site.settings)
    links = [(target.name, target.link(address, title)) for target in blocks.share]
    return {"links": links} if links else None


def _authors(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    ids = spot.post.meta.authors if spot.post else ()
    known = [(id_, blocks.site.library.authors[id_]) for id_ in ids if id_ in blocks.site.library.authors]
    if not known:
        return None
    return {"authors": known}


def _related(blocks: Blocks, spot: Spot, arguments: Arguments) -> Context | None:
    if spot.post is None:
        return None
    count = _count(arguments, blocks.site.settings.cmflow.related.count)
    found = blocks.relations.of(spot.post, count)
    return {"related": found} if found else None


def _thread(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    if spot.post is None or spot.post.meta.comments is False:
        return None
    branches = blocks.site.threads.get(spot.post.slug, ())
    copies = [r for r in blocks.site.receipts.get(spot.post.slug, ()) if safe.address(r.url)]
    return {"replies": list(walk(branches)), "copies": copies}


def _subscribe(blocks: Blocks, spot: Spot, _arguments: Arguments) -> Context | None:
    categories = sorted({name for post in blocks.site.posts for name in post.meta.categories})
    return {"categories": categories, "newsletter": safe.address(blocks.site.settings.cmflow.newsletter)}


BLOCKS: Mapping[str, Callable[[Blocks, Spot, Arguments], Context | None]] = {
    "latest-posts": _latest_posts,
    "latest-interviews": _latest_interviews,
    "events": _events,
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
