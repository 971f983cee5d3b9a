"""What the workflows of a site depend on: its channels, sources, plan, branches and people."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cmflow import forgotten, mkdocs_yml, networks, sources, team
from cmflow.errors import CmflowError, Finding, Level, Message, say
from cmflow.git import Git, GitError
from cmflow.network import Secret
from cmflow.networks.base import variable
from cmflow.settings import Settings

REQUIREMENTS = "requirements.txt"
"""The file that says what a site installs."""

_DISTRIBUTION = "mkdocs-cmflow"
_MAIN = ("main", "master")
_ASSISTED = "assisted"
_NAMED = re.compile(rf"^[ \t]*{_DISTRIBUTION}\b", re.MULTILINE)
_ACCOUNT = re.compile(r"/([A-Za-z0-9][A-Za-z0-9-]{0,38})/?")


class Needed(msgspec.Struct, frozen=True):
    """A secret by its environment variable: who needs it, and where one creates it."""

    name: str
    owner: str
    where: Message
    required: bool


class Facts(msgspec.Struct, frozen=True):
    """What decides which workflows there are and what stands in them.

    `folder` is the site's folder in the repository, empty at its top; `branch` is the one that is
    published; `store` the branch of its own that carries what came back, empty where there is none.
    `install` is `uv`, `hashes`, `requirements`, `source` or `release`. `label` is the label of the
    issues in which readers answer, `None` where they answer elsewhere.
    """

    settings: Settings
    folder: str
    branch: str
    store: str
    install: str
    speaks: bool
    hears: bool
    plans: bool
    speaking: tuple[Needed, ...]
    hearing: tuple[Needed, ...]
    owners: tuple[str, ...]
    label: str | None

    @property
    def secrets(self) -> tuple[Needed, ...]:
        """Every secret once, in the order of the settings."""
        found: dict[str, Needed] = {}
        for one in (*self.speaking, *self.hearing):
            found.setdefault(one.name, one)
        return tuple(found.values())


def facts(settings: Settings, top: Path, branch: str) -> tuple[Facts, tuple[Finding, ...]]:
    """Look at a site in a repository, whose folder is `top`; returns what to warn of as well.

    Raises `CmflowError` where the settings name what there is not.
    """
    root, top = settings.root.resolve(), top.resolve()
    speakers, hearers = _speakers(settings), _hearers(settings)
    durable = settings.cmflow.ledger.store == "git"
    own = settings.cmflow.ledger.branch if durable else ""
    found = Facts(
        settings=settings,
        folder="" if root == top else root.relative_to(top).as_posix(),
        branch=branch,
        store=own if own != branch else "",
        install=install_of(settings.root),
        speaks=durable and bool(speakers),
        hears=durable and bool(hearers),
        plans=settings.plan.is_dir() and any(settings.plan.iterdir()),
        speaking=tuple(_needed(speakers)) if durable else (),
        hearing=(*_needed(hearers), *_key(settings, hearers)) if durable else (),
        owners=_owners(settings),
        label=_label(settings),
    )
    forgets = bool(speakers or hearers) and not durable
    return found, (_forgetful(settings),) if forgets else ()


def top_of(folder: Path) -> Path:
    """Return the folder of the repository in which a folder lies; itself where there is none."""
    here = folder.resolve()
    found = (place for place in (here, *here.parents) if (place / ".git").exists())
    return next(found, here)


def branch_of(top: Path) -> str:
    """Return the branch that a repository publishes: the remote's own, else main or master."""
    git = Git(top)
    for words in (
        ("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"),
        *(("for-each-ref", "--format=%(refname:short)", f"refs/heads/{name}") for name in _MAIN),
        ("symbolic-ref", "--quiet", "--short", "HEAD"),
    ):
        try:
            name = git.line(*words).removeprefix("origin/")
        except (GitError, OSError):
            continue
        if name:
            return name
    return _MAIN[0]


