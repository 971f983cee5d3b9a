"""`cmflow build`: build the site."""

from __future__ import annotations

import datetime as dt

import click

from cmflow import build, check
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import CmflowError, say


@skin.command("build", N_("The folder it is built into is printed."))
@skin.option(
    "--engine", type=click.Choice(build.ENGINES), default=build.ENGINES[0], show_default=True,
    help=N_("What turns Markdown into pages."),
)  # fmt: skip
@skin.option("--strict", is_flag=True, help=N_("Take every warning of the engine for an error."))
def command(engine: str, strict: bool) -> None:  # noqa: FBT001  # Click passes it by name
    """Build, and say how much there is."""
    config, now = skin.config(), dt.datetime.now(dt.UTC)
    try:
        made = build.build(
            config,
            engine=engine,
            strict=strict,
            now=now,
            talk=lambda line: click.echo(line, err=True),
        )
    except CmflowError as error:
        raise CmflowError(*(check.errors(config, now) or error.findings)) from error
    click.echo(str(made.site))
    speech.tell(say("{pages} pages, {posts} of them posts.", pages=made.pages, posts=made.posts))
