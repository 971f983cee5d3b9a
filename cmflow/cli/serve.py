"""`cmflow serve`: show the site on this machine."""

from __future__ import annotations

import datetime as dt

import click

from cmflow import build, check
from cmflow.cli import skin
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError


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
    try:
        build.serve(config, address=address, talk=lambda line: click.echo(line, err=True))
    except CmflowError as error:
        if error.findings[0].path == address:
            raise
        raise CmflowError(*(check.errors(config, now) or error.findings)) from error
