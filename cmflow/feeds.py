"""The feeds: for the site, and for each category, tag, author and series, in full and stable.

Atom is RFC 4287; JSON Feed is https://www.jsonfeed.org/version/1.1/.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

import msgspec

from cmflow import urls
from cmflow.feed_entry import Entry, Person, authors, entry, line, urn
from cmflow.post import Post
from cmflow.safe import address
from cmflow.settings import Settings
from cmflow.site import Site

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"

_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TAG_LIST = "<!-- material/tags"


class Feed(msgspec.Struct, frozen=True):
    """One feed: the newest posts of a list.

    `path` is its file below the output folder, without the extension; `home` is the address,
    relative to the root of the site, of the page that it belongs to.
    """

    path: str
    title: str
    home: str
    posts: tuple[Post, ...] = ()
    summary: str = ""


class _List(msgspec.Struct):
    """A feed while its posts and its names are gathered, in order."""

    base: Feed
    names: dict[str, None] = {}
    posts: dict[str, Post] = {}

    def feed(self, site_name: str, most: int) -> Feed:
        title = f"{site_name} · {', '.join(sorted(self.names))}"
        newest = tuple(self.posts.values())[:most]
        return msgspec.structs.replace(self.base, title=title, posts=newest)


def feeds(site: Site) -> tuple[Feed, ...]:
    """Return the site's feed, and one for each category, tag, author and series that has posts.

    Names that the engine slugs alike, such as C and C++, share one page there; here they share one
    feed, named after both, so that neither overwrites the other.
    """
    settings = site.settings
    whole = Feed(
        "feed", settings.site_name, urls.blog_url(settings), site.posts, settings.site_description
    )
    tags = _tag_page(site)
    lists: dict[str, _List] = {whole.path: _List(whole)}
    for post in site.posts:
        for feed in _lists(post, site, tags):
            here = lists.setdefault(feed.path, _List(feed))
            here.names[feed.title] = None
            here.posts[post.path] = post
    del lists[whole.path]
    most = settings.cmflow.feeds.entries
    return (
        msgspec.structs.replace(whole, posts=site.posts[:most]),
        *(lists[path].feed(settings.site_name, most) for path in sorted(lists)),
    )


def feed_url(path: str, extension: str) -> str:
    """Return the address of a feed below the root of the site: `category/atelier/feed.xml`."""
    return quote(f"{path}{extension}")


def category_feed(name: str, settings: Settings) -> str:
    """Return the path, without extension, of a category's feed: beside the list of its posts."""
    return _beside(urls.category_url(name, settings))


def atom(feed: Feed, site: Site) -> bytes:
    """Write a feed as Atom. `updated` is that of its posts, never the clock."""
    settings = site.settings
    # An attribute, since a registered prefix would hold for every user of ElementTree.
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": _language(settings)})
    _text(root, "id", urn("feed", feed.path, settings))
    _text(root, "title", line(feed.title, settings))
    _text(root, "subtitle", line(feed.summary, settings))
    _text(root, "updated", _time(max((post.updated for post in feed.posts), default=_NEVER)))
    _link(root, "self", "application/atom+xml", _address(feed, ".xml", settings))
    _link(root, "alternate", "text/html", urls.absolute(feed.home, settings))
    _link(root, "alternate", "application/feed+json", _address(feed, ".json", settings))
    _text(root, "logo", _logo(settings))
    _person(root, "author", _publisher(settings))
    _text(root, "generator", "cmflow")
    for post in feed.posts:
        _entry(root, entry(post, site))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def json_feed(feed: Feed, site: Site) -> bytes:
    """Write a feed as JSON Feed, with the ids of the Atom feed."""
    settings = site.settings
    document: dict[str, object] = {"version": JSON_FEED, "title": line(feed.title, settings)}
    document |= _filled(
        home_page_url=urls.absolute(feed.home, settings),
        feed_url=_address(feed, ".json", settings),
        description=line(feed.summary, settings),
        icon=_logo(settings),
        authors=_people((_publisher(settings),)),
        language=_language(settings),
    )
    document["items"] = [_item(entry(post, site)) for post in feed.posts]
    return f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode()


