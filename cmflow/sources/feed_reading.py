"""The comments in a feed: the bytes of RSS or Atom in, what was heard out.

https://www.rfc-editor.org/rfc/rfc4287, https://www.rssboard.org/rss-specification,
https://www.rfc-editor.org/rfc/rfc4685 (which entry answers which). Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cmflow.errors import Message, say
from cmflow.heard import Heard, Unread
from cmflow.networks.seen import links_in, same_address
from cmflow.sources import base, outside
from cmflow.sources.outside import Posts
from cmflow.thread import Speaker

LIMIT = 30.0
"""How many seconds a feed may take; one of two megabytes needs five."""

_PARSER = Path(__file__).with_name("feed_parser.py")
_HTML = ("text/html", "application/xhtml+xml")


class Page(msgspec.Struct, frozen=True):
    """One document of a feed: its comments, what cannot be read, and where the next one is."""

    heard: tuple[Heard, ...] = ()
    unread: tuple[Unread, ...] = ()
    next: str = ""


class _Entry(msgspec.Struct, frozen=True):
    """An entry as the parser tells it; `above` are addresses and ids of what it may answer."""

    id: str
    link: str
    self: str
    related: str
    title: str
    author: str
    profile: str
    published: list[int] | None
    updated: list[int] | None
    text: str
    type: str
    language: str
    answers: dict[str, Any]

    @property
    def html(self) -> str:
        """What is said, as HTML."""
        text = base.text(self.text)
        return text if self.type in _HTML else outside.written(text)


class _Feed(msgspec.Struct, frozen=True):
    version: str
    fault: str
    title: str
    link: str
    next: str
    summary: str
    language: str
    entries: list[_Entry]


def read(body: bytes, kind: str, url: str, posts: Posts, limit: float = LIMIT) -> Page:
    """Read one document of a feed, at the address `url`, of the media type `kind`.

    What is broken is read as far as it goes.
    """
    try:
        feed = _parsed(body, kind, url, limit)
    except subprocess.TimeoutExpired:
        return Page(unread=(_broken(url, say("It takes more time to read than any feed should.")),))
    except (subprocess.SubprocessError, msgspec.DecodeError, OSError):
        return Page(unread=(_broken(url, say("Nothing can make sense of it.")),))
    if not feed.version and not feed.entries:
        return Page(unread=(_broken(url, say("There is no feed at this address.")),))
    heard, unread = base.read_each(feed.entries, _Reading(feed, url, posts).heard, url)
    if feed.fault:
        why = say(
            "The feed is broken after {count} comments: {words}",
            count=len(feed.entries),
            words=base.text(feed.fault),
        )
        unread = (*unread, _broken(url, why))
    return Page(heard, unread, base.web(feed.next))


def _parsed(body: bytes, kind: str, url: str, limit: float) -> _Feed:
    """Run the parser in a process that can be ended, and that knows no secret."""
    about = json.dumps({"content-type": kind, "content-location": url}).encode()
    done = subprocess.run(  # noqa: S603  # our own file, by our own interpreter
        [sys.executable, "-P", str(_PARSER)],
        input=about + b"\n" + body,
        capture_output=True,
        timeout=limit,
        check=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("CMFLOW_")},
    )
    return msgspec.json.decode(done.stdout, type=_Feed)


def _broken(url: str, why: Message) -> Unread:
    remedy = say("Look at url: of the source; if it is right, tell those who make the feed.")
    return Unread(url, why, remedy)


class _Reading:
    """Reads the entries of one document, which may name each other."""

    def __init__(self, feed: _Feed, url: str, posts: Posts) -> None:
        self.feed = feed
        self.url = url
        self.posts = posts
        self.place = f"feed/{outside.host_of(url)}"
        self.times = Counter(_exact(entry.link) for entry in feed.entries)
        self.known: dict[str, str] = {}
        for entry in feed.entries:
            for name in (entry.id, _exact(self._url(entry)), _exact(entry.self)):
                if name:
                    self.known.setdefault(name, self._id(_key(entry)))
        self.post = self._post_of_all()

    def heard(self, entry: _Entry) -> Heard | None:
        """Read one entry; nothing where it is the head of the thread, and no answer."""
        if self._is_head(entry):
            return None
        html = entry.html or outside.written(base.text(entry.title))
        if not html.strip():
            where = base.text(entry.link) or base.text(entry.id) or self.url
            raise base.UnreadableError(say("{url} has no words.", url=where[:200]))
        profile = base.web(base.text(entry.profile))
        published = _moment(entry.published) or _moment(entry.updated)
        slug = self._post(entry)
        return Heard(
            id=self._id(_key(entry)),
            author=Speaker(
                outside.shown_name(base.text(entry.author), profile, entry.link), profile
            ),
            html=html,
            published=published,
            url=self._url(entry),
            reply_to=self._above(entry),
            edited=_moment(entry.updated),
            language=base.text(entry.language or self.feed.language),
            about=slug or self._named(entry),
        )

    def _id(self, key: str) -> str:
        return f"{self.place}/{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"

    def _is_head(self, entry: _Entry) -> bool:
        """Tell whether an entry is what the whole feed is about, as on Reddit."""
        return bool(self._url(entry)) and _exact(entry.link) == _exact(self.feed.link)

    def _post(self, entry: _Entry) -> str:
        """Find the post that an entry is about, by what names it best."""
        href = base.text(entry.answers, "href")
        return (
            self.posts.at(href)
            or self.posts.at(entry.link)
            or self.posts.titled(entry.title)
            or self.post
        )

    def _post_of_all(self) -> str:
        """Find the post that the feed as a whole is about: by its link, title, or first words."""
        named = self.posts.at(self.feed.link) or self.posts.titled(self.feed.title)
        heads = [entry.html for entry in self.feed.entries if self._is_head(entry)]
        texts = [self.feed.summary, *heads]
        found = {self.posts.at(link) for text in texts for link in links_in(text)} - {""}
        return named or (found.pop() if len(found) == 1 else "")

    def _named(self, entry: _Entry) -> str:
        """Return an address that is none of a post now, and may have been."""
        every = (base.text(entry.answers, "href"), entry.link, self.feed.link)
        return next((url for url in every if base.web(url)), "")

    def _above(self, entry: _Entry) -> str:
        """Return the id of the comment that an entry answers; nothing where it is the post."""
        ref, href = base.text(entry.answers, "ref"), base.text(entry.answers, "href")
        first = next(iter(_hrefs(entry)), "")
        for name in (ref, _exact(href), _exact(entry.related), first):
            found = self.known.get(name, "") if name else ""
            if found and found != self._id(_key(entry)):
                return found
        post = not ref or (self.posts.at(href) and not urlsplit(href).fragment)
        return "" if post else self._id(ref)

    def _url(self, entry: _Entry) -> str:
        """Return where the comment stands, where it has an address of its own."""
        link = base.web(base.text(entry.link))
        shared = self.times[_exact(entry.link)] > 1
        return "" if shared or (self.posts.at(link) and not urlsplit(link).fragment) else link


def _key(entry: _Entry) -> str:
    """Return what tells an entry from every other, always."""
    return entry.id or entry.link or f"{entry.author}\n{entry.published}\n{entry.text}"


def _hrefs(entry: _Entry) -> list[str]:
    """Return where the first link of a text leads: WordPress begins with “In reply to …”."""
    start, found, rest = entry.text[:300].partition('<a href="')
    return [_exact(rest.partition('"')[0])] if found and len(start) < 60 else []


def _exact(url: str) -> str:
    """Write an address so that two of one place are equal, its fragment included."""
    base_, _, fragment = url.partition("#")
    return f"{same_address(base_)}#{fragment}" if url else ""


def _moment(parts: list[int] | None) -> dt.datetime | None:
    try:
        return dt.datetime(*parts[:6], tzinfo=dt.UTC) if parts else None  # type: ignore[arg-type,misc]  # six numbers, then the zone
    except (ValueError, TypeError, OverflowError):
        return None
