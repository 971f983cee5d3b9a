"""What a picture is by its first bytes, as servers look at it: they do not believe the name."""

from __future__ import annotations

_SIGNS = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
)

KINDS = tuple(kind for _, _, kind in _SIGNS)
"""The media types that are known."""


def kind_of(data: bytes) -> str:
    """Return the media type of a picture, or nothing where it is none that we know."""
    return next((kind for at, sign, kind in _SIGNS if data[at:].startswith(sign)), "")
