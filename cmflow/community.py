"""Read what came back: the comments, reactions and receipts of `content/community`."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from cmflow import comment_file, ledger_file, tally_file
from cmflow.errors import Finding
from cmflow.ledger import Receipt, fits
from cmflow.settings import Settings
from cmflow.thread import Comment, Tally

FACES = "avatars"
"""The folder of the pictures of people, below `content/community`."""

RECEIPTS = "receipts"
"""The folder of the receipts, below `content/community`."""

_FACE = re.compile(r"[0-9a-z-]+\.(?:gif|jpe?g|png|webp)")


class Filed(msgspec.Struct, frozen=True):
    """A comment and its file; `path` is below `content/community`, with slashes."""

    path: str
    comment: Comment

    @property
    def slug(self) -> str:
        """The slug of the post that is answered."""
        return self.path.split("/")[1]

    @property
    def short(self) -> str:
        """The last part of the file's name, by which a person calls it."""
        return self.path.rpartition("-")[2].removesuffix(".md")


class Shelved(msgspec.Struct, frozen=True):
    """The comments of a post by their ids, and the files that cannot be read."""

    kept: Mapping[str, Filed]
    broken: frozenset[str]
    findings: tuple[Finding, ...]


def slugs(settings: Settings) -> tuple[str, ...]:
    """Return the slugs of all posts with comments."""
    folder = settings.community / comment_file.FOLDER
    return tuple(sorted(path.name for path in _visible(folder) if path.is_dir()))


def shelved(settings: Settings, slug: str) -> Shelved:
    """Read the comments of one post, in the order of their file names; of two of one id the first.

    What begins with a dot is not read.
    """
    found, broken, findings = files(settings, slug)
    kept: dict[str, Filed] = {}
    for one in found:
        kept.setdefault(one.comment.id, one)
    return Shelved(kept, frozenset(broken), tuple(findings))


def files(settings: Settings, slug: str) -> tuple[list[Filed], list[str], list[Finding]]:
    """Read every file of a comment of one post: those that can be read, and the paths of others."""
    findings: list[Finding] = []
    kept: list[Filed] = []
    broken: list[str] = []
    folder = settings.community / comment_file.FOLDER / slug
    for file in _listed(folder) if fits(slug) else ():
        if not file.endswith(".md"):
            continue
        name = f"{comment_file.FOLDER}/{slug}/{file}"
        comment = comment_file.load(f"{folder}/{file}", settings, findings)
        if comment is None:
            broken.append(name)
        else:
            kept.append(Filed(name, comment))
    return kept, broken, findings


def last_word(settings: Settings, slug: str) -> dt.date | None:
    """Return the day of the newest comment of a post, as the names of its files tell it."""
    folder = settings.community / comment_file.FOLDER / slug
    days = [found for path in _visible(folder) if (found := _day(path.name))] if fits(slug) else []
    return max(days, default=None)


def count(settings: Settings, source: str) -> int:
    """Return how many comments there are of a source, as the names of the files tell it."""
    folder = settings.community / comment_file.FOLDER
    return sum(1 for _ in folder.glob(f"*/*-{source}-*.md"))


def known(settings: Settings, folder: str) -> frozenset[str]:
    """Return the slugs of the posts of which a folder below `content/community` holds something."""
    return frozenset(name.removesuffix(".yml") for name in _listed(settings.community / folder))


def comments(settings: Settings, slug: str) -> tuple[tuple[Comment, ...], tuple[Finding, ...]]:
    """Read the comments of one post, in the order of their file names."""
    found = shelved(settings, slug)
    return tuple(one.comment for one in found.kept.values()), found.findings


def tallies(settings: Settings, slug: str) -> Mapping[str, Tally]:
    """Read the reactions to one post, by channel."""
    path = settings.community / tally_file.path_of(slug)
    try:
        return tally_file.parse(path.read_bytes()) if fits(slug) else {}
    except OSError:
        return {}


def faces(settings: Settings) -> frozenset[str]:
    """Return the names of the pictures of people; none where the site does not show them."""
    if not settings.cmflow.comments.avatars:
        return frozenset()
    found = _visible(settings.community / FACES)
    return frozenset(path.name for path in found if path.is_file() and _FACE.fullmatch(path.name))


def receipts(settings: Settings, slug: str) -> tuple[tuple[Receipt, ...], tuple[Finding, ...]]:
    """Read the receipts of one post: where its copies stand, sorted by channel."""
    folder = settings.community / RECEIPTS
    name = settings.below_root(folder)
    places = sorted((folder / slug).glob("*.yml")) if fits(slug) else []
    found = [ledger_file.read(folder, (slug, path.stem), name) for path in places]
    return (
        tuple(one for one in found if isinstance(one, Receipt)),
        tuple(one for one in found if isinstance(one, Finding)),
    )


def _day(name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(name[:10])
    except ValueError:
        return None


def _listed(folder: Path) -> list[str]:
    """Return the names in a folder, in order."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208  # thousands of files: a Path each costs as much
    except OSError:
        return []


def _visible(folder: Path) -> Iterable[Path]:
    if not folder.is_dir():
        return ()
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
