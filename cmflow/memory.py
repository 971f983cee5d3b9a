"""What a build takes from the builds before it, and leaves for those that follow."""

from __future__ import annotations

import contextlib
import datetime as dt

import msgspec

from cmflow import book, output, reweave, snapshot
from cmflow.book import Book, Entry
from cmflow.larder import Larder
from cmflow.settings import Settings
from cmflow.snapshot import Former
from cmflow.standing import Standing

FOLDER = "cache"
"""Below `.cmflow`. It may be deleted at any time; a build takes longer then, that is all."""


class Memory:
    """What is known of one output folder of a site, `name`, at the beginning of a build.

    `taken` is the time of the system's clock, in nanoseconds, before any file is looked at; `now`
    is what the build takes for the present.
    """

    def __init__(self, settings: Settings, name: str, *, now: dt.datetime, taken: int) -> None:
        folder = settings.root / ".cmflow" / FOLDER
        self.larder = Larder(folder / "larder.db")
        self._path = folder / f"{name}.book"
        self._settings = settings
        self._now, self._taken = now, taken
        self._former = book.load(self._path)
        self._sources = snapshot.take(
            settings.root,
            [settings.docs, settings.community, *([settings.theme] if settings.theme else [])],
            [settings.config],
            Former(self._former.sources, self._former.taken),
        )

    def reweave(self) -> Book | None:
        """Weave what only a new answer has changed; nothing where more is to be done."""
        if self._former.settings != self._settings.digest:
            return None
        made = reweave.attempt(self._settings, self.larder, self._former, self._sources, self._now)
        if made is not None:
            self._save(made)
            self.larder.close(prune=False)
        return made

    def standing(self) -> Standing:
        """Return what knows which files stand."""
        return Standing(self.larder, self._former, self._sources, self._settings, self._now)

    def leave(self, standing: Standing, looks: output.Looks, pages: int, posts: int) -> None:
        """Keep what a build made, when all of it lies in the output folder."""
        made = standing.finish()
        nothing = Entry(b"", (), 0, 0)
        made.entries = {
            path: msgspec.structs.replace(
                made.entries.get(path, nothing), size=size, changed=changed
            )
            for path, (size, changed) in looks.items()
        }
        made.pages, made.posts = pages, posts
        self._save(made)
        self.larder.close(prune=True)

    def drop(self) -> None:
        """Forget everything: it was wrong."""
        self.larder.drop()
        self._path.unlink(missing_ok=True)

    def _save(self, made: Book) -> None:
        made.settings, made.taken = self._settings.digest, self._taken
        # Without a book the next build takes longer; the site is there.
        with contextlib.suppress(OSError):
            book.save(made, self._path)
