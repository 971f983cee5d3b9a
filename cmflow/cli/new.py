"""`cmflow new`: begin a post, an interview, a page, an event, an idea or a persona."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cmflow import blanks, library, settings
from cmflow.blanks import Wish
from cmflow.cli import ask, speech
from cmflow.cli.commands import COMMANDS
from cmflow.cli.skin import Command, Group, argument, config, option
from cmflow.cli.speech import N_
from cmflow.errors import say
from cmflow.library import Library
from cmflow.post import Intent
from cmflow.settings import Settings

command = click.group("new", cls=Group, help=COMMANDS["new"])(lambda: None)

Function = Callable[..., None]

_TITLE = argument("title", required=False, default="")
_SLUG = option(
    "--slug", default="", help=N_("The end of the address; by default made of the title.")
)
_AUTHORS = option(
    "--author", "authors", multiple=True,
    help=N_("Who signs, by id from .authors.yml; may be given again. By default you, as git knows you."),
)  # fmt: skip
_CATEGORIES = option(
    "--category", "categories", multiple=True, help=N_("A category; may be given again.")
)
_TAGS = option("--tag", "tags", multiple=True, help=N_("A tag; may be given again."))
_DATE = option(
    "--date", default="",
    help=N_("When it appears, like 2026-10-06T09:00, by the clocks of the site; by default now."),
)  # fmt: skip
_SERIES = option(
    "--series", default="", help=N_("The id of a series; the episode is the next one, from 0.")
)
_PERSONA = option(
    "--persona", default="", help=N_("Whom it is for: the name of a file of plan/personas.")
)
_OBJECTIVE = option(
    "--objective", default="", help=N_("What it helps to reach: an id from the settings.")
)
_INTENT = option(
    "--intent", type=click.Choice([intent.value for intent in Intent]), default="",
    help=N_("What it is for."),
)  # fmt: skip


def _kind(name: str, help: str, *options: Callable[[Any], Any]) -> Callable[[Function], Command]:  # noqa: A002  # Click's
    def make(function: Function) -> Command:
        for one in reversed(options):
            function = one(function)
        made = click.command(name, cls=Command, help=help)(function)
        command.add_command(made)
        return made

    return make


class _Desk:
    """A site that was read, and the time; what every kind of file needs."""

    def __init__(self) -> None:
        self.settings: Settings = settings.load(config())[0]
        self.library: Library = library.load(self.settings)
        self.now = dt.datetime.now(dt.UTC)

    def title(self, given: str, question: str) -> str:
        return given or ask.text("TITLE", question)

    def authors(self, given: tuple[str, ...]) -> tuple[str, ...]:
        if given or not self.library.authors:
            return given
        known = blanks.author_of(self.library, ask.git_name())
        return (known or ask.one_of("--author", N_("Author"), list(self.library.authors)),)

    def categories(self, given: tuple[str, ...]) -> tuple[str, ...]:
        allowed = self.settings.blog.categories_allowed
        return given or ask.some_or_none(N_("Category (nothing for none)"), allowed)

    def moment(self, option: str, given: str) -> dt.datetime:
        return blanks.moment(given, self.settings.zone, option)

    def date(self, given: str) -> dt.datetime:
        return (
            self.moment("--date", given) if given else blanks.rounded(self.now, self.settings.zone)
        )

    def write(self, kind: str, wish: Wish) -> None:
        path = blanks.begin(kind, wish, self.settings, self.library)
        click.echo(str(_from_here(path)))


@_kind("post", N_("Begin a post. TITLE is asked for where it is missing."),
    _TITLE, _SLUG, _AUTHORS, _CATEGORIES, _TAGS, _DATE, _SERIES, _PERSONA, _OBJECTIVE, _INTENT)  # fmt: skip
def _post(
    title: str, date: str, authors: tuple[str, ...], categories: tuple[str, ...], **rest: Any
) -> None:  # noqa: ANN401  # the other options, as they are
    desk = _Desk()
    desk.write(
        "post",
        Wish(
            title=desk.title(title, N_("Title of the post")),
            date=desk.date(date),
            authors=desk.authors(authors),
            categories=desk.categories(categories),
            **rest,
        ),
    )


@_kind("interview", N_("Begin an interview, with the questions of the bank. TITLE is asked for where it is missing."),
    _TITLE, option("--guest", "guests", multiple=True, help=N_("The name of a guest; may be given again.")),
    _SLUG, _AUTHORS, _CATEGORIES, _TAGS, _DATE, _SERIES, _PERSONA, _OBJECTIVE, _INTENT)  # fmt: skip
def _interview(  # noqa: PLR0913  # one per option
    title: str,
    date: str,
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    guests: tuple[str, ...],
    series: str,
    **rest: Any,  # noqa: ANN401  # the other options, as they are
) -> None:
    desk = _Desk()
    known = list(desk.settings.cmflow.series)
    desk.write(
        "interview",
        Wish(
            guests=guests or (ask.text("--guest", N_("Name of the guest")),),
            title=desk.title(title, N_("Title of the interview")),
            series=series
            or next(iter(ask.some_or_none(N_("Series (nothing for none)"), known)), ""),
            date=desk.date(date),
            authors=desk.authors(authors),
            categories=desk.categories(categories),
            **rest,
        ),
    )


@_kind(
    "page", N_("Begin a page of the site. TITLE is asked for where it is missing."), _TITLE, _SLUG
)
def _page(title: str, slug: str) -> None:
    desk = _Desk()
    desk.write("page", Wish(title=desk.title(title, N_("Title of the page")), slug=slug))
    speech.tell(say("Give it a line under nav: in mkdocs.yml to have it in the menu."))


@_kind("event", N_("Begin the page of an event. TITLE is asked for where it is missing."),
    _TITLE, _SLUG,
    option("--start", default="", help=N_("When it begins, like 2026-10-06T18:00, by the clocks of the site.")),
    option("--end", default="", help=N_("When it ends.")),
    option("--place", default="", help=N_("Where it is.")),
    option("--internal", is_flag=True, help=N_("Put it into the plan: it is never published.")))  # fmt: skip
def _event(title: str, start: str, end: str, **rest: Any) -> None:  # noqa: ANN401  # the other options, as they are
    desk = _Desk()
    title = desk.title(title, N_("Name of the event"))
    question = N_("When it begins, like 2026-10-06T18:00")
    desk.write(
        "event",
        Wish(
            title=title,
            start=ask.read("--start", question, lambda words: desk.moment("--start", words), start)
            if not start
            else desk.moment("--start", start),
            end=desk.moment("--end", end) if end else None,
            **rest,
        ),
    )


@_kind(
    "idea",
    N_("Keep an idea in the plan. TITLE is asked for where it is missing."),
    _TITLE,
    _SLUG,
    _AUTHORS,
    _PERSONA,
)
def _idea(title: str, authors: tuple[str, ...], slug: str, persona: str) -> None:
    desk = _Desk()
    desk.write(
        "idea",
        Wish(
            title=desk.title(title, N_("The idea, in one line")),
            slug=slug,
            date=desk.date(""),
            authors=desk.authors(authors),
            persona=persona,
        ),
    )


@_kind("persona", N_("Describe somebody to write for, in the plan. NAME is asked for where it is missing."),
    argument("title", metavar="[NAME]", required=False, default=""), _SLUG)  # fmt: skip
def _persona(title: str, slug: str) -> None:
    desk = _Desk()
    desk.write(
        "persona",
        Wish(
            title=title or ask.text("NAME", N_("A name, and a few words about who it is")),
            slug=slug,
        ),
    )


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
