"""One post of Bluesky, read: who, what with its links by their bytes, and what is attached.

https://docs.bsky.app/docs/advanced-guides/post-richtext, https://atproto.com/specs/label, and the
lexicons `app.bsky.feed.defs` and `app.bsky.embed.*`. Read in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from cmflow.errors import say
from cmflow.heard import Heard
from cmflow.network import Account
from cmflow.networks.base import is_loopback, rows, server_of
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

SERVER = "https://bsky.social"
"""Where an account is that names no server."""

_NOT_SHOWN = {"!hide", "!takedown", "!suspend", "!no-unauthenticated"}


def tally(post: dict[str, Any]) -> Tally:
    """Return the reactions to a post."""
    return Tally(
        likes=base.count(post, "likeCount"),
        boosts=base.count(post, "repostCount"),
        quotes=base.count(post, "quoteCount"),
    )


def read(account: Account, post: dict[str, Any], parts: set[str]) -> Heard | None:
    """Read a post; nothing where it is not for everybody, and raises where it is no post."""
    uri, record, person = (
        base.text(post, "uri"),
        base.table(post, "record"),
        base.table(post, "author"),
    )
    did = base.text(person, "did")
    if not uri.startswith(f"at://{did}/") or not did:
        raise base.UnreadableError(say("A post has no address, or no author."))
    if _NOT_SHOWN & (_labels(post) | _labels(person)):
        return None
    html = _html(account, post)
    if not html:
        raise base.UnreadableError(say("The post {uri} has no words.", uri=uri))
    langs, above = record.get("langs"), base.text(record, "reply", "parent", "uri")
    home = f"{_site(account)}/profile/{quote(did, safe=':')}"
    return Heard(
        id=uri,
        # A handle may change hands; the address by the permanent name does not.
        author=Speaker(base.text(person, "displayName").strip() or _handle(person), home),
        html=html,
        published=base.moment(record.get("createdAt")) or base.moment(post.get("indexedAt")),
        url=f"{home}/post/{quote(uri.rpartition('/')[2], safe='')}",
        reply_to="" if above in parts else above,
        language=base.text(langs[0]) if isinstance(langs, list) and langs else "",
        avatar=base.text(person, "avatar"),
        ours=did in {part.removeprefix("at://").partition("/")[0] for part in parts},
    )


def _handle(person: dict[str, Any]) -> str:
    return "@" + (base.text(person, "handle") or base.text(person, "did"))


def _labels(thing: dict[str, Any]) -> set[str]:
    return {base.text(one, "val") for one in rows(thing, "labels") if one.get("neg") is not True}


def _site(account: Account) -> str:
    """Return where a person sees a post: on this machine, the server of the channel."""
    server = server_of(account, SERVER)
    return server if is_loopback(base.host_of(server)) else "https://bsky.app"


def _html(account: Account, post: dict[str, Any]) -> str:
    """Return what a post says, its links by their bytes, and what is attached as a link."""
    record = base.table(post, "record")
    links = [
        (base.count(facet, "index", "byteStart"), base.count(facet, "index", "byteEnd"), url)
        for facet in rows(record, "facets")
        for url in [_target(account, facet)]
        if url
    ]
    said = base.marked_up(base.text(record, "text"), links)
    return said + "".join(_embedded(account, base.table(post, "embed")))


def _target(account: Account, facet: dict[str, Any]) -> str:
    """Return where a facet leads."""
    for feature in rows(facet, "features"):
        match base.text(feature, "$type").partition("#")[2]:
            case "link":
                return base.text(feature, "uri")
            case "mention":
                did = quote(base.text(feature, "did"), safe=":")
                return f"{_site(account)}/profile/{did}"
            case "tag":
                return f"https://bsky.app/hashtag/{quote(base.text(feature, 'tag'), safe='')}"
    return ""


def _embedded(account: Account, view: dict[str, Any]) -> Iterator[str]:
    """Yield the pictures, the card or the quoted post of a post."""
    for image in rows(view, "images"):
        yield base.attachment(base.text(image, "fullsize"), base.text(image, "alt"))
    if url := base.text(view, "external", "uri"):
        yield base.attachment(url, base.text(view, "external", "title") or url)
    if view.get("playlist"):
        yield base.attachment("", base.text(view, "alt") or "🎞")
    # A quote beside pictures is one level deeper.
    quoted = base.text(view, "record", "uri") or base.text(view, "record", "record", "uri")
    did, _, rest = quoted.removeprefix("at://").partition("/")
    if quoted.startswith("at://") and rest.startswith("app.bsky.feed.post/"):
        place = (
            f"{_site(account)}/profile/{quote(did, safe=':')}/post/{quote(rest.rpartition('/')[2])}"
        )
        yield base.attachment(place, place)
    if media := base.table(view, "media"):
        yield from _embedded(account, {**media, "media": None})
