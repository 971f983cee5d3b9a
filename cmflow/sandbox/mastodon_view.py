"""The entities of the Mastodon API, made of what is remembered.

https://docs.joinmastodon.org/entities/Status/, …/Account/, …/MediaAttachment/, …/Instance/.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any
from urllib.parse import quote, urlsplit

import regex
from markupsafe import Markup, escape

from cmflow.sandbox.count import addresses
from cmflow.sandbox.memory import Here, Person, ids

LIMIT = 500
ALT_LIMIT = 1500
PICTURES = 4
PICTURE_BYTES = 16 * 1024 * 1024
VISIBILITIES = ("public", "unlisted", "private", "direct")
PUBLIC = ("public", "unlisted")

_TAG = regex.compile(r"(?<![\w&/#])#([\w\p{M}]*[\p{L}\p{M}_][\w\p{M}]*)")
_LONGEST = 30


def time(when: str) -> str:
    """Write a time as Mastodon does: UTC, milliseconds, Z."""
    aware = dt.datetime.fromisoformat(when).astimezone(dt.UTC)
    return aware.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(here: Here, person: Person) -> dict[str, Any]:
    """Return an Account."""
    url = f"{here.base}/@{person.handle}"
    picture = f"{here.base}/_avatar/{quote(person.handle)}.svg"
    statuses = here.memory.count("SELECT count(*) FROM status WHERE account = ?", person.id)
    return {
        "id": str(person.id), "username": person.handle, "acct": person.handle,
        "display_name": person.name, "url": url, "uri": url, "note": "", "fields": [],
        "avatar": picture, "avatar_static": picture, "header": picture, "header_static": picture,
        "created_at": time(person.created.isoformat()), "bot": False, "group": False,
        "locked": False, "indexable": False, "discoverable": False, "emojis": [],
        "followers_count": 0, "following_count": 0, "statuses_count": statuses,
    }  # fmt: skip


def credentials(here: Here, person: Person) -> dict[str, Any]:
    """Return a CredentialAccount: the account as its owner sees it."""
    source = {
        "fields": [], "follow_requests_count": 0, "indexable": False, "note": "",
        "privacy": "public", "sensitive": False, "language": None,
    }  # fmt: skip
    role = {"id": "-99", "name": "", "color": "", "highlighted": False, "permissions": "0"}
    return {**account(here, person), "source": source, "role": role}


def status(here: Here, row: sqlite3.Row) -> dict[str, Any]:
    """Return a Status."""
    memory = here.memory
    person = memory.person_of(row["account"])
    parent = memory.one("SELECT * FROM status WHERE id = ?", row["parent"])
    url = f"{here.base}/@{person.handle}/{row['id']}"
    marks = {
        kind: memory.count(
            "SELECT count(*) FROM mark WHERE status = ? AND kind = ?", row["id"], kind
        )
        for kind in ("favourite", "reblog")
    }
    return {
        "id": str(row["id"]), "uri": url, "url": url, "created_at": time(row["created"]),
        "edited_at": time(row["edited"]) if row["edited"] else None,
        "account": account(here, person), "content": content(here, row["text"]),
        "visibility": row["visibility"], "language": row["language"],
        "sensitive": bool(row["sensitive"]), "spoiler_text": row["warning"],
        "in_reply_to_id": str(parent["id"]) if parent else None,
        "in_reply_to_account_id": str(parent["account"]) if parent else None,
        "media_attachments": [media(here, one) for one in attached(here, row)],
        "tags": [
            {"name": tag.lower(), "url": f"{here.base}/tags/{quote(tag.lower())}"}
            for tag in dict.fromkeys(_TAG.findall(row["text"]))
        ],
        "mentions": [], "emojis": [], "reblog": None, "poll": None, "card": None,
        "replies_count": memory.count("SELECT count(*) FROM status WHERE parent = ?", row["id"]),
        "favourites_count": marks["favourite"], "reblogs_count": marks["reblog"],
        "quotes_count": memory.count("SELECT count(*) FROM quote WHERE quoted = ?", row["id"]),
    }  # fmt: skip


def attached(here: Here, row: sqlite3.Row) -> list[sqlite3.Row]:
    """Return the pictures of a status in their order."""
    found = (here.memory.one("SELECT * FROM media WHERE id = ?", one) for one in ids(row["media"]))
    return [one for one in found if one is not None]


def media(here: Here, row: sqlite3.Row) -> dict[str, Any]:
    """Return a MediaAttachment."""
    url = f"{here.base}/_media/{row['id']}"
    return {
        "id": str(row["id"]), "type": "image", "url": url, "preview_url": url, "remote_url": None,
        "description": row["alt"] or None, "blurhash": None, "meta": None,
    }  # fmt: skip


def content(here: Here, text: str) -> Markup:
    """Write a text as Mastodon's HTML: paragraphs, shortened links, hashtags."""
    paragraphs = regex.split(r"\n{2,}", text.strip())
    return Markup("").join(
        Markup("<p>{}</p>").format(
            Markup("<br />").join(_line(here, line) for line in one.split("\n"))
        )
        for one in paragraphs
        if one
    )


