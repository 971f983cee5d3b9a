"""Ask a person for what is missing; where nobody is there to answer, say which option to give."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import click

from cmflow.cli import speech
from cmflow.cli.speech import N_, gettext
from cmflow.errors import CmflowError

T = TypeVar("T")

MISSING = N_("Missing: {option}.")


def somebody() -> bool:
    """Return whether a person sits at the other end."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def text(option: str, question: str, default: str = "") -> str:
    """Ask for a text; without a person, the default answers, or else it is wrong use."""
    if somebody():
        # An empty default would be taken for no default, and the question asked for ever.
        return str(click.prompt(gettext(question), default=default or None, err=True)).strip()
    return default or _missing(option)


def read(option: str, question: str, parse: Callable[[str], T], default: str = "") -> T:
    """Ask for something that is read out of a text; what cannot be read is asked again."""
    if not somebody():
        return parse(default or _missing(option))
    while True:
        try:
            return parse(text(option, question, default))
        except CmflowError as error:
            for finding in error.findings:
                speech.tell(finding.message)
                speech.tell(finding.remedy)


def one_of(option: str, question: str, choices: Sequence[str], default: str = "") -> str:
    """Ask for one of a few; without a person, the default answers, or else it is wrong use."""
    if not somebody():
        return default or _missing(option)
    kind = click.Choice(choices)
    return str(click.prompt(gettext(question), type=kind, default=default or None, err=True))


def some_or_none(question: str, choices: Sequence[str]) -> tuple[str, ...]:
    """Ask for one of a few, or for none by an empty line; without a person, it is none."""
    if not somebody() or not choices:
        return ()
    answer = click.prompt(
        f"{gettext(question)} ({', '.join(choices)})",
        type=click.Choice([*choices, ""]),
        default="",
        show_choices=False,
        show_default=False,
        err=True,
    )
    return (str(answer),) if answer else ()


def git_name() -> str:
    """Return the name that git signs with on this machine, or nothing."""
    git = shutil.which("git")
    if git is None:
        return ""
    done = subprocess.run(  # noqa: S603  # git itself, and nothing that a stranger wrote
        [git, "config", "user.name"],
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    return done.stdout.strip()


def _missing(option: str) -> str:
    raise click.UsageError(gettext(MISSING).format(option=option), click.get_current_context())
