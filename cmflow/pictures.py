"""The pictures of notes: their kinds, and whether a network takes them."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from cmflow.errors import Message, say
from cmflow.network import Limits
from cmflow.note import Media
from cmflow.post import Picture

KINDS: Mapping[str, str] = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
"""The kinds of pictures by the endings of their names, the same on every machine."""


def unusable(media: Media, limits: Limits) -> tuple[Message, Message] | None:
    """Say why a network does not take a picture, and what to do; nothing where it does."""
    name = posixpath.basename(media.path)
    if not media.kind or (limits.media_kinds and media.kind not in limits.media_kinds):
        kinds = ", ".join(kind.partition("/")[2] for kind in limits.media_kinds) or "jpeg, png"
        return (
            say("The picture {name} is of a kind that is not taken here.", name=name),
            say("Save it as one of: {kinds}.", kinds=kinds),
        )
    if limits.media_bytes and media.size > limits.media_bytes:
        return (
            say("The picture {name} has {size} MB; there may be {most}.", name=name,
                size=_megabytes(media.size), most=_megabytes(limits.media_bytes)),
            say("Make it smaller."),
        )  # fmt: skip
    if limits.alt and len(media.alt) > limits.alt:
        return (
            say("The words of the picture {name} count {length}; there may be {most}.",
                name=name, length=len(media.alt), most=limits.alt),
            say("Shorten its alt."),
        )  # fmt: skip
    return None


def absent(picture: Picture) -> tuple[Message, Message]:
    """Say that a picture is not there."""
    return (
        say("There is no picture {src}.", src=picture.src),
        say("Name a file of the site, relative to the post."),
    )


def _megabytes(size: int) -> float:
    return round(size / 1_000_000, 1)
