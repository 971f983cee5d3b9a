"""The notes of both networks in one list, for a person, and what a reader does with them."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from typing import Any

import msgspec
from markupsafe import Markup, escape

from cmflow.sandbox import bluesky, bluesky_session, bluesky_view, mastodon, mastodon_view
from cmflow.sandbox.mastodon_checks import checked
from cmflow.sandbox.memory import Here, Person
from cmflow.sandbox.records import LIKE, POST, QUOTE, REPOST, check
from cmflow.sandbox.web import RefusedError

LONGEST = 100


class Shown(msgspec.Struct, frozen=True):
    """A note or an answer as it stands. `id` is that of its network, a number or an at:// address.

    `parent` is the id of what it answers; `pictures` are pairs of address and words.
    """

    network: str
    id: str
    name: str
    handle: str
    avatar: str
    created: dt.datetime
    text: str
    html: Markup
    url: str
    language: str = ""
    warning: str = ""
    visibility: str = "public"
    parent: str = ""
    edited: bool = False
    pictures: tuple[tuple[str, str], ...] = ()
    card: dict[str, Any] = {}
    likes: int = 0
    boosts: int = 0


class Branch(msgspec.Struct, frozen=True):
    """Something shown, and the answers below it."""

    shown: Shown
    answers: tuple[Branch, ...] = ()


def everything(here: Here) -> list[Shown]:
    """Return all that stands on both networks, the oldest first."""
    statuses = here.memory.all("SELECT * FROM status ORDER BY id")
    posts = here.memory.all("SELECT * FROM record WHERE collection = ? ORDER BY rowid", POST)
    found = [_status(here, row) for row in statuses] + [_post(here, row) for row in posts]
    return sorted(found, key=lambda shown: shown.created)


def threads(here: Here, network: str = "") -> list[Branch]:
    """Return the threads of a network, or of both, the newest first."""
    shown = [one for one in everything(here) if network in ("", one.network)]
    there = {one.id for one in shown}
    return [_branch(one, shown) for one in reversed(shown) if one.parent not in there][:LONGEST]


def thread(here: Here, id_: str) -> Branch | None:
    """Return the whole thread that something stands in."""
    shown = everything(here)
    by_id = {one.id: one for one in shown}
    top = by_id.get(id_)
    while top and top.parent in by_id:
        top = by_id[top.parent]
    return _branch(top, shown) if top else None


def _branch(top: Shown, shown: list[Shown]) -> Branch:
    return Branch(top, tuple(_branch(one, shown) for one in shown if one.parent == top.id))


def _status(here: Here, row: sqlite3.Row) -> Shown:
    said = mastodon_view.status(here, row)
    return Shown(
        network=mastodon.NETWORK,
        id=said["id"],
        name=said["account"]["display_name"],
        handle=f"@{said['account']['acct']}",
        avatar=said["account"]["avatar"],
        created=dt.datetime.fromisoformat(row["created"]),
        text=row["text"],
        html=said["content"],
        url=said["url"],
        language=row["language"],
        warning=row["warning"],
        visibility=row["visibility"],
        parent=said["in_reply_to_id"] or "",
        edited=bool(row["edited"]),
        pictures=tuple((one["url"], one["description"] or "") for one in said["media_attachments"]),
        likes=said["favourites_count"],
        boosts=said["reblogs_count"],
    )


def _post(here: Here, row: sqlite3.Row) -> Shown:
    said = bluesky_view.post(here, row)
    value, embed = said["record"], said.get("embed", {})
    handle = said["author"]["handle"]
    return Shown(
        network=bluesky_session.NETWORK,
        id=said["uri"],
        name=said["author"]["displayName"],
        handle=f"@{handle}",
        avatar=said["author"]["avatar"],
        created=dt.datetime.fromisoformat(row["indexed"]),
        text=value["text"],
        html=_marked_up(value["text"], value.get("facets", [])),
        url=f"{here.base}/profile/{handle}/post/{row['rkey']}",
        language=next(iter(value.get("langs", [])), ""),
        parent=value.get("reply", {}).get("parent", {}).get("uri", ""),
        pictures=tuple((one["fullsize"], one["alt"]) for one in embed.get("images", [])),
        card=embed.get("external", {}),
        likes=said["likeCount"],
        boosts=said["repostCount"],
    )


def _marked_up(text: str, facets: list[dict[str, Any]]) -> Markup:
    """Make links of the facets that lie within the text; the others are dropped, as on Bluesky."""
    octets, found, at = text.encode(), Markup(""), 0
    for facet in sorted(facets, key=lambda one: int(one["index"]["byteStart"])):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        feature: dict[str, str] = next(iter(facet["features"]), {})
        if not at <= start < end <= len(octets):
            continue
        words = octets[start:end].decode(errors="replace")
        found += escape(octets[at:start].decode(errors="replace"))
        if feature.get("uri", "").startswith(("https://", "http://")):
            found += Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(
                feature["uri"], words
            )
        else:
            found += Markup('<span class="tag">{}</span>').format(words)
        at = end
    found += escape(octets[at:].decode(errors="replace"))
    return Markup("<p>{}</p>").format(Markup("<br>").join(found.split("\n")))


def reader(here: Here, network: str, name: str) -> Person:
    """Return the account of a reader's name."""
    suffix = "" if network == mastodon.NETWORK else ".test"
    return here.memory.reader(network, name, suffix, here.now)


