"""`cmflow serve`: show the site on this machine."""

from __future__ import annotations

import datetime as dt

import click

from cmflow import build
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError, Message


def _checked(_context: click.Context, _option: click.Parameter, value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise click.BadParameter(gettext(N_("Write it like 127.0.0.1:8000.")))
    return value


@skin.command("serve", N_("Ctrl-C ends it."))
@skin.option(
    "--address",
    default="127.0.0.1:8000",
    show_default=True,
    metavar="HOST:PORT",
    callback=_checked,
    help=N_("Where it is shown. Only this machine can see the default one."),
)
def command(address: str) -> None:
    """Serve until interrupted."""
    config, now = skin.config(), dt.datetime.now(dt.UTC)

    def talk(said: str | Message | CmflowError) -> None:
        if isinstance(said, CmflowError):
            from cmflow import check  # all rules at once: slow, and rarely of use

            said = check.explained(said, config, dt.datetime.now(dt.UTC))
        speech.hear(said)

    try:
        build.serve(config, address=address, talk=talk)
    except CmflowError as error:
        if error.findings[0].path == address:
            raise
        from cmflow import check

        raise check.explained(error, config, now) from error
