"""Click's classes, dressed so that help is translated where it is shown."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cmflow.cli.commands import COMMANDS
from cmflow.cli.speech import gettext

T = TypeVar("T", click.Option, click.Command)
F = TypeVar("F", bound=Callable[..., Any])


def _spoken(thing: T) -> T:
    shown = copy.copy(thing)
    shown.help = gettext(thing.help) if thing.help else thing.help
    return shown


class Option(click.Option):
    """An option whose help is a key of the catalogue."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help in the language spoken."""
        return click.Option.get_help_record(_spoken(self), ctx)


class Command(click.Command):
    """A command whose help is a key of the catalogue; `details` is a second paragraph of it."""

    details = ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does, in the language spoken."""
        click.Command.format_help_text(_spoken(self), ctx, formatter)
        if self.details:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(gettext(self.details))

    def get_short_help_str(self, limit: int = 100) -> str:
        """Return the sentence for a list of commands, in the language spoken."""
        return click.Command.get_short_help_str(_spoken(self), limit)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help`; Click keeps it with the words of the language first spoken."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = gettext("Show this message and exit.")
        return found

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the parts of the usage line, in the language spoken."""
        return [gettext(piece) for piece in super().collect_usage_pieces(ctx)]


class Group(Command, click.Group):
    """A command of commands."""


class Root(Group):
    """The command itself; the module of a command is read when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # Click's signature
        """Return the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # Click's
        """Read a command's module and return the command."""
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"cmflow.cli.{cmd_name}").command
        assert isinstance(found, click.Command)  # noqa: S101  # a promise of our own modules
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without reading their modules."""
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, gettext(words)) for name, words in COMMANDS.items()])


def command(name: str, details: str = "") -> Callable[[Callable[..., int | None]], Command]:
    """Make a function the command `name` of `COMMANDS`; it returns the exit code."""

    def make(function: Callable[..., int | None]) -> Command:
        made = click.command(name, cls=Command, help=COMMANDS[name])(function)
        made.details = details
        return made

    return make


def option(*names: str, help: str, **settings: Any) -> Callable[[F], F]:  # noqa: A002  # Click's
    """Add an option; its help is not optional."""
    return click.option(*names, cls=Option, help=help, **settings)


def argument(name: str, **settings: Any) -> Callable[[F], F]:  # Click's
    """Add an argument; the command's details say what it is."""
    return click.argument(name, **settings)


def config() -> Path:
    """Return the path of `mkdocs.yml`: the one given, or the one found here or above."""
    from cmflow import mkdocs_yml  # slow, and help needs none of it

    given = click.get_current_context().find_root().params["config_file"]
    return given or mkdocs_yml.find(Path.cwd())
