"""`cmflow new`: begin a post, an interview, a page, an event, an idea or a persona."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from cmflow import blanks, library, mkdocs_yml, next_slot
from cmflow.blanks import Wish
from cmflow.cli import ask, speech
from cmflow.cli.commands import COMMANDS
from cmflow.cli.skin import Command, Group, argument, config, option
from cmflow.cli.speech import N_, gettext
from cmflow.errors import say
from cmflow.post import Intent

F = TypeVar("F", bound=Callable[..., Any])

command = click.group("new", cls=Group, help=COMMANDS["new"])(lambda: None)


class Desk:
    """A site as it was read, and what a person is asked about it."""

    def __init__(self) -> None:
        self.settings, _ = mkdocs_yml.load(config())
        self.library = library.load(self.settings)
        self.now = dt.datetime.now(dt.UTC)

    def authors(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return who signs: as given, as git knows, or as a person says."""
        if given or not self.library.authors:
            return given
        known = blanks.author_of(self.library, ask.git_name())
        return (known or ask.one_of("--author", N_("Author"), list(self.library.authors)),)

    def categories(self, given: tuple[str, ...]) -> tuple[str, ...]:
        """Return the categories: as given, or one of those that the site allows."""
        allowed = self.settings.blog.categories_allowed
        return given or ask.some_or_none(N_("Category (nothing for none)"), allowed)

    def series(self, given: str) -> str:
        """Return the series: as given, or one of those in the settings."""
        known = list(self.settings.cmflow.series)
        return given or next(iter(ask.some_or_none(N_("Series (nothing for none)"), known)), "")

    def date(self, given: str, wish: Wish | None = None) -> dt.datetime:
        """Return the time given, the next slot that a wish fits, or the present."""
        zone = self.settings.zone
        if given and wish is not None:
            raise click.UsageError(gettext(N_("Give --date or --next-slot, one of them.")))
        if wish is not None:
            return next_slot.slot_for(wish, self.settings, self.library, self.now)
        return blanks.moment(given, zone, "--date") if given else blanks.rounded(self.now, zone)

    def start(self, given: str) -> dt.datetime:
        """Return when an event begins, as given or as a person says."""
        question = N_("When it begins, like 2026-10-06T18:00")
        zone = self.settings.zone
        if given:
            return blanks.moment(given, zone, "--start")
        return ask.read("--start", question, lambda words: blanks.moment(words, zone, "--start"))

    def write(self, kind: str, wish: Wish) -> None:
        """Write the file and print its path."""
        path = blanks.begin(kind, wish, self.settings, self.library)
        here = Path.cwd()
        click.echo(str(path.relative_to(here) if path.is_relative_to(here) else path))


def titled(function: F) -> F:
    """Add what every kind of file has: its title and its slug."""
    slug = option(
        "--slug", default="", help=N_("The end of the address; by default made of the title.")
    )
    return argument("title", required=False, default="")(slug(function))


def signed(function: F) -> F:
    """Add who signs."""
    return option(
        "--author",
        "authors",
        multiple=True,
        help=N_("Who signs: an id of .authors.yml; may be repeated. By default you, if git knows."),
    )(function)


def aimed(function: F) -> F:
    """Add for whom it is."""
    return option(
        "--persona",
        default="",
        help=N_("Whom it is for: the name of a file of plan/personas."),
    )(function)


def published(function: F) -> F:
    """Add what a post and an interview have in common."""
    for add in (
        option(
            "--intent",
            type=click.Choice([intent.value for intent in Intent]),
            help=N_("What it is for."),
        ),
        option(
            "--objective", default="", help=N_("What it helps to reach: an id of the settings.")
        ),
        aimed,
        option(
            "--series",
            default="",
            help=N_("The id of a series; the episode is the next one, from 0."),
        ),
        option(
            "--date",
            default="",
            help=N_(
                "When it appears, like 2026-10-06T09:00, by the site's clocks; by default now."
            ),
        ),
        option(
            "--next-slot",
            "in_slot",
            is_flag=True,
            help=N_("It appears in the first empty slot that it fits; see cmflow calendar."),
        ),
        option("--tag", "tags", multiple=True, help=N_("A tag; may be repeated.")),
        option("--category", "categories", multiple=True, help=N_("A category; may be repeated.")),
        signed,
    ):
        function = add(function)
    return titled(function)


