"""The parts that every feed is written with, in both formats.

Atom is RFC 4287; JSON Feed is https://www.jsonfeed.org/version/1.1/.
"""

from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from urllib.parse import quote, unquote

import msgspec

from cmflow import urls
from cmflow.feed_entry import Person, line, urn
from cmflow.safe import address
from cmflow.settings import Settings

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"

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


def feed_url(path: str, extension: str) -> str:
    """Return the address of a feed below the root of the site: `category/atelier/feed.xml`."""
    return quote(f"{path}{extension}")


def beside(page: str) -> str:
    """Return the path of the feed in the folder of a page: `category/atelier/feed`."""
    parts = unquote(page).removesuffix(".html").split("/")
    # A name of an author's choice must not lead out of the output folder.
    return "/".join([*(part for part in parts if part not in ("", ".", "..")), "feed"])


def begin_atom(head: Head, settings: Settings) -> ET.Element:
    """Begin an Atom feed, to which its entries are added."""
    # An attribute, since a registered prefix would hold for every user of ElementTree.
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language(settings)})
    text(root, "id", urn("feed", head.path, settings))
    text(root, "title", line(head.title, settings))
    text(root, "subtitle", line(head.summary, settings))
    text(root, "updated", time(head.updated))
    link(root, "self", "application/atom+xml", _address(head, ".xml", settings))
    link(root, "alternate", "text/html", urls.absolute(head.home, settings))
    link(root, "alternate", "application/feed+json", _address(head, ".json", settings))
    text(root, "logo", _logo(settings))
    person(root, "author", _publisher(settings))
    text(root, "generator", "cmflow")
    return root


def end_atom(root: ET.Element) -> bytes:
    """Write an Atom feed."""
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


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
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode()


def text(parent: ET.Element, name: str, words: str) -> None:
    """Add an element of text; only a title must be there, even when it is empty."""
    if words or name == "title":
        ET.SubElement(parent, name).text = words


def link(parent: ET.Element, rel: str, kind: str, href: str) -> None:
    """Add a link."""
    ET.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def person(parent: ET.Element, role: str, who: Person) -> None:
    """Add a person, who must have a name (RFC 4287, 3.2.1)."""
    node = ET.SubElement(parent, role)
    ET.SubElement(node, "name").text = who.name
    text(node, "uri", who.url)


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
