"""The statuses of the Mastodon API, as far as a company's notes need them, and as strict.

https://docs.joinmastodon.org/methods/statuses/. Stricter than the real one in two things: an
unknown language is refused, where Mastodon takes the account's own, and so are polls and
`scheduled_at`, for nobody here sends them.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from cmflow.sandbox import mastodon_view as view
from cmflow.sandbox.mastodon_checks import (
    NETWORK,
    checked,
    fields_of,
    invalid,
    refuse,
    speaker,
    text_of,
    viewer,
)
from cmflow.sandbox.memory import Here, Person
from cmflow.sandbox.web import Answer, Request, to_json

__all__ = ["NETWORK", "ROUTES", "remove", "rewrite", "set_mark", "write"]

_KEY_LIVES = dt.timedelta(hours=1)
# How many answers a thread shows, and how deep: Mastodon's statuses_controller.rb.
_BELOW_FOR_ALL = (60, 20)
_BELOW = (4096, 4096)


def _row(here: Here, request: Request, id_: str) -> sqlite3.Row:
    """Return a status that the one who asks may see."""
    row = here.memory.one("SELECT * FROM status WHERE id = ?", id_)
    if row is None or not _seen(here, row, viewer(here, request)):
        raise refuse(404, "Record not found")
    return row


def _seen(here: Here, row: sqlite3.Row, asker: Person | None) -> bool:
    """Tell whether someone may see a status: it is public, theirs, or an answer to them."""
    if row["visibility"] in view.PUBLIC or asker is None:
        return row["visibility"] in view.PUBLIC
    above = here.memory.one("SELECT account FROM status WHERE id = ?", row["parent"])
    return asker.id in (row["account"], above["account"] if above else None)


def _own(here: Here, request: Request, id_: str) -> sqlite3.Row:
    person = speaker(here, request)
    row = here.memory.one("SELECT * FROM status WHERE id = ? AND account = ?", id_, person.id)
    if row is None:
        raise refuse(404, "Record not found")
    return row


def post_status(here: Here, request: Request) -> Answer:
    """Make a status; within an hour the same `Idempotency-Key` returns the first one."""
    person, said = speaker(here, request), fields_of(request)
    key = request.headers.get("idempotency-key", "")
    kept = here.memory.one(
        "SELECT * FROM idempotency WHERE account = ? AND key = ?", person.id, key
    )
    if key and kept and here.now - dt.datetime.fromisoformat(kept["created"]) < _KEY_LIVES:
        first = here.memory.one("SELECT * FROM status WHERE id = ?", kept["status"])
        if first is not None:
            return to_json(view.status(here, first))
    parent = said.get("in_reply_to_id")
    if parent and not here.memory.one("SELECT id FROM status WHERE id = ?", str(parent)):
        raise refuse(404, "The post you are trying to reply to does not appear to exist.")
    visibility = text_of(said, "visibility") or "public"
    if visibility not in view.VISIBILITIES:
        raise invalid("Visibility is not included in the list")
    fields = checked(here, person, said, None)
    id_ = write(here, person, fields, visibility=visibility, parent=int(parent) if parent else None)
    if key:
        here.memory.run(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?)",
            person.id, key, id_, here.now.isoformat(),
        )  # fmt: skip
    return to_json(view.status(here, _must(here, id_)))


def write(
    here: Here, person: Person, fields: dict[str, Any], *, visibility: str, parent: int | None
) -> int:
    """Remember a status; returns its id."""
    id_ = here.memory.new_id(here.now)
    here.memory.run(
        "INSERT INTO status VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        id_, person.id, fields["text"], fields["warning"], int(fields["sensitive"]), visibility,
        fields["language"], parent, json.dumps(fields["pictures"]), here.now.isoformat(),
    )  # fmt: skip
    for one in fields["pictures"]:
        here.memory.run("UPDATE media SET status = ? WHERE id = ?", id_, one)
    return id_


def _must(here: Here, id_: int) -> sqlite3.Row:
    row = here.memory.one("SELECT * FROM status WHERE id = ?", id_)
    assert row is not None  # noqa: S101  # it was written by this request
    return row


def put_status(here: Here, request: Request, id_: str) -> Answer:
    """Replace what a status says; pictures that are not named again are gone."""
    row = _own(here, request, id_)
    rewrite(here, row, fields_of(request))
    return to_json(view.status(here, _must(here, row["id"])))


def rewrite(here: Here, row: sqlite3.Row, said: dict[str, Any]) -> None:
    """Replace what a status says; raises `RefusedError`."""
    fields = checked(here, here.memory.person_of(row["account"]), said, row["id"])
    here.memory.run(
        "UPDATE status SET text = ?, warning = ?, sensitive = ?, language = ?, media = ?,"
        " edited = ? WHERE id = ?",
        fields["text"], fields["warning"], int(fields["sensitive"]), fields["language"],
        json.dumps(fields["pictures"]), here.now.isoformat(), row["id"],
    )  # fmt: skip
    here.memory.run("UPDATE media SET status = NULL WHERE status = ?", row["id"])
    for one in fields["pictures"]:
        here.memory.run("UPDATE media SET status = ? WHERE id = ?", row["id"], one)


def delete_status(here: Here, request: Request, id_: str) -> Answer:
    """Take a status back; the answers to it lose their place in the thread."""
    row = _own(here, request, id_)
    said = {**view.status(here, row), "text": row["text"]}
    remove(here, row["id"])
    return to_json(said)


def remove(here: Here, id_: int) -> None:
    """Forget a status and its marks."""
    here.memory.run("DELETE FROM status WHERE id = ?", id_)
    here.memory.run("DELETE FROM mark WHERE status = ?", id_)
    here.memory.run("DELETE FROM quote WHERE ? IN (status, quoted)", id_)
    here.memory.run("UPDATE status SET parent = NULL WHERE parent = ?", id_)


def get_status(here: Here, request: Request, id_: str) -> Answer:
    """Return one status."""
    return to_json(view.status(here, _row(here, request, id_)))


def get_source(here: Here, request: Request, id_: str) -> Answer:
    """Return the text of a status as it was written."""
    row = _own(here, request, id_)
    return to_json({"id": id_, "text": row["text"], "spoiler_text": row["warning"]})


def get_context(here: Here, request: Request, id_: str) -> Answer:
    """Return what stands above and below a status in its thread, as far as one may see it.

    As on most servers the author of a note also sees the answers that are for nobody else. Without
    a token the list is short.
    """
    row, asker = _row(here, request, id_), viewer(here, request)
    most, depth = _BELOW if asker else _BELOW_FOR_ALL
    below = _below(here, row["id"], depth)[:most]
    above: list[sqlite3.Row] = []
    parent = here.memory.one("SELECT * FROM status WHERE id = ?", row["parent"])
    while parent is not None:
        above.insert(0, parent)
        parent = here.memory.one("SELECT * FROM status WHERE id = ?", parent["parent"])
    return to_json({
        "ancestors": [view.status(here, one) for one in above if _seen(here, one, asker)],
        "descendants": [view.status(here, one) for one in below if _seen(here, one, asker)],
    })  # fmt: skip


def _below(here: Here, id_: int, depth: int) -> list[sqlite3.Row]:
    """Return the answers in the order of reading, down to a depth."""
    found: list[sqlite3.Row] = []
    waiting = [(id_, 0)]
    while waiting:
        above, at = waiting.pop()
        row = here.memory.one("SELECT * FROM status WHERE id = ?", above)
        found += [row] if at and row else []
        below = "SELECT id FROM status WHERE parent = ? ORDER BY id DESC"
        if at < depth:
            waiting += [(one["id"], at + 1) for one in here.memory.all(below, above)]
    return found


def mark(kind: str, *, on: bool) -> Callable[[Here, Request, str], Answer]:
    """Make the endpoint that sets or takes away a favourite or a boost."""

    def endpoint(here: Here, request: Request, id_: str) -> Answer:
        person, row = speaker(here, request), _row(here, request, id_)
        set_mark(here, person, row["id"], kind, on=on)
        return to_json(view.status(here, row))

    return endpoint


def set_mark(here: Here, person: Person, id_: int, kind: str, *, on: bool) -> None:
    """Set or take away one person's mark on a status."""
    if on:
        here.memory.run("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", id_, person.id, kind)
    else:
        here.memory.run(
            "DELETE FROM mark WHERE status = ? AND account = ? AND kind = ?", id_, person.id, kind
        )


