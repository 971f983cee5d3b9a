"""`cmflow collect`: bring home what people answered, as files."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from cmflow import collect_report, pull, report, review
from cmflow.catalogue import Catalogue
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.collect import Progress, collect
from cmflow.errors import Finding, failure, say
from cmflow.forge import forge_of
from cmflow.http import Client
from cmflow.listening import Wish, opened
from cmflow.network import NetworkError, Trouble
from cmflow.review import ReviewShelf


@skin.command(
    "collect",
    N_(
        "What comes back waits for a person unless the settings say otherwise: cmflow moderate."
        " A thread is asked about for some weeks after its last word; --since looks further back."
    ),
)
@skin.option(
    "--source", "only", multiple=True, metavar="ID",
    help=N_("Ask this channel or source alone; may be given several times."),
)  # fmt: skip
@skin.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help=N_("Ask about every thread that lived since this day."),
)  # fmt: skip
@skin.option(
    "--review", "to_review", is_flag=True,
    help=N_("Let what is held wait on a branch; on GitHub, in a pull request to merge."),
)  # fmt: skip
@skin.option("--dry-run", is_flag=True, help=N_("Show what would be asked and ask nobody."))
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def command(
    only: tuple[str, ...],
    since: dt.datetime | None,
    to_review: bool,  # noqa: FBT001  # Click passes all by name
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> int:
    """Listen once; 1 where a source could not be heard."""
    wish = Wish(only, since.date() if since else None, to_review)
    with opened(skin.config(), os.environ, lambda: dt.datetime.now(dt.UTC), wish) as found:
        words = speech.words()
        if found.findings:
            _warn(found.findings, words)
        if dry_run:
            click.echo(collect_report.foreseen(found.round.ears, words))
            return 0
        with _progress() as tell:
            gathered = collect(found.round, tell)
        form = collect_report.as_json if as_json else collect_report.text
        click.echo(form(gathered, words))
        if isinstance(found.round.shelf, ReviewShelf):
            forgetful = found.round.shelf.forgetful
            if forgetful:
                _warn((forgetful,), words)
            _offer(found.round.shelf, words)
        return 1 if found.findings or collect_report.failed(gathered) else 0


def _warn(findings: Sequence[Finding], words: Catalogue) -> None:
    colour = report.wants_colour(sys.stderr)
    click.echo(report.text(findings, words, colour=colour), err=True)


def _offer(shelf: ReviewShelf, words: Catalogue) -> None:
    """Open the pull request, or say on which branch the answers wait."""
    waiting = shelf.waiting
    if not waiting:
        return
    forge = forge_of(os.environ)
    if forge is None:
        speech.tell(say("What is held waits on the branch {branch}.", branch=review.BRANCH))
        return
    client = Client(secrets=[forge.token])
    try:
        url = pull.ensure(
            forge, client, review.BRANCH, shelf.base, waiting, words, apart=shelf.apart
        )
    except NetworkError as error:
        message = say("The pull request cannot be opened: {words}", words=error.words)
        remedy = say("See whether the token may write pull requests.")
        if error.trouble is Trouble.RATE:
            remedy = say("They wait on the branch {branch}; the next run opens it.",
                         branch=review.BRANCH)  # fmt: skip
        raise failure(review.BRANCH, message, remedy) from error
    finally:
        client.close()
    speech.tell(say("What is held waits in {url}", url=url))


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show progress on a terminal; in a log, one plain line a source at most every fifty steps."""
    if not sys.stderr.isatty():
        yield _plain
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(step: Progress) -> None:
            if step.source not in tasks:
                tasks[step.source] = bar.add_task(step.source, total=step.of or None)
            bar.update(tasks[step.source], completed=step.step, total=step.of or None)

        yield tell


def _plain(step: Progress) -> None:
    if step.step % 50 == 0 and step.step:
        words = gettext(N_("{source}: {step} of {of}"))
        click.echo(words.format(source=step.source, step=step.step, of=step.of), err=True)
