"""`cmflow schema`: print a JSON Schema, for editors."""

from __future__ import annotations

import click

from cmflow import schema
from cmflow.cli import skin
from cmflow.cli.speech import N_


@skin.command(
    "schema",
    N_("NAME is front-matter or settings. A new blog keeps the second in .schemas/settings.json, which "
       "the first line of its mkdocs.yml names."),
)  # fmt: skip
@skin.argument("name", metavar="NAME", type=click.Choice(list(schema.SCHEMAS)))
def command(name: str) -> None:
    """Print it."""
    click.echo((schema.FOLDER / f"{name}.json").read_text("utf-8"), nl=False)
