"""Material for MkDocs, the default engine, run in this process: our plugin in it does the weaving.

See https://squidfunk.github.io/mkdocs-material/ and https://www.mkdocs.org/dev-guide/plugins/.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import click
from mkdocs.commands import build as mkdocs_build
from mkdocs.commands import serve as mkdocs_serve
from mkdocs.config import load_config
from mkdocs.config.config_options import Plugins
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from cmflow.errors import CmflowError, failure, say
from cmflow.library import Library
from cmflow.swift import faster, known

# Material prints a box about the future of MkDocs at each start; writers can do nothing about it.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

Talk = Callable[[str], None]


class _Lines(logging.Handler):
    """Hands the engine's warnings on as lines, and keeps its errors for the exception."""

    def __init__(self, talk: Talk, level: int) -> None:
        super().__init__(level)
        self._talk = talk
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.levelno >= logging.ERROR:
            self.errors.append(line)
        else:
            self._talk(line)


def build(
    config: Path,
    site: Path,
    *,
    strict: bool,
    talk: Talk,
    read: Library | None = None,
    fast: bool = True,
) -> None:
    """Build a site into the folder `site`; raises `CmflowError` with the engine's words.

    `read` is the site's library, where it was read already. Unless `fast`, the engine does
    everything itself; the bytes are the same.
    """
    with _listening(config, talk, logging.WARNING), _quiet(), _hurried(talk, fast=fast):
        # MkDocs keeps plugins from one configuration to the next, for its server; one that was shut
        # down has lost its temporary folder.
        cast("Plugins", MkDocsConfig.plugins).plugin_cache.clear()
        settings = load_config(str(config), strict=strict, site_dir=str(site))
        if own := settings.plugins.get("cmflow"):
            vars(own)["given"] = read
        settings.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build.build(settings)
        finally:
            settings.plugins.on_shutdown()


def serve(config: Path, address: str, *, talk: Talk) -> None:
    """Serve a site at `host:port` and rebuild it at every change, until interrupted."""
    _try(address)
    with _listening(config, talk, logging.INFO), _hurried(talk, fast=True):
        mkdocs_serve.serve(str(config), dev_addr=address, watch_theme=True)


@contextlib.contextmanager
def _hurried(talk: Talk, *, fast: bool) -> Iterator[None]:
    """Take the fast ways through the engine, if its insides are those that we know."""
    if not fast:
        yield
        return
    if unknown := known.unknown_version():
        talk(
            say(
                "This build takes as long as mkdocs build: cmflow does not know {part} yet.",
                part=unknown,
            ).show()
        )
        yield
        return
    with faster.faster():
        yield


def _try(address: str) -> None:
    """Listen for a moment: the engine finds a taken port only after it has built everything."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_server((host.strip("[]"), int(port))).close()
    except OSError as error:
        raise failure(
            address,
            say("The site cannot be shown there: {words}.", words=error.strerror or str(error)),
            say("Another program may listen there already; take another port with --address."),
        ) from None


@contextlib.contextmanager
def _listening(config: Path, talk: Talk, level: int) -> Iterator[None]:
    logger = logging.getLogger("mkdocs")
    lines = _Lines(talk, level)
    before = logger.level
    logger.addHandler(lines)
    logger.setLevel(level)
    try:
        yield
    except CmflowError:
        raise
    except Exception as error:
        # The engine and other people's plugins raise what they like; a writer gets their words.
        words = "\n".join(lines.errors) or getattr(error, "message", "") or str(error)
        if not isinstance(error, MkDocsException | click.ClickException):
            words = f"{type(error).__name__}: {words}"
        raise failure(
            config.name,
            say("The site could not be built: {words}", words=words.strip()),
            say("Run cmflow check: it names the file and the line."),
        ) from error
    finally:
        logger.removeHandler(lines)
        logger.setLevel(before)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what plugins print to themselves: standard output is for data."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
