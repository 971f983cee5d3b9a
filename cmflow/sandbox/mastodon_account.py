"""The accounts, pictures and limits of the Mastodon API.

https://docs.joinmastodon.org/methods/media/, …/accounts/, …/instance/.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from cmflow.sandbox import mastodon_view as view
from cmflow.sandbox.mastodon_checks import (
    NETWORK,
    check_alt,
    fields_of,
    invalid,
    is_true,
    refuse,
    speaker,
    text_of,
    viewer,
)
from cmflow.sandbox.memory import Here, Person, ids
from cmflow.sandbox.pictures import KINDS, kind_of
from cmflow.sandbox.web import Answer, Request, Upload, to_json


def post_media(here: Here, request: Request) -> Answer:
    """Take a picture."""
    person, said = speaker(here, request), fields_of(request)
    file, alt = said.get("file"), text_of(said, "description")
    if not isinstance(file, Upload):
        raise invalid("File can't be blank")
    kind = kind_of(file.data)
    if not kind:
        raise invalid("File content type is invalid, File is invalid")
    if len(file.data) > view.PICTURE_BYTES:
        raise invalid("File file size must be less than 16 MB")
    check_alt(alt)
    id_ = here.memory.new_id(here.now)
    here.memory.run(
        "INSERT INTO media VALUES (?, ?, ?, ?, ?, NULL)", id_, person.id, kind, alt, file.data
    )
    return to_json(view.media(here, _media(here, person, str(id_))))


def _media(here: Here, person: Person, id_: str) -> sqlite3.Row:
    row = here.memory.one("SELECT * FROM media WHERE id = ? AND account = ?", id_, person.id)
    if row is None:
        raise refuse(404, "Record not found")
    return row


def get_media(here: Here, request: Request, id_: str) -> Answer:
    """Return a picture that no status carries yet."""
    return to_json(view.media(here, _media(here, speaker(here, request), id_)))


def put_media(here: Here, request: Request, id_: str) -> Answer:
    """Give a picture other words."""
    row = _media(here, speaker(here, request), id_)
    alt = text_of(fields_of(request), "description")
    check_alt(alt)
    here.memory.run("UPDATE media SET alt = ? WHERE id = ?", alt, row["id"])
    return to_json(view.media(here, _media(here, speaker(here, request), id_)))


def verify_credentials(here: Here, request: Request) -> Answer:
    """Tell whose token it is."""
    return to_json(view.credentials(here, speaker(here, request)))


def get_account(here: Here, request: Request, id_: str) -> Answer:  # noqa: ARG001  # an endpoint
    """Return one account."""
    return to_json(view.account(here, _account(here, id_)))


def _account(here: Here, id_: str) -> Person:
    if not here.memory.one("SELECT id FROM account WHERE id = ? AND network = ?", id_, NETWORK):
        raise refuse(404, "Record not found")
    return here.memory.person_of(int(id_))


def account_statuses(here: Here, request: Request, id_: str) -> Answer:
    """Return the statuses of an account, the newest first, 20 or up to 40 at a time."""
    person, asker = _account(here, id_), viewer(here, request)
    rows = here.memory.all("SELECT * FROM status WHERE account = ? ORDER BY id DESC", person.id)
    newest, oldest = (
        _bound(request, "max_id"),
        _bound(request, "since_id") or _bound(request, "min_id"),
    )
    found = [
        row
        for row in rows
        if (row["visibility"] in view.PUBLIC or (asker and asker.id == person.id))
        and (newest is None or row["id"] < newest)
        and (oldest is None or row["id"] > oldest)
        and not (is_true(request.asked("exclude_replies")) and row["parent"])
        and not (is_true(request.asked("only_media")) and not ids(row["media"]))
    ]
    limit = min(
        int(request.asked("limit", "20")) if request.asked("limit", "20").isdecimal() else 20, 40
    )
    return to_json([view.status(here, row) for row in found[:limit]])


def _bound(request: Request, name: str) -> int | None:
    value = request.asked(name)
    return int(value) if value.isdecimal() else None


def get_instance(here: Here, request: Request) -> Answer:  # noqa: ARG001  # an endpoint
    """Return the limits of this server."""
    return to_json(view.instance(here, KINDS))


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", r"/api/v2/media", post_media),
    ("GET", r"/api/v1/media/(\d+)", get_media),
    ("PUT", r"/api/v1/media/(\d+)", put_media),
    ("GET", r"/api/v2/instance", get_instance),
    ("GET", r"/api/v1/accounts/verify_credentials", verify_credentials),
    ("GET", r"/api/v1/accounts/(\d+)", get_account),
    ("GET", r"/api/v1/accounts/(\d+)/statuses", account_statuses),
)
"""Method, pattern of the path, endpoint."""
