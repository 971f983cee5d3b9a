"""The build that only weaves: somebody answered, and nothing else has changed.

No engine is asked: its pages are in the larder, as they were before weaving.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from cmflow import beside, book, comment_feeds, frontmatter, kept, loom, outline, standing, urls
from cmflow.book import Book, Entry
from cmflow.conversation import FACES
from cmflow.errors import CmflowError
from cmflow.larder import Larder
from cmflow.looks import OF_FACTS
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.snapshot import Snapshot
from cmflow.standing import Remembered, Touched, holds, touched

_LEARNT = frozenset({"content", "lead", "thread", "version"}) | OF_FACTS
_STILL = frozenset({"content", "lead", "until", "version"}) | OF_FACTS
"""Needs that hold wherever no text was touched and nothing is due."""


class _Aside(Exception):  # noqa: N818  # no error: a reason to build the long way
    """Something has to be made that only the engine can make."""


def attempt(
    settings: Settings, larder: Larder, former: Book, snapshot: Snapshot, now: dt.datetime
) -> Book | None:
    """Weave again what answers have changed, and return the book of this build.

    Returns nothing, and has written nothing, where more is to be done than that.
    """
    changes = touched(former.sources, snapshot, settings)
    if changes.other or not _is_fresh(former, now) or not _is_whole(former, settings.site):
        return None
    data = larder.get(standing.KIND, former.made)
    if data is None:
        return None
    try:
        known = msgspec.msgpack.decode(data, type=Remembered)
        contents = _contents(larder, known.texts)
        library, made = kept.read(known.facts, settings.zone, contents)
        site = loom.site_of(settings, library, made, now=now)
        site.learn(
            need
            for entry in former.entries.values()
            for need in entry.needs
            if need.kind in _LEARNT and not changes.touches(need)
        )
        files, entries = _weave(site, larder, former, changes)
    except (_Aside, CmflowError, msgspec.MsgspecError):
        return None
    _write(settings.site, files, former.entries.keys() - entries.keys())
    entries |= {path: _looked(settings.site, path, entries[path]) for path in files}
    until = standing.due(site, entries, now)
    return msgspec.structs.replace(
        former, sources=dict(snapshot), entries=entries, now=now.timestamp(), until=until
    )


def _is_fresh(former: Book, now: dt.datetime) -> bool:
    """Tell whether a book speaks of all there is, and no moment has passed that matters."""
    return (
        bool(former.made)
        and not former.unseen
        and former.day == standing.day(now)
        and standing.begun(former) <= now
        and (former.until is None or now.timestamp() < former.until)
        and former.base[:16] == standing.tools()
    )


def _is_whole(former: Book, output: Path) -> bool:
    folder = str(output)
    return all(book.stands(entry, folder, path) for path, entry in former.entries.items())


def _weave(
    site: Site, larder: Larder, former: Book, changes: Touched
) -> tuple[dict[str, bytes], dict[str, Entry]]:
    """Return the files that are another now, and an entry for every file, these without size."""
    files: dict[str, bytes] = {}
    old = {
        path
        for path, entry in former.entries.items()
        for need in entry.needs
        if need.kind not in _STILL and not holds(need, site, changes, site.moment)
    }
    keys = _pages(site, larder, former, old, files.__setitem__)
    rest = {path: entry for path, entry in former.entries.items() if path not in old}
    shown = standing.shown(rest, site.trace.woven)
    for job in (*_jobs(site, former, old, files), *beside.portraits(site, shown)):
        entry = former.entries.get(job.paths[0])
        if job.paths[0] not in old and entry is not None and entry.key == job.key:
            continue
        beside.do(job, site, files.__setitem__)
        keys |= dict.fromkeys(job.paths, job.key)
    gone = (old | _portraits(former, shown)) - files.keys()
    entries = {path: entry for path, entry in former.entries.items() if path not in gone}
    woven = site.trace.woven
    return files, entries | {p: Entry(keys.get(p, b""), woven[p], 0, 0) for p in files}


def _contents(larder: Larder, keys: Mapping[str, bytes]) -> Callable[[str], str]:
    """Return what finds the text of a post, as the engine left it; see `swift.rendered`."""

    def content(path: str) -> str:
        data = larder.get("text", keys[path]) if path in keys else None
        if data is None:
            raise _Aside(path)
        return outline.text_of(msgspec.msgpack.decode(data, type=tuple[str, msgspec.Raw])[0])

    return content


def _pages(
    site: Site, larder: Larder, former: Book, old: set[str], put: beside.Write
) -> dict[str, bytes]:
    """Weave the pages among old files, and return their keys."""
    addresses = {urls.output(url): url for url in site.made.urls.values()}
    keys: dict[str, bytes] = {}
    weaver = None
    for path in sorted(old):
        if not path.endswith(".html"):
            continue
        keys[path] = former.entries[path].key
        html = larder.get("page", keys[path]) if path in addresses else None
        if html is None:
            raise _Aside(path)
        weaver = weaver or loom.weaver_of(site, larder)
        woven = loom.weave(weaver, html.decode("utf-8", "surrogatepass"), addresses[path], put)
        put(path, woven.encode("utf-8", errors="xmlcharrefreplace"))
    return keys


def _jobs(
    site: Site, former: Book, old: set[str], files: Mapping[str, bytes]
) -> Iterable[beside.Job]:
    """Return the jobs of what stands beside the pages, where there is something to do."""
    whole = f"{comment_feeds.WHOLE}.xml"
    if old <= files.keys() and (whole in former.entries) == site.is_anyone_heard():
        return ()
    return beside.texts(site)


def _portraits(former: Book, shown: frozenset[str]) -> set[str]:
    """Return the pictures that are in the output folder and not to be shown any more."""
    start = f"{FACES}/"
    return {p for p in former.entries if p.startswith(start) and p.removeprefix(start) not in shown}


def _write(output: Path, files: Mapping[str, bytes], gone: Iterable[str]) -> None:
    for path, data in files.items():
        frontmatter.write(output / path, data)
    for path in gone:
        (output / path).unlink(missing_ok=True)


def _looked(output: Path, path: str, entry: Entry) -> Entry:
    size, changed = book.look(output / path) or (0, 0)
    return msgspec.structs.replace(entry, size=size, changed=changed)