def _kind(name: str, words: str) -> Callable[[Callable[..., None]], Command]:
    def make(function: Callable[..., None]) -> Command:
        made = click.command(name, cls=Command, help=words)(function)
        made.details = N_("What is missing is asked for, on a terminal.")
        command.add_command(made)
        return made

    return make


@_kind("post", N_("Begin a post, as a draft."))
@published
def _post(
    title: str,
    date: str,
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    in_slot: bool,  # noqa: FBT001  # Click passes it by name
    **rest: Any,
) -> None:
    desk = Desk()
    wish = Wish(
        title=title or ask.text("TITLE", N_("Title of the post")),
        authors=desk.authors(authors),
        categories=desk.categories(categories),
        **rest,
    )
    when = desk.date(date, wish if in_slot else None)
    desk.write("post", msgspec.structs.replace(wish, date=when))


@_kind("interview", N_("Begin an interview, as a draft, with the questions of the bank."))
@published
@option("--guest", "guests", multiple=True, help=N_("The name of a guest; may be repeated."))
def _interview(
    title: str,
    date: str,
    authors: tuple[str, ...],
    categories: tuple[str, ...],
    guests: tuple[str, ...],
    series: str,
    in_slot: bool,  # noqa: FBT001  # Click passes it by name
    **rest: Any,
) -> None:
    desk = Desk()
    wish = Wish(
        title=title or ask.text("TITLE", N_("Title of the interview")),
        guests=guests or (ask.text("--guest", N_("Name of the guest")),),
        series=desk.series(series),
        authors=desk.authors(authors),
        categories=desk.categories(categories),
        **rest,
    )
    when = desk.date(date, wish if in_slot else None)
    desk.write("interview", msgspec.structs.replace(wish, date=when))


@_kind("page", N_("Begin a page of the site."))
@titled
def _page(title: str, slug: str) -> None:
    desk = Desk()
    title = title or ask.text("TITLE", N_("Title of the page"))
    desk.write("page", Wish(title=title, slug=slug))
    speech.tell(say("Give it a line under nav: in mkdocs.yml to have it in the menu."))


@_kind("event", N_("Begin the page of an event."))
@titled
@option("--start", default="", help=N_("When it begins, like 2026-10-06T18:00."))
@option("--end", default="", help=N_("When it ends."))
@option("--place", default="", help=N_("Where it is."))
@option("--internal", is_flag=True, help=N_("Put it into the plan: it is never published."))
def _event(title: str, start: str, end: str, **rest: Any) -> None:
    desk = Desk()
    wish = Wish(
        title=title or ask.text("TITLE", N_("Name of the event")),
        start=desk.start(start),
        end=blanks.moment(end, desk.settings.zone, "--end") if end else None,
        **rest,
    )
    desk.write("event", wish)


@_kind("idea", N_("Keep an idea in the plan."))
@titled
@signed
@aimed
def _idea(title: str, authors: tuple[str, ...], slug: str, persona: str) -> None:
    desk = Desk()
    wish = Wish(
        title=title or ask.text("TITLE", N_("The idea, in one line")),
        slug=slug,
        date=desk.date(""),
        authors=desk.authors(authors),
        persona=persona,
    )
    desk.write("idea", wish)


@_kind("persona", N_("Describe somebody to write for, in the plan. The title is a name."))
@titled
def _persona(title: str, slug: str) -> None:
    desk = Desk()
    title = title or ask.text("TITLE", N_("A name, and a word about who it is"))
    desk.write("persona", Wish(title=title, slug=slug))