def install_of(root: Path) -> str:
    """Tell how a site installs cmflow, by the files beside its settings."""
    project = _project(root / "pyproject.toml")
    requirements = root / REQUIREMENTS
    if project.get("name") == _DISTRIBUTION:
        return "source"
    if (root / "uv.lock").is_file() or _NAMED.search("\n".join(_listed(project))):
        return "uv"
    if requirements.is_file():
        return "hashes" if "--hash=" in requirements.read_text("utf-8-sig") else "requirements"
    return "release"


def _project(path: Path) -> Mapping[str, object]:
    try:
        read = tomllib.loads(path.read_text("utf-8")).get("project")
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _listed(project: Mapping[str, object]) -> tuple[str, ...]:
    listed = project.get("dependencies")
    return tuple(map(str, listed)) if isinstance(listed, list) else ()


def _speakers(settings: Settings) -> Mapping[str, tuple[Secret, ...]]:
    """Return the secrets of each channel on which a machine may speak."""
    found: dict[str, tuple[Secret, ...]] = {}
    for id_, channel in settings.cmflow.channels.items():
        try:
            network = networks.load(channel.network)
        except LookupError:
            message = say("The network “{network}” is unknown.", network=channel.network)
            known = say("Write one of: {known}.", known=", ".join(networks.names()))
            raise _unknown(settings, ("channels", id_, "network"), message, known) from None
        if network.name != _ASSISTED:
            found[id_] = network.secrets
    return found


def _hearers(settings: Settings) -> Mapping[str, tuple[Secret, ...]]:
    """Return the secrets of each channel and source from which answers come."""
    found: dict[str, tuple[Secret, ...]] = {}
    for id_, channel in settings.cmflow.channels.items():
        if heard := sources.of_channel(channel.network):
            found[id_] = heard.secrets
    for id_, source in settings.cmflow.sources.items():
        try:
            found[id_] = sources.of_kind(source.kind).secrets
        except LookupError:
            message = say("The kind of source “{kind}” is unknown.", kind=source.kind)
            known = say("Write one of: {known}.", known=", ".join(sources.KINDS))
            raise _unknown(settings, ("sources", id_, "kind"), message, known) from None
    return found


def _needed(owners: Mapping[str, tuple[Secret, ...]]) -> Iterator[Needed]:
    for id_, secrets in owners.items():
        for one in secrets:
            yield Needed(variable(id_, one.name), id_, one.where, one.required)


def _key(settings: Settings, hearers: Mapping[str, tuple[Secret, ...]]) -> Iterator[Needed]:
    """Return the key without which a person who was forgotten would come back."""
    if hearers and (settings.community / forgotten.FILE).is_file():
        where = say("The key that was set when somebody was forgotten.")
        yield Needed(forgotten.KEY, forgotten.FILE, where, required=True)


def _owners(settings: Settings) -> tuple[str, ...]:
    """Return the accounts on GitHub of our own people, each once, in the order of the file."""
    colleagues, findings = team.load(settings)
    if findings:
        raise CmflowError(*findings)
    found: dict[str, None] = {}
    for one in colleagues.values():
        for account in one.accounts:
            parts = urlsplit(account)
            name = _ACCOUNT.fullmatch(parts.path)
            if parts.hostname in ("github.com", "www.github.com") and name:
                found[name[1]] = None
    return tuple(found)


def _label(settings: Settings) -> str | None:
    for source in settings.cmflow.sources.values():
        if source.kind == "github" and not source.discussions:
            return source.label
    return None


def _forgetful(settings: Settings) -> Finding:
    text = settings.config.read_text("utf-8-sig")
    return Finding(
        "settings",
        settings.config.name,
        mkdocs_yml.line_of(text, ("ledger", "store"), "cmflow"),
        say("The ledger is kept in files, which a workflow forgets: none speaks or listens."),
        say("Write “{example}” in the settings.", example="ledger: {store: git}"),
        Level.WARNING,
    )


def _unknown(
    settings: Settings, path: tuple[str, ...], message: Message, remedy: Message
) -> CmflowError:
    line = mkdocs_yml.line_of(settings.config.read_text("utf-8-sig"), path, "cmflow")
    return CmflowError(Finding("settings", settings.config.name, line, message, remedy))
