"""What every channel will show of a post: its words as counted there, its card, its cost."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import msgspec

from cmflow.catalogue import Catalogue
from cmflow.channel import Channel
from cmflow.compose import Facts, bounds, compose, said, wanted
from cmflow.errors import Finding
from cmflow.network import Network
from cmflow.note import Card, Media, Note
from cmflow.post import Post


class Piece(msgspec.Struct, frozen=True):
    """One part as it will be shown: how long it is, in the network's unit, and may be."""

    text: str
    count: int
    limit: int
    media: tuple[Media, ...] = ()


class Showing(msgspec.Struct, frozen=True):
    """One post on one channel; without parts, `findings` say why, or it is silent on purpose.

    `written` says that the words are the author's and not a template's. `card` is what the network
    shows of the link, where it shows one.
    """

    slug: str
    title: str
    channel: str
    network: str
    network_title: str
    account: str
    written: bool = False
    language: str = ""
    url: str = ""
    warning: str = ""
    parts: tuple[Piece, ...] = ()
    card: Card | None = None
    cost: str = ""
    findings: tuple[Finding, ...] = ()


def preview(posts: Iterable[Post], facts: Facts, channel: str = "") -> tuple[Showing, ...]:
    """Show posts on every channel, or on one, in the order of the settings."""
    channels = [channel] if channel else list(facts.settings.cmflow.channels)
    return tuple(_showing(post, id_, facts) for post in posts for id_ in channels)


def by_post(showings: Iterable[Showing]) -> Iterator[tuple[str, list[Showing]]]:
    """Group showings by their posts; yields each post's title with them."""
    for _, group in itertools.groupby(showings, key=lambda showing: showing.slug):
        shown = list(group)
        yield shown[0].title, shown


def as_json(showings: Iterable[Showing], words: Catalogue) -> str:
    """Write showings for programs.

    An object with `version` (1; a key that changes its meaning makes it 2) and `notes`: a list of
    objects with `post` (the slug), `channel`, `network`, `written`, `language`, `url`, `warning`,
    `parts` (each with `text`, `count`, `limit` and `pictures` of `src`, `kind`, `alt` and `bytes`),
    `card` (null, or `url`, `title`, `description`, `picture`), `cost`, and `findings` (each with
    `rule`, `path`, `line`, `message`, `remedy`).
    """
    data = {"version": 1, "notes": [_object(showing, words) for showing in showings]}
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def _showing(post: Post, id_: str, facts: Facts) -> Showing:
    channel, network = facts.settings.cmflow.channels[id_], facts.networks.get(id_)
    mine = said(post, id_)
    bare = Showing(
        slug=post.slug,
        title=post.title,
        channel=id_,
        network=channel.network,
        network_title=network.title if network else channel.network,
        account=channel.account,
        written=bool(mine.text.strip() or mine.parts),
    )
    if not wanted(post, id_):
        return bare
    made = compose(post, id_, facts)
    if not isinstance(made, Note) or network is None:
        return msgspec.structs.replace(bare, findings=() if isinstance(made, Note) else made)
    return msgspec.structs.replace(
        bare,
        language=made.language,
        url=made.url,
        warning=made.warning,
        parts=tuple(_piece(made, at, network, channel) for at in range(len(made.parts))),
        card=made.card if network.abilities.card and not made.parts[0].media else None,
        cost=network.limits.cost,
    )


def _piece(note: Note, at: int, network: Network, channel: Channel) -> Piece:
    part = note.parts[at]
    limits = bounds(network, channel.limit, note.warning, pictures=bool(part.media))
    return Piece(part.text, limits.count(part.text), limits.text, part.media)


def _object(showing: Showing, words: Catalogue) -> dict[str, object]:
    card = showing.card
    return {
        "post": showing.slug,
        "channel": showing.channel,
        "network": showing.network,
        "written": showing.written,
        "language": showing.language,
        "url": showing.url,
        "warning": showing.warning,
        "parts": [
            {
                "text": piece.text,
                "count": piece.count,
                "limit": piece.limit,
                "pictures": [_picture(one) for one in piece.media],
            }
            for piece in showing.parts
        ],
        "card": {
            "url": card.url,
            "title": card.title,
            "description": card.description,
            "picture": _picture(card.picture) if card.picture else None,
        }
        if card
        else None,
        "cost": showing.cost,
        "findings": [
            {
                "rule": finding.rule,
                "path": finding.path,
                "line": finding.line,
                "message": words.show(finding.message),
                "remedy": words.show(finding.remedy),
            }
            for finding in showing.findings
        ],
    }


def _picture(media: Media) -> dict[str, object]:
    return {"src": media.path, "kind": media.kind, "alt": media.alt, "bytes": media.size}
