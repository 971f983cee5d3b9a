"""What a page says of its conversation: who answered, from where, and how to answer oneself."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib
from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from cmflow import safe, urls
from cmflow.ledger import Receipt
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.thread import Comment, Reply, Tally

FACES = "assets/cmflow/avatars"
"""The folder of the pictures of people, below the root of the site."""

_OPEN = ("mastodon", "bluesky", "telegram")
"""The networks where whoever reads can answer; into the others somebody must let you in."""

_WITH_DOOR = ("mail", "github")
"""The kinds of sources with a way in, which the module of each knows as `door`."""


class Door(msgspec.Struct, frozen=True):
    """A way to answer: `place` is a network or a kind of source."""

    place: str
    url: str


class Reactions(msgspec.Struct, frozen=True):
    """What was counted on all channels, and the places where it was."""

    places: tuple[str, ...]
    total: Tally


@functools.lru_cache(maxsize=1024)
def anchor(identity: str) -> str:
    """Make of a comment's id the id of its element: one word, whatever the id holds."""
    digest = hashlib.sha256(identity.encode(errors="replace")).hexdigest()
    return f"comment-{digest[:10]}"


def has_answers(site: Site, post: Post) -> bool:
    """Tell whether something is shown under a post."""
    return post.meta.comments is not False and site.is_answered(post.slug)


def answers(site: Site, post: Post) -> list[Reply]:
    """Return what is shown under a post, in the order of reading."""
    return [] if post.meta.comments is False else list(site.replies(post.slug))


def place(source: str, settings: Settings) -> str:
    """Return the network or the kind of the source of an id; nothing where it is unknown."""
    channel = settings.cmflow.channels.get(source)
    if channel is not None:
        return channel.network
    known = settings.cmflow.sources.get(source)
    return known.kind if known else ""


def face(comment: Comment, site: Site) -> str:
    """Return the address of the picture of who speaks, below the root of the site, or nothing."""
    name = comment.author.avatar
    return f"{FACES}/{name}" if name and site.has_face(name) else ""


def is_closed(site: Site, post: Post) -> bool:
    """Tell whether nobody is asked to answer a post any more."""
    until = closing_day(site, post)
    return post.meta.comments == "closed" or (until is not None and site.past(until))


def closing_day(site: Site, post: Post) -> dt.datetime | None:
    """Return when the conversation under a post closes by itself, if ever."""
    days = site.settings.cmflow.comments.close
    if not days or post.meta.comments == "closed":
        return None
    return post.published + dt.timedelta(days=days)


def doors(site: Site, post: Post) -> tuple[Door, ...]:
    """Return the ways to answer a post: where its notes stand, then the sources that have one."""
    if is_closed(site, post):
        return ()
    found = (*_of_notes(site.receipts(post.slug)), *_of_sources(site, post))
    return tuple(door for door in found if safe.address(door.url))


def _of_notes(receipts: tuple[Receipt, ...]) -> Iterator[Door]:
    for receipt in receipts:
        if receipt.network in _OPEN:
            yield Door(receipt.network, receipt.url)


def _of_sources(site: Site, post: Post) -> Iterator[Door]:
    url = urls.absolute(site.url(post), site.settings)
    known = [reply.comment.url for reply in answers(site, post)]
    for source in site.settings.cmflow.sources.values():
        if source.door and source.kind in _WITH_DOOR:
            room = importlib.import_module(f"cmflow.sources.{source.kind}")
            yield Door(source.kind, room.door(source, post.slug, post.title, url, known))


def endpoints(site: Site, post: Post) -> tuple[str, ...]:
    """Return where other sites tell that they mention a post: https://www.w3.org/TR/webmention/."""
    sources = [
        source
        for source in site.settings.cmflow.sources.values()
        if source.kind == "webmention" and source.door and source.account and not source.folder
    ]
    if not sources or post.meta.comments is False or is_closed(site, post):
        return ()
    from cmflow.sources.webmention import SERVICE  # few sites need it, and it is slow

    found = (
        f"{source.url.rstrip('/') or SERVICE}/{quote(source.account)}/webmention"
        for source in sources
    )
    return tuple(url for url in found if safe.address(url))


def reactions(site: Site, post: Post) -> Reactions | None:
    """Sum what was counted on every channel that is still known; nothing where it is nothing."""
    counted: dict[str, None] = {}
    total = Tally()
    for source, tally in site.tallies(post.slug).items():
        where = place(source, site.settings)
        if where and tally != Tally():
            counted[where] = None
            total = Tally(
                total.likes + tally.likes,
                total.boosts + tally.boosts,
                total.quotes + tally.quotes,
            )
    return Reactions(tuple(counted), total) if counted else None
