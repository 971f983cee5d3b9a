"""What Bluesky's AppView tells of records: posts with their counts, threads, likes.

https://docs.bsky.app/docs/api/ (`app.bsky.feed.*`), read without a session as on the public one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from cmflow.sandbox.bluesky import uri_of
from cmflow.sandbox.bluesky_session import did_of, resolve
from cmflow.sandbox.mastodon_view import time
from cmflow.sandbox.memory import Here, Person
from cmflow.sandbox.records import LIKE, POST, QUOTE, REPOST, refuse
from cmflow.sandbox.web import Answer, Request, to_json

_DEPTH = 6
_THREAD = "app.bsky.feed.defs#threadViewPost"


def record_at(here: Here, uri: str) -> sqlite3.Row | None:
    """Return the record at an address, whose authority is a DID or a handle."""
    repo, _, rest = uri.removeprefix("at://").partition("/")
    collection, _, rkey = rest.partition("/")
    person = resolve(here, repo)
    if person is None:
        return None
    return here.memory.one(
        "SELECT * FROM record WHERE did = ? AND collection = ? AND rkey = ?",
        did_of(person), collection, rkey,
    )  # fmt: skip


def profile(here: Here, person: Person) -> dict[str, Any]:
    """Return a profileViewBasic."""
    return {
        "did": did_of(person), "handle": person.handle, "displayName": person.name,
        "avatar": f"{here.base}/_avatar/{quote(person.handle)}.svg",
        "createdAt": time(person.created.isoformat()), "labels": [],
    }  # fmt: skip


def author(here: Here, row: sqlite3.Row) -> Person:
    """Return whose repository a record is in."""
    person = resolve(here, row["did"])
    assert person is not None  # noqa: S101  # records are only written by accounts
    return person


def post(here: Here, row: sqlite3.Row) -> dict[str, Any]:
    """Return a postView."""
    uri, value = uri_of(row), json.loads(row["value"])
    found = {
        "uri": uri, "cid": row["cid"], "author": profile(here, author(here, row)),
        "record": value, "indexedAt": time(row["indexed"]), "labels": [],
        "replyCount": len(answers(here, uri)), "likeCount": len(marks(here, uri, LIKE)),
        "repostCount": len(marks(here, uri, REPOST)), "quoteCount": len(quotes(here, uri)),
    }  # fmt: skip
    embed = embedded(here, row["did"], value.get("embed"))
    return {**found, "embed": embed} if embed else found


def embedded(here: Here, did: str, embed: Any) -> dict[str, Any] | None:
    """Return the view of pictures, of a card, or of a quoted post."""
    kind = embed.get("$type") if isinstance(embed, dict) else ""
    if kind == "app.bsky.embed.images":
        images = [
            {"thumb": url, "fullsize": url, "alt": one["alt"]}
            for one in embed["images"]
            for url in (blob_url(here, did, one["image"]),)
        ]
        return {"$type": f"{kind}#view", "images": images}
    if kind == "app.bsky.embed.external":
        external = dict(embed["external"])
        if "thumb" in external:
            external["thumb"] = blob_url(here, did, external["thumb"])
        return {"$type": f"{kind}#view", "external": external}
    if kind == QUOTE:
        return {"$type": f"{kind}#view", "record": embed["record"]}
    return None


def blob_url(here: Here, did: str, blob: dict[str, Any]) -> str:
    """Return where a picture can be seen."""
    return f"{here.base}/xrpc/com.atproto.sync.getBlob?did={did}&cid={blob['ref']['$link']}"


def answers(here: Here, uri: str) -> list[sqlite3.Row]:
    """Return the posts that answer a post, the oldest first."""
    return here.memory.all(
        "SELECT * FROM record WHERE collection = ?"
        " AND json_extract(value, '$.reply.parent.uri') = ? ORDER BY rowid",
        POST, uri,
    )  # fmt: skip


def marks(here: Here, uri: str, collection: str) -> list[sqlite3.Row]:
    """Return the likes or reposts of a post, the oldest first."""
    return here.memory.all(
        "SELECT * FROM record WHERE collection = ? AND json_extract(value, '$.subject.uri') = ?"
        " ORDER BY rowid",
        collection, uri,
    )  # fmt: skip


def quotes(here: Here, uri: str) -> list[sqlite3.Row]:
    """Return the posts that quote a post, the oldest first."""
    return here.memory.all(
        "SELECT * FROM record WHERE collection = ?"
        " AND json_extract(value, '$.embed.record.uri') = ? ORDER BY rowid",
        POST, uri,
    )  # fmt: skip


def get_posts(here: Here, request: Request) -> Answer:
    """Return up to 25 posts by their addresses; what is gone is left out."""
    uris = request.asked_all("uris")
    if not 1 <= len(uris) <= 25:
        raise refuse(400, "InvalidRequest", "Params/uris must have 1 to 25 elements")
    rows = (record_at(here, uri) for uri in uris)
    return to_json({"posts": [post(here, row) for row in rows if row is not None]})


def get_post_thread(here: Here, request: Request) -> Answer:
    """Return a post with what stands above and below it."""
    row = record_at(here, request.asked("uri"))
    if row is None:
        raise refuse(400, "NotFound", f"Post not found: {request.asked('uri')}")
    depth = request.asked("depth", str(_DEPTH))
    thread = _below(here, row, int(depth) if depth.isdecimal() else _DEPTH)
    return to_json({"thread": {**thread, **_above(here, row)}})


def _below(here: Here, row: sqlite3.Row, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"$type": _THREAD, "post": post(here, row)}
    if depth:
        found["replies"] = [_below(here, one, depth - 1) for one in answers(here, uri_of(row))]
    return found


def _above(here: Here, row: sqlite3.Row) -> dict[str, Any]:
    reply = json.loads(row["value"]).get("reply")
    if not reply:
        return {}
    uri = reply["parent"]["uri"]
    parent = record_at(here, uri)
    if parent is None:
        gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}
        return {"parent": gone}
    return {"parent": {**_below(here, parent, 0), **_above(here, parent)}}


def get_author_feed(here: Here, request: Request) -> Answer:
    """Return the posts of an account, the newest first."""
    person = _actor(here, request)
    rows = here.memory.all(
        "SELECT * FROM record WHERE did = ? AND collection = ?"
        " ORDER BY rowid DESC LIMIT 50",
        did_of(person), POST,
    )  # fmt: skip
    return to_json({"feed": [{"post": post(here, row)} for row in rows]})


def _actor(here: Here, request: Request) -> Person:
    person = resolve(here, request.asked("actor"))
    if person is None:
        raise refuse(400, "InvalidRequest", "Profile not found")
    return person


def get_profile(here: Here, request: Request) -> Answer:
    """Return one account."""
    return to_json(profile(here, _actor(here, request)))


def get_likes(here: Here, request: Request) -> Answer:
    """Tell who likes a post."""
    uri = request.asked("uri")
    likes = [
        {"actor": profile(here, author(here, row)), "indexedAt": time(row["indexed"]),
         "createdAt": json.loads(row["value"])["createdAt"]}
        for row in marks(here, uri, LIKE)
    ]  # fmt: skip
    return to_json({"uri": uri, "likes": likes})


def get_reposted_by(here: Here, request: Request) -> Answer:
    """Tell who reposted a post."""
    uri = request.asked("uri")
    by = [profile(here, author(here, row)) for row in marks(here, uri, REPOST)]
    return to_json({"uri": uri, "repostedBy": by})


def _at(name: str) -> str:
    return rf"/xrpc/app\.bsky\.{name}"


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", _at("feed.getPosts"), get_posts),
    ("GET", _at("feed.getPostThread"), get_post_thread),
    ("GET", _at("feed.getAuthorFeed"), get_author_feed),
    ("GET", _at("feed.getLikes"), get_likes),
    ("GET", _at("feed.getRepostedBy"), get_reposted_by),
    ("GET", _at("actor.getProfile"), get_profile),
)
"""Method, pattern of the path, endpoint."""
