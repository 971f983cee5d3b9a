"""Which threads are asked about now: those that still live. Pure but for the shelf it reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from cmflow import urls
from cmflow.heard import Topic
from cmflow.ledger import Ledger, State
from cmflow.network import Sent
from cmflow.networks.seen import same_address
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.shelf import Shelf
from cmflow.thread import Status


def of_channel(
    channel: str,
    posts: Iterable[Post],
    ledger: Ledger,
    shelf: Shelf,
    since: dt.date,
    site: Settings,
) -> Iterator[Topic]:
    """Yield the posts with a note on a channel, whose last word is not older than `since`."""
    for post in posts:
        receipt = ledger.receipts.get((post.slug, channel))
        parts = receipt.parts if receipt else ()
        sent = tuple(
            Sent(part.id, part.url) for part in parts if part.state is State.SENT and part.id
        )
        days = [part.created.date() for part in parts if part.created]
        last = shelf.last_word(post.slug)
        if sent and max([*days, *([last] if last else [])], default=since) >= since:
            yield topic(post, site, sent, known(shelf, post.slug, channel))


def of_site(posts: Iterable[Post], site: Settings) -> Iterator[Topic]:
    """Yield every post, for a source that tells by itself what is about which."""
    for post in posts:
        yield topic(post, site)


def topic(
    post: Post, site: Settings, sent: tuple[Sent, ...] = (), ids: frozenset[str] = frozenset()
) -> Topic:
    """Make the topic of a post."""
    url = urls.absolute(urls.post_url(post, site), site)
    return Topic(post.slug, url, post.title, post.published, sent, ids)


def known(shelf: Shelf, slug: str, source: str) -> frozenset[str]:
    """Return the ids of the comments that a source told of a post and that are not gone."""
    return frozenset(
        id_
        for id_, one in shelf.comments(slug).kept.items()
        if one.comment.source == source and one.comment.status is not Status.GONE
    )


class Register:
    """Finds the post that something is about: by its slug, or by an address it has or had."""

    def __init__(self, posts: Iterable[Post], site: Settings) -> None:
        self._slugs: set[str] = set()
        self._addresses: dict[str, str] = {}
        for post in posts:
            self._slugs.add(post.slug)
            here = urls.absolute(urls.post_url(post, site), site)
            former = (urls.absolute(alias.strip("/"), site) for alias in post.meta.aliases)
            for url in (here, *former):
                self._addresses.setdefault(same_address(url), post.slug)

    def slug(self, about: str) -> str:
        """Return the slug of the post that is meant; nothing where it is none of ours."""
        if about in self._slugs:
            return about
        return self._addresses.get(same_address(about), "")
