"""What the last build left in an output folder, and of what it was made.

A file that is not as it was left counts as not there. The book is written last, so after a kill it
speaks of files that are older than what lies there: they are made again.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from cmflow import frontmatter
from cmflow.snapshot import Mark

VERSION = 2
_ROUNDED = 2_000
"""Nanoseconds by which a time may differ: archives keep it as a fraction of a second."""


class Need(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Something that weaving read for a file, beyond what all files share, and how it was.

    `kind` says what it is, `name` which one, `state` how it was: a digest, or an answer.
    """

    kind: str
    name: str
    state: bytes


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A file of the output: the key of what it was made of, and how it looked when it was left."""

    key: bytes
    needs: tuple[Need, ...]
    size: int
    changed: int
    """Nanoseconds, st_mtime_ns."""


class Book(msgspec.Struct):
    """The last build of an output folder.

    `base` is the digest of what all woven files share, `settings` that of `mkdocs.yml`, `sources`
    the snapshot it was made of and `taken` the time of that, in nanoseconds of the system's clock.
    `now` is the moment that the build took for the present (seconds since 1970), `day` its day in
    UTC, as a site map names it, `until` the moment at which something becomes due. `unseen` says
    that something was read which no snapshot shows.
    """

    version: int = VERSION
    base: bytes = b""
    made: bytes = b""
    """The key of `Made` in the larder."""
    facts: bytes = b""
    """The digest of all that was written, but for the texts."""
    settings: bytes = b""
    now: float = 0.0
    day: str = ""
    until: float | None = None
    unseen: bool = True
    taken: int = 0
    pages: int = 0
    posts: int = 0
    sources: dict[str, Mark] = {}
    entries: dict[str, Entry] = {}


_DECODER = msgspec.msgpack.Decoder(Book)


def load(path: Path) -> Book:
    """Read a book; what cannot be read is an empty one."""
    try:
        book = _DECODER.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        return Book()
    return book if book.version == VERSION else Book()


def save(book: Book, path: Path) -> None:
    """Write a book by temporary file and rename."""
    frontmatter.write(path, msgspec.msgpack.encode(book))


def look(path: Path | str) -> tuple[int, int] | None:
    """Return size and time of a file, nothing where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116  # thousands of files: a Path each costs as much
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def stands(entry: Entry, folder: str, path: str) -> bool:
    """Tell whether a file of the output is as it was left."""
    found = look(f"{folder}/{path}")
    return found is not None and found[0] == entry.size and abs(found[1] - entry.changed) < _ROUNDED
