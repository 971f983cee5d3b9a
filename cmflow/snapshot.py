"""What the files of a site hold, told by digests; what has not been touched is not read again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec

_BLINK = 2_000_000_000
"""Nanoseconds. A file as young as that may change again without looking any younger."""

_NEVER = frozenset({".git", ".cmflow", "__pycache__", "node_modules"})


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """How a file looked from outside when it was read, and the digest of what it held."""

    size: int
    changed: int
    """Nanoseconds, st_mtime_ns."""
    entered: int
    """Nanoseconds, st_ctime_ns: a file moved here keeps the other."""
    digest: bytes


Snapshot = Mapping[str, Mark]
"""The files of a site by their paths below its root, with forward slashes."""


class Former(msgspec.Struct, frozen=True):
    """An earlier snapshot, and when it was begun, in nanoseconds of the clock."""

    marks: Snapshot = {}
    taken: int = 0


def take(root: Path, folders: Iterable[Path], files: Iterable[Path], former: Former) -> Snapshot:
    """Return a mark of every file in folders, and of single files; missing ones are left out."""
    found: dict[str, Mark] = {}
    for folder in folders:
        base, start = _name(folder, root), len(str(folder))
        for path, entry in _walk(folder):
            name = base + path[start:].replace(os.sep, "/")
            if name not in found:
                found[name] = _mark(path, entry.stat(), former, name)
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        name = _name(file, root)
        found[name] = _mark(str(file), stat, former, name)
    return found


def changed(before: Snapshot, now: Snapshot) -> frozenset[str]:
    """Return the paths of files that came, went, or hold something else."""
    both = before.keys() & now.keys()
    other = {path for path in both if before[path].digest != now[path].digest}
    return frozenset(other | (before.keys() ^ now.keys()))


def _walk(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Go through all files below a folder, links followed as MkDocs does, a circle once."""
    todo, seen = [str(folder)], set()
    while todo:
        here = todo.pop()
        try:
            with os.scandir(here) as entries:
                listed = list(entries)
        except OSError:
            continue
        for entry in listed:
            if entry.name in _NEVER:
                continue
            if entry.is_dir():
                real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
                if real not in seen:
                    seen.add(real)
                    todo.append(entry.path)
            elif entry.is_file():
                yield entry.path, entry


def _mark(path: str, stat: os.stat_result, former: Former, name: str) -> Mark:
    known = former.marks.get(name)
    looks = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    youngest = max(stat.st_mtime_ns, stat.st_ctime_ns)
    if (
        known is not None
        and looks == (known.size, known.changed, known.entered)
        and youngest < former.taken - _BLINK
    ):
        return known
    with open(path, "rb", 0) as file:  # noqa: PTH123  # thousands of files: a Path each costs as much
        digest = blake2b(file.read(), digest_size=16).digest()
    return Mark(*looks, digest)


def _name(path: Path, root: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")
