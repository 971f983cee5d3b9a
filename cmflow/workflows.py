"""Make the files below `.github/` from the settings, and keep them true.

A template is YAML before it is filled in as well as after: what fills it in stands in `<%= %>`, and
what repeats or leaves out lines stands in comments, `#% if …`.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
import msgspec

import cmflow
from cmflow import frontmatter
from cmflow.catalogue import catalogue
from cmflow.errors import Message, say
from cmflow.gitshelf import BELL
from cmflow.review import BRANCH
from cmflow.scalars import quoted, scalar
from cmflow.workflow_facts import Facts
from cmflow.workflow_pins import PINS, Pin, pinned

FOLDER = ".github"
"""Where GitHub looks, at the top of the repository."""

SYNTAX: Mapping[str, Any] = {
    "block_start_string": "<%",
    "block_end_string": "%>",
    "variable_start_string": "<%=",
    "variable_end_string": "%>",
    "comment_start_string": "<%#",
    "comment_end_string": "#%>",
    "line_statement_prefix": "#%",
}
"""How a template is written: neither YAML nor bash nor GitHub's `${{ }}` mean anything by it."""

TEMPLATES = Path(__file__).parent / "skeleton" / "github"

PYTHON = "3.13"
RUNNER = "ubuntu-24.04"

CACHED = (".cmflow/cache", ".cmflow/cards", ".cmflow/calendar/public.ics")
"""What a build keeps for the next one besides the site, below the site's folder."""

_MARK = "cmflow workflows"
_PUBLISH = f"{FOLDER}/workflows/publish.yml"
_BRANCHES = re.compile(r'^[ \t]+branches: \["(?P<name>(?:[^"\\]|\\.)+)"\]$', re.MULTILINE)
_ACTION = "actions/cmflow/action.yml"
# Judges of workflows read every action.yml of a repository, and a template of one is none.
_ACTION_TEMPLATE = "actions/cmflow/composite.yml"
_MANIFEST = "actions/cmflow/requirements.txt"


class Change(msgspec.Struct, frozen=True):
    """A file as it stands and as it should stand; `None` where it does not, or should not, exist.

    `path` is relative to the top of the repository, with slashes; `ours` tells that cmflow wrote
    the file that stands there, or that none does.
    """

    path: str
    before: str | None
    after: str | None
    ours: bool = True

    @property
    def stale(self) -> bool:
        """Tell whether there is something to write or to take away."""
        return self.ours and self.before != self.after

    def diff(self) -> str:
        """Return the change as a unified diff."""
        before, after = (
            (text or "").splitlines(keepends=True) for text in (self.before, self.after)
        )
        old = f"a/{self.path}" if self.before is not None else "/dev/null"
        new = f"b/{self.path}" if self.after is not None else "/dev/null"
        return "".join(difflib.unified_diff(before, after, old, new))


def changes(facts: Facts, top: Path) -> tuple[Change, ...]:
    """Compare what should stand below `.github` of a repository with what does, sorted by path.

    Pins that stand there are kept. A file that cmflow wrote and that nothing asks for any more is
    to be taken away; a file of that name that somebody else wrote is left alone.
    """
    standing = dict(_standing(top))
    ours = {path: text for path, text in standing.items() if _is_ours(text)}
    wanted = _made(facts, ours)
    return tuple(
        Change(path, standing.get(path), wanted.get(path), path in ours or path not in standing)
        for path in sorted({*wanted, *ours})
    )


def write(found: tuple[Change, ...], top: Path) -> None:
    """Bring the files that are stale up to date, each whole or not at all."""
    for change in found:
        if not change.stale:
            continue
        if change.after is None:
            (top / change.path).unlink(missing_ok=True)
        else:
            frontmatter.write(top / change.path, change.after.encode())


def published(top: Path) -> str:
    """Return the branch that the workflows publish as they stand; empty where there are none."""
    path = top / _PUBLISH
    text = _read(path) if path.is_file() else ""
    found = _BRANCHES.search(text) if _is_ours(text) else None
    return str(json.loads(f'"{found["name"]}"')) if found else ""


