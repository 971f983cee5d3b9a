"""What was written and made, kept so that a build which only weaves need not read it again."""

from __future__ import annotations

import datetime as dt
import typing
from collections.abc import Callable
from typing import Any

import msgspec

from cmflow.feeds import TAG_LIST, lists_tags
from cmflow.frontmatter import Source
from cmflow.lazily import Lazily
from cmflow.library import Library
from cmflow.post import Author, Dates, Page, Post, PostMeta
from cmflow.site import Site
from cmflow.written import Made


class _Dates(msgspec.Struct, frozen=True):
    created: str
    updated: str | None = None


# The engine's own keys and the notes make no difference to weaving.
_LEFT = ("date", "links", "search", "notes")
_NAMES = [name for name in PostMeta.__struct_fields__ if name not in _LEFT]
_HINTS = typing.get_type_hints(PostMeta)
_Meta = msgspec.defstruct(
    "_Meta",
    [
        ("date", _Dates),
        *(
            (field.name, _HINTS[field.name], field.default)
            for field in msgspec.structs.fields(PostMeta)
            if field.name not in _LEFT
        ),
    ],
    frozen=True,
)
"""The front matter of a post, with its days and times as they are written."""


class _Read(msgspec.Struct, frozen=True, array_like=True):
    path: str
    slug: str
    title: str
    published: dt.datetime
    updated: dt.datetime
    meta: _Meta  # type: ignore[valid-type]  # made above


class _Kept(msgspec.Struct, frozen=True):
    posts: list[_Read]
    pages: tuple[Page, ...]
    authors: dict[str, Author]
    urls: dict[str, str]
    searcher: str
    tags: str
    """The path of the page that lists posts by their tags."""


_DECODER = msgspec.json.Decoder(_Kept)


def facts(site: Site) -> bytes:
    """Write all that weaving takes from what was written and made, but for the texts.

    The same facts are the same bytes.
    """
    posts = [_row(post) for post in site.library.posts]
    tags = next((path for path, page in site.pages.items() if lists_tags(site, page)), "")
    return msgspec.json.encode(
        {
            "posts": posts,
            "pages": site.library.pages,
            "authors": site.library.authors,
            "urls": site.made.urls,
            "searcher": site.made.searcher,
            "tags": tags,
        },
        order="deterministic",
    )


def thing(of: Post | Page) -> bytes:
    """Write all that weaving takes from one post or page, but for its text."""
    return msgspec.json.encode(_row(of) if isinstance(of, Post) else of, order="deterministic")


def read(data: bytes, zone: dt.tzinfo, contents: Callable[[str], str]) -> tuple[Library, Made]:
    """Read facts: a library without sources and findings, and what was made.

    `contents` returns the text of a post by its path. Raises `msgspec.MsgspecError`.
    """
    found = _DECODER.decode(data)
    sources = {found.tags: Source(found.tags, "", {}, TAG_LIST, 1)} if found.tags else {}
    library = Library(
        posts=tuple(_post(post, zone) for post in found.posts),
        pages=found.pages,
        authors=found.authors,
        personas={},
        sources=sources,
        findings=(),
    )
    made = Made(found.urls, Lazily(found.urls, contents), searcher=found.searcher)
    return library, made


def _row(post: Post) -> tuple[object, ...]:
    meta = _meta(post.meta)
    return post.path, post.slug, post.title, post.published, post.updated, meta


def _meta(meta: PostMeta) -> PostMeta:
    return msgspec.structs.replace(meta, links=None, search=None, notes={})


def _post(read: _Read, zone: dt.tzinfo) -> Post:
    meta: Any = read.meta
    fields = {name: getattr(meta, name) for name in _NAMES}
    updated = _moment(meta.date.updated) if meta.date.updated else None
    dates = Dates(_moment(meta.date.created), updated)
    made = PostMeta(date=dates, **fields)
    published, changed = _at(read.published, zone), _at(read.updated, zone)
    return Post(read.path, read.slug, read.title, published, changed, made)


def _at(when: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Give a time its zone again: a day later is another thing in a zone than at an offset."""
    try:
        return when.astimezone(zone)
    except OverflowError:  # the first hours of year 1, the last ones of year 9999
        return when.replace(tzinfo=zone)


def _moment(written: str) -> dt.datetime | dt.date:
    if "T" in written:
        return dt.datetime.fromisoformat(written)
    return dt.date.fromisoformat(written)
