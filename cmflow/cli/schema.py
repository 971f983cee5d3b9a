"""`cmflow schema`: print a JSON Schema, for editors."""

from __future__ import annotations

import click

from cmflow import schema
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_


@skin.command(
    "schema",
    N_(
        "NAME is front-matter or settings. A new blog keeps the second in .schemas/settings.json; "
        "the first line of its mkdocs.yml names it."
    ),
)
@skin.argument("name", metavar="NAME", type=click.Choice(list(schema.SCHEMAS)))
def command(name: str) -> None:
    """Print it."""
    click.echo(schema.text(name, speech.gettext), nl=False)
