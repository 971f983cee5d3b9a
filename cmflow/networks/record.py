"""What is in a record of Bluesky: its key, its time, and the links and tags of its text."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from cmflow.networks.spans import octets, spans
from cmflow.note import Reservation

_ORDER = "234567abcdefghijklmnopqrstuvwxyz"


def tid(reservation: Reservation) -> str:
    """Return the record key of a reservation: its time, and a hash of its key below the second.

    A TID is 53 bits of microseconds and 10 of a clock, in 13 letters that sort as they count.
    See https://atproto.com/specs/tid.
    """
    hashed = int.from_bytes(hashlib.sha256(reservation.key.encode()).digest()[:8])
    micro = int(reservation.created.timestamp()) * 1_000_000 + hashed % 1_000_000
    number = (micro << 10) | (hashed >> 32) % 1024
    return "".join(_ORDER[(number >> shift) & 31] for shift in range(60, -1, -5))


def written(created: dt.datetime, at: int) -> str:
    """Write the time of a part; a thousandth apart, for a feed sorts by it."""
    return f"{created.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}.{at:03d}Z"


def facets(text: str) -> list[dict[str, Any]]:
    """Mark the links and hashtags of a text, by their bytes in UTF-8.

    See https://docs.bsky.app/docs/advanced-guides/post-richtext.
    """
    return [
        {
            "index": {"byteStart": octets(text, span.start), "byteEnd": octets(text, span.end)},
            "features": [
                {"$type": "app.bsky.richtext.facet#link", "uri": span.link}
                if span.link
                else {"$type": "app.bsky.richtext.facet#tag", "tag": span.tag}
            ],
        }
        for span in spans(text)
        if span.link or len(span.tag) <= 64
    ]
