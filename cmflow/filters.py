"""What woven templates do with values: short dates, hosts, anchors, the names of networks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date

from cmflow import safe
from cmflow.catalogue import Catalogue
from cmflow.embeds import player
from cmflow.text import slugify
from cmflow.urls import category_slug

_NETWORKS = {
    "bluesky": "Bluesky",
    "github": "GitHub",
    "linkedin": "LinkedIn",
    "mastodon": "Mastodon",
    "peertube": "PeerTube",
    "x": "X",
    "youtube": "YouTube",
}


def filters(words: Catalogue) -> Mapping[str, Callable[..., Any]]:
    """Return the filters of the woven templates, in one language."""
    return {
        "address": safe.address,
        "anchor": anchor,
        "category_slug": category_slug,
        "clean": safe.clean,
        "clock": words.clock,
        "host": host,
        "iso": iso,
        "json": safe.script_json,
        "month": lambda when: format_date(when, "MMM", locale=words.language).rstrip("."),
        "network": network,
        "player": player,
        "seconds": seconds,
    }


def iso(when: dt.date) -> str:
    """Write a day or a moment for machines, by RFC 3339."""
    return when.isoformat(timespec="seconds") if isinstance(when, dt.datetime) else when.isoformat()


def host(url: str) -> str:
    """Return the host of an address, without `www.`; empty where there is none."""
    try:
        return (urlsplit(safe.address(url)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def anchor(identity: str) -> str:
    """Make of a comment's id the id of its element.

    >>> anchor("mastodon.social/113526789012345678")
    'comment-mastodon-social-113526789012345678'
    """
    return f"comment-{slugify(identity, longest=120)}"


def network(name: str) -> str:
    """Write the name of a network as it writes itself."""
    return _NETWORKS.get(name, name[:1].upper() + name[1:])


def seconds(at: str) -> int:
    """Read `1:30` or `1:02:30` as seconds; what is no time is the beginning.

    >>> seconds("1:02:30")
    3750
    """
    parts = at.split(":")
    if not all(part.strip().isdecimal() for part in parts):
        return 0
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return total
