"""`cmflow tick`: do all that is due, once, where no workflow of ours does it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import click

from cmflow import mkdocs_yml, tick, workflow_facts
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError, say
from cmflow.settings import Settings
from cmflow.store import locked
from cmflow.tick import Step

_LEFT_OUT = -1


@skin.command(
    "tick",
    N_(
        "It builds, deploys, speaks, listens and writes the calendar, in this order. Call it as"
        " often as you like: what is done is not done again. docs/ci shows it for cron, GitLab and"
        " Forgejo."
    ),
)
@skin.option(
    "--deploy", default="", metavar="COMMAND",
    help=N_("What brings the site to its server; it finds the folder in CMFLOW_SITE."),
)  # fmt: skip
@skin.option(
    "--wait", type=click.IntRange(0, 120), default=0, metavar="MINUTES",
    help=N_("Wait until the pages of what is due are live, at most so long."),
)  # fmt: skip
@skin.option("--review", is_flag=True, help=N_("Let what is held wait on a branch of its own."))
@skin.option("--dry-run", is_flag=True, help=N_("Show the steps and take none."))
def command(deploy: str, wait: int, review: bool, dry_run: bool) -> int:  # noqa: FBT001  # by name
    """Take the steps; 1 where one of them failed."""
    settings, findings = mkdocs_yml.load(skin.config())
    if findings:
        raise CmflowError(*findings)
    top = workflow_facts.top_of(settings.root)
    facts, _ = workflow_facts.facts(settings, top, workflow_facts.branch_of(top))
    todo = tick.steps(settings, facts, deploy=deploy, wait=wait, review=review)
    if dry_run:
        for step in todo:
            click.echo(step.shell or f"cmflow {' '.join(step.words)}")
        return 0
    with locked(settings.root / ".cmflow" / "tick.lock"):
        done = tick.run(todo, lambda step: _take(step, settings))
    _tell(done)
    return 1 if any(done.values()) else 0


def _take(step: Step, settings: Settings) -> int:
    """Run a step in a process of its own: what one of them breaks, no other one feels."""
    speech.tell(say("— {step}", step=step.name))
    env = os.environ | {"CMFLOW_SITE": str(settings.site)}
    if step.shell:
        # The caller's own command, for the caller's own shell.
        return subprocess.call(step.shell, shell=True, cwd=settings.root, env=env)  # noqa: S602
    command = [sys.executable, "-m", "cmflow", "-f", str(settings.config), *step.words]
    return subprocess.call(command, env=env)  # noqa: S603  # our own words


def _tell(done: Mapping[str, int]) -> None:
    for name, code in done.items():
        said = gettext(N_("done"))
        if code:
            said = gettext(N_("left out")) if code == _LEFT_OUT else gettext(N_("failed"))
        click.echo(f"{name}: {said}")
