"""What a page says of another one, as JF2 or as microformats in JSON, read as a mention.

https://www.w3.org/TR/jf2/, https://microformats.org/wiki/microformats2-parsing,
https://github.com/aaronpk/webmention.io#api (its `wm-` properties). Read in November 2026.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from cmflow.errors import say
from cmflow.heard import Heard
from cmflow.sources import base, outside
from cmflow.sources.outside import Posts
from cmflow.thread import Speaker

_PROPERTIES = ("in-reply-to", "like-of", "repost-of", "bookmark-of", "mention-of", "rsvp")
_LIKES = ("like-of", "bookmark-of")
_BOOSTS = ("repost-of",)
_WORDS = ("in-reply-to", "rsvp")
_BRIDGY = "https://brid.gy/"
_HIDDEN = ("private", "protected")
# Their counts come with the channel itself: https://brid.gy/about#webmentions.
_COUNTED = (f"{_BRIDGY}like/", f"{_BRIDGY}repost/")
_DEEPEST = 2
_SILOS = ("mastodon", "bluesky")


class Mention(msgspec.Struct, frozen=True):
    """One page that names a post: its words, or a like or boost that is only counted."""

    slug: str
    heard: Heard | None = None
    likes: int = 0
    boosts: int = 0


def entries(document: Any) -> Iterator[Any]:
    """Yield the entries of a document: of one entry, a list, a JF2 feed or a parsed page."""
    if isinstance(document, list):
        yield from document
    elif isinstance(document, dict) and not _is_entry(document):
        for name in ("children", "items", "links"):
            if isinstance(document.get(name), list):
                yield from document[name]
                return
        yield document
    else:
        yield document


def _is_entry(document: dict[str, Any]) -> bool:
    kinds = document.get("type")
    named = any(name in document for name in ("wm-target", *_PROPERTIES))
    return named or kinds == "entry" or (isinstance(kinds, list) and "h-entry" in kinds)


def read(entry: Any, posts: Posts, place: str = "webmention") -> Mention | None:
    """Read one entry; nothing where it is not for everybody or says nothing new to us.

    `place` begins the ids. Raises `UnreadableError` where it is no mention.
    """
    said = _flat(entry) if isinstance(entry, dict) else {}
    source = base.text(said, "wm-source") or _url(said.get("url"))
    kind = base.text(said, "wm-property")
    kind = kind or next((name for name in _PROPERTIES if said.get(name)), "mention-of")
    target = _target(said, kind, posts)
    if not target or not base.web(source):
        raise base.UnreadableError(say("A mention does not say what page it is or names."))
    if _hidden(said) or posts.at(source):
        return None
    slug = posts.at(target)
    if kind in (*_LIKES, *_BOOSTS):
        return None if _counted(source) else _reaction(kind, slug)
    html = _words(said, kind)
    if not html and kind == "rsvp":
        return None
    # A page that says nothing of itself is still one that names us.
    return Mention(slug, _heard(said, html or outside.linked(source), place, source, target))


def _heard(said: dict[str, Any], html: str, place: str, source: str, target: str) -> Heard:
    author = _person(said)
    page = _page(base.web(_url(said.get("url"))), source)
    number = base.text(said, "wm-id")
    pair = hashlib.sha256(f"{source}\n{target}".encode()).hexdigest()[:32]
    profile = base.web(_url(author.get("url")))
    return Heard(
        id=f"{place}/{number if number.isdecimal() else pair}",
        author=Speaker(outside.shown_name(_text(author.get("name")), profile, page), profile),
        html=html,
        published=_moment(said, "published") or _moment(said, "wm-received"),
        url=page,
        language=_text(said.get("lang")),
        about=target,
        avatar=base.web(_url(author.get("photo"))),
    )


def _page(url: str, source: str) -> str:
    """Return where a person reads a mention.

    A page may claim any address: of those of other hosts only Bridgy's are believed, for who claims
    that of a comment elsewhere would take its place.
    """
    same = outside.host_of(url) == outside.host_of(source)
    return url if url and (same or source.startswith(_BRIDGY)) else source


def _words(said: dict[str, Any], kind: str) -> str:
    """Return the words of an answer; of a page that only mentions us, its title and beginning."""
    content = said.get("content")
    shape = content if isinstance(content, dict) else {}
    typed = base.text(shape, "value")
    html = base.text(shape, "html") or (
        typed if base.text(shape, "content-type") == "text/html" else ""
    )
    plain = base.text(shape, "text") or ("" if html else typed or _text(content))
    title = _text(said.get("name"))
    if kind not in _WORDS:
        return outside.excerpt(title, html or outside.written(plain or _text(said.get("summary"))))
    if kind == "rsvp" and not (html or plain):
        return ""
    return html or outside.written(plain or _text(said.get("summary")) or title)


def _target(said: dict[str, Any], kind: str, posts: Posts) -> str:
    """Return the address of ours that is named; of several the first that is a post."""
    named = said.get("wm-target") or said.get(kind)
    every = [_url(one) for one in (named if isinstance(named, list) else [named])]
    return next((url for url in every if posts.at(url)), every[0] if every else "")


def _hidden(said: dict[str, Any]) -> bool:
    return said.get("wm-private") is True or _text(said.get("visibility")).lower() in _HIDDEN


def _counted(source: str) -> bool:
    return any(source.startswith(f"{way}{silo}/") for way in _COUNTED for silo in _SILOS)


def _reaction(kind: str, slug: str) -> Mention:
    return Mention(slug, likes=int(kind in _LIKES), boosts=int(kind in _BOOSTS))


def _person(said: dict[str, Any]) -> dict[str, Any]:
    author = said.get("author")
    author = author[0] if isinstance(author, list) and author else author
    if isinstance(author, str):
        return {"url": author} if base.web(author) else {"name": author}
    return author if isinstance(author, dict) else {}


def _moment(said: dict[str, Any], name: str) -> Any:
    written = _text(said.get(name))
    return base.moment(written) if written else None


def _text(value: Any) -> str:
    """Return the first text of a value: texts, lists of them, and `{value: …}` are all in use."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("value") or value.get("text")
    return base.text(value)


def _url(value: Any) -> str:
    """Return the first address of a value: a text, a list, a card or a cite."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, dict):
        value = value.get("url") or value.get("value")
        value = value[0] if isinstance(value, list) and value else value
    return base.text(value)


def _flat(entry: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """Write microformats as JF2: properties beside the type, and what is alone without its list.

    An author in a cite is as deep as anything that we read lies.
    """
    properties = entry.get("properties")
    if not isinstance(properties, dict) or depth > _DEEPEST:
        return entry
    found = {key: value for key, value in entry.items() if key != "properties"}
    for name, values in properties.items():
        flat = [
            _flat(one, depth + 1) if isinstance(one, dict) else one
            for one in (values if isinstance(values, list) else [values])
        ]
        found[name] = flat[0] if len(flat) == 1 else flat
    return found
