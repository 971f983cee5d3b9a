"""What woven templates do with values: short dates, hosts, anchors, the names of networks."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from cmflow import conversation, initials, safe
from cmflow.catalogue import Catalogue
from cmflow.embeds import player
from cmflow.sources import CHANNELS
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
        "anchor": conversation.anchor,
        "category_slug": category_slug,
        "clean": safe.clean,
        "clock": words.clock,
        "host": host,
        "initials": initials.drawing,
        "iso": iso,
        "json": safe.script_json,
        "listed": lambda names: format_list(list(names), locale=words.language),
        "month": lambda when: format_date(when, "MMM", locale=words.language).rstrip("."),
        "moment": lambda when: _moment(words, when),
        "month_of_year": lambda when: format_skeleton("yMMMM", when, locale=words.language),
        "named": lambda name: name if is_seen(name) else words.gettext("Someone"),
        "network": network,
        "origin": origin,
        "places": lambda names: [_place(name, words) for name in names],
        "player": player,
        "seconds": seconds,
    }


@functools.lru_cache(maxsize=1024)
def is_seen(name: str) -> bool:
    """Tell whether there is something to see in a name: blanks and joiners alone are nothing."""
    return any(one.isprintable() and not one.isspace() for one in name)


def iso(when: dt.date) -> str:
    """Write a day or a moment for machines, by RFC 3339."""
    return when.isoformat(timespec="seconds") if isinstance(when, dt.datetime) else when.isoformat()


def _moment(words: Catalogue, when: dt.date) -> str:
    """Write a time with its day, or a day without a time."""
    return words.moment(when) if isinstance(when, dt.datetime) else words.day(when)


_HOST = re.compile(r"https?://([a-z0-9.-]+)(?:/|$)")
"""How an address begins of which nothing but its host has to be known."""


@functools.lru_cache(maxsize=1024)
def host(url: str) -> str:
    """Return the host of an address, without `www.`; empty where there is none."""
    if found := _HOST.match(safe.address(url)):
        return found[1].removeprefix("www.")
    try:
        return (urlsplit(safe.address(url)).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def network(name: str) -> str:
    """Write the name of a network as it writes itself."""
    return _NETWORKS.get(name, name[:1].upper() + name[1:])


@functools.lru_cache(maxsize=1024)
def origin(place: str, url: str = "") -> str:
    """Name where something was said: the network, and the host where there are many.

    >>> origin("mastodon", "https://mastodon.example/@ana/1")
    'Mastodon · mastodon.example'
    """
    named = network(place) if place in (*CHANNELS, "github") else ""
    return " · ".join(part for part in (named, host(url)) if part)


def _place(name: str, words: Catalogue) -> str:
    return words.gettext("other sites") if name == "webmention" else network(name)


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