def _lists(post: Post, site: Site, tags: str) -> Iterator[Feed]:
    """Return the lists in which a post stands, as feeds without posts, titled by the bare name."""
    settings = site.settings
    for name in post.meta.categories:
        yield Feed(category_feed(name, settings), name, urls.category_url(name, settings))
    for name in post.meta.tags:
        slug = urls.category_slug(name)
        home = f"{tags}#tag:{quote(slug)}" if tags else urls.blog_url(settings)
        yield Feed(posixpath.normpath(f"tag/{slug}/feed"), name, home)
    for id_, author in authors(post, site):
        page = urls.author_url(id_, author.name, author.slug, settings)
        home = page if settings.blog.authors_profiles else urls.blog_url(settings)
        yield Feed(_beside(page), author.name, home)
    if post.meta.series:
        yield _series(post.meta.series, site)


def _series(id_: str, site: Site) -> Feed:
    page = site.series_page(id_)
    known = site.settings.cmflow.series.get(id_)
    return Feed(
        path=posixpath.normpath(f"series/{urls.category_slug(id_)}/feed"),
        title=site.series_title(id_),
        home=site.url(page) if page else urls.blog_url(site.settings),
        summary=known.summary if known else "",
    )


def _tag_page(site: Site) -> str:
    """Return the address of the page on which Material's tags plugin lists posts by tag."""
    for path, page in site.pages.items():
        source = site.library.sources.get(path)
        if source is not None and _TAG_LIST in source.body:
            return site.url(page)
    return ""


def _beside(page: str) -> str:
    """Return the path of the feed in the folder of a page: `category/atelier/feed`."""
    parts = unquote(page).removesuffix(".html").split("/")
    # A name of an author's choice must not lead out of the output folder.
    return "/".join([*(part for part in parts if part not in ("", ".", "..")), "feed"])


def _entry(root: ET.Element, of: Entry) -> None:
    node = ET.SubElement(root, "entry")
    _text(node, "id", of.id)
    _text(node, "title", of.title)
    _link(node, "alternate", "text/html", of.url)
    _text(node, "published", _time(of.published))
    _text(node, "updated", _time(of.updated))
    for person in of.authors:
        _person(node, "author", person)
    for person in of.guests:
        _person(node, "contributor", person)
    for word in of.keywords:
        ET.SubElement(node, "category", {"term": word})
    _text(node, "summary", of.summary)
    ET.SubElement(node, "content", {"type": "html"}).text = of.html


def _item(of: Entry) -> dict[str, object]:
    item = _filled(
        id=of.id,
        url=of.url,
        title=of.title,
        summary=of.summary,
        image=of.image,
        date_published=_time(of.published),
        date_modified=_time(of.updated),
        authors=_people(of.authors),
        tags=list(of.keywords),
    )
    item["content_html"] = of.html
    return item


def _publisher(settings: Settings) -> Person:
    company = settings.cmflow.organisation
    home = address(company.url) or urls.absolute("", settings)
    return Person(line(company.name or settings.site_name, settings) or home, home)


def _logo(settings: Settings) -> str:
    logo = settings.cmflow.organisation.logo
    return address(urls.absolute(urls.asset_url(logo, "", settings), settings)) if logo else ""


def _address(feed: Feed, extension: str, settings: Settings) -> str:
    return urls.absolute(feed_url(feed.path, extension), settings)


def _language(settings: Settings) -> str:
    return settings.locale.replace("_", "-")


def _time(when: dt.datetime) -> str:
    return when.isoformat(timespec="seconds")


def _people(people: tuple[Person, ...]) -> list[Mapping[str, object]]:
    return [_filled(name=person.name, url=person.url) for person in people]


def _filled(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in ("", [])}


def _text(parent: ET.Element, name: str, text: str) -> None:
    # Only a title must be there, even when it is empty.
    if text or name == "title":
        ET.SubElement(parent, name).text = text


def _link(parent: ET.Element, rel: str, kind: str, href: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _person(parent: ET.Element, role: str, person: Person) -> None:
    node = ET.SubElement(parent, role)
    # RFC 4287, 3.2.1: a person must have a name.
    ET.SubElement(node, "name").text = person.name
    _text(node, "uri", person.url)
