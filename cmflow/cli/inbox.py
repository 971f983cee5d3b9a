"""`cmflow inbox`: who waits for an answer, and since when."""

from __future__ import annotations

import datetime as dt
import sys

import click

from cmflow import inbox, inbox_report, moderate_report
from cmflow.cli import skin, speech
from cmflow.cli.moderate import Desk
from cmflow.cli.speech import N_
from cmflow.errors import say


@skin.command(
    "inbox",
    N_(
        "The oldest first, with the address where to answer: on the network itself, in your own"
        " words. Answered is what one of plan/team.yml, or the account of the channel, replied to;"
        " where you answered in another way, or need not, say so with --done."
    ),
)
@skin.option("--all", "every", is_flag=True, help=N_("Show also what was answered."))
@skin.option("--done", "done", multiple=True, metavar="ID", help=N_("This needs no answer."))
@skin.option("--undo", "undone", multiple=True, metavar="ID", help=N_("This needs one after all."))
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def command(
    every: bool,  # noqa: FBT001  # Click passes all by name
    done: tuple[str, ...],
    undone: tuple[str, ...],
    as_json: bool,  # noqa: FBT001
) -> int:
    """Show what waits, or say of some of it that it does not."""
    desk = Desk()
    if done or undone:
        left = desk.decide(desk.find(done), inbox.done) if done else 0
        return max(left, desk.decide(desk.find(undone), inbox.undone) if undone else 0)
    received = inbox.received(desk.everything(), desk.settings)
    found = received if every else inbox.waiting(received)
    words, now = speech.words(), dt.datetime.now(dt.UTC)
    if as_json:
        click.echo(inbox_report.as_json(found))
    elif not found:
        speech.tell(say("Nobody waits for an answer."))
    elif sys.stdout.isatty():
        moderate_report.render(inbox_report.table(found, words, now))
    else:
        click.echo(inbox_report.text(found, words, now))
    return 0
