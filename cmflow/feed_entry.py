"""A post as it stands in a feed: whole, harmless, with an id for ever and every address in full."""

from __future__ import annotations

import datetime as dt
import functools
import re
import uuid
from collections.abc import Iterable
from urllib.parse import urlsplit

import msgspec
import nh3
from markupsafe import Markup

from cmflow import urls
from cmflow.catalogue import catalogue
from cmflow.errors import Message, say
from cmflow.post import Author, Guest, Post
from cmflow.safe import address
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.text import typeset_french, typeset_french_html

_BLANKS = re.compile(r"[ \t\r\n\f]+")
# https://www.w3.org/TR/xml/#charsets: control characters and halves of surrogate pairs.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PERMALINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)

_TAGS = set(
    "a abbr audio b blockquote br caption cite code col colgroup dd del details dfn div dl dt em "  # noqa: SIM905  # a list of words, not of strings
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp rt ruby s "
    "samp small source span strong sub summary sup table tbody td tfoot th thead time tr u ul var "
    "video wbr".split()
)
_DROPPED = {"button", "form", "math", "noscript", "script", "style", "svg", "template"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "audio": {"controls", "src"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"reversed", "start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_ADDRESSES = {"href", "poster", "src"}


class Person(msgspec.Struct, frozen=True):
    """Somebody who wrote or spoke, with the address of a page about that person, if any."""

    name: str
    url: str = ""


class Entry(msgspec.Struct, frozen=True):
    """What a feed says of a post. Every text is one that XML and JSON can carry."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    image: str
    published: dt.datetime
    updated: dt.datetime
    authors: tuple[Person, ...]
    guests: tuple[Person, ...]
    keywords: tuple[str, ...]


def entry(post: Post, site: Site) -> Entry:
    """Make the entry of a post; French spaces are set as on its page."""
    settings = site.settings
    words = [line(name, settings) for name in (*post.meta.categories, *post.meta.tags)]
    return Entry(
        id=urn("post", post.slug, settings),
        url=urls.absolute(site.url(post), settings),
        title=line(post.title, settings),
        summary=line(post.meta.summary or post.meta.description, settings),
        html=_html(post, site),
        image=_full(post.meta.image.src, post, settings) if post.meta.image else "",
        published=post.published,
        updated=post.updated,
        authors=_named(
            Person(line(author.name, settings), _author_page(id_, author, settings))
            for id_, author in authors(post, site)
        ),
        guests=_named(
            Person(line(guest.name, settings), address(guest.url)) for guest in post.meta.guests
        ),
        keywords=tuple(dict.fromkeys(word for word in words if word)),
    )


def urn(kind: str, name: str, settings: Settings) -> str:
    """Make the id of a post or feed, the same for ever: a UUID of version 5 (RFC 9562).

    It is made of the blog's host and folder and of the slug: not of the post's address, which
    another URL format moves, and of no date, which a writer may correct. `www.`, a port, http or
    https make no difference.
    """
    return _urn(settings.site_url, kind, possible(name))


# An answer is named in several feeds, in two formats.
@functools.lru_cache(maxsize=1024)
def _urn(site_url: str, kind: str, name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{_blog(site_url)}#{kind}:{name}").urn


@functools.cache
def _blog(site_url: str) -> str:
    place = urlsplit(site_url)
    return f"{(place.hostname or '').removeprefix('www.')}/{place.path.strip('/')}"


def authors(post: Post, site: Site) -> tuple[tuple[str, Author], ...]:
    """Return the authors of a post whom `.authors.yml` knows, with their ids."""
    known = site.authors
    return tuple((id_, known[id_]) for id_ in dict.fromkeys(post.meta.authors) if id_ in known)


def possible(text: str) -> str:
    """Drop what neither XML 1.0 nor UTF-8 can carry."""
    return text if text.isprintable() else _IMPOSSIBLE.sub("", text)


def line(text: str, settings: Settings) -> str:
    """Write a text on one line; its no-break spaces stay, and French ones are set."""
    return _line(text, settings.language)


@functools.lru_cache(maxsize=1024)
def _line(text: str, language: str) -> str:
    flat = _BLANKS.sub(" ", possible(text)).strip(" ")
    return typeset_french(flat) if language == "fr" else flat


# A post stands in several feeds, in two formats: its text is long, and reduced only once.
@functools.lru_cache(maxsize=256)
def harmless(html: str, page: str) -> str:
    """Reduce a rendered text to what a feed reader shows; links are resolved against `page`.

    Scripts, comments, permalinks, and whatever depends on the page's own style, are left out.
    """

    def resolve(_tag: str, attribute: str, value: str) -> str | None:
        if attribute not in _ADDRESSES:
            return value
        try:
            return urls.resolve(page, value)
        except ValueError:
            return None

    return nh3.clean(
        _PERMALINK.sub("", possible(html)),
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=resolve,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    ).strip()


def _html(post: Post, site: Site) -> str:
    """Put the picture and the guests before the text, the video and the corrections after it."""
    settings = site.settings
    page = urls.absolute(site.url(post), settings)
    text = harmless(site.content(post), page)
    parts = (
        _picture(post, settings, text),
        _guests(post, settings),
        text,
        _video(post, settings, page),
        *_corrections(post, settings),
    )
    html = possible("\n".join(part for part in parts if part))
    return typeset_french_html(html) if settings.language == "fr" else html


def _picture(post: Post, settings: Settings, text: str) -> Markup:
    image = post.meta.image
    if image is None:
        return Markup()
    source = Markup('src="{}"').format(_full(image.src, post, settings))
    if source in text:
        return Markup()
    credit = Markup("<figcaption>{}</figcaption>").format(image.credit) if image.credit else ""
    return Markup('<figure><img {} alt="{}">{}</figure>').format(source, image.alt, credit)


def _guests(post: Post, settings: Settings) -> Markup:
    if not post.meta.guests:
        return Markup()
    names = Markup(" · ").join(_guest(guest) for guest in post.meta.guests)
    return Markup("<p>{}</p>").format(_said(say("With {names}", names=names), settings))


def _guest(guest: Guest) -> Markup:
    name = Markup("<strong>{}</strong>").format(guest.name)
    if address(guest.url):
        name = Markup('<a href="{}">{}</a>').format(address(guest.url), name)
    return Markup(", ").join([name, *filter(None, (guest.role, guest.organisation))])


def _video(post: Post, settings: Settings, page: str) -> Markup:
    """Lead to the video on its page: a feed reader has no player of ours."""
    video = post.meta.video
    if video is None:
        return Markup()
    poster = Markup()
    if video.poster:
        source = _full(video.poster.src, post, settings)
        poster = Markup('<img src="{}" alt="{}"><br>').format(source, video.poster.alt)
    words = _said(say("Watch the video: {title}", title=video.title), settings)
    return Markup('<p><a href="{}">{}{}</a></p>').format(page, poster, words)


def _corrections(post: Post, settings: Settings) -> list[Markup]:
    day = catalogue(settings.language).day
    return [
        Markup("<p>{}</p>").format(
            _said(
                say("Correction, {day}: {text}", day=day(correction.date), text=correction.text),
                settings,
            )
        )
        for correction in sorted(post.meta.corrections, key=lambda correction: correction.date)
    ]


def _said(message: Message, settings: Settings) -> Markup:
    """Translate a sentence into HTML: what it names is escaped, unless it is HTML already."""
    words = catalogue(settings.language)
    return Markup(message.show(lambda template: Markup(words.gettext(template))))  # noqa: S704  # ours


def _named(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(person for person in people if person.name)


def _author_page(id_: str, author: Author, settings: Settings) -> str:
    if address(author.url) or not settings.blog.authors_profiles:
        return address(author.url)
    return urls.absolute(urls.author_url(id_, author.name, author.slug, settings), settings)


def _full(src: str, post: Post, settings: Settings) -> str:
    return address(urls.absolute(urls.asset_url(src, post.path, settings), settings))
