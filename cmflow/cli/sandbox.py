"""`cmflow sandbox`: a network on this machine, to try everything out on."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

import click

from cmflow.cli import skin, speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import failure, say
from cmflow.sandbox import Fault, Sandbox


def _loopback(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    host = host.strip("[]")
    try:
        inside = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise click.BadParameter(gettext(N_("The sandbox is for this machine alone: 127.0.0.1.")))
    if not port.isdecimal() or int(port) > 65535:
        raise click.BadParameter(gettext(N_("Write it like 127.0.0.1:8765.")))
    return host, int(port)


@skin.command(
    "sandbox",
    N_(
        "It speaks as Mastodon and as Bluesky do. Give a channel its address as the server, and any"
        " token or password that begins with sandbox-. In a browser one sees the notes there and"
        " answers them. Ctrl-C ends it."
    ),
)
@skin.option(
    "--address",
    default="127.0.0.1:8765",
    show_default=True,
    metavar="HOST:PORT",
    callback=_loopback,
    help=N_("Where it listens, on this machine only."),
)
@skin.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".cmflow/sandbox"),
    show_default=True,
    metavar="FOLDER",
    help=N_("Where it remembers."),
)
@skin.option(
    "--misbehave",
    type=click.Choice([fault.value for fault in Fault]),
    multiple=True,
    help=N_("What goes wrong with the next request; may be given several times."),
)
def command(address: tuple[str, int], state: Path, misbehave: tuple[str, ...]) -> None:
    """Listen until interrupted."""
    language = speech.words().language
    try:
        sandbox = Sandbox(state, _now, address=address, language=language, log=_log)
    except OSError as error:
        shown = f"{address[0]}:{address[1]}"
        raise failure(
            shown,
            say("The sandbox cannot begin: {words}.", words=error.strerror or str(error)),
            say("Another program may listen there already; take another port with --address."),
        ) from None
    with sandbox:
        for fault in misbehave:
            sandbox.misbehave(fault)
        speech.tell(say("The sandbox listens at {url} and remembers in {folder}.",
                        url=sandbox.url, folder=state.as_posix()))  # fmt: skip
        sandbox.wait()


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _log(line: str) -> None:
    click.echo(line, err=True)
