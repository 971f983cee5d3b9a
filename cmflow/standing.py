"""Knows which finished files of the last build are what this build would make of the same page."""

from __future__ import annotations

import datetime as dt
import functools
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from cmflow import book, comment_feeds, comment_file, community, kept, output, tally_file, urls
from cmflow.beside import Job
from cmflow.book import Book, Entry, Need
from cmflow.larder import Larder, digest, digest_of
from cmflow.looks import OF_FACTS
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.snapshot import Snapshot, changed
from cmflow.trace import Woven

RECEIPTS = "receipts"

KIND = "site"
"""The kind, in the larder, of what a site is besides its texts; see `kept`."""


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """A site as it was made, as `kept` writes it, and the keys of its texts, by path."""

    facts: bytes
    texts: dict[str, bytes]


class Touched(msgspec.Struct, frozen=True):
    """What of the conversation is another than at the last build, by slug or file name."""

    threads: frozenset[str] = frozenset()
    receipts: frozenset[str] = frozenset()
    tallies: frozenset[str] = frozenset()
    portraits: frozenset[str] = frozenset()
    other: frozenset[str] = frozenset()
    """The paths of all files elsewhere that changed."""

    def touches(self, need: Need) -> bool:
        """Tell whether what was read may be another now."""
        found: Mapping[str, frozenset[str]] = {
            "thread": self.threads,
            "answered": self.threads,
            "receipts": self.receipts,
            "tallies": self.tallies,
        }
        return need.name in found.get(need.kind, ())


def touched(before: Snapshot, now: Snapshot, settings: Settings) -> Touched:
    """Sort what changed between two snapshots."""
    home = settings.below_root(settings.community)
    sorts: dict[str, set[str]] = {
        comment_file.FOLDER: set(), RECEIPTS: set(), tally_file.FOLDER: set(),
        community.FACES: set(), "": set(),
    }  # fmt: skip
    for path in changed(before, now):
        if not path.startswith(f"{home}/"):
            sorts[""].add(path)
            continue
        folder, _, rest = path.removeprefix(f"{home}/").partition("/")
        name = rest.partition("/")[0] if folder in (comment_file.FOLDER, RECEIPTS) else rest
        if folder in sorts:
            sorts[folder].add(name.removesuffix(".yml") if folder == tally_file.FOLDER else name)
    return Touched(*(frozenset(found) for found in sorts.values()))


