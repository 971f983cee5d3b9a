"""`cmflow doctor`: see whether the machinery behind the blog needs a person."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from cmflow import doctor, forge, mkdocs_yml, report, workflow_facts, workflows
from cmflow.accounts import Accounts
from cmflow.catalogue import catalogue
from cmflow.cli import skin, speech
from cmflow.cli.ci import connected
from cmflow.cli.runner import summarise
from cmflow.cli.speech import N_
from cmflow.errors import CmflowError, Finding, failure, say
from cmflow.settings import Settings

_MARK = "doctor"


@skin.command(
    "doctor",
    N_(
        "It reads files and the environment: --live also asks every network whether our token still"
        " works. Ends with 1 where something needs a person; with --issue an issue says so instead."
    ),
)
@skin.option("--live", is_flag=True, help=N_("Ask every network one harmless question."))
@skin.option(
    "--issue", is_flag=True,
    help=N_("On GitHub: keep one issue true, and close it when all is well."),
)  # fmt: skip
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def command(
    live: bool,  # noqa: FBT001  # Click passes all by name
    issue: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Examine once, and say what needs a person."""
    settings, unfit = mkdocs_yml.load(skin.config())
    if unfit:
        raise CmflowError(*unfit)
    patient, unseen = _patient(settings, dt.datetime.now(dt.UTC))
    findings = (*unseen, *doctor.examine(patient))
    if live:
        with contextlib.ExitStack() as stack:
            accounts = Accounts(settings, os.environ, lambda: dt.datetime.now(dt.UTC), stack)
            findings += tuple(doctor.ask(patient, accounts))
    _show(findings, as_json=as_json)
    if issue:
        _keep(settings, findings)
        return 0
    return 1 if findings else 0


def _patient(settings: Settings, now: dt.datetime) -> tuple[doctor.Patient, tuple[Finding, ...]]:
    top = workflow_facts.top_of(settings.root)
    stale, warnings = _stale(settings, top)
    schedules, unseen = _schedules()
    secrets = doctor.secrets_of(settings, top)
    patient = doctor.Patient(settings, secrets, os.environ, now, schedules, stale)
    return patient, (*warnings, *unseen)


def _stale(settings: Settings, top: Path) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return the workflows that are stale; where none was ever written, none is missed."""
    branch = workflows.published(top)
    if not branch:
        return (), ()
    facts, warnings = workflow_facts.facts(settings, top, branch)
    return tuple(one.path for one in workflows.changes(facts, top) if one.stale), warnings


def _schedules() -> tuple[Mapping[str, str], tuple[Finding, ...]]:
    """Ask GitHub for the states of the workflows; what it does not tell is a finding itself."""
    here = forge.forge_of(os.environ)
    if here is None:
        return {}, ()
    try:
        with connected(here) as http:
            return forge.workflows(here, http), ()
    except CmflowError as error:
        return {}, error.findings


def _show(findings: tuple[Finding, ...], *, as_json: bool) -> None:
    words = speech.words()
    if as_json:
        click.echo(report.as_json(findings, words))
    elif findings:
        click.echo(report.text(findings, words, colour=report.wants_colour(sys.stdout)))
    else:
        click.echo(words.gettext("All is well."))


def _keep(settings: Settings, findings: tuple[Finding, ...]) -> None:
    """Open, change or close the issue that says what was found."""
    words = catalogue(settings.language)
    text = doctor.as_markdown(findings, words)
    summarise(text or words.gettext("All is well."))
    here = forge.forge_of(os.environ)
    if here is None:
        message = say("There is no repository on GitHub to keep an issue in.")
        remedy = say("Leave --issue out, or set GITHUB_REPOSITORY and GITHUB_TOKEN.")
        raise failure("--issue", message, remedy)
    with connected(here) as http:
        if not findings:
            url = forge.close_issue(here, http, _MARK)
        else:
            title = words.gettext("The machinery of the blog needs somebody")
            intro = words.gettext(
                "cmflow looked after secrets, tokens, schedules and workflows. This list is kept "
                "true every week, and closed when nothing is left."
            )
            url = forge.keep_issue(here, http, _MARK, title, f"{intro}\n\n{text}")
    if url:
        speech.tell(say("The issue is {url}", url=url))
