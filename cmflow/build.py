"""The desk of the first trip: from Markdown to a woven site with feeds, cards and redirects."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import gc
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from cmflow import beside, library, loom, mkdocs_yml, output, urls
from cmflow.errors import CmflowError, Finding, Message, failure, say
from cmflow.library import Library
from cmflow.memory import Memory
from cmflow.output import Looks
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.standing import Standing
from cmflow.swift import workers
from cmflow.swift.keeper import Given

Talk = Callable[["str | Message | CmflowError"], None]
"""Hears the engine's own lines, our sentences, and what went wrong while the site goes on."""

Make = Callable[[Path, Standing, Given], None]
"""Has the engine make its part of a site in a folder; our plugin gets the rest."""

ENGINES = ("material", "zensical")

VERIFY = "verify"
"""The rule of a file that is not what it should be."""


class Built(msgspec.Struct, frozen=True):
    """What a build made: the output folder, and how many pages and posts are in it.

    `woven` tells that the engine had nothing to do: the build was cheap, and will be again.
    """

    site: Path
    pages: int
    posts: int
    woven: bool = False


def build(
    config: Path, *, engine: str, strict: bool, now: dt.datetime, talk: Talk, cached: bool = True
) -> Built:
    """Build a site with an engine of `ENGINES`; raises `CmflowError` with everything found wrong.

    `talk` receives the engine's warnings as lines. With `strict`, a warning fails the build. Unless
    `cached`, nothing is taken from earlier builds. A build that fails leaves the site as it was.
    """
    settings, findings = mkdocs_yml.load(config)
    with _uncollected(), output.workshop(settings.root / ".cmflow") as folder:
        memory = None
        if cached and engine == "material":
            memory = Memory(settings, "site", now=now, taken=time.time_ns())
            # The engine's warnings are heard only where it is asked.
            if not strict and not findings and (made := memory.reweave()):
                return Built(settings.site, made.pages, made.posts, woven=True)
        make = _by_zensical if engine == "zensical" else _by_material
        with _reading(settings, findings, lean=make is _by_material) as read:
            return make(settings, read, folder, memory, strict=strict, now=now, talk=talk)


def verify(config: Path, *, strict: bool, now: dt.datetime, talk: Talk) -> Built:
    """Build as ever, then make everything new elsewhere and compare it byte by byte.

    Raises `CmflowError` with each file that is another, and forgets all that earlier builds left.
    """
    from cmflow.engines import material

    built = build(config, engine="material", strict=strict, now=now, talk=talk)
    settings, _ = mkdocs_yml.load(config)
    with output.workshop(settings.root / ".cmflow") as folder:
        given: Given = functools.partial(dict, now=now)
        material.build(config, folder, strict=strict, talk=lambda _: None, given=given)
        wrong = output.different(folder, settings.site)
        if wrong:
            Memory(settings, "site", now=now, taken=time.time_ns()).drop()
    if wrong:
        raise CmflowError(*(_wrong(settings, path) for path in wrong))
    return built


def serve(config: Path, *, address: str, talk: Talk) -> None:
    """Serve a site at `host:port`, rebuilt and reloaded at every change, until interrupted."""
    from cmflow.engines import material

    settings, findings = mkdocs_yml.load(config)
    _judged(settings, findings, library.load(settings))
    shown = settings.root / ".cmflow" / "served"

    def once(make: Make, site_url: str) -> None:
        settings, findings = mkdocs_yml.load(config)
        there = placed(settings, docs=settings.docs, site=shown, site_url=site_url)
        now = dt.datetime.now(dt.UTC)
        with _uncollected(), output.workshop(settings.root / ".cmflow") as folder:
            memory = Memory(there, "served", now=now, taken=time.time_ns())
            if findings or memory.reweave() is None:
                standing = memory.standing()
                with _reading(there, findings, lean=True) as read:
                    make(folder, standing, _given(read, standing, now))
                    looks = output.merge(folder, shown, standing.entries)
                    memory.leave(standing, looks, *_counts(there, read(), looks))

    material.serve(config, address, shown, once, talk=talk)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: a build keeps nearly all that it makes until it ends."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def placed(settings: Settings, *, docs: Path, site: Path, site_url: str) -> Settings:
    """Return settings with other folders and another address."""
    return msgspec.structs.replace(settings, docs=docs, site=site, site_url=site_url)


