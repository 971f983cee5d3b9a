"""`cmflow schedule`: give a post or an idea another time."""

from __future__ import annotations

import datetime as dt
import sys

import click

from cmflow import moving, report
from cmflow.catalogue import Catalogue
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import say
from cmflow.schedule import Moment


@skin.command(
    "schedule",
    N_("SLUG is a post that is not published, or an idea. WHEN is a day, 2026-12-01, a time by the "
       "site's clocks, \"2026-12-01 09:00\", or next-slot: the first empty slot that fits. A day "
       "alone keeps the hour."),
)  # fmt: skip
@skin.argument("slug", metavar="SLUG")
@skin.argument("when", metavar="[WHEN]", required=False, default="")
@skin.option("--swap", metavar="OTHER", default="", help=N_("Change times with another one."))
def command(slug: str, when: str, swap: str) -> None:
    """Move what was named, and say what it is in the way of."""
    if bool(when) == bool(swap):
        raise click.UsageError(gettext(N_("Give WHEN or --swap, one of them.")))
    path, now = skin.config(), dt.datetime.now(dt.UTC)
    moves = (
        moving.swap(path, slug, swap, now) if swap else (moving.schedule(path, slug, when, now),)
    )
    words = speech.words()
    for move in moves:
        click.echo(move.path.relative_to(path.parent).as_posix())
        if move.before is None:
            speech.tell(
                say("“{title}”: {after}.", title=move.title, after=_said(move.after, words))
            )
        else:
            speech.tell(
                say("“{title}”: {after}, no longer {before}.", title=move.title,
                    after=_said(move.after, words), before=_said(move.before, words))
            )  # fmt: skip
        if move.remark is not None:
            speech.tell(move.remark)
    found = [finding for move in moves for finding in moving.collisions(path, move, now)]
    if found:
        click.echo(report.text(found, words, colour=report.wants_colour(sys.stderr)), err=True)


def _said(when: Moment, words: Catalogue) -> str:
    return words.moment(when) if isinstance(when, dt.datetime) else words.day(when)