def _line(here: Here, line: str) -> Markup:
    found, at = Markup(""), 0
    for start, end in addresses(line):
        found += _tagged(here, line[at:start]) + _link(line[start:end])
        at = end
    return found + _tagged(here, line[at:])


def _link(url: str) -> Markup:
    """Write a link whose scheme and tail are there, but not seen."""
    scheme = f"{urlsplit(url).scheme}://"
    scheme += "www." if url[len(scheme) :].startswith("www.") else ""
    rest = url[len(scheme) :]
    return Markup(
        '<a href="{}" target="_blank" rel="nofollow noopener" translate="no">'
        '<span class="invisible">{}</span><span class="{}">{}</span>'
        '<span class="invisible">{}</span></a>'
    ).format(
        url, scheme, "ellipsis" if len(rest) > _LONGEST else "", rest[:_LONGEST], rest[_LONGEST:]
    )


def _tagged(here: Here, text: str) -> Markup:
    found, at = Markup(""), 0
    for match in _TAG.finditer(text):
        found += escape(text[at : match.start()]) + Markup(
            '<a href="{}/tags/{}" class="mention hashtag" rel="tag">#<span>{}</span></a>'
        ).format(here.base, quote(match[1].lower()), match[1])
        at = match.end()
    return found + escape(text[at:])


def instance(here: Here, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Return an Instance with the limits that are enforced here."""
    video = {"video_size_limit": 0, "video_frame_rate_limit": 0, "video_matrix_limit": 0}
    return {
        "domain": urlsplit(here.base).netloc, "title": "cmflow sandbox", "version": "4.7.0+cmflow",
        "source_url": "https://docs.joinmastodon.org/", "description": "A network on this machine.",
        "usage": {"users": {"active_month": 0}}, "languages": ["en", "fr"], "rules": [], "icon": [],
        "thumbnail": {"url": f"{here.base}/_avatar/sandbox.svg"},
        "contact": {"email": "nobody@localhost.invalid", "account": None},
        "registrations": {"enabled": False, "approval_required": False, "message": None},
        "api_versions": {"mastodon": 7},
        "configuration": {
            "urls": {}, "accounts": {"max_featured_tags": 0, "max_pinned_statuses": 0},
            "statuses": {
                "max_characters": LIMIT, "max_media_attachments": PICTURES,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "supported_mime_types": list(kinds), "description_limit": ALT_LIMIT,
                "image_size_limit": PICTURE_BYTES, "image_matrix_limit": 33_177_600, **video,
            },
            "polls": {
                "max_options": 4, "max_characters_per_option": 50,
                "min_expiration": 300, "max_expiration": 2_629_746,
            },
            "translation": {"enabled": False},
        },
    }  # fmt: skip
