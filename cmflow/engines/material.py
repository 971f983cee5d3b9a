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
from traceback import extract_tb
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import click
from jinja2 import TemplateError
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from mkdocs.config.config_options import Plugins
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException

from cmflow.errors import CmflowError, Message, failure, say
from cmflow.swift import faster, known
from cmflow.swift.keeper import Given, Keeper

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer

# Material prints a box about the future of MkDocs at each start; writers can do nothing about it.
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")

Talk = Callable[["str | Message | CmflowError"], None]
"""Hears the engine's own lines, our sentences, and what went wrong while the site goes on."""

Make = Callable[[Path, Keeper, Given], None]
"""Has the engine make its part of a site in a folder, for a keeper; our plugin gets the rest."""

Once = Callable[[Make, str], None]


class _Lines(logging.Handler):
    """Hands the engine's warnings on as lines, and keeps its errors for the exception."""

    def __init__(self, talk: Talk) -> None:
        super().__init__(logging.WARNING)
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
    fast: bool = True,
    keeper: Keeper | None = None,
    given: Given = dict,
) -> None:
    """Build a site into the folder `site`; raises `CmflowError` with the engine's words.

    Unless `fast`, the engine does everything itself; the bytes are the same. With a `keeper`, what
    earlier builds made is used again, and files that stand are not written. Our plugin is handed
    what is `given`.
    """
    with _listening(config, talk), _quiet(), _hurried(talk, keeper, fast=fast):
        # MkDocs keeps plugins from one configuration to the next, for its server; one that was shut
        # down has lost its temporary folder.
        cast("Plugins", MkDocsConfig.plugins).plugin_cache.clear()
        settings = load_config(str(config), strict=strict, site_dir=str(site))
        _hand_over(settings, given)
        settings.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build.build(settings)
        finally:
            settings.plugins.on_shutdown()


def serve(config: Path, address: str, folder: Path, once: Once, *, talk: Talk) -> None:
    """Show the site in `folder` at `host:port`, made at every change, until interrupted.

    `once` makes the site one time, with what it is given to make the engine's part, and the address
    at which the site is shown. Where that fails after a change, what was shown stays, and the
    reason is told by `talk`.
    """
    from cmflow.engines.server import Server  # a watcher and a web server: a build needs neither

    _try(address)
    cast("Plugins", MkDocsConfig.plugins).plugin_cache.clear()
    with _listening(config, talk):
        first = load_config(str(config), dev_addr=address)
        first.plugins.on_startup(command="serve", dirty=False)
    host, port = first.dev_addr
    mount = urlsplit(first.site_url or "/").path
    url = f"http://{address}{mount}"

    def make(site: Path, keeper: Keeper, given: Given) -> None:
        with _listening(config, talk), _quiet(), _hurried(talk, keeper, fast=True):
            settings = load_config(str(config), site_dir=str(site), dev_addr=address)
            settings.site_url = url
            _hand_over(settings, given)
            mkdocs_build.build(settings, serve_url=url)

    def rebuild() -> None:
        try:
            once(make, url)
        except CmflowError as error:
            talk(error)

    try:
        once(make, url)
        shown: LiveReloadServer = Server(rebuild, host, port, folder, mount)
        for path in (first.docs_dir, str(config), *first.theme.dirs, *first.watch):
            shown.watch(path)
        with _listening(config, talk):
            shown = first.plugins.on_serve(shown, config=first, builder=rebuild)
        talk(say("The site is shown at {url}; Ctrl-C ends it.", url=url))
        try:
            shown.serve()  # type: ignore[no-untyped-call]  # MkDocs leaves it untyped
        except KeyboardInterrupt:
            pass
        finally:
            shown.shutdown()
    finally:
        first.plugins.on_shutdown()


def _hand_over(settings: MkDocsConfig, given: Given) -> None:
    found = given()
    if own := settings.plugins.get("cmflow"):
        vars(own).update(found)


@contextlib.contextmanager
def _hurried(talk: Talk, keeper: Keeper | None, *, fast: bool) -> Iterator[None]:
    """Take the fast ways through the engine, if its insides are those that we know."""
    if not fast:
        if keeper:
            keeper.unseen()
        yield
        return
    if unknown := known.unknown_version():
        talk(
            say(
                "This build takes as long as mkdocs build: cmflow does not know {part} yet.",
                part=unknown,
            )
        )
        if keeper:
            keeper.unseen()
        yield
        return
    with faster.faster(keeper):
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
def _listening(config: Path, talk: Talk) -> Iterator[None]:
    logger = logging.getLogger("mkdocs")
    lines = _Lines(talk)
    before = logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.WARNING)
    try:
        yield
    except CmflowError:
        raise
    except Exception as error:
        # The engine and other people's plugins raise what they like; a writer gets their words.
        template = _template_of(error, config.parent)
        if template:
            raise failure(
                template[0],
                say("The template cannot be filled in: {words}", words=str(error)),
                say("Correct it, or delete it: the one that it replaces is taken then."),
                line=template[1],
            ) from error
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


def _template_of(error: Exception, root: Path) -> tuple[str, int] | None:
    """Return the template of the site, and its line, in which Jinja stumbled."""
    if not isinstance(error, TemplateError):
        return None
    places = [(frame.filename, frame.lineno or 0) for frame in extract_tb(error.__traceback__)]
    for name, line in reversed(places):
        path = Path(name)
        if path.suffix == ".html" and path.is_relative_to(root):
            return path.relative_to(root).as_posix(), line
    return None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what plugins print to themselves: standard output is for data."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