class Standing:
    """The keeper of one build; see `cmflow.swift.keeper`.

    `former` is what the last build left in the folder `output`, `now` the moment of this one and
    `snapshot` what the files of the site hold.
    """

    def __init__(
        self,
        larder: Larder,
        former: Book,
        snapshot: Snapshot,
        settings: Settings,
        now: dt.datetime,
    ) -> None:
        self.larder = larder
        self.now = now
        self.woven: Woven = {}
        self._book = former
        self._snapshot = snapshot
        self._output = str(settings.site)
        self._touched = touched(former.sources, snapshot, settings)
        self._made = Book(sources=dict(snapshot), unseen=False, day=day(now), now=now.timestamp())
        self._keys: dict[str, bytes] = {}
        self._texts: dict[str, bytes] = {}
        self._beside: dict[str, tuple[str, ...]] = {}
        self._site: Site | None = None
        self._same = former.base == b"" and begun(former) <= now
        self._still: frozenset[str] = frozenset()

    def begin(self, site: Site) -> None:
        """Take note of the site, as soon as the engine has read it."""
        self._site = site
        self._made.base = base_of(site, self._snapshot)
        self._made.facts = site.state("facts", "")
        self._still = OF_FACTS if self._made.facts == self._book.facts else frozenset()
        # What was known of conversations holds as long as the same code reads them.
        if self._book.base[:16] == self._made.base[:16]:
            site.learn(
                need
                for need in _needs(self._book.entries)
                if need.kind == "thread" and not self._touched.touches(need)
            )
        self._same = self._book.base == self._made.base and begun(self._book) <= self.now
        for post in site.posts:
            feed = comment_feeds.path_of(site, post)
            page = urls.output(site.url(post))
            self._beside[page] = tuple(
                path for end in (".xml", ".json") if (path := feed + end) in self._book.entries
            )

    def stands(self, path: str, key: bytes) -> bool:
        """Tell whether the file of a page stands, with the feeds of the answers to it."""
        if not path.endswith(".html"):  # copied, or made of the search: nothing is woven into it
            return self._stand((path,), key, plain=True)
        return self._stand((path, *self._beside.get(path, ())), key)

    def stands_beside(self, job: Job) -> bool:
        """Tell whether files that stand beside the pages stand."""
        if self._stand(job.paths, job.key):
            return True
        self._keys |= dict.fromkeys(job.paths, job.key)
        return False

    def made(self, path: str, key: bytes) -> None:
        """Take note of a page's file that was just written."""
        self._keys[path] = key

    def text(self, path: str, key: bytes) -> None:
        """Take note under which key, of the kind "text", a page's text is in the larder."""
        self._texts[path] = key

    def unseen(self) -> None:
        """Take note that something was made of what no snapshot shows."""
        self._made.unseen = True

    def finish(self) -> Book:
        """Return the book of this build; the sizes and times of new files are not in it yet.

        What a build that only weaves wants is kept in the larder.
        """
        for path, needs in self.woven.items():
            self._made.entries[path] = Entry(self._keys.get(path, b""), needs, 0, 0)
        for path in self._keys.keys() - self.woven.keys():
            self._made.entries[path] = Entry(self._keys[path], (), 0, 0)
        if self._site is not None:
            data = msgspec.msgpack.encode(Remembered(kept.facts(self._site), self._texts))
            self._made.made = digest(data)
            self.larder.put(KIND, self._made.made, data)
            self._made.until = due(self._site, self._made.entries, self.now)
        return self._made

    @property
    def output(self) -> Path:
        """The output folder that is to be made."""
        return Path(self._output)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The files that stand, and those that were made, which have no size yet."""
        return self._made.entries

    @property
    def faces(self) -> frozenset[str]:
        """The names of the pictures of all who speak on pages that stand."""
        return shown(self._made.entries, {})

    def _stand(self, paths: tuple[str, ...], key: bytes, *, plain: bool = False) -> bool:
        """Tell whether files that are made together stand; the first bears the key.

        What is `plain` is made of what its key says, and of nothing else.
        """
        if not (plain or self._same) or not all(self._left(path) for path in paths):
            return False
        entries = {path: self._book.entries[path] for path in paths}
        if entries[paths[0]].key != key or not self._hold(_needs(entries)):
            return False
        self._made.entries |= entries
        return True

    def _left(self, path: str) -> bool:
        entry = self._book.entries.get(path)
        return entry is not None and book.stands(entry, self._output, path)

    def _hold(self, needs: Iterable[Need]) -> bool:
        return all(
            need.kind in self._still or holds(need, self._site, self._touched, self.now)
            for need in needs
        )


def holds(need: Need, site: Site | None, touched: Touched, now: dt.datetime) -> bool:
    """Tell whether something that weaving read is as it was."""
    if need.kind == "until":
        return now < dt.datetime.fromisoformat(need.name)
    if need.kind == "now" or site is None:
        return False
    if need.kind == "lead":
        return True  # of the page's own text, which is in its key
    if need.kind in ("thread", "receipts", "tallies"):
        return not touched.touches(need)
    if need.kind == "answered" and not touched.touches(need):
        return True
    return site.state(need.kind, need.name) == need.state


def base_of(site: Site, snapshot: Snapshot) -> bytes:
    """Return a digest of our own code, and one of what all woven files share."""
    settings = site.settings
    docs = settings.below_root(settings.docs)
    captions = {
        f"{docs}/{urls.asset_path(post.meta.video.captions, post.path)}"
        for post in site.posts
        if post.meta.video and post.meta.video.captions
    }
    rooms = tuple(f"{settings.below_root(room)}/" for room in (settings.community, settings.plan))
    shared = {
        path: mark.digest
        for path, mark in snapshot.items()
        if not path.startswith(rooms)
        and (
            not path.startswith(f"{docs}/") or path.endswith((".yml", ".yaml")) or path in captions
        )
    }
    placed = msgspec.structs.replace(settings, site=settings.docs)
    authors = msgspec.json.encode(site.authors, order="deterministic")
    return tools() + digest(digest_of(shared), repr(placed), authors, site.searcher)


@functools.cache
def tools() -> bytes:
    """Return a digest of our own code and of the versions of all that is installed beside it.

    Of what is in the files, not of their times: each machine of a CI installs them anew.
    """
    here = Path(__file__).parent
    packages = Path(msgspec.__file__).parent.parent
    installed = (name for name in os.listdir(packages) if name.endswith("-info"))  # noqa: PTH208  # each build asks
    code = (
        part
        for path, entry in sorted(output.files(here))
        if not path.endswith(".pyc")
        for part in (path, Path(entry.path).read_bytes())
    )
    return digest(sys.version, *sorted(installed), *code)


def day(now: dt.datetime) -> str:
    """Return the day of a moment in UTC, as a site map names it."""
    return now.astimezone(dt.UTC).date().isoformat()


def begun(book: Book) -> dt.datetime:
    """Return when a book was begun."""
    return dt.datetime.fromtimestamp(book.now, dt.UTC)


def due(site: Site, entries: Mapping[str, Entry], now: dt.datetime) -> float | None:
    """Return the first moment at which something becomes another, in seconds since 1970."""
    moments = [
        dt.datetime.fromisoformat(need.name) for need in _needs(entries) if need.kind == "until"
    ]
    moments += [post.published for post in site.library.posts if post.published > now]
    return min((moment.timestamp() for moment in moments), default=None)


def _needs(entries: Mapping[str, Entry]) -> Iterable[Need]:
    return (need for entry in entries.values() for need in entry.needs)


def shown(entries: Mapping[str, Entry], woven: Woven) -> frozenset[str]:
    """Return the names of the pictures of all who speak, in files that stand or were just woven."""
    needs = {path: entry.needs for path, entry in entries.items()} | woven
    return frozenset(
        need.name for of in needs.values() for need in of if need.kind == "face" and need.state
    )
