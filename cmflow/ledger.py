"""The nouns of what was sent: a receipt is the proof of one note on one channel."""

from __future__ import annotations

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """The proof of a note: which post, on which channel, and where it can be seen."""

    slug: str
    channel: str
    network: str
    url: str
