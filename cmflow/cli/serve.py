"""`cmflow serve`: show the site on this machine."""

from __future__ import annotations

import click

from cmflow import build
from cmflow.cli import skin
from cmflow.cli.speech import N_


@skin.command("serve", N_("Ctrl-C ends it."))
@skin.option("--host", default="127.0.0.1", show_default=True, help=N_("The address to listen on."))
@skin.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help=N_("The port.")
)
def command(host: str, port: int) -> None:
    """Serve until interrupted."""
    build.serve(
        skin.config(), address=f"{host}:{port}", talk=lambda line: click.echo(line, err=True)
    )
