"""`cmflow init`: begin a blog in a folder."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import click

from cmflow import scaffold
from cmflow.cli import ask, skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import say

_SOMEWHERE = "https://blog.example.com/"


@skin.command(
    "init",
    N_(
        "DIR is the folder; nothing that lies in it is written over. What is missing is asked for, "
        "on a terminal."
    ),
)
@skin.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@skin.option("--language", type=click.Choice(["en", "fr"]), help=N_("The language of the blog."))
@skin.option("--name", help=N_("The name of the blog."))
@skin.option("--url", help=N_("The public address of the blog, like https://blog.example.com/."))
@skin.option("--author", help=N_("The name of the person who signs first."))
def command(
    folder: Path, language: str | None, name: str | None, url: str | None, author: str | None
) -> None:
    """Ask for what is missing, write the blog, and say what to do next."""
    spoken = language or ask.one_of(
        "--language", N_("Language of the blog"), ["en", "fr"], speech.spoken()
    )
    named = folder.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    blog = scaffold.Blog(
        language=spoken,
        name=name or ask.text("--name", N_("Name of the blog"), named),
        url=url or ask.read("--url", N_("Its public address"), scaffold.address, _SOMEWHERE),
        author=author or ask.text("--author", N_("Who signs first"), ask.git_name() or "Camille"),
    )
    written = scaffold.init(folder, blog, dt.datetime.now(dt.UTC))
    click.echo(str(folder))
    speech.tell(say("{count} files written.", count=len(written)))
    speech.tell(
        say(
            "Now: cd {folder}, then cmflow serve. README.md tells the rest.",
            folder=shlex.quote(str(folder)),
        )
    )
