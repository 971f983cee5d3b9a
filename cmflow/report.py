"""Findings for those who read them: people at a terminal, programs, GitHub beside the lines."""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from cmflow.catalogue import Catalogue
from cmflow.errors import COMMAND, Finding, Level

Words = Catalogue


def text(findings: Sequence[Finding], words: Words, *, colour: bool = False) -> str:
    """Write findings for people, file by file, and count them on the last line."""
    if not findings:
        return words.gettext("Nothing to correct.")
    parts = []
    for _, group in itertools.groupby(findings, key=lambda finding: finding.path):
        parts.append(Text("\n").join(_entry(finding, words) for finding in group))
    if any(finding.rule != COMMAND for finding in findings):
        parts.append(Text(_sum(findings, words), style="bold"))
    return _render(Text("\n\n").join(parts), colour=colour)


def as_json(findings: Sequence[Finding], words: Words) -> str:
    """Write findings for programs.

    An object with `version` (1; a key that changes its meaning makes it 2), `errors` and `warnings`
    (numbers), and `findings`: a list of objects with `rule`, `level` (`error` or `warning`), `path`
    (relative to the folder of `mkdocs.yml`, with slashes), `line` (from 1; 0 is the whole file),
    `message`, `remedy`, and `fix`: null, or an object with `line`, `old`, `new` and `insert`.
    """
    data = {
        "version": 1,
        "errors": sum(finding.level is Level.ERROR for finding in findings),
        "warnings": sum(finding.level is Level.WARNING for finding in findings),
        "findings": [_object(finding, words) for finding in findings],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def github(findings: Sequence[Finding], words: Words) -> str:
    """Write findings as workflow commands, which GitHub shows beside the lines of a change.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions; how values
    are escaped is said in https://github.com/actions/toolkit, `packages/core/src/command.ts`.
    """
    return "\n".join(_command(finding, words) for finding in findings)


FORMATS: Mapping[str, Callable[[Sequence[Finding], Words], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
}
"""The ways to write findings, by the names that `--format` takes."""


def failed(findings: Iterable[Finding]) -> bool:
    """Tell whether anything found is an error."""
    return any(finding.level is Level.ERROR for finding in findings)


def wants_colour(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal whose owner has not refused colours (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _entry(finding: Finding, words: Words) -> Text:
    error = finding.level is Level.ERROR
    level = words.gettext("error") if error else words.gettext("warning")
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    return Text.assemble(
        (_plain(place), "bold"),
        "  ",
        (level, "red" if error else "yellow"),
        "  ",
        ("" if finding.rule == COMMAND else finding.rule, "dim"),
        "\n    ",
        _plain(words.show(finding.message)),
        "\n    → ",
        _plain(words.show(finding.remedy)),
    )


def _sum(findings: Sequence[Finding], words: Words) -> str:
    errors = sum(finding.level is Level.ERROR for finding in findings)
    warnings = len(findings) - errors
    counts = [
        words.ngettext("{count} error", "{count} errors", errors).format(count=errors),
        words.ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings),
    ]
    fixes = sum(finding.fix is not None for finding in findings)
    if fixes:
        can = words.ngettext(
            "{count} can be corrected with: cmflow check --fix",
            "{count} can be corrected with: cmflow check --fix",
            fixes,
        )
        counts.append(can.format(count=fixes))
    return " · ".join(counts)


def _render(words: Text, *, colour: bool) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    console.print(words, soft_wrap=True, end="")
    return out.getvalue()


def _object(finding: Finding, words: Words) -> dict[str, object]:
    fix = finding.fix
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "path": _plain(finding.path),
        "line": finding.line,
        "message": _plain(words.show(finding.message)),
        "remedy": _plain(words.show(finding.remedy)),
        "fix": fix and {"line": fix.line, "old": fix.old, "new": fix.new, "insert": fix.insert},
    }


def _command(finding: Finding, words: Words) -> str:
    properties = {"file": _plain(finding.path), "line": str(finding.line), "title": finding.rule}
    if not finding.line:
        del properties["line"]
    named = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    words_ = f"{words.show(finding.message)}\n{words.show(finding.remedy)}"
    return f"::{finding.level.value} {named}::{_data(words_)}"


def _data(value: str) -> str:
    value = value.encode("utf-8", "replace").decode()
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _plain(words: str) -> str:
    """Show what would steer a terminal, and what no encoding holds, as its escape."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else _escaped(c) for c in words)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()
