"""What a search result shows of a page: its address, tags and sections, a few pages to a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

_UNSAFE = re.compile(r"<(?!/?(?:code|li|ol|p|pre|sub|sup|ul)>)")
"""What opens a tag that Material's search does not keep."""


class Section(msgspec.Struct, array_like=True, frozen=True):
    """A heading and the text below it, in the HTML of Material's search; the first has no id."""

    id: str
    title: str
    text: str


class Extract(msgspec.Struct, array_like=True, frozen=True):
    """A page as search knows it; `boost` is what its front matter makes of its weight."""

    location: str
    tags: list[str]
    sections: list[Section]
    boost: float = 1.0


FULL = 8_000
"""Bytes of a bundle of pages: a reader fetches it for one of them, and a file costs as well."""

_BLOCK = 16
"""Pages that are bundled by themselves, so that an edit changes the bundles of these alone."""

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(list[msgspec.Raw])
_PAGE = msgspec.json.Decoder(Extract)


def of_entries(entries: Iterable[Mapping[str, Any]]) -> list[Extract]:
    """Gather the entries of Material's search index by their pages, in the order of the pages."""
    pages: dict[str, Extract] = {}
    for entry in entries:
        location, _, id_ = entry["location"].partition("#")
        page = pages.get(location)
        if page is None:
            tags = [harmless(str(tag)) for tag in entry.get("tags", ())]
            page = pages[location] = Extract(location, tags, [], float(entry.get("boost", 1)))
        page.sections.append(Section(id_, harmless(entry["title"]), harmless(entry["text"])))
    return list(pages.values())


def harmless(html: str) -> str:
    """Let no other tag through than those that a search result is made of.

    The dialog writes what it gets as HTML, and the engine does not escape every title and tag.
    """
    return _UNSAFE.sub("&lt;", html) if "<" in html else html


def write(extract: Extract) -> bytes:
    """Write an extract as JSON: a browser reads nothing faster."""
    return _ENCODER.encode(extract)


def read(data: bytes) -> Extract:
    """Read what `write` wrote; raises `msgspec.MsgspecError`."""
    return _PAGE.decode(data)


def bundles(pages: Sequence[bytes]) -> list[list[bytes]]:
    """Put written extracts together to files of about `FULL` bytes."""
    made: list[list[bytes]] = []
    for first in range(0, len(pages), _BLOCK):
        room = 0
        for page in pages[first : first + _BLOCK]:
            if len(page) > room:
                made.append([])
                room = FULL
            made[-1].append(page)
            room = max(room - len(page), 0)
    return made


def bundle(pages: Iterable[bytes]) -> bytes:
    """Write a bundle."""
    return b"[" + b",".join(pages) + b"]"


def unbundled(data: bytes) -> list[bytes]:
    """Read what `bundle` wrote; raises `msgspec.MsgspecError`."""
    return [bytes(page) for page in _DECODER.decode(data)]


def name(data: bytes) -> str:
    """Return the name of a file: its content's. So it never changes, and is kept for ever."""
    return blake2b(data, digest_size=5).hexdigest()
