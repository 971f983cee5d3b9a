"""The desk of the first trip: from Markdown to a woven site with feeds, cards and redirects."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from cmflow import (
    comment_feeds,
    community,
    conversation,
    feeds,
    frontmatter,
    library,
    mkdocs_yml,
    press,
    public_calendar,
    share,
    transcript,
    urls,
)
from cmflow.blocks import Blocks, environment
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, Finding, failure, say
from cmflow.gather import Facts
from cmflow.lazily import Lazily
from cmflow.library import Library
from cmflow.post import Page, Post
from cmflow.settings import Settings
from cmflow.site import Made, Site
from cmflow.thread import grow
from cmflow.weave import Weaver

Talk = Callable[[str], None]

ENGINES = ("material", "zensical")

_ASSETS = Path(__file__).parent / "assets"


class Built(msgspec.Struct, frozen=True):
    """What a build made: the output folder, and how many pages and posts are in it."""

    site: Path
    pages: int
    posts: int


def build(config: Path, *, engine: str, strict: bool, now: dt.datetime, talk: Talk) -> Built:
    """Build a site with an engine of `ENGINES`; raises `CmflowError` with everything found wrong.

    `talk` receives the engine's warnings as lines. With `strict`, a warning fails the build.
    """
    settings, read = _readable(config)
    with _workshop(settings) as folder:
        if engine == "zensical":
            from cmflow.engines import zensical

            there = msgspec.structs.replace(settings, site=folder)
            zensical.build(there, read, strict=strict)
            _finish(site_of(there, read, zensical.made(there, read), now=now))
        else:
            from cmflow.engines import material

            material.build(config, folder, strict=strict, talk=talk, read=read)
    made = [settings.site / urls.output(urls.post_url(post, settings)) for post in read.posts]
    return Built(
        settings.site,
        pages=sum(1 for _ in settings.site.rglob("*.html")),
        posts=sum(1 for path in made if path.is_file()),
    )


def serve(config: Path, *, address: str, talk: Talk) -> None:
    """Serve a site at `host:port`, rebuilt and reloaded at every change, until interrupted."""
    from cmflow.engines import material

    _readable(config)
    material.serve(config, address, talk=talk)


def placed(settings: Settings, *, docs: Path, site: Path, site_url: str) -> Settings:
    """Return settings with other folders and another address."""
    return msgspec.structs.replace(settings, docs=docs, site=site, site_url=site_url)


def site_of(settings: Settings, read: Library, made: Made, *, now: dt.datetime) -> Site:
    """Bring together what was written, what the engine made, and what came back."""
    slugs = [post.slug for post in read.posts if post.path in made.urls]
    return Site(
        settings,
        read,
        made,
        now=now,
        threads=Lazily(slugs, lambda slug: grow(community.comments(settings, slug)[0])),
        receipts=Lazily(slugs, lambda slug: community.receipts(settings, slug)[0]),
        tallies=Lazily(slugs, lambda slug: community.tallies(settings, slug)),
        faces=community.faces(settings),
    )


def weaver_of(site: Site) -> Weaver:
    """Make the weaver of a site; raises `CmflowError` where a file it needs cannot be read."""
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
    return Weaver(site, Blocks(facts, words))


def write_extras(site: Site) -> None:
    """Write what stands beside the pages into the output folder."""
    for path, data in _extras(site):
        frontmatter.write(site.settings.site / path, data)
    press.write_cards(site)


def assets() -> Mapping[str, Path]:
    """Return our styles and scripts: where they go, named by their content, and where they lie."""
    found: dict[str, Path] = {}
    for source in (_ASSETS / "cmflow.css", _ASSETS / "cmflow.js"):
        digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
        found[f"assets/cmflow/{source.stem}.{digest}{source.suffix}"] = source
    return found


def _readable(config: Path) -> tuple[Settings, Library]:
    """Read a site; raises `CmflowError` where the engine would stumble, with every reason."""
    settings, findings = mkdocs_yml.load(config)
    fatal = list(findings)
    if not settings.docs.is_dir():
        raise failure(
            config.name,
            say("The folder {folder} is not there.", folder=settings.below_root(settings.docs)),
            say("Make it, or correct docs_dir in {file}.", file=config.name),
        )
    read = library.load(settings)
    readable = {f"{settings.below_root(settings.docs)}/{post.path}" for post in read.posts}
    posts = f"{settings.below_root(settings.docs)}/{settings.posts}/"
    fatal += [f for f in read.findings if f.path.startswith(posts) and f.path not in readable]
    fatal += [f for f in read.findings if f.rule in ("encoding", "outside-tree", "file-too-large")]
    if fatal:
        raise CmflowError(*(f for at, f in enumerate(fatal) if f not in fatal[:at]))
    return settings, read


@contextlib.contextmanager
def _workshop(settings: Settings) -> Iterator[Path]:
    """Give a folder to build in, and put what was made in the place of the old site at the end.

    A build that fails leaves the old site as it was. What begins with a dot stays, as with MkDocs:
    the output folder may be a checkout.
    """
    kept = settings.root / ".cmflow"
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix="site-") as name:
        folder = Path(name)
        yield folder
        settings.site.mkdir(parents=True, exist_ok=True)
        for old in settings.site.iterdir():
            if not old.name.startswith("."):
                shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        for new in folder.iterdir():
            shutil.move(new, settings.site / new.name)


def _finish(site: Site) -> None:
    """Weave an output folder in which an engine without plugins left its pages."""
    output = site.settings.site
    for address, source in assets().items():
        frontmatter.write(output / address, source.read_bytes())
    weaver = weaver_of(site)
    for path in sorted(output.rglob("*.html")):
        name = path.relative_to(output).as_posix()
        url = name.removesuffix("index.html") if path.name == "index.html" else name
        frontmatter.write(path, weaver.page(path.read_text("utf-8"), url).encode())
    write_extras(site)


def _extras(site: Site) -> Iterator[tuple[str, bytes]]:
    for feed in feeds.feeds(site):
        yield f"{feed.path}.xml", feeds.atom(feed, site)
        yield f"{feed.path}.json", feeds.json_feed(feed, site)
    for answers in comment_feeds.comment_feeds(site):
        yield f"{answers.path}.xml", comment_feeds.atom(answers, site)
        yield f"{answers.path}.json", comment_feeds.json_feed(answers, site)
    yield public_calendar.ADDRESS, _public_feed(site)
    yield from _faces(site)
    yield from _redirects(site)


def _faces(site: Site) -> Iterator[tuple[str, bytes]]:
    """Copy the pictures of those whose words are shown, and of nobody else."""
    shown = {
        reply.comment.author.avatar
        for post in site.posts
        for reply in conversation.answers(site, post)
    }
    for name in sorted(shown & site.faces):
        path = site.settings.community / community.FACES / name
        yield f"{conversation.FACES}/{name}", path.read_bytes()


def _public_feed(site: Site) -> bytes:
    """Write the public calendar; what it said last time is kept, to count its changes."""
    kept = site.settings.root / ".cmflow" / "calendar" / "public.ics"
    former = kept.read_bytes() if kept.is_file() else b""
    data = public_calendar.feed(site, former)
    if data != former:
        frontmatter.write(kept, data)
    return data


def _redirects(site: Site) -> Iterator[tuple[str, bytes]]:
    """Leave a page at every former address that leads to the present one."""
    words = catalogue(site.settings.language)
    template = environment(site.settings.theme, words).get_template("redirect.html")
    taken = set(site.made.urls.values())
    things: list[Post | Page] = [*site.posts, *site.pages.values()]
    for thing in things:
        for alias in thing.meta.aliases:
            url = alias.strip("/") + ("" if alias.endswith(".html") else "/")
            if url in taken or ".." in url.split("/"):
                continue
            yield (
                urls.output(url),
                template.render(
                    language=site.settings.language,
                    title=thing.title,
                    target=urls.relative(site.url(thing), url),
                    canonical=urls.absolute(site.url(thing), site.settings),
                ).encode(),
            )


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
