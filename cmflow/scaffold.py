"""Begin a blog: a folder that builds at once, in French or English, with nothing half-written."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import tempfile
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import cmflow
from cmflow import schema
from cmflow.blanks import environment, rounded
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, Finding, Message, failure, say
from cmflow.text import slugify

SKELETON = Path(__file__).parent / "skeleton"
"""The files of a new blog: those of each language, and those `common` to both."""

_ZONES = {"fr": "Europe/Paris", "en": "Etc/UTC"}
_HOST = re.compile(r"[\w.-]+(?::\d+)?")
_TEXTS = {".css", ".md", ".txt", ".yml", ""}


class Blog(msgspec.Struct, frozen=True):
    """What has to be known to begin a blog; `author` is the name of the first who signs."""

    language: str
    name: str
    url: str
    author: str


def init(folder: Path, blog: Blog, now: dt.datetime) -> tuple[Path, ...]:
    """Write a new blog into a folder and return the paths of its files, sorted.

    What lies in the folder is never touched: raises `CmflowError` with every file in the way. An
    interrupted run leaves the folder as it was.
    """
    findings = [*_unfit(blog), *_in_the_way(folder, skeleton(blog, now))]
    if findings:
        raise CmflowError(*findings)
    files = skeleton(msgspec.structs.replace(blog, url=address(blog.url)), now)
    with _undone_if_cut_off() as made:
        _make_folder(folder, made)
        workshop = Path(tempfile.mkdtemp(dir=folder, prefix=".cmflow-"))
        made.append(workshop)
        for path, data in files.items():
            (workshop / path).parent.mkdir(parents=True, exist_ok=True)
            (workshop / path).write_bytes(data)
        for path in sorted(files):
            _make_folder((folder / path).parent, made)
            made.append(folder / path)
            (workshop / path).rename(folder / path)
        shutil.rmtree(workshop)
    return tuple(folder / path for path in sorted(files))


def address(words: str) -> str:
    """Read the address of a site as a person types it: `blog.example.com` is in full after that."""
    url = words.strip() if "://" in words else f"https://{words.strip()}"
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        fits = False
    if not fits:
        raise CmflowError(
            _refuse(
                "--url",
                say("“{url}” is no address of a site.", url=words),
                say("Write it in full, like https://blog.example.com/"),
            )
        )
    return url if url.endswith("/") else f"{url}/"


def skeleton(blog: Blog, now: dt.datetime) -> Mapping[str, bytes]:
    """Return the files of a new blog by their paths, with slashes."""
    zone = zoneinfo.ZoneInfo(_ZONES[blog.language])
    today = rounded(now, zone)
    monday = today.date() + dt.timedelta(days=7 - today.weekday())
    values = {
        "blog": blog,
        "author": slugify(blog.author) or "author",
        "date": today,
        "meeting": dt.datetime.combine(monday, dt.time(10), zone),
        "hour": dt.timedelta(hours=1),
        "timezone": _ZONES[blog.language],
        "version": cmflow.__version__,
    }
    words = catalogue(blog.language)
    found = {".schemas/settings.json": schema.text("settings", words.gettext).encode()}
    for room in (SKELETON / "common", SKELETON / blog.language):
        templates = environment(room, blog.language)
        for path in sorted(path for path in room.rglob("*") if path.is_file()):
            data = path.read_bytes()
            if path.suffix in _TEXTS:
                data = templates.from_string(data.decode()).render(values).encode()
            # Under its own name, .gitignore would rule over the folder it is kept in.
            name = "/".join(
                f".{part[4:]}" if part.startswith("dot-") else part
                for part in path.relative_to(room).parts
            )
            found[name] = data
    return found


def _unfit(blog: Blog) -> Iterator[Finding]:
    if not blog.name.strip():
        yield _refuse("--name", say("The blog has no name."), say("Give it one."))
    try:
        address(blog.url)
    except CmflowError as error:
        yield from error.findings
    if not blog.author.strip():
        yield _refuse("--author", say("Nobody signs."), say("Give the name of the first author."))


def _in_the_way(folder: Path, paths: Iterable[str]) -> Iterator[Finding]:
    """Find what would have to be overwritten, each once."""
    places = dict.fromkeys(folder / part for path in sorted(paths) for part in Path(path).parents)
    blocking = [place for place in places if os.path.lexists(place) and not place.is_dir()]
    blocking += [folder / path for path in sorted(paths) if os.path.lexists(folder / path)]
    for place in blocking:
        yield _refuse(
            place.as_posix(),
            say("This is there already, and a new blog would write over it."),
            say("Choose an empty folder, or move it away first."),
        )


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder with those above it, and note which ones are new."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        made.append(place)


@contextlib.contextmanager
def _undone_if_cut_off() -> Iterator[list[Path]]:
    """Take away again, whatever goes wrong, what was noted as made."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in reversed(made):
            if path.name.startswith(".cmflow-"):
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        raise


def _refuse(option: str, message: Message, remedy: Message) -> Finding:
    return failure(option, message, remedy).findings[0]
