"""Bring together what was written, made and answered, and all that weaving a site takes."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from cmflow import (
    comment_feeds,
    comment_file,
    community,
    looks,
    press,
    share,
    tally_file,
    transcript,
    urls,
)
from cmflow.beside import Write
from cmflow.blocks import Blocks
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, Finding, say
from cmflow.gather import Facts
from cmflow.larder import Larder
from cmflow.lazily import Lazily
from cmflow.library import Library
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.thread import grow
from cmflow.trace import Woven
from cmflow.weave import Weaver
from cmflow.written import Made

_ASSETS = Path(__file__).parent / "assets"


def site_of(
    settings: Settings,
    read: Library,
    made: Made,
    *,
    now: dt.datetime,
    woven: Woven | None = None,
) -> Site:
    """Bring together what was written, what the engine made, and what came back."""
    slugs = [post.slug for post in read.posts if post.path in made.urls]

    def those_in(folder: str) -> list[str]:
        known = community.known(settings, folder)
        return [slug for slug in slugs if slug in known]

    return Site(
        settings,
        read,
        made,
        now=now,
        threads=Lazily(
            those_in(comment_file.FOLDER),
            lambda slug: grow(community.comments(settings, slug)[0]),
        ),
        receipts=Lazily(
            those_in(community.RECEIPTS), lambda slug: community.receipts(settings, slug)[0]
        ),
        tallies=Lazily(those_in(tally_file.FOLDER), lambda slug: community.tallies(settings, slug)),
        faces=community.faces(settings),
        woven=woven,
        looks=looks.LOOKS,
    )


def weaver_of(site: Site, larder: Larder | None = None) -> Weaver:
    """Make the weaver of a site; raises `CmflowError` where a file it needs cannot be read.

    In a larder it finds compiled templates.
    """
    targets, findings = share.load(site.settings.docs)
    if findings:
        raise CmflowError(*findings)
    words = catalogue(site.settings.language)
    names = {Path(path).suffix.removeprefix("."): path for path in assets()}
    facts = Facts(
        site,
        share=targets,
        assets=names,
        transcripts=_transcripts(site),
        card=press.card_url(site),
    )
    return Weaver(site, Blocks(facts, words, larder))


def assets() -> Mapping[str, Path]:
    """Return our styles and scripts: where they go, named by their content, and where they lie."""
    found: dict[str, Path] = {}
    for source in (_ASSETS / "cmflow.css", _ASSETS / "cmflow.js"):
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
        found[f"assets/cmflow/{source.stem}.{digest}{source.suffix}"] = source
    return found


def into(folder: Path) -> Write:
    """Return what writes files into a folder that nobody looks into yet."""

    def put(path: str, data: bytes) -> None:
        place = f"{folder}/{path}"
        # Thousands of files: a Path each costs as much, and most folders are there.
        try:
            file = open(place, "wb")  # noqa: PTH123, SIM115
        except FileNotFoundError:
            os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
            file = open(place, "wb")  # noqa: PTH123, SIM115
        with file:
            file.write(data)

    return put


def weave(weaver: Weaver, html: str, url: str, write: Write) -> str:
    """Return a woven page, and write the feeds of the answers to it: whoever weaves has read them.

    `url` is the address of the page below the root of the site.
    """
    site = weaver.site
    path = urls.output(url)
    with site.trace.file(path):
        html = weaver.page(html, url)
    post = weaver.post(url)
    if post is not None:
        for name, data in comment_feeds.of_page(site, post):
            write(name, data)
    return html


def _transcripts(site: Site) -> Mapping[str, tuple[transcript.Cue, ...]]:
    found: dict[str, tuple[transcript.Cue, ...]] = {}
    problems: list[Finding] = []
    for post in site.posts:
        if post.meta.video is None or not post.meta.video.captions:
            continue
        path = site.settings.docs / urls.asset_path(post.meta.video.captions, post.path)
        try:
            found[post.path] = transcript.parse(path.read_text("utf-8-sig"))
        except transcript.TranscriptError as error:
            name = site.settings.below_root(path)
            problems.append(Finding("captions", name, error.line, error.message, error.remedy))
        except (OSError, UnicodeDecodeError):
            problems.append(
                Finding(
                    "captions",
                    site.settings.below_root(path),
                    0,
                    say("The captions cannot be read."),
                    say("Add the file, in UTF-8, or correct “captions:” in the post."),
                )
            )
    if problems:
        raise CmflowError(*problems)
    return found
