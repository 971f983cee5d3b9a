"""`cmflow workflows`: write what runs the loop on GitHub."""

from __future__ import annotations

import sys

import click

from cmflow import mkdocs_yml, report, workflow_facts, workflows
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError, failure, say
from cmflow.workflow_facts import Facts
from cmflow.workflows import Change


@skin.command(
    "workflows",
    N_(
        "The files stand below .github. What somebody else wrote there is left alone, and so are"
        " the versions of actions that were brought up to date. docs/ci/github.md tells the rest."
    ),
)
@skin.option("--check", is_flag=True, help=N_("Fail, with a diff, where they are stale."))
@skin.option("--dry-run", is_flag=True, help=N_("Show what would change and write nothing."))
@skin.option(
    "--branch", default="", metavar="NAME",
    help=N_("The branch that is published; by default the one before, else the repository’s own."),
)  # fmt: skip
def command(check: bool, dry_run: bool, branch: str) -> int:  # noqa: FBT001  # Click passes all by name
    """Write the files and print their paths; 1 where --check finds one stale."""
    if check and dry_run:
        raise click.UsageError(gettext(N_("These options do not go together.")))
    settings, findings = mkdocs_yml.load(skin.config())
    if findings:
        raise CmflowError(*findings)
    if settings.config.name not in ("mkdocs.yml", "mkdocs.yaml"):
        message = say("The workflows look for mkdocs.yml.")
        raise failure(settings.config.name, message, say("Give the file that name."))
    top = workflow_facts.top_of(settings.root)
    branch = branch or workflows.published(top) or workflow_facts.branch_of(top)
    facts, warnings = workflow_facts.facts(settings, top, branch)
    if warnings:
        colour = report.wants_colour(sys.stderr)
        click.echo(report.text(warnings, speech.words(), colour=colour), err=True)
    found = workflows.changes(facts, top)
    for change in found:
        if not change.ours:
            speech.tell(say("{path} is not from cmflow: it is left alone.", path=change.path))
    stale = tuple(change for change in found if change.stale)
    if check or dry_run:
        return _show(stale, check=check)
    workflows.write(stale, top)
    _tell(facts, stale)
    return 0


def _show(stale: tuple[Change, ...], *, check: bool) -> int:
    for change in stale:
        click.echo(change.diff(), nl=False)
    if stale and check:
        speech.tell(say("{count} files are stale. Run: cmflow workflows", count=len(stale)))
    elif not stale:
        speech.tell(say("The workflows are as they should be."))
    return 1 if stale and check else 0


def _tell(facts: Facts, stale: tuple[Change, ...]) -> None:
    for change in stale:
        click.echo(change.path)
    if not stale:
        speech.tell(say("The workflows are as they should be."))
        return
    speech.tell(say("Commit and push them. Then, once, on GitHub:"))
    for step in workflows.steps(facts):
        speech.tell(step)
