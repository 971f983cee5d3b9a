"""Read one file into data, whatever is in it: what is wrong becomes a finding with its place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from cmflow import correct, frontmatter
from cmflow.decode import Problem, decode
from cmflow.errors import Finding, Level, say
from cmflow.frontmatter import Source
from cmflow.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)


def misled(path: Path, settings: Settings) -> Finding | None:
    """Say what is wrong with a symbolic link: it leaves the blog, or leads nowhere."""
    if not path.is_symlink():
        return None
    # Unlike Path.resolve, this survives a link to itself.
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(settings.docs)):
        return Finding(
            "outside-tree",
            settings.below_root(path),
            0,
            say("The file is a link that leaves the folder of the blog."),
            say("Copy the file into the folder; whatever lies outside is not yours to publish."),
        )
    if not path.exists():
        return Finding(
            "unreadable",
            settings.below_root(path),
            0,
            say("The file is a link to something that is not there."),
            say("Delete it, or put the file itself in its place."),
        )
    return None


def read(path: Path, settings: Settings, findings: list[Finding], *, strict: bool) -> Source | None:
    """Read a Markdown file; nothing, and a finding added, where it cannot be read.

    With `strict`, front matter must be there.
    """
    name = settings.below_root(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= frontmatter.LARGEST else b""
    except OSError as error:
        findings.append(_unreadable(name, error))
        return None
    if size > frontmatter.LARGEST:
        findings.append(frontmatter.too_large(name, size))
        return None
    source, finding = frontmatter.read(name, data)
    if finding is not None:
        findings.append(finding)
    elif strict and source is not None and not source.meta:
        findings.append(
            Finding(
                "front-matter",
                name,
                1,
                say("The file has no front matter."),
                say("Begin it with a line ---, the keys, and another line ---."),
            )
        )
        return None
    return source


def _unreadable(name: str, error: OSError) -> Finding:
    return Finding(
        "unreadable", name, 0,
        say("The file cannot be read: {words}.", words=error.strerror or str(error)),
        say("Look at its permissions."),
    )  # fmt: skip


def decoded(
    source: Source, data: Mapping[str, Any], kind: type[T]
) -> tuple[T | None, list[Finding]]:
    """Decode data of a source into a struct; every problem with its line in the file."""
    value, problems = decode(data, kind)
    return value, [_finding(source, problem) for problem in problems]


def _finding(source: Source, problem: Problem) -> Finding:
    """Give a problem its place, and what the author typed where YAML read something else."""
    path = problem.path
    if path[:1] == ("date",) and not isinstance(source.meta.get("date"), Mapping):
        # The date may stand alone; only Material's own decoding calls it `created`.
        path = ("date",)
        values = {**problem.message.values, "key": "date"}
        message = msgspec.structs.replace(problem.message, values=values)
        problem = msgspec.structs.replace(problem, message=message)
    found = Finding(
        problem.rule, source.path, source.line_of(*path), problem.message, problem.remedy
    )
    if problem.rule == "unknown-key" and "near" not in problem.remedy.values:
        # Another plugin may read a key that is not like one of ours.
        return msgspec.structs.replace(found, level=Level.WARNING)
    typed = source.raw(*path)
    if problem.rule != "yaml-surprise" or not typed:
        return found
    message = say("YAML reads {typed} as {value}, not as a text.",
                  typed=typed, value=problem.message.values["value"])  # fmt: skip
    fix = correct.quote(source, path)
    if fix is None:
        return msgspec.structs.replace(found, message=message)
    remedy = say("Put it in quotes: {line}", line=fix.new.strip())
    return msgspec.structs.replace(found, message=message, remedy=remedy, fix=fix)


def plain_yaml(path: Path, settings: Settings, findings: list[Finding]) -> Any:
    """Read a YAML file; nothing, and a finding added, where it cannot be read."""
    name = settings.below_root(path)
    try:
        return frontmatter.load_yaml(path.read_bytes())
    except OSError as error:
        findings.append(_unreadable(name, error))
        return None
    except frontmatter.UNREADABLE as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        words = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
        findings.append(
            Finding(
                "front-matter",
                name,
                mark.line + 1 if mark else 0,
                say("The file is not valid YAML: {words}.", words=words),
                say("Look for a missing quote, bracket or indentation on this line or above it."),
            )
        )
        return None
