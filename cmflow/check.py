"""The desk of `check`: read a whole site, run every rule, correct what can safely be corrected."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from cmflow import (
    calendar,
    community,
    frontmatter,
    judgement,
    library,
    mkdocs_yml,
    reading,
    share,
    team,
)
from cmflow.errors import CmflowError, Finding, Level, say
from cmflow.rules import RULES
from cmflow.rules.view import View
from cmflow.settings import Settings


def check(config: Path, now: dt.datetime) -> tuple[Finding, ...]:
    """Return everything that is wrong with a site at a moment, in the order of its files.

    Never raises for what people wrote: settings that cannot be read are the one finding then.
    """
    try:
        settings, found = mkdocs_yml.load(config)
    except CmflowError as error:
        return tuple(
            msgspec.structs.replace(finding, rule="settings") for finding in error.findings
        )
    if not _is_folder(settings.docs):
        return in_order([*found, _no_docs(settings)])
    view = look(settings, now, found)
    return in_order(finding for rule in RULES for finding in rule.run(view))


def errors(config: Path, now: dt.datetime) -> tuple[Finding, ...]:
    """Return what stops a publication; an engine that fails names one mistake, mostly no line."""
    return tuple(finding for finding in check(config, now) if finding.level is Level.ERROR)


def explained(error: CmflowError, config: Path, now: dt.datetime) -> CmflowError:
    """Return an error with all that is wrong in the files, in the place of the engine's words.

    What the error says of another file than the settings stays: no rule reads a template.
    """
    found = errors(config, now)
    own = [f for f in error.findings if f.path != config.name and f not in found]
    return CmflowError(*found, *own) if found or own else error


def look(settings: Settings, now: dt.datetime, found: Sequence[Finding] = ()) -> View:
    """Read all that the rules need; `found` is what reading the settings found."""
    read = library.load(settings)
    links: list[Finding] = []
    files = _files(settings, links)
    name = f"{settings.below_root(settings.docs)}/{share.NAME}"
    try:
        _, shared = share.load(settings.docs, name)
    except frontmatter.UNREADABLE as error:
        shared = (_no_share(name, error),)
    answers = [community.files(settings, slug) for slug in community.slugs(settings)]
    since, until = judgement.window(now, settings)
    made, plan = calendar.read(settings, read, now, since=since, until=until)
    registers = _registers(settings)
    config = registers.get(settings.config.name, "")
    return View(
        settings,
        read,
        comments=[kept for found, _, _ in answers for kept in found],
        now=now,
        files=files,
        captions=_captions(settings, files),
        registers=registers,
        reading=(
            *found,
            *read.findings,
            *shared,
            *links,
            *team.load(settings)[1],
            *(finding for _, _, findings in answers for finding in findings),
            *plan,
        ),
        judgement=judgement.judge(made, settings, read, config),
    )


def apply(
    findings: Iterable[Finding], root: Path
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Make the corrections that findings carry; returns those corrected, and the rest.

    Paths are relative to `root`. Of each file only the lines named change, the last ones first, so
    that a line added moves no other. A file that has changed meanwhile is left as it is.
    """
    fixed: list[Finding] = []
    rest: list[Finding] = []
    for finding in sorted(findings, key=_from_below):
        (fixed if _apply(finding, root) else rest).append(finding)
    return in_order(fixed), in_order(rest)


def fix(config: Path, now: dt.datetime) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Correct what can safely be corrected; returns what was, and what a new look still finds.

    A correction may bring another mistake to light, so it looks until nothing more can be done.
    """
    fixed: list[Finding] = []
    for _ in range(_ROUNDS):
        made, _rest = apply(check(config, now), config.parent)
        fixed += made
        if not made:
            break
    return in_order(fixed), check(config, now)


# One front matter may hide several mistakes, one behind the other; a hundred lines are enough.
_ROUNDS = 100


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by place, each once."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: finding.order):
        if not kept or kept[-1] != finding:
            kept.append(finding)
    return tuple(kept)


def _from_below(finding: Finding) -> tuple[str, int, bool]:
    line = finding.fix.line if finding.fix else 0
    return finding.path, -line, finding.fix is not None and finding.fix.insert


def _apply(finding: Finding, root: Path) -> bool:
    if finding.fix is None:
        return False
    path = root / finding.path
    try:
        if finding.fix.insert:
            frontmatter.insert_line(path, finding.fix.line, finding.fix.new)
            return True
        return frontmatter.replace_line(path, finding.fix.line, finding.fix.old, finding.fix.new)
    except OSError:
        return False


def _files(settings: Settings, findings: list[Finding]) -> dict[str, int]:
    """Return what would be published, by path below `docs_dir`; what begins with a dot is not."""
    found: dict[str, int] = {}
    for folder, folders, names in os.walk(settings.docs):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*names, *(f for f in folders if (Path(folder) / f).is_symlink())]):
            path = Path(folder) / name
            if name.startswith("."):
                continue
            finding = reading.misled(path, settings)
            if finding is not None:
                findings.append(finding)
            elif path.is_file():
                found[path.relative_to(settings.docs).as_posix()] = path.stat().st_size
    return found


def _captions(settings: Settings, files: dict[str, int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path, size in files.items():
        if path.lower().endswith(".vtt") and size <= frontmatter.LARGEST:
            try:
                found[path] = (settings.docs / path).read_bytes()
            except OSError:
                found[path] = b""
    return found


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long
        return False


def _registers(settings: Settings) -> dict[str, str]:
    """Read again the texts in which rules look for lines; what cannot be read has none."""
    found: dict[str, str] = {}
    for path in (settings.config, settings.docs / settings.authors):
        try:
            text = path.read_text("utf-8-sig")
            frontmatter.load_yaml(text.encode()) if path != settings.config else None
            found[settings.below_root(path)] = text
        except (OSError, *frontmatter.UNREADABLE):
            continue
    return found


def _no_docs(settings: Settings) -> Finding:
    return Finding(
        "settings",
        settings.config.name,
        0,
        say("The folder {folder} is not there.", folder=settings.below_root(settings.docs)),
        say("Make it, or correct docs_dir in {file}.", file=settings.config.name),
    )


def _no_share(name: str, error: Exception) -> Finding:
    return Finding(
        "front-matter",
        name,
        0,
        say("The file is not valid YAML: {words}.", words=" ".join(str(error).split())),
        say("Look for a missing quote, bracket or indentation."),
    )
