"""The language in which the command speaks: chosen once, used by Click's own words as well."""

from __future__ import annotations

import importlib
import itertools
import locale
import os
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from cmflow.catalogue import Catalogue
    from cmflow.errors import CmflowError, Message

_language: ContextVar[str] = ContextVar("language", default="en")


def N_(words: str) -> str:  # noqa: N802  # the name that gettext's tools know
    """Mark words for the catalogue; they are translated where they are shown."""
    return words


def speak(language: str) -> None:
    """Speak this language from now on."""
    _language.set(language)
    for room in ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types"):
        module = importlib.import_module(f"click.{room}")
        # Click asks the standard gettext, which reads nothing but compiled files; ours are text.
        for name, function in (("_", gettext), ("ngettext", ngettext)):
            if hasattr(module, name):
                setattr(module, name, function)


def spoken() -> str:
    """Return the language spoken."""
    return _language.get()


def words() -> Catalogue:
    """Return the catalogue of the language spoken."""
    from cmflow.catalogue import catalogue  # slow, and English needs none

    return catalogue(_language.get())


def gettext(text: str) -> str:
    """Translate into the language spoken."""
    return text if _language.get() == "en" else words().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Translate a count into the language spoken."""
    if _language.get() == "en":
        return one if count == 1 else many
    return words().ngettext(one, many, count)


def tell(message: Message) -> None:
    """Say a sentence on stderr: what is data goes to stdout, and nothing else does."""
    click.echo(message.show(gettext), err=True)


def hear(said: str | Message | CmflowError) -> None:
    """Say on stderr what is said while something goes on: words of others as they are."""
    if isinstance(said, str):
        click.echo(said, err=True)
    elif isinstance(said, Exception):
        from cmflow import report  # slow, and rarely needed

        click.echo(report.text(said.findings, words()), err=True)
    else:
        tell(said)


def choose(args: Sequence[str], environ: Mapping[str, str], folder: Path) -> str:
    """Choose the language: `CMFLOW_LANG`, else the site's, else the machine's, else English.

    It is chosen before the command line is parsed, because the parser's complaints need it.
    """
    names = (
        environ.get("CMFLOW_LANG"),
        _of_site(args, folder),
        *(environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")),
        locale.getlocale()[0] if os.name == "nt" else None,
    )
    return "fr" if next(filter(None, names), "en").lower().startswith("fr") else "en"


_BLOCK = re.compile(r"(?P<indent>[ \t]*)(?:-[ \t]+)?(?P<name>theme|cmflow):[ \t]*\r?$")
_LANGUAGE = re.compile(r"[ \t]+language:[ \t]*[\"']?(?P<language>[A-Za-z]{2})")


def _of_site(args: Sequence[str], folder: Path) -> str:
    """Find the language in the text of `mkdocs.yml`: to load it takes longer than `--help` may."""
    pairs = itertools.pairwise(args)
    given = [Path(value) for name, value in pairs if name in ("-f", "--config-file")]
    given += [Path(word.partition("=")[2]) for word in args if word.startswith("--config-file=")]
    for path in given or [place / "mkdocs.yml" for place in (folder, *folder.parents)]:
        try:
            found = _under(path.read_text("utf-8-sig", errors="replace"))
        except OSError:
            continue
        return found.get("cmflow") or found.get("theme") or "en"
    return ""


def _under(text: str) -> dict[str, str]:
    """Find `language:` in the blocks `theme:` and `cmflow:` of a text."""
    found: dict[str, str] = {}
    block, depth = "", 0
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if opening := _BLOCK.match(line):
            block, depth = opening["name"], len(opening["indent"])
        elif line.strip() and not line.lstrip().startswith("#") and indent <= depth:
            block = ""
        elif block and (match := _LANGUAGE.match(line)):
            found.setdefault(block, match["language"])
    return found
