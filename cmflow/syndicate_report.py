"""A plan and what came of it, written for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from cmflow.catalogue import Catalogue
from cmflow.errors import Finding, say
from cmflow.networks.assisted import paste
from cmflow.note import Note
from cmflow.outcome import Outcome, Result
from cmflow.steps import PASTE, Act, Step
from cmflow.trip import Desk

_BAD = (Result.FAILED, Result.UNKNOWN)


class Shown(msgspec.Struct, frozen=True):
    """What is to be shown: the steps of the plan, the outcomes of a run, and the desk."""

    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    desk: Desk


def failed(shown: Shown) -> bool:
    """Tell whether something failed, or waits for a person to decide."""
    waits = any(step.act is Act.UNKNOWN and not step.asks for step in shown.steps)
    return waits or any(one.result in _BAD for one in shown.outcomes)


def text(shown: Shown, words: Catalogue) -> str:
    """Write for people: a line a step, what is to be pasted, the count of what is skipped."""
    done = {(one.slug, one.channel) for one in shown.outcomes}
    lines = [_outcome(one, words) for one in shown.outcomes]
    lines += [
        _step(step, shown.desk, words)
        for step in shown.steps
        if step.act is not Act.SKIP and (step.slug, step.channel) not in done
    ]
    lines += [line for finding in shown.desk.findings for line in _finding(finding, words)]
    lines += _pasted(shown, words)
    left = (step for step in shown.steps if step.act is Act.SKIP)
    skipped = Counter(step.reason.show(words.gettext) for step in left)
    if skipped:
        lines.append(words.gettext("Skipped:"))
        lines += [f"  {count:>6}  {reason}" for reason, count in skipped.most_common()]
    return "\n".join(lines) or words.gettext("Nothing to do.")


def as_json(shown: Shown, words: Catalogue) -> str:
    """Write for programs.

    An object with `version` (1; a key that changes its meaning makes it 2); `steps`, a list of
    objects with `act` (send, hold, skip, unknown, edit, delete), `post` (the slug), `channel`,
    `part` (from 0), `reason`, `when` (null or a time in UTC); `outcomes`, a list of objects with
    `result` (sent, found, edited, deleted, held, failed, unknown), `post`, `channel`, `part`,
    `words`, `url`, `remedy`; `paste`, a list of objects with `post`, `channel`, `text`; and
    `findings`, with `rule`, `path`, `line`, `message`, `remedy`.
    """
    data = {
        "version": 1,
        "steps": [
            {
                "act": step.act.value, "post": step.slug, "channel": step.channel, "part": step.at,
                "reason": step.reason.show(words.gettext),
                "when": _utc(step.when) if step.when else None,
            }
            for step in shown.steps
        ],
        "outcomes": [
            {
                "result": one.result.value, "post": one.slug, "channel": one.channel,
                "part": one.at, "words": one.words.show(words.gettext), "url": one.url,
                "remedy": one.remedy.show(words.gettext) if one.remedy else "",
            }
            for one in shown.outcomes
        ],
        "paste": [
            {"post": note.slug, "channel": note.channel, "text": _paste(note)}
            for note in _by_hand(shown)
        ],
        "findings": [
            {
                "rule": finding.rule, "path": finding.path, "line": finding.line,
                "message": finding.message.show(words.gettext),
                "remedy": finding.remedy.show(words.gettext),
            }
            for finding in shown.desk.findings
        ],
    }  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def _step(step: Step, desk: Desk, words: Catalogue) -> str:
    acts = {
        Act.SEND: words.gettext("send"),
        Act.HOLD: words.gettext("hold"),
        Act.UNKNOWN: words.gettext("unknown"),
        Act.EDIT: words.gettext("edit"),
        Act.DELETE: words.gettext("delete"),
    }
    line = f"{acts[step.act]:<8} {step.slug}/{step.channel}  {step.reason.show(words.gettext)}"
    if step.when is None:
        return line
    local = step.when.astimezone(desk.trip.scene.zone)
    told = say("Next try: {when}", when=f"{local:%Y-%m-%d %H:%M}")
    return f"{line} {told.show(words.gettext)}"


def _outcome(one: Outcome, words: Catalogue) -> str:
    results = {
        Result.SENT: words.gettext("sent"),
        Result.FOUND: words.gettext("found"),
        Result.EDITED: words.gettext("edited"),
        Result.DELETED: words.gettext("deleted"),
        Result.HELD: words.gettext("held"),
        Result.FAILED: words.gettext("failed"),
        Result.UNKNOWN: words.gettext("unknown"),
    }
    part = f" ({one.at + 1})" if one.at else ""
    line = f"{results[one.result]:<8} {one.slug}/{one.channel}{part}  "
    line += one.words.show(words.gettext) + (f" {one.url}" if one.url else "")
    return f"{line}\n         {one.remedy.show(words.gettext)}" if one.remedy else line


def _finding(finding: Finding, words: Catalogue) -> Iterator[str]:
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    yield f"{place}  {finding.message.show(words.gettext)}"
    yield f"         {finding.remedy.show(words.gettext)}"


def _by_hand(shown: Shown) -> Iterable[Note]:
    posts = {post.slug: post for post in shown.desk.trip.posts}
    for step in shown.steps:
        if step.act is Act.HOLD and step.reason == PASTE:
            note = shown.desk.trip.voice(posts[step.slug], step.channel)
            if isinstance(note, Note):
                yield note


def _pasted(shown: Shown, words: Catalogue) -> Iterator[str]:
    for note in _by_hand(shown):
        place = shown.desk.trip.scene.channels[note.channel].account
        told = say("To paste, {slug}/{channel}: {place}",
                   slug=note.slug, channel=note.channel, place=place)  # fmt: skip
        yield f"\n{told.show(words.gettext)}\n\n{_paste(note)}\n"


def _paste(note: Note) -> str:
    return paste(note)


def _utc(when: dt.datetime) -> str:
    return f"{when.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
