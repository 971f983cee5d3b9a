"""`cmflow calendar`: what is planned, what is missing, and why."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import click

from cmflow import (
    agenda,
    calendar_desk,
    calendar_md,
    frontmatter,
    report,
)
from cmflow.calendar_desk import Desk
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import failure, say
from cmflow.weeks import WEEK


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(gettext(N_("Write a day like 2026-12-01."))) from error


@skin.command(
    "calendar",
    N_(
        "Without an option it shows the coming six weeks. --write keeps the calendar as files:"
        " content/plan/CALENDAR.md, and a page and a feed for the team in .cmflow/calendar."
    ),
)
@skin.option(
    "--format", "form", type=click.Choice(calendar_desk.FORMATS), default="agenda",
    show_default=True, help=N_("How to write it."),
)  # fmt: skip
@skin.option("--since", type=_day, metavar="DAY", help=N_("The first day shown."))
@skin.option("--until", type=_day, metavar="DAY", help=N_("The day after the last one shown."))
@skin.option("--fill", is_flag=True, help=N_("Propose an idea for each gap."))
@skin.option("--write", is_flag=True, help=N_("Write the files; with --fill, what was proposed."))
@skin.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help=N_("With --write: where the page and the feed go."),
)  # fmt: skip
@skin.option("--check", is_flag=True, help=N_("Fail where CALENDAR.md is not as it should be."))
@skin.option("--diff", metavar="BASE", help=N_("Say what changed since a branch or a commit."))
def command(
    form: str,
    since: dt.date | None,
    until: dt.date | None,
    fill: bool,  # noqa: FBT001  # Click passes all by name
    write: bool,  # noqa: FBT001
    folder: Path | None,
    check: bool,  # noqa: FBT001
    diff: str | None,
) -> int:
    """Do the one thing that was asked for; 1 where CALENDAR.md is stale."""
    chosen = bool(since or until) or form != "agenda"
    if sum([chosen, check, bool(diff), fill or write]) > 1:
        raise click.UsageError(gettext(N_("These options do not go together.")))
    if folder and not write:
        raise click.UsageError(gettext(N_("--to belongs to --write.")))
    if since and until and until <= since:
        raise click.UsageError(gettext(N_("--until must be after --since.")))
    config, now = skin.config(), dt.datetime.now(dt.UTC)
    if diff:
        from cmflow import calendar_base

        text = calendar_base.changes(config, diff, now, speech.words())
        click.echo(text, nl=bool(text))
        return 0
    desk = calendar_desk.opened(config, now, speech.spoken())
    if check:
        return _check(desk)
    if fill:
        return _fill(desk, write=write)
    if write:
        return _write(desk, folder or calendar_desk.folder_of(desk.settings))
    click.echo(_in_form(desk, form, desk.span(form, since, until)), nl=form != "ics")
    return 0


def _in_form(desk: Desk, form: str, span: calendar_desk.Span) -> str | bytes:
    if form == "ics":
        return desk.team(span)
    if form == "html":
        return desk.page(span).rstrip("\n")
    if form == "md":
        return desk.markdown().rstrip("\n")
    if form in ("csv", "json"):
        return desk.data(form, span)
    return _shown(desk, form, span)


def _shown(desk: Desk, form: str, span: calendar_desk.Span) -> str:
    colour = report.wants_colour(sys.stdout)
    made, findings = desk.judged(span)
    if form == "month":
        return agenda.month(made, desk.labels, day=span.since, width=_width(), colour=colour)
    count = -((span.since - span.until) // WEEK)
    return agenda.agenda(
        made, findings, desk.labels, since=span.since, count=count, width=_width(), colour=colour
    )


def _write(desk: Desk, folder: Path) -> int:
    for path, data in desk.files(folder):
        if not path.is_file() or path.read_bytes() != data:
            frontmatter.write(path, data)
        click.echo(desk.settings.below_root(path))
    page = (folder / calendar_desk.PAGE).absolute().as_uri()
    speech.tell(say("Open {page} in a browser.", page=page))
    return 0


def _fill(desk: Desk, *, write: bool) -> int:
    from cmflow import filling_text, stubs

    proposals = desk.proposals()
    if not write:
        click.echo(filling_text.text(proposals, desk.labels))
        return 0
    for path in stubs.write(proposals, desk.settings, desk.library):
        click.echo(desk.settings.below_root(path))
    return 0


def _check(desk: Desk) -> int:
    path = desk.settings.plan / calendar_md.NAME
    there = path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""
    if there == desk.markdown().encode():
        return 0
    raise failure(
        desk.settings.below_root(path),
        say("It does not say what the files of this week say."),
        say("Run: cmflow calendar --write"),
    )


def _width() -> int:
    """Return how wide the terminal is, within what one likes to read."""
    try:
        return max(60, min(140, os.get_terminal_size().columns))
    except OSError:
        return 100
