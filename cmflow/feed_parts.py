"""The parts that every feed is written with, in both formats.

Atom is RFC 4287; JSON Feed is https://www.jsonfeed.org/version/1.1/.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

import msgspec

from cmflow import urls
from cmflow.feed_entry import Person, line, urn
from cmflow.safe import address, written_json
from cmflow.settings import Settings

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"

CALENDAR = "calendar.ics"
"""Where the calendar that readers may subscribe to stands, below the root of the site."""

_HARMLESS = re.compile(r"[\w:/.#?=+@ -]*")
_IN_QUOTES = str.maketrans({'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"})

NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""When a feed without entries was changed."""


class Head(msgspec.Struct, frozen=True):
    """What a feed says of itself.

    `path` is its file below the output folder, without the extension; `home` is the address,
    relative to the root of the site, of the page that it belongs to. `updated` is that of its
    entries, never the clock.
    """

    path: str
    title: str
    home: str
    updated: dt.datetime
    summary: str = ""


@functools.lru_cache(maxsize=1024)
def feed_url(path: str, extension: str) -> str:
    """Return the address of a feed below the root of the site: `category/atelier/feed.xml`."""
    return quote(f"{path}{extension}")


def beside(page: str) -> str:
    """Return the path of the feed in the folder of a page: `category/atelier/feed`."""
    parts = unquote(page).removesuffix(".html").split("/")
    # A name of an author's choice must not lead out of the output folder.
    return "/".join([*(part for part in parts if part not in ("", ".", "..")), "feed"])


def atom(head: Head, entries: Iterable[str], settings: Settings, **spaces: str) -> bytes:
    """Write an Atom feed of its entries; `spaces` are the XML namespaces that these use.

    The bytes are those of ElementTree with `indent`, which takes ten times as long.
    """
    lines = [
        *text("id", urn("feed", head.path, settings)),
        *text("title", line(head.title, settings)),
        *text("subtitle", line(head.summary, settings)),
        *text("updated", time(head.updated)),
        link("self", "application/atom+xml", _address(head, ".xml", settings)),
        link("alternate", "text/html", urls.absolute(head.home, settings)),
        link("alternate", "application/feed+json", _address(head, ".json", settings)),
        *text("logo", _logo(settings)),
        person("author", _publisher(settings), 1),
        *text("generator", "cmflow"),
        *entries,
    ]
    names = {"xmlns": ATOM, "xml:lang": language(settings)}
    names |= {f"xmlns:{name}": space for name, space in spaces.items()}
    document = nested("feed", lines, 0, names)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{document}\n".encode(
        errors="xmlcharrefreplace"
    )


def nested(name: str, lines: Iterable[str], depth: int, names: Mapping[str, str] = {}) -> str:
    """Write an element that holds others, at a depth of its own."""
    outer, inner = "\n" + "  " * depth, "\n" + "  " * (depth + 1)
    return f"<{name}{_attributes(names)}>{inner}{inner.join(lines)}{outer}</{name}>"


def element(name: str, words: str, **attributes: str) -> str:
    """Write an element that holds text, or nothing."""
    start = f"<{name}{_attributes(attributes)}" if attributes else f"<{name}"
    return f"{start}>{escaped(words)}</{name}>" if words else f"{start} />"


def _attributes(names: Mapping[str, str]) -> str:
    return "".join(f' {name}="{quoted(value)}"' for name, value in names.items())


def escaped(words: str) -> str:
    """Escape a text for XML."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(value: str) -> str:
    """Escape the value of an attribute for XML."""
    if _HARMLESS.fullmatch(value):
        return value
    return escaped(value).translate(_IN_QUOTES)


def begin_json(head: Head, settings: Settings) -> dict[str, object]:
    """Begin a JSON feed, which lacks its `items`; it has the ids of the Atom feed."""
    document: dict[str, object] = {"version": JSON_FEED, "title": line(head.title, settings)}
    return document | filled(
        home_page_url=urls.absolute(head.home, settings),
        feed_url=_address(head, ".json", settings),
        description=line(head.summary, settings),
        icon=_logo(settings),
        authors=people((_publisher(settings),)),
        language=language(settings),
    )


def end_json(document: Mapping[str, object]) -> bytes:
    """Write a JSON feed."""
    return f"{written_json(document)}\n".encode()


def text(name: str, words: str) -> tuple[str, ...]:
    """Write an element of text; only a title must be there, even when it is empty."""
    return (element(name, words),) if words or name == "title" else ()


def link(rel: str, kind: str, href: str) -> str:
    """Write a link."""
    return element("link", "", rel=rel, type=kind, href=href)


def person(role: str, who: Person, depth: int) -> str:
    """Write a person, who must have a name (RFC 4287, 3.2.1)."""
    return nested(role, [element("name", who.name), *text("uri", who.url)], depth)


def people(who: tuple[Person, ...]) -> list[Mapping[str, object]]:
    """Write people for JSON."""
    return [filled(name=one.name, url=one.url) for one in who]


def filled(**members: object) -> dict[str, object]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value not in ("", [])}


def time(when: dt.datetime) -> str:
    """Write a moment by RFC 3339."""
    return when.isoformat(timespec="seconds")


def language(settings: Settings) -> str:
    """Return the language of the site by RFC 5646."""
    return settings.locale.replace("_", "-")


def _publisher(settings: Settings) -> Person:
    company = settings.cmflow.organisation
    home = address(company.url) or urls.absolute("", settings)
    return Person(line(company.name or settings.site_name, settings) or home, home)


def _logo(settings: Settings) -> str:
    logo = settings.cmflow.organisation.logo
    return address(urls.absolute(urls.asset_url(logo, "", settings), settings)) if logo else ""


def _address(head: Head, extension: str, settings: Settings) -> str:
    return urls.absolute(feed_url(head.path, extension), settings)
