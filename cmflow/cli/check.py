"""`cmflow check`: look for mistakes in everything that was written."""

from __future__ import annotations

import datetime as dt
import sys

import click

from cmflow import check, report
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import say


@skin.command(
    "check", N_("Ends with 1 where an error is found. docs/rules.md explains every rule.")
)
@skin.option(
    "--format",
    "form",
    type=click.Choice(list(report.FORMATS)),
    default="text",
    show_default=True,
    help=N_("How findings are written: for people, for programs, or for GitHub Actions."),
)
@skin.option(
    "--fix", is_flag=True, help=N_("Correct what can be corrected safely, one line at a time.")
)
def command(form: str, fix: bool) -> int:  # noqa: FBT001  # Click passes it by name
    """Print what was found, and return 1 where it holds an error."""
    now = dt.datetime.now(dt.UTC)
    if fix:
        fixed, findings = check.fix(skin.config(), now)
        speech.tell(say("{count} corrected.", count=len(fixed)))
    else:
        findings = check.check(skin.config(), now)
    words = speech.words()
    if form == "text":
        click.echo(report.text(findings, words, colour=report.wants_colour(sys.stdout)))
    else:
        click.echo(report.FORMATS[form](findings, words), nl=bool(findings) or form == "json")
    return 1 if report.failed(findings) else 0