def steps(facts: Facts) -> Iterator[Message]:
    """Say what is left for a person to do on GitHub, once."""
    yield say("Settings → Pages → Source: choose “GitHub Actions”.")
    if facts.secrets:
        yield say("Settings → Environments → New environment: “cmflow”. There:")
        yield say("- Deployment branches and tags: “{branch}” alone", branch=facts.branch)
    # Secrets that are got together are told together.
    alike = itertools.groupby(facts.secrets, lambda one: (one.owner, one.where, one.required))
    for (_, where, required), ones in alike:
        names = ", ".join(one.name for one in ones)
        if required:
            yield say("- Add environment secret: {name}. {where}", name=names, where=where)
        else:
            yield say("- If you like, {name}. {where}", name=names, where=where)
    if facts.hears:
        yield say(
            "Settings → Actions → General → Workflow permissions: "
            "“Allow GitHub Actions to create and approve pull requests”."
        )
        if facts.store:
            yield say(
                "Settings → General → Pull Requests: “Automatically delete head branches”. "
                "Answers that you merge are then published at once."
            )


def _standing(top: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((top / FOLDER).rglob("*")):
        if path.is_file():
            yield path.relative_to(top).as_posix(), _read(path)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _is_ours(text: str) -> bool:
    return _MARK in text.partition("\n")[0]


def _made(facts: Facts, ours: Mapping[str, str]) -> Mapping[str, str]:
    """Fill in the templates of all that applies; a file's own pins go before those of others."""
    known = pinned(ours.values())
    templates = _environment(facts.settings.language)
    values = _values(facts)
    made: dict[str, str] = {}
    for name in _applying(facts):
        path = f"{FOLDER}/{name}"
        pins = {**PINS, **known, **pinned([ours.get(path, "")])}
        template = _ACTION_TEMPLATE if name == _ACTION else name
        text = templates.get_template(template).render(values, pin=functools.partial(_use, pins))
        made[path] = f"{text.rstrip()}\n"
    return made


def _use(pins: Mapping[str, Pin], action: str) -> str:
    """Write an action, be it the whole of a repository or a folder in it, with its pin."""
    pin = pins["/".join(action.split("/")[:2])]
    return f"{action}@{pin.commit} # {pin.version}"


def _applying(facts: Facts) -> Iterator[str]:
    yield from (_ACTION, "dependabot.yml", "pull_request_template.md")
    yield from (f"workflows/{name}.yml" for name in ("check", "publish", "doctor"))
    if facts.install == "release":
        yield _MANIFEST
    if facts.hears:
        yield "workflows/collect.yml"
        if facts.store:
            yield "workflows/answers.yml"
    if facts.plans:
        yield from ("workflows/calendar.yml", "ISSUE_TEMPLATE/idea.yml")
    if facts.label is not None:
        yield "ISSUE_TEMPLATE/comment.yml"
    if facts.owners:
        yield "CODEOWNERS"


def _environment(language: str) -> jinja2.Environment:
    made = jinja2.Environment(  # noqa: S701  # `quoted` and `scalar` escape
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
        **SYNTAX,
    )
    words = catalogue(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    made.filters["quoted"] = quoted
    made.filters["scalar"] = scalar
    return made


def _values(facts: Facts) -> Mapping[str, object]:
    settings = facts.settings
    words = catalogue(settings.language)
    below = f"{facts.folder}/" if facts.folder else ""
    community = settings.below_root(settings.community)
    site = settings.below_root(settings.site)
    return {
        **{field: getattr(facts, field) for field in facts.__struct_fields__},
        "header": words.gettext(
            "Made from mkdocs.yml. To change it, change that and run: cmflow workflows"
        ),
        "version": cmflow.__version__,
        "python": PYTHON,
        "runner": RUNNER,
        "zone": settings.cmflow.timezone,
        "minute": lambda name: _minute(settings.site_url or settings.site_name, name),
        "secrets": facts.secrets,
        "channels": settings.cmflow.channels,
        "site_url": settings.site_url,
        "site": below + site,
        "community": community,
        "kept": "" if facts.store else f"{below}{community}/",
        "calendar": f"{settings.below_root(settings.plan)}/CALENDAR.md",
        "packages": json.dumps(_packages(facts)),
        "locked": (settings.root / "uv.lock").is_file(),
        "review": BRANCH,
        "bell": BELL,
        "cached": tuple(f"{below}{path}" for path in (*CACHED, site)),
    }


def _packages(facts: Facts) -> list[str]:
    """Return the folders in which Dependabot finds what is installed."""
    if facts.install == "release":
        return [f"/{FOLDER}/actions/cmflow"]
    below = f"/{facts.folder}"
    return [below, f"{below.rstrip('/')}/requirements"] if facts.install == "source" else [below]


def _minute(site: str, workflow: str) -> int:
    """Return a minute at which few others begin, always the same for a site and a workflow.

    https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
    """
    free = [minute for minute in range(3, 58) if minute % 2 and minute % 5]
    digest = hashlib.sha256(f"{site}\n{workflow}".encode()).digest()
    return free[int.from_bytes(digest[:8], "big") % len(free)]
