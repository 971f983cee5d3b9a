"""A Bluesky server's XRPC: a repository of records and pictures for each account.

https://docs.bsky.app/docs/api/ (`com.atproto.repo.*`, `com.atproto.sync.getBlob`).
What it answers to an existing key, a wrong token or a missing record was measured on the real one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from cmflow.sandbox.bluesky_session import did_of, holder, input_of, resolve, string_of
from cmflow.sandbox.memory import Here, Person
from cmflow.sandbox.pictures import kind_of
from cmflow.sandbox.records import blobs_in, check, check_key, refuse
from cmflow.sandbox.web import Answer, Request, to_json

_LARGEST_BLOB = 100 * 1024 * 1024
_ORDER = "234567abcdefghijklmnopqrstuvwxyz"


def cid_of(data: bytes, *, record: bool) -> str:
    """Return the name of content by its hash (https://github.com/multiformats/cid).

    That of a picture is the real one; that of a record has its form, but is made of our JSON.
    """
    codec = 0x71 if record else 0x55
    raw = bytes((1, codec, 0x12, 32)) + hashlib.sha256(data).digest()
    return "b" + base64.b32encode(raw).decode().lower().rstrip("=")


def uri_of(row: sqlite3.Row) -> str:
    """Return the address of a record."""
    return f"at://{row['did']}/{row['collection']}/{row['rkey']}"


def upload_blob(here: Here, request: Request) -> Answer:
    """Keep a picture, under its hash, for the records of this account."""
    person, data = holder(here, request), request.body
    if not data or len(data) > _LARGEST_BLOB:
        raise refuse(400, "InvalidRequest", "Request entity is empty or too large")
    kind = kind_of(data) or request.kind or "application/octet-stream"
    cid = cid_of(data, record=False)
    here.memory.run(
        "INSERT OR IGNORE INTO blob VALUES (?, ?, ?, ?, 0)", did_of(person), cid, kind, data
    )
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(data)}
    return to_json({"blob": blob})


def get_blob(here: Here, request: Request) -> Answer:
    """Return a picture."""
    did, cid = request.asked("did"), request.asked("cid")
    row = here.memory.one("SELECT * FROM blob WHERE did = ? AND cid = ?", did, cid)
    if row is None:
        raise refuse(400, "BlobNotFound", f"Could not find blob: {cid}")
    return Answer(200, row["data"], row["kind"], {"Content-Security-Policy": "sandbox"})


def _writer(here: Here, request: Request) -> tuple[Person, dict[str, Any], str]:
    person, said = holder(here, request), input_of(request)
    repo = string_of(said, "repo")
    if resolve(here, repo) is None:
        raise refuse(403, "AccountNotFound", "Account not found")
    if repo not in (did_of(person), person.handle):
        raise refuse(401, "AuthenticationRequired", "Authentication Required")
    return person, said, string_of(said, "collection")


def _standing(here: Here, did: str, collection: str, rkey: str) -> sqlite3.Row | None:
    return here.memory.one(
        "SELECT * FROM record WHERE did = ? AND collection = ? AND rkey = ?", did, collection, rkey
    )


def keep(here: Here, did: str, collection: str, rkey: str, value: dict[str, Any]) -> dict[str, str]:
    """Remember a record that was checked; returns its address and hash, raises `RefusedError`."""
    for blob in blobs_in(value):
        _claim(here, did, blob)
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    cid = cid_of(written.encode(), record=True)
    here.memory.run(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (did, collection, rkey)"
        " DO UPDATE SET cid = excluded.cid, value = excluded.value",
        did, collection, rkey, cid, written, here.now.isoformat(),
    )  # fmt: skip
    return {"uri": f"at://{did}/{collection}/{rkey}", "cid": cid}


def _claim(here: Here, did: str, blob: dict[str, Any]) -> None:
    """Keep an uploaded file with a record; the first one that names it must say what it is."""
    cid, kind, size = blob["ref"]["$link"], blob["mimeType"], blob["size"]
    row = here.memory.one("SELECT * FROM blob WHERE did = ? AND cid = ?", did, cid)
    if row is None:
        raise refuse(400, "BlobNotFound", f"Could not find blob: {cid}")
    lie = "Referenced {} does not match stored blob. Expected: {}, Got: {}"
    if not row["claimed"] and kind != row["kind"]:
        raise refuse(400, "InvalidMimeType", lie.format("Mimetype", row["kind"], kind))
    if not row["claimed"] and size != len(row["data"]):
        raise refuse(400, "InvalidSize", lie.format("Size", len(row["data"]), size))
    here.memory.run("UPDATE blob SET claimed = 1 WHERE did = ? AND cid = ?", did, cid)


def new_key(here: Here) -> str:
    """Return the next TID (https://atproto.com/specs/tid)."""
    number = here.memory.new_id(here.now)
    micro = (number >> 16) * 1000 + number % 1000
    return "".join(_ORDER[(micro << 10 >> shift) & 31] for shift in range(60, -1, -5))


def create_record(here: Here, request: Request) -> Answer:
    """Keep a new record; the real server answers 500 where its key is taken, and so do we."""
    person, said, collection = _writer(here, request)
    did = did_of(person)
    rkey = check_key(said["rkey"]) if "rkey" in said else new_key(here)
    value = check(collection, said.get("record"))
    if _standing(here, did, collection, rkey):
        raise refuse(500, "InternalServerError", "Internal Server Error")
    return to_json({**keep(here, did, collection, rkey, value), "validationStatus": "valid"})


def put_record(here: Here, request: Request) -> Answer:
    """Keep a record under a key; with `swapRecord: null` only where there is none.

    The same record again changes nothing and is no mistake.
    """
    person, said, collection = _writer(here, request)
    did, rkey = did_of(person), check_key(said.get("rkey"))
    value = check(collection, said.get("record"))
    standing = _standing(here, did, collection, rkey)
    if standing is not None and json.loads(standing["value"]) == value:
        known = {"uri": uri_of(standing), "cid": standing["cid"]}
        return to_json({**known, "validationStatus": "valid"})
    there = standing["cid"] if standing else None
    if "swapRecord" in said and said["swapRecord"] != there:
        raise refuse(400, "InvalidSwap", f"Record was at {there}")
    return to_json({**keep(here, did, collection, rkey, value), "validationStatus": "valid"})


def delete_record(here: Here, request: Request) -> Answer:
    """Take a record out of its repository; one that is not there is no mistake."""
    person, said, collection = _writer(here, request)
    forget(here, did_of(person), collection, string_of(said, "rkey"))
    return to_json({})


def forget(here: Here, did: str, collection: str, rkey: str) -> None:
    """Forget a record, and the files that no other record names."""
    row = _standing(here, did, collection, rkey)
    here.memory.run(
        "DELETE FROM record WHERE did = ? AND collection = ? AND rkey = ?", did, collection, rkey
    )
    for blob in blobs_in(json.loads(row["value"])) if row else ():
        here.memory.run(
            "DELETE FROM blob WHERE did = ? AND cid = ? AND NOT EXISTS"
            " (SELECT 1 FROM record WHERE did = blob.did AND instr(value, blob.cid))",
            did, blob["ref"]["$link"],
        )  # fmt: skip


def _repo(here: Here, request: Request) -> str:
    person = resolve(here, request.asked("repo"))
    if person is None:
        raise refuse(400, "InvalidRequest", f"Could not find repo: {request.asked('repo')}")
    return did_of(person)


def shown(row: sqlite3.Row) -> dict[str, Any]:
    """Return a record with its address and hash."""
    return {"uri": uri_of(row), "cid": row["cid"], "value": json.loads(row["value"])}


def get_record(here: Here, request: Request) -> Answer:
    """Return one record."""
    did, collection, rkey = _repo(here, request), request.asked("collection"), request.asked("rkey")
    row = _standing(here, did, collection, rkey)
    if row is None:
        raise refuse(
            400, "RecordNotFound", f"Could not locate record: at://{did}/{collection}/{rkey}"
        )
    return to_json(shown(row))


def list_records(here: Here, request: Request) -> Answer:
    """Return the records of a collection, by their keys, the last one first."""
    did, reverse = _repo(here, request), request.asked("reverse") == "true"
    limit, cursor = request.asked("limit", "50"), request.asked("cursor")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise refuse(400, "InvalidRequest", "Params/limit must be between 1 and 100")
    rows = here.memory.all(
        "SELECT * FROM record WHERE did = ? AND collection = ? ORDER BY rkey",
        did, request.asked("collection"),
    )  # fmt: skip
    rows = rows if reverse else rows[::-1]
    if cursor:
        rows = [row for row in rows if (row["rkey"] > cursor if reverse else row["rkey"] < cursor)]
    page = rows[: int(limit)]
    said: dict[str, Any] = {"records": [shown(row) for row in page]}
    if len(page) == int(limit):
        said["cursor"] = page[-1]["rkey"]
    return to_json(said)


def _at(name: str) -> str:
    return rf"/xrpc/com\.atproto\.{name}"


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", _at("repo.uploadBlob"), upload_blob),
    ("POST", _at("repo.createRecord"), create_record),
    ("POST", _at("repo.putRecord"), put_record),
    ("POST", _at("repo.deleteRecord"), delete_record),
    ("GET", _at("repo.getRecord"), get_record),
    ("GET", _at("repo.listRecords"), list_records),
    ("GET", _at("sync.getBlob"), get_blob),
)
"""Method, pattern of the path, endpoint."""
