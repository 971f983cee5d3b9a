"""`cmflow completion`: print the script that lets a shell complete commands."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cmflow.cli import skin
from cmflow.cli.speech import N_


@skin.command(
    "completion",
    N_(
        "SHELL is bash, zsh or fish. For bash, put this line into ~/.bashrc: "
        'eval "$(cmflow completion bash)"'
    ),
)
@skin.argument("shell", metavar="SHELL", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print it."""
    root = click.get_current_context().find_root().command
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101  # Click brings these three
    click.echo(kind(root, {}, "cmflow", "_CMFLOW_COMPLETE").source())