def answer(here: Here, id_: str, name: str, text: str, visibility: str = "") -> str:
    """Let a reader answer a note; returns the id of the answer, raises `RefusedError`.

    On Mastodon an answer is for whom the note is for, or for fewer people.
    """
    if id_.startswith("at://"):
        return _answer_post(
            here, _record(here, id_), reader(here, bluesky_session.NETWORK, name), text
        )
    row = _row(here, id_)
    person = reader(here, mastodon.NETWORK, name)
    fields = checked(here, person, {"status": text, "language": row["language"]}, None)
    visibility = visibility or row["visibility"]
    return str(mastodon.write(here, person, fields, visibility=visibility, parent=row["id"]))


def quote(here: Here, id_: str, name: str, text: str) -> str:
    """Let a reader quote a note in one of their own; returns its id, raises `RefusedError`."""
    if not id_.startswith("at://"):
        row, person = _row(here, id_), reader(here, mastodon.NETWORK, name)
        fields = checked(here, person, {"status": text, "language": row["language"]}, None)
        new = mastodon.write(here, person, fields, visibility=row["visibility"], parent=None)
        here.memory.run("INSERT INTO quote VALUES (?, ?)", new, row["id"])
        return str(new)
    row, person = _record(here, id_), reader(here, bluesky_session.NETWORK, name)
    embed = {"$type": QUOTE, "record": {"uri": id_, "cid": row["cid"]}}
    when = mastodon_view.time(here.now.isoformat())
    return _put(
        here, person, POST, {"$type": POST, "text": text, "createdAt": when, "embed": embed}
    )


def edit(here: Here, id_: str, text: str) -> None:
    """Let the author of an answer write something else; raises `RefusedError`.

    Bluesky's own app cannot, but others replace the record.
    """
    if id_.startswith("at://"):
        row = _record(here, id_)
        value = check(POST, {**json.loads(row["value"]), "text": text, "facets": []})
        bluesky.keep(here, row["did"], POST, row["rkey"], value)
    else:
        row = _row(here, id_)
        fields = {"status": text, "language": row["language"], "spoiler_text": row["warning"]}
        mastodon.rewrite(here, row, fields)


def _answer_post(here: Here, above: sqlite3.Row, person: Person, text: str) -> str:
    parent = {"uri": bluesky.uri_of(above), "cid": above["cid"]}
    value = json.loads(above["value"])
    record = {
        "$type": POST, "text": text, "createdAt": mastodon_view.time(here.now.isoformat()),
        "reply": {"root": value.get("reply", {}).get("root", parent), "parent": parent},
    }  # fmt: skip
    return _put(here, person, POST, record)


def _put(here: Here, person: Person, collection: str, record: dict[str, Any]) -> str:
    did = bluesky_session.did_of(person)
    value = check(collection, record)
    return bluesky.keep(here, did, collection, bluesky.new_key(here), value)["uri"]


def mark(here: Here, id_: str, name: str, kind: str) -> None:
    """Let a reader like (`favourite`) or boost (`reblog`) a note, or take that back."""
    if not id_.startswith("at://"):
        row, person = _row(here, id_), reader(here, mastodon.NETWORK, name)
        set_ = here.memory.one(
            "SELECT * FROM mark WHERE status = ? AND account = ? AND kind = ?",
            row["id"], person.id, kind,
        )  # fmt: skip
        mastodon.set_mark(here, person, row["id"], kind, on=set_ is None)
        return
    row, person = _record(here, id_), reader(here, bluesky_session.NETWORK, name)
    collection = LIKE if kind == "favourite" else REPOST
    own = bluesky_session.did_of(person)
    before = [one for one in bluesky_view.marks(here, id_, collection) if one["did"] == own]
    for one in before:
        bluesky.forget(here, own, collection, one["rkey"])
    if not before:
        subject = {"uri": id_, "cid": row["cid"]}
        when = mastodon_view.time(here.now.isoformat())
        _put(here, person, collection, {"$type": collection, "subject": subject, "createdAt": when})


def remove(here: Here, id_: str) -> None:
    """Take a note or an answer away, as its author would on the network itself."""
    if id_.startswith("at://"):
        row = _record(here, id_)
        bluesky.forget(here, row["did"], POST, row["rkey"])
    else:
        mastodon.remove(here, _row(here, id_)["id"])


def _row(here: Here, id_: str) -> sqlite3.Row:
    row = here.memory.one("SELECT * FROM status WHERE id = ?", id_)
    if row is None:
        raise RefusedError(404, {"error": "Record not found"})
    return row


def _record(here: Here, uri: str) -> sqlite3.Row:
    row = bluesky_view.record_at(here, uri)
    if row is None:
        raise RefusedError(404, {"error": "NotFound", "message": f"Post not found: {uri}"})
    return row
