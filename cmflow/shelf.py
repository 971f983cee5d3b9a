"""Where what came back is kept: what `keep` took is durable, and made anew after a race."""

from __future__ import annotations

import contextlib
import datetime as dt
import glob
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from cmflow import community, forgotten, frontmatter
from cmflow.community import Shelved
from cmflow.errors import failure, say
from cmflow.git import Files
from cmflow.settings import Settings
from cmflow.store import locked
from cmflow.thread import Tally


class Shelf(Protocol):
    """Keeps comments, reactions, and who was forgotten.

    `at_once` tells that both reading and keeping are cheap: nothing need be fetched first, and
    nothing need wait for the end of a source.
    """

    at_once: bool

    def opened(self) -> AbstractContextManager[None]:
        """Hold the shelf for one run; raises `CmflowError` where another run holds it."""

    def slugs(self) -> tuple[str, ...]:
        """Return the slugs of all posts with comments."""

    def last_word(self, slug: str) -> dt.date | None:
        """Return the day of the newest comment of a post, as the names of its files tell it."""

    def count(self, source: str) -> int:
        """Return how many comments there are of a source, as the names of the files tell it."""

    def comments(self, slug: str) -> Shelved:
        """Read the comments of a post."""

    def tallies(self, slug: str) -> Mapping[str, Tally]:
        """Read the reactions to a post, by channel."""

    def forgotten(self) -> frozenset[str]:
        """Read the digests of who was forgotten."""

    def has(self, path: str) -> bool:
        """Tell whether there is a file."""

    def keep(self, make: Callable[[], Files], words: str, *, show: bool = False) -> Files:
        """Keep durably what `make` returns, and return it.

        `make` reads the shelf and says what should be in it, by paths below `content/community`; it
        is called again where another machine was quicker. `words` is the message of a commit.
        `show` tells that a person did it and that readers are to see it: then what publishes the
        site begins at once, where a remote has such a thing. Raises `CmflowError`.
        """


class FileShelf:
    """Keeps everything in the folder of the site, for one machine."""

    at_once = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.community
        self._lock = settings.root / ".cmflow" / "collect.lock"

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock."""
        with locked(self._lock):
            yield

    def slugs(self) -> tuple[str, ...]:
        """Return the slugs of all posts with comments."""
        return community.slugs(self._settings)

    def last_word(self, slug: str) -> dt.date | None:
        """Return the day of the newest comment of a post."""
        return community.last_word(self._settings, slug)

    def count(self, source: str) -> int:
        """Return how many comments there are of a source."""
        return community.count(self._settings, source)

    def comments(self, slug: str) -> Shelved:
        """Read the comments of a post."""
        return community.shelved(self._settings, slug)

    def tallies(self, slug: str) -> Mapping[str, Tally]:
        """Read the reactions to a post, by channel."""
        return community.tallies(self._settings, slug)

    def forgotten(self) -> frozenset[str]:
        """Read the digests of who was forgotten."""
        path = self._folder / forgotten.FILE
        return forgotten.parse(path.read_text("utf-8")) if path.is_file() else frozenset()

    def has(self, path: str) -> bool:
        """Tell whether there is a file."""
        return (self._folder / path).is_file()

    def keep(
        self,
        make: Callable[[], Files],
        words: str,  # noqa: ARG002  # a commit's
        *,
        show: bool = False,  # noqa: ARG002  # a remote's
    ) -> Files:
        """Write each file under another name first; one that is as it should be is not touched."""
        files = make()
        for path, data in files.items():
            write(self._folder, path, data, self._settings)
        return files


def write(folder: Path, path: str, data: bytes | None, settings: Settings) -> None:
    """Write or delete one file below `folder`, whole or not at all; raises `CmflowError`."""
    target = folder / path
    try:
        if data is None:
            target.unlink(missing_ok=True)
        elif not target.is_file() or target.read_bytes() != data:
            _sweep(target)
            frontmatter.write(target, data)
    except OSError as error:
        raise failure(
            settings.below_root(target),
            say("It cannot be written: {words}.", words=error.strerror or str(error)),
            say("Make room or look at the permissions, then run it again."),
        ) from error


def _sweep(target: Path) -> None:
    """Remove what a run that was cut off left of a file; only one run writes at a time."""
    for draft in target.parent.glob(f".{glob.escape(target.name)}.*"):
        draft.unlink(missing_ok=True)
