"""The desk that looks after the machinery: secrets, tokens, silences, schedules and workflows.

Everything it finds waits for a person; nothing is changed. Without `live` nobody is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from cmflow import mkdocs_yml, networks, pause, pulse, sources
from cmflow.accounts import Accounts, Owner
from cmflow.catalogue import Catalogue
from cmflow.errors import Finding, Level, Message, say
from cmflow.git import Git, GitError
from cmflow.network import NetworkError, Secret, Trouble
from cmflow.settings import Settings
from cmflow.workflow_facts import Needed, facts

WARNINGS = (21, 7, 1)
"""How many days before its end a token is spoken of; each time anew, and more urgently."""

LONG = dt.timedelta(days=7)
"""How long everything may be silent before somebody is asked whether that is meant."""

_YEAR = dt.timedelta(days=366)
_OFF = {
    "disabled_inactivity": say("GitHub has switched it off: 60 days went by without a change."),
    "disabled_manually": say("Somebody has switched it off."),
}  # fmt: skip


class Patient(msgspec.Struct, frozen=True):
    """What is looked at: a site, the secrets that it needs, the environment, and the time.

    `schedules` are the states of the workflows by file, nothing where GitHub was not asked; `stale`
    are the workflow files that are not as the generator would write them.
    """

    settings: Settings
    secrets: tuple[Needed, ...]
    environ: Mapping[str, str]
    now: dt.datetime
    schedules: Mapping[str, str] = {}
    stale: tuple[str, ...] = ()


def secrets_of(settings: Settings, top: Path) -> tuple[Needed, ...]:
    """Return every secret that a site needs, be it in workflows or wherever else it runs."""
    ledger = replace(settings.cmflow.ledger, store="git")
    durable = replace(settings, cmflow=replace(settings.cmflow, ledger=ledger))
    return facts(durable, top, "")[0].secrets


def examine(patient: Patient) -> tuple[Finding, ...]:
    """Return everything that needs a person, without asking any network."""
    return (
        *_secrets(patient),
        *_tokens(patient),
        *_reviews(patient),
        *_pauses(patient),
        *_limits(patient),
        *_schedules(patient),
        *_stale(patient),
    )


def ask(patient: Patient, accounts: Accounts) -> Iterator[Finding]:
    """Ask every network whether our token works and what it takes; missing secrets ask nobody."""
    silent = {one.owner for one in patient.secrets if one.required and _lacks(patient, one)}
    speaking = {one.owner for one in patient.secrets} - silent
    for group, id_, kind, said in _everyone(patient.settings):
        if id_ in speaking:
            yield from _asked(patient, accounts, (group, id_), kind, said)


def _asked(
    patient: Patient, accounts: Accounts, path: tuple[str, str], kind: str, said: Any
) -> Iterator[Finding]:
    network = networks.load(kind) if path[0] == "channels" else None
    secrets: tuple[Secret, ...] = network.secrets if network else sources.of_kind(kind).secrets
    account = accounts.open(Owner(path[1], said, secrets))
    if isinstance(account, Message):
        return
    try:
        pulse.check(kind, account)
        told = pulse.moved(network, account) if network else None
    except NetworkError as error:
        urgent = error.trouble in (Trouble.AUTH, Trouble.CONTENT)
        message = say("“{id}” does not let us in: {words}", id=path[1], words=error.words)
        level = Level.ERROR if urgent else Level.WARNING
        yield _at(patient, "token-refused", path, message, error.remedy, level)
        return
    if told is not None and network is not None:
        message = say("“{id}” takes {told} characters; its notes are made for {planned}.",
                      id=path[1], told=told, planned=said.limit or network.limits.text)  # fmt: skip
        remedy = say("Write limit: {told}", told=told)
        yield _at(patient, "limit-moved", path, message, remedy)


def _everyone(settings: Settings) -> Iterator[tuple[str, str, str, Any]]:
    for id_, channel in settings.cmflow.channels.items():
        yield "channels", id_, channel.network, channel
    for id_, source in settings.cmflow.sources.items():
        yield "sources", id_, source.kind, source


def _lacks(patient: Patient, secret: Needed) -> bool:
    return not patient.environ.get(secret.name, "").strip()


def _secrets(patient: Patient) -> Iterator[Finding]:
    for one in patient.secrets:
        if not one.required or not _lacks(patient, one):
            continue
        group = "sources" if one.owner in patient.settings.cmflow.sources else "channels"
        yield _at(
            patient, "secret-missing", (group, one.owner),
            say("The secret {name} of “{id}” is missing.", name=one.name, id=one.owner),
            say("Put it into the environment under that name; on GitHub: Settings → Environments → "
                "cmflow → Add environment secret. Where one gets it: {where}", where=one.where),
        )  # fmt: skip


def _tokens(patient: Patient) -> Iterator[Finding]:
    today = patient.now.astimezone(patient.settings.zone).date()
    for group, id_, _, said in _everyone(patient.settings):
        ends = getattr(said, "expires", None)
        if ends is None or (ends - today).days > WARNINGS[0]:
            continue
        days = (ends - today).days
        remedy = say("Make a new one, put it in the place of the old one, and write the new day "
                     "under “expires”.")  # fmt: skip
        if days < 0:
            message = say("The token of “{id}” ended on {day}.", id=id_, day=ends.isoformat())
        elif days <= WARNINGS[2]:
            message = say("The token of “{id}” ends on {day}: today or tomorrow.",
                          id=id_, day=ends.isoformat())  # fmt: skip
        else:
            message = say("The token of “{id}” ends on {day}, in {days} days.",
                          id=id_, day=ends.isoformat(), days=days)  # fmt: skip
        level = Level.ERROR if days <= WARNINGS[1] else Level.WARNING
        yield _at(patient, "token-ends", (group, id_), message, remedy, level)


def _reviews(patient: Patient) -> Iterator[Finding]:
    today = patient.now.astimezone(patient.settings.zone).date()
    for id_, channel in patient.settings.cmflow.channels.items():
        if channel.review is not None and channel.review <= today:
            message = say("The channel “{id}” was to be decided about on {day}.",
                          id=id_, day=channel.review.isoformat())  # fmt: skip
            remedy = say("Keep it and write another day under “review”, or take the channel out.")
            path = ("channels", id_, "review")
            yield _at(patient, "channel-review", path, message, remedy, Level.WARNING)


def _pauses(patient: Patient) -> Iterator[Finding]:
    path = patient.settings.plan / pause.FILE
    found = pause.read(path)
    since = _since(patient) if found else None
    if since is None or patient.now - since <= LONG or not _lasts(found[0], patient.now):
        return
    day = since.astimezone(patient.settings.zone).date().isoformat()
    yield Finding(
        "pause-long", patient.settings.below_root(path), 0,
        say("Nothing is sent since {day}.", day=day),
        say("Delete the file once the reason is gone, or write in it until when it holds."),
        Level.WARNING,
    )  # fmt: skip


def _lasts(one: pause.Pause, now: dt.datetime) -> bool:
    return one.until is None or one.until > now


def _since(patient: Patient) -> dt.datetime | None:
    """Return when `pause.yml` was written: when it was committed, else by the file itself."""
    path = patient.settings.plan / pause.FILE
    words = ("log", "-1", "--format=%ct", "--", str(path))
    try:
        stamp = Git(patient.settings.root).line(*words)
    except GitError:
        stamp = ""
    seconds = float(stamp) if stamp.isdecimal() else path.stat().st_mtime
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _limits(patient: Patient) -> Iterator[Finding]:
    for name in dict.fromkeys(one.network for one in patient.settings.cmflow.channels.values()):
        try:
            limits = networks.load(name).limits
        except LookupError:
            continue
        if patient.now.date() - limits.checked > _YEAR:
            message = say("What cmflow knows of {network} is of {day}.",
                          network=name, day=limits.checked.isoformat())  # fmt: skip
            remedy = say("Update cmflow, or see whether it still holds: {url}", url=limits.source)
            config = patient.settings.config.name
            yield Finding("limits-old", config, 0, message, remedy, Level.WARNING)


def _schedules(patient: Patient) -> Iterator[Finding]:
    for path, state in sorted(patient.schedules.items()):
        if state in _OFF and path.startswith(".github/workflows/"):
            remedy = say("On GitHub: Actions → this workflow → Enable workflow.")
            yield Finding("schedule-off", path, 0, _OFF[state], remedy)


def _stale(patient: Patient) -> Iterator[Finding]:
    for path in patient.stale:
        message = say("It is not what the settings of today make of it.")
        yield Finding(
            "workflow-stale", path, 0, message, say("Run: cmflow workflows"), Level.WARNING
        )


def _at(
    patient: Patient,
    rule: str,
    path: tuple[str, ...],
    message: Message,
    remedy: Message,
    level: Level = Level.ERROR,
) -> Finding:
    config = patient.settings.config
    line = mkdocs_yml.line_of(config.read_text("utf-8-sig"), path, "cmflow")
    return Finding(rule, config.name, line, message, remedy, level)


def as_markdown(findings: tuple[Finding, ...], words: Catalogue) -> str:
    """Write findings as the text of an issue: a list with boxes to tick, the urgent ones first."""
    urgent = sorted(findings, key=lambda one: one.level is not Level.ERROR)
    return "\n".join(_item(finding, words) for finding in urgent)


def _item(finding: Finding, words: Catalogue) -> str:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    mark = "**" if finding.level is Level.ERROR else ""
    said = " ".join(words.show(finding.message).split()).replace("@", "@\u2060")
    todo = " ".join(words.show(finding.remedy).split()).replace("@", "@\u2060")
    return f"- [ ] {mark}{said}{mark} `{place}`\n  {todo}"
