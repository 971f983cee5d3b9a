"""The output folder: a build is made beside it, and takes its place only when it succeeded."""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import filelock

Looks = Mapping[str, tuple[int, int]]
"""Size and time (st_mtime_ns) of every file of an output folder, by its path with slashes."""


@contextlib.contextmanager
def workshop(kept: Path) -> Iterator[Path]:
    """Give an empty folder to build in, to one build at a time; others wait.

    What is left there afterwards is thrown away, and so is what a killed build left. Where the disk
    knows no locks, builds take the risk of meeting; the next one repairs it.
    """
    kept.mkdir(exist_ok=True)
    lock = filelock.FileLock(kept / "build.lock", fallback_to_soft=False)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, NotImplementedError):
            stack.enter_context(lock)
        for left in kept.glob("site-*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(
            dir=kept, prefix="site-", ignore_cleanup_errors=True
        ) as name:
            yield Path(name)


def merge(made: Path, site: Path, standing: Collection[str]) -> Looks:
    """Put what was made into the output folder, and take away what is neither made nor standing.

    What begins with a dot at the top stays, as with MkDocs: the folder may be a checkout. Each file
    is replaced in one step, so a reader or a kill finds the old one or the new one.
    """
    site.mkdir(parents=True, exist_ok=True)
    fresh = frozenset(name for name, _ in files(made))
    _move(made, site)
    found: dict[str, tuple[int, int]] = {}
    emptied: set[Path] = set()
    for name, entry in list(files(site)):
        if name in fresh or name in standing:
            stat = entry.stat()
            found[name] = (stat.st_size, stat.st_mtime_ns)
        elif not name.startswith("."):
            Path(entry.path).unlink()
            emptied.add(Path(entry.path).parent)
    _sweep(emptied, site)
    return found


def _move(made: Path, site: Path) -> None:
    """Move what is in a folder into another: a folder as a whole, where there is none yet."""
    with os.scandir(made) as entries:
        listed = list(entries)
    for entry in listed:
        target = site / entry.name
        if entry.is_dir(follow_symlinks=False):
            if target.is_symlink() or target.is_file():
                target.unlink()
            if target.is_dir():
                _move(Path(entry.path), target)
                continue
        elif target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        Path(entry.path).replace(target)


def different(one: Path, other: Path) -> list[str]:
    """Return the paths of all files that are not byte by byte the same in both folders.

    The gzip header of a site map holds the second it was made in, and what begins with a dot at the
    top is not ours: these are not compared.
    """
    names = {name for folder in (one, other) for name, _ in files(folder)} - {"sitemap.xml.gz"}
    return sorted(
        name for name in names if not name.startswith(".") and not _same(one / name, other / name)
    )


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def files(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Go through every file below a folder, with its path there; a link counts as a file."""
    start = len(str(folder)) + 1
    todo = [str(folder)]
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                else:
                    yield entry.path[start:].replace(os.sep, "/"), entry


def _sweep(folders: Iterable[Path], site: Path) -> None:
    """Take away folders in which nothing is left, and those above them."""
    for folder in folders:
        while folder != site:
            try:
                folder.rmdir()  # refuses one that is not empty
            except OSError:
                break
            folder = folder.parent  # noqa: PLW2901  # the way up
