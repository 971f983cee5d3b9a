"""`cmflow build`: build the site."""

from __future__ import annotations

import datetime as dt

import click

from cmflow import build
from cmflow.cli import runner, skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError, say


@skin.command("build", N_("The folder it is built into is printed."))
@skin.option(
    "--engine", type=click.Choice(build.ENGINES), default=build.ENGINES[0], show_default=True,
    help=N_("What turns Markdown into pages."),
)  # fmt: skip
@skin.option("--strict", is_flag=True, help=N_("Take every warning of the engine for an error."))
@skin.option(
    "--no-cache", is_flag=True, help=N_("Make everything new, whatever earlier builds left.")
)
@skin.option(
    "--verify", is_flag=True,
    help=N_("Build, then make everything new elsewhere and compare every byte."),
)  # fmt: skip
def command(engine: str, strict: bool, no_cache: bool, verify: bool) -> None:  # noqa: FBT001  # Click passes it by name
    """Build, and say how much there is."""
    config, now = skin.config(), dt.datetime.now(dt.UTC)
    if verify and (no_cache or engine != build.ENGINES[0]):
        raise click.UsageError(
            gettext(
                N_("--verify checks what builds remember: use it without --no-cache, on Material.")
            )
        )
    try:
        if verify:
            made = build.verify(config, strict=strict, now=now, talk=speech.hear)
        else:
            made = build.build(
                config, engine=engine, strict=strict, now=now, talk=speech.hear, cached=not no_cache
            )
    except CmflowError as error:
        if error.findings[0].rule == build.VERIFY:
            raise
        from cmflow import check  # all rules at once: slow, and only now of use

        raise check.explained(error, config, now) from error
    click.echo(str(made.site))
    runner.output("woven", "true" if made.woven else "false")
    speech.tell(say("{pages} pages, {posts} of them posts.", pages=made.pages, posts=made.posts))
