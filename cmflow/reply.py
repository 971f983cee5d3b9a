"""What a server answered, and what kind of trouble a refusal is."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from cmflow.errors import say
from cmflow.network import NetworkError, Trouble

_LONGEST = 24 * 3600.0
_PATIENCE = 30.0

Judge = Callable[["Reply", Any], Trouble | None]
"""Sorts a refusal by what a network's own words mean; `None` leaves it to the status."""


class Reply(msgspec.Struct, frozen=True):
    """What a server answered, whatever it was; the names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    links: tuple[str, ...] = ()

    def json(self) -> Any:
        """Return the body decoded; raises `msgspec.DecodeError` on anything but JSON in UTF-8.

        Halves of characters, which JSON can escape and no file can hold, are replaced.
        """
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            # One answer of a stranger must not hide all that stands beside it.
            if b"\\ud" not in self.body.lower():
                raise
            return msgspec.json.decode(_whole(self.body))

    @property
    def text(self) -> str:
        """The body as text, read as UTF-8 with what is none replaced."""
        return self.body.decode("utf-8", "replace")


def _whole(body: bytes) -> bytes:
    """Write JSON again without halves of characters; what cannot be read stays as it is."""
    try:
        read = json.loads(body.decode())
    except (ValueError, RecursionError):
        return body
    return json.dumps(read, ensure_ascii=False).encode("utf-8", "replace")


def by_status(reply: Reply) -> Trouble:
    """Sort a refusal by its status alone."""
    status = reply.status
    if status == 429:
        return Trouble.RATE
    if status in (408, 409, 425) or status >= 500:
        return Trouble.TRANSIENT
    # snac answers 422 with no word to a wrong token.
    if status in (400, 406, 413, 415, 422) and not (status == 422 and not reply.body):
        return Trouble.CONTENT
    return Trouble.AUTH


def of_a_stranger(reply: Reply) -> Trouble | None:
    """Sort what we were told without a secret: no token of ours can be wrong."""
    return Trouble.CONTENT if by_status(reply) is Trouble.AUTH else None


def words_of(said: Any) -> str:
    """Find a network's own words in its answer, in any of the shapes that networks use."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return words_of(said[0]) if said else ""
    if not isinstance(said, dict):
        return ""
    names = ("error_description", "message", "description", "detail", "error", "errors", "title")
    found = (words_of(said[name]) for name in names if said.get(name))
    words = next((words for words in found if words), "")
    code = said.get("error")
    # XRPC and OAuth name the error beside the sentence.
    return f"{code}: {words}" if isinstance(code, str) and code != words else words


def pause(reply: Reply, said: Any, now: dt.datetime) -> float | None:
    """Find how many seconds a server asks us to wait, at most a day."""
    body = said if isinstance(said, dict) else {}
    inner = body.get("parameters")
    told = body.get("retry_after") or (
        inner.get("retry_after") if isinstance(inner, dict) else None
    )
    written = reply.headers.get("retry-after") or told
    for name in ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"):
        written = written or reply.headers.get(name)
    seconds = _seconds(str(written), now) if written is not None else None
    return None if seconds is None else min(max(seconds, 0.0), _LONGEST)


def wait(error: Exception) -> bool | float:
    """Tell stamina whether to try again, and after how many seconds: `Retry-After` is honoured."""
    passing = (Trouble.RATE, Trouble.TRANSIENT)
    if not isinstance(error, NetworkError) or error.trouble not in passing:
        return False
    if error.again is None:
        return True
    return error.again if error.again <= _PATIENCE else False


def _seconds(written: str, now: dt.datetime) -> float | None:
    """Read seconds, a moment in seconds since 1970, an HTTP date or an ISO one."""
    with contextlib.suppress(ValueError):
        number = float(written)
        return number - now.timestamp() if number > 1e9 else number
    for read in (parsedate_to_datetime, dt.datetime.fromisoformat):
        with contextlib.suppress(ValueError, TypeError):
            moment = read(written)
            return (moment - now).total_seconds() if moment.tzinfo else None
    return None


REMEDIES = {
    Trouble.AUTH: say(
        "Make a new token, as docs/channels says for this network, "
        "and store it as the channel's secret."
    ),
    Trouble.CONTENT: say("Change the note in the front matter of the post."),
    Trouble.RATE: say("Wait; the next run tries again."),
    Trouble.TRANSIENT: say("The next run asks the network whether the note stands."),
}
"""What a person does about each kind of trouble, where a network has nothing better to say."""

ELSEWHERE = say("Look at server: and account: of the channel; nobody answers there.")
