"""`cmflow check`: look for mistakes in everything that was written."""

from __future__ import annotations

import datetime as dt

import click

from cmflow import check, report
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import say


@skin.command(
    "check", N_("Ends with 1 where an error is found. docs/rules.md explains every rule.")
)
@skin.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True,
    help=N_("How to write what was found: for people, for programs, or as notes of GitHub Actions."),
)  # fmt: skip
@skin.option(
    "--fix", is_flag=True, help=N_("Correct what can be corrected safely, one line at a time.")
)
def command(form: str, fix: bool) -> int:  # noqa: FBT001  # Click passes it by name
    """Print what was found, and return 1 where it holds an error."""
    path = skin.config()
    findings = check.check(path, dt.datetime.now(dt.UTC))
    if fix:
        fixed, findings = check.apply(findings, path.parent)
        speech.tell(say("{count} corrected.", count=len(fixed)))
    return 1 if report.failed(findings) else 0
