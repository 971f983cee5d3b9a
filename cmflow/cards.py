"""The social cards: what stands on the picture that a network shows beside a link to a post."""

from __future__ import annotations

import hashlib
import importlib.util

import msgspec

from cmflow.settings import Cards

_DESIGN = 1
"""Counts the designs, so that a kept card is drawn again when cmflow draws another."""


class Card(msgspec.Struct, frozen=True):
    """The words of a card. `kicker` is a category, or a series with its episode."""

    title: str
    site: str
    kicker: str = ""
    authors: tuple[str, ...] = ()


def available() -> bool:
    """Tell whether cards can be drawn: Pillow comes with the extra `cards`."""
    return importlib.util.find_spec("PIL") is not None


def draw(card: Card, colours: Cards, picture: bytes | None = None) -> bytes:
    """Draw a card as PNG, 1200 × 630 pixels; a picture that cannot be read is left out.

    The same arguments give the same bytes, with the same version of Pillow. Raises `ImportError`
    where it is not `available`.
    """
    # Pillow is optional, and slow to import: only here is it needed.
    from cmflow.drawing import paint

    return paint(card, colours, picture)


def key(card: Card, colours: Cards, picture: bytes | None = None) -> str:
    """Name a card by all that it depends on, so that a drawn one can be kept."""
    digest = hashlib.sha256(msgspec.json.encode([_DESIGN, card, colours]))
    digest.update(b"" if picture is None else hashlib.sha256(picture).digest())
    return digest.hexdigest()[:32]
