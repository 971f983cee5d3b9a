"""Builds that remember earlier ones, each of the two ways by itself."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path

from cmflow import book, library, mkdocs_yml, output
from cmflow.engines import material
from cmflow.memory import Memory

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


class Site:
    """A site with what earlier builds left."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.root = config.parent
        self.settings, _ = mkdocs_yml.load(config)

    def weave(self, now: dt.datetime = NOW) -> set[str] | None:
        """Only weave; return the paths of files written, nothing if that was not enough."""
        self.settings, _ = mkdocs_yml.load(self.config)
        before = self.book.entries
        made = self._memory(now).reweave()
        if made is None:
            return None
        return {path for path, entry in made.entries.items() if before.get(path) != entry}

    def build(self, now: dt.datetime = NOW) -> set[str]:
        """Build with the engine; return the paths of the files that were written."""
        self.settings, _ = mkdocs_yml.load(self.config)
        memory = self._memory(now)
        standing = memory.standing()
        given = {"given": library.load(self.settings), "standing": standing, "now": now}
        with output.workshop(self.root / ".cmflow") as folder:
            material.build(
                self.config, folder, strict=False, talk=print, keeper=standing, given=lambda: given
            )
            fresh = set(files(folder))
            looks = output.merge(folder, self.settings.site, standing.entries)
        memory.leave(standing, looks, 0, 0)
        return fresh

    def afresh(self, where: Path, now: dt.datetime = NOW) -> dict[str, bytes]:
        """Return the files of a build elsewhere that remembers nothing."""
        shutil.copytree(self.root / "content", where / "content")
        shutil.copy(self.config, where / self.config.name)
        other = Site(where / self.config.name)
        other.build(now)
        return files(other.settings.site)

    def _memory(self, now: dt.datetime) -> Memory:
        return Memory(self.settings, "site", now=now, taken=time.time_ns())

    @property
    def book(self) -> book.Book:
        """What the last build left."""
        return book.load(self.root / ".cmflow" / "cache" / "site.book")


def files(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder; of a packed site map the header holds the second it was made."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "sitemap.xml.gz"
    }
