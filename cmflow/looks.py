"""How what was written is now, as far as it tells two builds apart.

What came back and what an engine made of a text, `Site.state` tells itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cmflow import feeds, kept
from cmflow.larder import digest
from cmflow.post import Post
from cmflow.site import Look, Site


def _thing(site: Site, path: str) -> bytes:
    """Tell all that is known of a post or page, its text aside."""
    thing = site.thing(path)
    return digest(kept.thing(thing), site.url(thing)) if thing else b""


def _related(site: Site, name: str) -> bytes:
    count, _, path = name.partition(" ")
    post = site.thing(path)
    found = site.related(post, int(count)) if isinstance(post, Post) else ()
    return digest(*(part for one in found for part in (one.post.path, one.why.value, *one.words)))


def _feeds(site: Site, home: str) -> bytes:
    return digest(*(part for feed in feeds.at(home, site) for part in (feed.path, feed.title)))


def _series(site: Site, name: str) -> bytes:
    return digest(*(post.path for post in site.series.get(name, ())))


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "facts": lambda site, _: digest(kept.facts(site)),
        "feeds": _feeds,
        "place": lambda site, url: site.place(url).encode(),
        "related": _related,
        "series": _series,
        "thing": _thing,
    }
)
OF_FACTS = frozenset(LOOKS)
"""The kinds of what is read of facts: where none has changed, all of it holds."""