def marked_by(kind: str) -> Callable[[Here, Request, str], Answer]:
    """Make the endpoint that names who set a mark."""

    def endpoint(here: Here, request: Request, id_: str) -> Answer:
        row = _row(here, request, id_)
        rows = here.memory.all("SELECT * FROM mark WHERE status = ? AND kind = ?", row["id"], kind)
        return to_json([view.account(here, here.memory.person_of(one["account"])) for one in rows])

    return endpoint


_STATUS = r"/api/v1/statuses/(\d+)"

ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", r"/api/v1/statuses", post_status),
    ("GET", _STATUS, get_status),
    ("PUT", _STATUS, put_status),
    ("DELETE", _STATUS, delete_status),
    ("GET", rf"{_STATUS}/source", get_source),
    ("GET", rf"{_STATUS}/context", get_context),
    ("POST", rf"{_STATUS}/favourite", mark("favourite", on=True)),
    ("POST", rf"{_STATUS}/unfavourite", mark("favourite", on=False)),
    ("POST", rf"{_STATUS}/reblog", mark("reblog", on=True)),
    ("POST", rf"{_STATUS}/unreblog", mark("reblog", on=False)),
    ("GET", rf"{_STATUS}/favourited_by", marked_by("favourite")),
    ("GET", rf"{_STATUS}/reblogged_by", marked_by("reblog")),
)
"""Method, pattern of the path, endpoint."""
