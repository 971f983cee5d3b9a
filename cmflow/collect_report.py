"""What a round of listening brought, written for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cmflow.catalogue import Catalogue
from cmflow.collect import Ear, Gathered
from cmflow.errors import Message, say
from cmflow.thread import Status


def failed(gathered: tuple[Gathered, ...]) -> bool:
    """Tell whether a source could not be asked, or told what nobody can read."""
    return any(one.trouble or one.unread for one in gathered)


def text(gathered: tuple[Gathered, ...], words: Catalogue) -> str:
    """Write for people: a line a source, and below it what went wrong there."""
    lines = [line for one in gathered for line in _source(one, words)]
    waiting = sum(one.count(Status.HELD, new=True) for one in gathered)
    if waiting:
        told = words.ngettext(
            "{count} new comment waits for you: cmflow moderate",
            "{count} new comments wait for you: cmflow moderate",
            waiting,
        )
        lines.append(told.format(count=waiting))
    return "\n".join(lines) or words.gettext("There is no source that can be heard.")


def as_json(gathered: tuple[Gathered, ...], words: Catalogue) -> str:
    """Write for programs.

    An object with `version` (1; a key that changes its meaning makes it 2) and `sources`, a list of
    objects with `source`, `changes` (a list of objects with `path` below content/community, `id`,
    `change` (new, edited, gone) and `status`), `unread` (a list of objects with `where`, `message`,
    `remedy`), `elsewhere` (how much was about none of our posts), `deaf` (which secret is missing),
    `trouble` and `remedy` (empty where there is none).
    """
    data = {
        "version": 1,
        "sources": [
            {
                "source": one.source,
                "changes": [
                    {
                        "path": change.path,
                        "id": change.after.id,
                        "change": _kind(change.before is None, change.after.status),
                        "status": change.after.status.value,
                    }
                    for change in one.changes
                ],
                "unread": [
                    {
                        "where": lost.where,
                        "message": _said(lost.message, words),
                        "remedy": _said(lost.remedy, words),
                    }
                    for lost in one.unread
                ],
                "elsewhere": one.elsewhere,
                "deaf": _said(one.deaf, words),
                "trouble": _said(one.trouble, words),
                "remedy": _said(one.remedy, words),
            }
            for one in gathered
        ],
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def foreseen(ears: tuple[Ear, ...], words: Catalogue) -> str:
    """Write what would be asked, and which secret is missing for it; nobody is asked for it."""
    lines = []
    for ear in ears:
        account = ear.account()
        threads = words.ngettext("{count} thread", "{count} threads", len(ear.topics))
        what = (
            threads.format(count=len(ear.topics))
            if ear.listener.needs_note
            else words.gettext("everything new")
        )
        told = say("{where}: {words}", where=ear.listener.title, words=what)
        lines.append(f"{ear.id:<16} {_said(told, words)}")
        if isinstance(account, Message):
            lines.append(f"{'':<16} {_said(account, words)}")
    return "\n".join(lines) or words.gettext("There is no source that can be heard.")


def _source(one: Gathered, words: Catalogue) -> Iterator[str]:
    new = one.count(Status.APPROVED, new=True), one.count(Status.HELD, new=True)
    edited = sum(1 for c in one.changes if c.before and c.after.status is not Status.GONE)
    gone = one.count(Status.GONE, new=False)
    counts = [
        words.ngettext("{count} new", "{count} new", sum(new)).format(count=sum(new)),
        words.ngettext("{count} held", "{count} held", new[1]).format(count=new[1]),
        words.ngettext("{count} edited", "{count} edited", edited).format(count=edited),
        words.ngettext("{count} deleted", "{count} deleted", gone).format(count=gone),
    ]
    shown = [
        text for text, count in zip(counts, (sum(new), new[1], edited, gone), strict=True) if count
    ]
    if one.deaf:
        what = say("not heard: {words}", words=one.deaf)
        yield f"{one.source:<16} {_said(what, words)}"
    elif shown or not one.trouble:
        nothing = words.gettext("nothing new")
        yield f"{one.source:<16} {', '.join(shown) or nothing}"
    for lost in one.unread:
        what = say("{where}: {words}", where=lost.where, words=lost.message)
        yield f"{one.source:<16} {_said(what, words)}"
        yield f"{'':<16} {_said(lost.remedy, words)}"
    if one.trouble:
        yield f"{one.source:<16} {_said(one.trouble, words)}"
        yield from [f"{'':<16} {_said(one.remedy, words)}"] if one.remedy else []


def _kind(new: bool, status: Status) -> str:  # noqa: FBT001  # read beside its name
    if status is Status.GONE:
        return "gone"
    return "new" if new else "edited"


def _said(message: Message | None, words: Catalogue) -> str:
    return message.show(words.gettext) if message else ""
