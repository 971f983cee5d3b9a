"""Secrets taken out of whatever is said: errors, logs, receipts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

_HIDDEN = "•••"
_SHORTEST = 4
_PIECE = 12
_LONGEST = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


def redact(words: str, secrets: Iterable[str]) -> str:
    """Return words without secrets, on one line, without control characters, at most 300 long.

    A secret is also found percent-encoded, in Base64, and where it is an address, in the pieces of
    its path: the token of a webhook.
    """
    shapes = {shape for secret in secrets for shape in _shapes(secret)}
    for shape in sorted(shapes, key=len, reverse=True):
        words = words.replace(shape, _HIDDEN)
    words = _CONTROL.sub(" ", words).strip()
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _shapes(secret: str) -> Iterable[str]:
    if len(secret) < _SHORTEST:
        return
    yield secret
    yield quote(secret)
    yield quote(secret, safe="")
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    if "://" in secret:
        parts = urlsplit(secret)
        pieces = [*parts.path.split("/"), parts.query, parts.password or ""]
        yield from (piece for piece in pieces if len(piece) >= _PIECE)