def _given(read: Callable[[], Library], standing: Standing | None, now: dt.datetime) -> Given:
    """Return what our plugin need not find out by itself."""
    return lambda: {"given": read(), "standing": standing, "now": now}


@contextlib.contextmanager
def _reading(
    settings: Settings, findings: Iterable[Finding], *, lean: bool
) -> Iterator[Callable[[], Library]]:
    """Begin to read a site, while this process has the engine to begin with.

    The function in this context returns the library, a `lean` one without the texts that the engine
    reads for itself; it raises `CmflowError` where that would stumble, with every reason.
    """

    def load() -> Library:
        read = library.load(settings)
        return library.lean(read) if lean else read

    with workers.aside(load) as read:
        yield lambda: _judged(settings, findings, read())


def _judged(settings: Settings, findings: Iterable[Finding], read: Library) -> Library:
    fatal = list(findings)
    if not settings.docs.is_dir():
        raise failure(
            settings.config.name,
            say("The folder {folder} is not there.", folder=settings.below_root(settings.docs)),
            say("Make it, or correct docs_dir in {file}.", file=settings.config.name),
        )
    readable = {f"{settings.below_root(settings.docs)}/{post.path}" for post in read.posts}
    posts = f"{settings.below_root(settings.docs)}/{settings.posts}/"
    fatal += [f for f in read.findings if f.path.startswith(posts) and f.path not in readable]
    fatal += [f for f in read.findings if f.rule in ("encoding", "outside-tree", "file-too-large")]
    if fatal:
        raise CmflowError(*(f for at, f in enumerate(fatal) if f not in fatal[:at]))
    return read


def _by_material(
    settings: Settings,
    read: Callable[[], Library],
    folder: Path,
    memory: Memory | None,
    *,
    strict: bool,
    now: dt.datetime,
    talk: Talk,
) -> Built:
    from cmflow.engines import material

    standing = memory.standing() if memory else None
    material.build(
        settings.config,
        folder,
        strict=strict,
        talk=talk,
        keeper=standing,
        given=_given(read, standing, now),
    )
    looks = output.merge(folder, settings.site, standing.entries if standing else ())
    pages, posts = _counts(settings, read(), looks)
    if memory and standing:
        memory.leave(standing, looks, pages, posts)
    return Built(settings.site, pages, posts)


def _by_zensical(
    settings: Settings,
    read: Callable[[], Library],
    folder: Path,
    _memory: Memory | None,
    *,
    strict: bool,
    now: dt.datetime,
    talk: Talk,  # noqa: ARG001  # it speaks only when it fails
) -> Built:
    from cmflow.engines import zensical

    there = msgspec.structs.replace(settings, site=folder)
    found = read()
    zensical.build(there, found, strict=strict)
    _finish(loom.site_of(there, found, zensical.made(there, found), now=now))
    looks = output.merge(folder, settings.site, ())
    return Built(settings.site, *_counts(settings, found, looks))


def _finish(site: Site) -> None:
    """Weave an output folder in which an engine without plugins left its pages."""
    folder = site.settings.site
    put = loom.into(folder)
    for address, source in loom.assets().items():
        put(address, source.read_bytes())
    weaver = loom.weaver_of(site)
    for name in sorted(path for path, _ in output.files(folder) if path.endswith(".html")):
        url = name.removesuffix("index.html") if name.rpartition("/")[2] == "index.html" else name
        html = (folder / name).read_text("utf-8")
        put(name, loom.weave(weaver, html, url, put).encode())
    beside.write(site, put)


def _counts(settings: Settings, read: Library, looks: Looks) -> tuple[int, int]:
    """Return how many pages there are, and how many of them are posts."""
    made = (urls.output(urls.post_url(post, settings)) for post in read.posts)
    return sum(path.endswith(".html") for path in looks), sum(path in looks for path in made)


def _wrong(settings: Settings, path: str) -> Finding:
    return Finding(
        VERIFY,
        f"{settings.below_root(settings.site)}/{path}",
        0,
        say("This file is not what a build makes that remembers nothing."),
        say("What earlier builds left is forgotten now: build again. And please tell us of it."),
    )
