"""The command `cmflow`: a skin of Click over the desks, and what it does with failure."""

from __future__ import annotations

import errno
import gc
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

import cmflow
from cmflow.cli import speech
from cmflow.cli.skin import Option, Root, option
from cmflow.cli.speech import N_

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}

INTERRUPTED = 130
"""What a shell answers for a program that Ctrl-C ended."""


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=N_("A company's blog and the conversation around it, kept in one git repository."),
)
@option(
    "-f",
    "--config-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help=N_("The settings of the site; by default mkdocs.yml, here or in a folder above."),
)
@click.version_option(
    cmflow.__version__, message="%(prog)s %(version)s", cls=Option, help=N_("Show the version.")
)
def app(config_file: Path | None) -> None:
    """Hold the options of every command; `skin.config` reads them."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command; ends the process with 0 (fine), 1 (found or failed) or 2 (wrong use)."""
    arguments = list(sys.argv[1:] if args is None else args)
    _prepare_streams()
    speech.speak(speech.choose(arguments, os.environ, Path.cwd()))
    code = _told(run(arguments))
    # The process ends, and all it holds with it: to look for garbage first takes half a second.
    gc.freeze()
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; no failure is shown as a traceback."""
    try:
        return int(app.main(list(arguments), prog_name="cmflow", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        return _explain(error)


def _told(code: int) -> int:
    """Write out what is left; where there is no room for it, say so and return 1."""
    try:
        sys.stdout.flush()
    except OSError as error:
        # What could not be written is still in the buffer, and would fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return code if isinstance(error, BrokenPipeError) else code or _explain(error)
    return code


def _explain(error: Exception) -> int:
    from cmflow.errors import CmflowError, say  # `--help` need not wait for it

    if isinstance(error, CmflowError):
        from cmflow import report

        colour = report.wants_colour(sys.stderr)
        click.echo(report.text(error.findings, speech.words(), colour=colour), err=True)
        return 1
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f"{error.filename}: " if error.filename else ""
        speech.tell(say("{path}the disk is full. Make room and run it again: what was there before "
                        "is as it was.", path=where))  # fmt: skip
        return 1
    if isinstance(error, OSError) and error.filename:
        words = error.strerror or type(error).__name__
        speech.tell(say("{path}: the machine refuses: {words}.", path=error.filename, words=words))
        return 1
    if os.environ.get("CMFLOW_DEBUG") == "1":
        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}"
    speech.tell(say("cmflow stumbled over a mistake of its own: {what}", what=what))
    speech.tell(say("Please report it{where}, with what CMFLOW_DEBUG=1 shows.", where=_where()))
    return 1


def _where() -> str:
    """Return the address of the issue tracker, as the package names it."""
    from importlib import metadata

    try:
        entries = metadata.metadata("mkdocs-cmflow").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        entries = []
    named = dict(entry.split(", ", 1) for entry in entries)
    return f" ({named['Issues']})" if "Issues" in named else ""


def _prepare_streams() -> None:
    """Let no character end a run: a pipe on Windows knows few, a narrow locale fewer still."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8" if os.name == "nt" else None, errors="replace")
