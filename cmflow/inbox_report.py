"""The inbox, written for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec
from rich.table import Table

from cmflow import moderate_report, visible
from cmflow.catalogue import Catalogue
from cmflow.inbox import Received
from cmflow.moderate_report import Row, age, author, first_words
from cmflow.thread import Comment, Status


def table(found: Iterable[Received], words: Catalogue, now: dt.datetime) -> Table:
    """Draw what waits for a terminal; the last line of each says where to answer."""
    rows = (Row(one.kept, tuple(_about(one, words)), faint=one.answered) for one in found)
    return moderate_report.drawn(rows, words, now)


def _about(one: Received, words: Catalogue) -> Iterator[str]:
    comment = one.kept.comment
    state = words.gettext("answered") if one.answered else ""
    parts = (_mark(one, words), visible.line(comment.source), visible.line(one.owner))
    yield " · ".join(filter(None, (state, *parts, one.kept.slug)))
    if place(comment):
        yield place(comment)


def text(found: Iterable[Received], words: Catalogue, now: dt.datetime) -> str:
    """Write a line a comment: age, id, source, owner, post, author, words, if held, address."""
    return "\n".join(
        "\t".join(
            (
                age(one.kept.comment.published, now, words),
                one.kept.short,
                visible.line(one.kept.comment.source),
                visible.line(one.owner),
                one.kept.slug,
                author(one.kept.comment, words),
                first_words(one.kept.comment),
                _mark(one, words),
                place(one.kept.comment),
            )
        )
        for one in found
    )


def as_json(found: Iterable[Received]) -> str:
    """Write for programs.

    An object with `version` (1; a key that changes its meaning makes it 2) and `comments`, a list
    of objects with `answered`, `owner`, and the keys that `cmflow moderate list --json` writes.
    """
    data = {
        "version": 1,
        "comments": [
            {"answered": one.answered, "owner": one.owner} | moderate_report.object_of(one.kept)
            for one in found
        ],
    }
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def place(comment: Comment) -> str:
    """Return where a person answers: the comment's own address, or its author's."""
    return visible.address(comment.url or comment.author.url)


def _mark(one: Received, words: Catalogue) -> str:
    held = one.kept.comment.status is Status.HELD
    return words.gettext("waits for moderation") if held else ""
