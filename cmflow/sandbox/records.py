"""What a Bluesky server refuses of a record, by the lexicons.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky: feed/post, feed/like,
feed/repost, embed/images, embed/external, richtext/facet; formats: https://atproto.com/specs/lexicon.
As the real one it does not look whether the bytes of a facet lie within the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from cmflow.sandbox.count import graphemes
from cmflow.sandbox.web import RefusedError

POST = "app.bsky.feed.post"
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
QUOTE = "app.bsky.embed.record"

_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_URI = re.compile(r"\w+:(?://)?[^\s/]\S*")
_AT = re.compile(r"at://[^\s/]+/[a-zA-Z.]+/[\w.~:-]+")
_DID = re.compile(r"did:[a-z]+:[\w.:%-]+")
_CID = re.compile(r"b[a-z2-7]{58}")


def refuse(status: int, error: str, message: str) -> RefusedError:
    """Make a refusal in the form of XRPC (https://atproto.com/specs/xrpc#error-responses)."""
    return RefusedError(status, {"error": error, "message": message})


def check_key(rkey: object) -> str:
    """Return a record key that is a TID; raises `RefusedError` (https://atproto.com/specs/tid)."""
    if not isinstance(rkey, str) or not _TID.fullmatch(rkey):
        raise refuse(
            400, "InvalidRequest", f"Invalid record key: Invalid TID string (got {rkey!r})"
        )
    return rkey


def check(collection: str, value: object) -> dict[str, Any]:
    """Return a record that its lexicon allows; raises `RefusedError` with the first fault."""
    if collection not in _RECORDS:
        raise refuse(400, "InvalidRequest", f"Unknown lexicon type: {collection}")
    record = _Checked(collection, value)
    if record.value.get("$type") != collection:
        raise record.bad("$type", f'Expected "{collection}"')
    _RECORDS[collection](record)
    return record.value


class _Checked:
    """An object of a record, and the words for what is wrong in it."""

    def __init__(self, collection: str, value: object, path: str = "$.record") -> None:
        self.collection = collection
        self.path = path
        if not isinstance(value, dict):
            raise self.bad("", "Expected object value type")
        self.value: dict[str, Any] = value

    def bad(self, key: str, words: str) -> RefusedError:
        where = f"{self.path}.{key}" if key else self.path
        return refuse(
            400, "InvalidRequest", f"Invalid {self.collection} record: {words} at {where}"
        )

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def object(self, key: str) -> _Checked:
        return _Checked(self.collection, self.value.get(key), f"{self.path}.{key}")

    def objects(self, key: str, most: int = 0) -> list[_Checked]:
        items = self.list(key, most)
        path = f"{self.path}.{key}"
        return [_Checked(self.collection, one, f"{path}[{at}]") for at, one in enumerate(items)]

    def list(self, key: str, most: int = 0) -> list[Any]:
        items = self.value.get(key)
        if not isinstance(items, list):
            raise self.bad(key, "Expected array value type")
        if most and len(items) > most:
            raise self.bad(key, f"array too big (maximum {most}, got {len(items)})")
        return items

    def text(self, key: str, *, octets: int = 0, characters: int = 0) -> str:
        value = self.value.get(key)
        if not isinstance(value, str):
            raise self.bad(key, "Expected string value type")
        if octets and len(value.encode()) > octets:
            raise self.bad(key, f"string too big (maximum {octets}, got {len(value.encode())})")
        if characters and graphemes(value) > characters:
            raise self.bad(key, f"grapheme too big (maximum {characters}, got {graphemes(value)})")
        return value

    def shaped(self, key: str, shape: re.Pattern[str], what: str) -> str:
        value = self.text(key)
        if not shape.fullmatch(value):
            raise self.bad(key, f'Invalid {what} (got "{value}")')
        return value

    def number(self, key: str) -> int:
        value = self.value.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.bad(key, "Expected integer value type that is not below 0")
        return value


def _post(record: _Checked) -> None:
    record.text("text", octets=3000, characters=300)
    _time(record)
    if record.has("langs"):
        for language in record.list("langs", 3):
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                raise record.bad("langs", f"Invalid language (got {language!r})")
    if record.has("tags"):
        for tag in record.list("tags", 8):
            if not isinstance(tag, str) or graphemes(tag) > 64:
                raise record.bad("tags", "grapheme too big (maximum 64)")
    if record.has("facets"):
        for facet in record.objects("facets"):
            _facet(facet)
    if record.has("reply"):
        for key in ("root", "parent"):
            _reference(record.object("reply").object(key))
    if record.has("embed"):
        embed = record.object("embed")
        _EMBEDS.get(embed.text("$type"), _other)(embed)


def _time(record: _Checked) -> None:
    written = record.shaped("createdAt", _TIME, "datetime")
    try:
        dt.datetime.fromisoformat(written)
    except ValueError:
        raise record.bad("createdAt", f'Invalid datetime (got "{written}")') from None


def _facet(facet: _Checked) -> None:
    index = facet.object("index")
    index.number("byteStart"), index.number("byteEnd")
    for feature in facet.objects("features"):
        match feature.text("$type"):
            case "app.bsky.richtext.facet#link":
                feature.shaped("uri", _URI, "uri")
            case "app.bsky.richtext.facet#tag":
                feature.text("tag", octets=640, characters=64)
            case "app.bsky.richtext.facet#mention":
                feature.shaped("did", _DID, "did")


def _reference(reference: _Checked) -> None:
    reference.shaped("uri", _AT, "at-uri")
    reference.shaped("cid", _CID, "cid string")


def _mark(record: _Checked) -> None:
    _time(record)
    _reference(record.object("subject"))


def _images(embed: _Checked) -> None:
    for image in embed.objects("images", 4):
        image.text("alt")
        _blob(image.object("image"), 2_000_000)


def _external(embed: _Checked) -> None:
    external = embed.object("external")
    external.shaped("uri", _URI, "uri")
    external.text("title")
    external.text("description")
    if external.has("thumb"):
        _blob(external.object("thumb"), 1_000_000)


def _quote(embed: _Checked) -> None:
    _reference(embed.object("record"))


def _other(embed: _Checked) -> None:
    """Let a kind of embed pass that we do not know: the union is an open one."""


def _blob(blob: _Checked, largest: int) -> None:
    """Check what a record says of a picture; whether that is true is for the repository."""
    if blob.value.get("$type") != "blob":
        raise blob.bad("", "Expected blob value type")
    blob.object("ref").shaped("$link", _CID, "CID")
    kind, size = blob.text("mimeType"), blob.number("size")
    if not kind.startswith("image/"):
        raise blob.bad("mimeType", f'Expected "image/*" (got "{kind}")')
    if size > largest:
        raise blob.bad("", f"blob too big (maximum {largest}, got {size})")


def blobs_in(value: object) -> list[dict[str, Any]]:
    """Return everything in a record that names an uploaded file."""
    if isinstance(value, dict):
        if value.get("$type") == "blob":
            return [value]
        return [found for one in value.values() for found in blobs_in(one)]
    return [found for one in value for found in blobs_in(one)] if isinstance(value, list) else []


_EMBEDS: Mapping[str, Callable[[_Checked], None]] = {
    "app.bsky.embed.images": _images,
    "app.bsky.embed.external": _external,
    QUOTE: _quote,
}

_RECORDS: Mapping[str, Callable[[_Checked], None]] = {
    POST: _post,
    LIKE: _mark,
    REPOST: _mark,
}
