"""The first version of a file that a writer begins: where it goes, and what stands in it."""

from __future__ import annotations

import datetime as dt
import difflib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import jinja2
import msgspec

from cmflow import frontmatter
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, Finding, Message, failure, say
from cmflow.library import Library
from cmflow.scalars import quoted, scalar
from cmflow.settings import Settings
from cmflow.text import SLUG, slugify
from cmflow.written import QUESTIONS

EVENTS = "events"
"""The folder of the events, below `docs_dir` for the public ones, below the plan for the others."""

_TEMPLATES = Path(__file__).parent / "skeleton" / "new"


class Wish(msgspec.Struct, frozen=True):
    """What a writer asks for. `title` is the name of a persona; times are aware."""

    title: str
    slug: str = ""
    date: dt.datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    series: str = ""
    guests: tuple[str, ...] = ()
    persona: str = ""
    objective: str = ""
    intent: str | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    place: str = ""
    internal: bool = False


def begin(kind: str, wish: Wish, settings: Settings, library: Library) -> Path:
    """Write the file of a wish and return its path; a file that is there is never touched.

    `kind` is `post`, `interview`, `page`, `event`, `idea` or `persona`. Raises `CmflowError` with
    everything in the wish that this site does not know.
    """
    slug = wish.slug or slugify(wish.title)
    folder = _folder(kind, wish, settings)
    findings = [*_unknown(wish, settings, library), *_unfit(slug, folder, kind, library)]
    if wish.start and wish.end and wish.end < wish.start:
        findings.append(
            _refuse(
                "--end",
                say("The event ends before it begins."),
                say("Correct --start or --end."),
            )
        )
    if findings:
        raise CmflowError(*findings)
    path = folder / f"{slug}.md"
    text = (
        environment(_TEMPLATES, settings.language)
        .get_template(f"{kind}.md")
        .render(
            wish=wish,
            slug=slug,
            episode=next_episode(library, wish.series),
            questions=_questions(library),
            assets=Path(os.path.relpath(settings.docs / "assets", folder)).as_posix(),
        )
    )
    frontmatter.write(path, text.encode())
    return path


def moment(words: str, zone: dt.tzinfo, option: str) -> dt.datetime:
    """Read a time as a person types it, by the clocks of the site unless it names its offset.

    A time that the clocks skip in spring is refused, one that they show twice is the first.
    """
    try:
        read = dt.datetime.fromisoformat(words.strip())
    except ValueError:
        raise CmflowError(
            _refuse(
                option,
                say("“{words}” is no day and no time.", words=words),
                say("Write it like 2026-10-06 or 2026-10-06T09:00."),
            )
        ) from None
    if read.tzinfo is not None:
        return read
    when = read.replace(tzinfo=zone)
    if when.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != read:
        raise CmflowError(
            _refuse(
                option,
                say("There is no {words} in this zone: the clocks go forward.", words=words),
                say("Choose a time an hour later."),
            )
        )
    return when


def rounded(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Return the present by the clocks of the site, at the last five minutes."""
    here = now.astimezone(dt.UTC).replace(second=0, microsecond=0)
    return (here - dt.timedelta(minutes=here.minute % 5)).astimezone(zone)


def author_of(library: Library, git_name: str) -> str:
    """Return the id of the author who has the name that git knows, or of the only author."""
    for id_, author in library.authors.items():
        if git_name and author.name.casefold() == git_name.casefold():
            return id_
    return next(iter(library.authors)) if len(library.authors) == 1 else ""


def next_episode(library: Library, series: str) -> int:
    """Return the number that the next post of a series gets; the first is 0."""
    taken = [p.meta.episode for p in library.posts if p.meta.series == series and series]
    return max((number for number in taken if number is not None), default=-1) + 1


def environment(folder: Path, language: str) -> jinja2.Environment:
    """Make the environment in which a file for writers is filled in."""
    made = jinja2.Environment(  # noqa: S701  # `quoted` and `scalar` escape
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = catalogue(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    made.filters["quoted"] = quoted
    made.filters["scalar"] = scalar
    return made


def _questions(library: Library) -> list[tuple[str, str]]:
    """Return the question bank: the id and the words of each question."""
    return [
        (Path(page.path).stem, page.title)
        for page in library.pages
        if Path(page.path).parent.as_posix() == QUESTIONS and Path(page.path).name != "index.md"
    ]


def _folder(kind: str, wish: Wish, settings: Settings) -> Path:
    posts = settings.docs / settings.posts
    return {
        "post": posts,
        "interview": posts / "interviews",
        "page": settings.docs,
        "event": (settings.plan if wish.internal else settings.docs) / EVENTS,
        "idea": settings.plan / "ideas",
        "persona": settings.plan / "personas",
    }[kind]


def _unknown(wish: Wish, settings: Settings, library: Library) -> Iterator[Finding]:
    """Find the names in a wish that the site does not know, where it keeps a list of them."""
    for option, values, known in (
        ("--author", wish.authors, library.authors),
        ("--category", wish.categories, settings.blog.categories_allowed),
        ("--series", (wish.series,), settings.cmflow.series),
        ("--persona", (wish.persona,), library.personas),
        ("--objective", (wish.objective,), settings.cmflow.objectives),
    ):
        for value in filter(None, values):
            # A site without categories of its own choice allows every one, and so with series.
            if value not in known and (known or option in ("--author", "--persona")):
                yield _refuse(
                    option, say("“{value}” is unknown here.", value=value), _near(value, known)
                )


def _near(value: str, known: Collection[str]) -> Message:
    near = difflib.get_close_matches(value, known, n=1, cutoff=0.6)
    if near:
        return say("Did you mean “{near}”?", near=near[0])
    if known:
        return say("Use one of: {known}.", known=", ".join(known))
    return say("There is none yet: leave the option out.")


def _unfit(slug: str, folder: Path, kind: str, library: Library) -> Iterator[Finding]:
    """Find what is wrong with a slug: no slug, or taken."""
    if not SLUG.fullmatch(slug):
        proposal = slugify(slug)
        yield _refuse(
            "--slug",
            say("“{slug}” is no slug.", slug=slug) if slug else say("The title gives no slug."),
            say("Write it like this: {slug}", slug=proposal)
            if proposal
            else say("Give one with --slug, of small letters without accents, digits and hyphens."),
        )
        return
    taken = {post.slug for post in library.posts} if kind in ("post", "interview") else set()

    def free(name: str) -> bool:
        return name not in taken and not (folder / f"{name}.md").exists()

    if not free(slug):
        number = next(n for n in range(2, len(taken) + 10_000) if free(f"{slug}-{n}"))
        yield _refuse(
            "--slug",
            say("The slug “{slug}” is taken.", slug=slug),
            say("Choose another title, or: --slug {free}", free=f"{slug}-{number}"),
        )


def _refuse(option: str, message: Message, remedy: Message) -> Finding:
    return failure(option, message, remedy).findings[0]
