"""`cmflow ci`: the small steps that the workflows take besides the commands that people use."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cmflow import forge, publication
from cmflow.cli import runner, skin, speech
from cmflow.cli.commands import COMMANDS
from cmflow.cli.skin import Command, Group
from cmflow.cli.speech import N_
from cmflow.errors import CmflowError, failure, say
from cmflow.forge import Forge
from cmflow.http import Client
from cmflow.network import NetworkError, Trouble

_CHECK = "check"
_AGENDA = "agenda"


@click.group("ci", cls=Group, help=COMMANDS["ci"])
def command() -> None:
    """Hold the steps."""


command.details = N_("The workflows that cmflow writes use them; docs/ci shows every step.")


def _sub(name: str, words: str) -> Callable[[Callable[..., int]], Command]:
    def make(function: Callable[..., int]) -> Command:
        made = click.command(name, cls=Command, help=words)(function)
        command.add_command(made)
        return made

    return make


@_sub("comment", N_("Show a summary under the pull request: one comment, kept up to date."))
@skin.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def _comment(file: Path) -> int:
    text = file.read_text("utf-8", errors="replace")
    here, change = forge.forge_of(os.environ), forge.change_of(os.environ)
    if here is None or change is None:
        speech.tell(say("This is no pull request on GitHub: the summary stands in the log alone."))
        click.echo(text)
        return 0
    if change.foreign:
        runner.summarise(text)
        speech.tell(say("The change comes from a fork, so nothing may be written under it: the "
                        "summary stands on the page of this run."))  # fmt: skip
        return 0
    try:
        with connected(here) as http:
            url = forge.keep_comment(here, http, change.number, _CHECK, text)
    except CmflowError:
        runner.summarise(text)
        raise
    speech.tell(say("The summary stands in {url}", url=url))
    return 0


@_sub("push", N_("Commit files that cmflow wrote and push them, over nobody's work."))
@skin.option("-m", "--message", required=True, metavar="WORDS", help=N_("What the commit says."))
@skin.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def _push(message: str, paths: tuple[Path, ...]) -> int:
    done = publication.push(Path.cwd(), paths, message, run=uuid.uuid4().hex)
    runner.output("changed", "true" if done.paths else "false")
    for path in done.left:
        speech.tell(say("{path} was changed on {branch} meanwhile and is left as it is there.",
                        path=path, branch=done.branch))  # fmt: skip
    for path in done.paths:
        click.echo(path)
    if not done.paths:
        speech.tell(say("Nothing has changed; nothing is pushed."))
    return 0


@_sub("agenda", N_("Open or bring up to date the issue for the editorial meeting."))
def _agenda() -> int:
    from cmflow import calendar_desk  # the other steps need no calendar

    desk = calendar_desk.opened(skin.config(), dt.datetime.now(dt.UTC), speech.spoken())
    text = desk.markdown()
    runner.summarise(text)
    here = forge.forge_of(os.environ)
    if here is None:
        speech.tell(say("This is no workflow on GitHub: the agenda stands here alone."))
        click.echo(text)
        return 0
    words = desk.house.words
    title = words.gettext("Editorial meeting of {day}").format(day=words.day(_meeting(desk.now)))
    with connected(here) as http:
        url = forge.keep_issue(here, http, _AGENDA, title, text)
    speech.tell(say("The agenda stands in {url}", url=url))
    return 0


def _meeting(now: dt.datetime) -> dt.date:
    """Return the Monday on which the meeting is, today or the next one."""
    return now.date() + dt.timedelta(days=-now.weekday() % 7)


@contextmanager
def connected(here: Forge) -> Iterator[Client]:
    """Open the way to GitHub; a refusal becomes a finding that says what to do."""
    client = Client(secrets=[here.token])
    try:
        yield client
    except NetworkError as error:
        remedy = say("GitHub lets a token write so many times an hour; the next run tries again.")
        if error.trouble is not Trouble.RATE:
            remedy = say("See whether the job's “permissions” let its token write there.")
        message = say("GitHub refuses: {words}", words=error.words)
        raise failure(here.repository, message, remedy) from error
    finally:
        client.close()
