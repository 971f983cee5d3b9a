"""Sessions on a Bluesky server, and the names of accounts: handles and DIDs.

https://docs.bsky.app/docs/api/ (`com.atproto.server.*`, `com.atproto.identity.*`).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

from cmflow.sandbox.memory import Here, Person
from cmflow.sandbox.records import refuse
from cmflow.sandbox.web import Answer, Request, to_json

NETWORK = "bluesky"
_LIVES = {"access": dt.timedelta(hours=2), "refresh": dt.timedelta(days=90)}


def did_of(person: Person) -> str:
    """Return the permanent name of an account, made of its handle."""
    hashed = base64.b32encode(hashlib.sha256(person.handle.encode()).digest()).decode().lower()
    return f"did:plc:{hashed[:24]}"


def resolve(here: Here, repo: str) -> Person | None:
    """Return the account of a handle or a DID, if there is one."""
    if not repo.startswith("did:"):
        return here.memory.known(NETWORK, repo.lower())
    rows = here.memory.all("SELECT id FROM account WHERE network = ?", NETWORK)
    people = (here.memory.person_of(row["id"]) for row in rows)
    return next((person for person in people if did_of(person) == repo), None)


def _token(kind: str, here: Here, person: Person) -> str:
    ends = int((here.now + _LIVES[kind]).timestamp())
    return f"sandbox-{kind}.{ends}.{did_of(person)}"


def holder(here: Here, request: Request, kind: str = "access") -> Person:
    """Return whose session a request belongs to; raises `RefusedError`."""
    if not request.bearer:
        raise refuse(401, "AuthMissing", "Authentication Required")
    head, _, rest = request.bearer.partition(".")
    ends, _, did = rest.partition(".")
    person = resolve(here, did) if did.startswith("did:") else None
    if head != f"sandbox-{kind}" or not ends.isdecimal() or person is None:
        raise refuse(400, "InvalidToken", "Token could not be verified")
    if int(ends) <= here.now.timestamp():
        raise refuse(400, "ExpiredToken", "Token has expired")
    return person


def input_of(request: Request) -> dict[str, Any]:
    """Return the body of a request, an object; raises `RefusedError`."""
    try:
        return request.json()
    except ValueError:
        raise refuse(400, "InvalidRequest", "Input must be an object") from None


def string_of(said: dict[str, Any], key: str) -> str:
    """Return a field that is a text with something in it; raises `RefusedError`."""
    value = said.get(key)
    if not isinstance(value, str) or not value:
        raise refuse(400, "InvalidRequest", f"Input/{key} must be a string")
    return value


def _session(here: Here, person: Person, *, tokens: bool = True) -> Answer:
    said: dict[str, Any] = {"did": did_of(person), "handle": person.handle, "active": True}
    if tokens:
        said["accessJwt"] = _token("access", here, person)
        said["refreshJwt"] = _token("refresh", here, person)
    return to_json(said)


def create_session(here: Here, request: Request) -> Answer:
    """Open a session with any password `sandbox-…`; the account exists from then on."""
    said = input_of(request)
    name, password = string_of(said, "identifier").lower(), string_of(said, "password")
    if not password.startswith("sandbox-"):
        raise refuse(401, "AuthenticationRequired", "Invalid identifier or password")
    known = resolve(here, name)
    handle = name if "." in name else f"{name}.test"
    return _session(
        here, known or here.memory.person(NETWORK, handle, handle.partition(".")[0], here.now)
    )


def refresh_session(here: Here, request: Request) -> Answer:
    """Open another session with the refresh token."""
    return _session(here, holder(here, request, "refresh"))


def get_session(here: Here, request: Request) -> Answer:
    """Tell whose session it is."""
    return _session(here, holder(here, request), tokens=False)


def resolve_handle(here: Here, request: Request) -> Answer:
    """Return the DID of a handle."""
    person = resolve(here, request.asked("handle"))
    if person is None:
        raise refuse(400, "HandleNotFound", "Unable to resolve handle")
    return to_json({"did": did_of(person)})


def describe_server(here: Here, request: Request) -> Answer:  # noqa: ARG001  # endpoints take both
    """Tell what server this is."""
    return to_json({"did": "did:web:localhost", "availableUserDomains": [".test"]})


def _at(name: str) -> str:
    return rf"/xrpc/com\.atproto\.{name}"


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("GET", _at("server.describeServer"), describe_server),
    ("POST", _at("server.createSession"), create_session),
    ("POST", _at("server.refreshSession"), refresh_session),
    ("GET", _at("server.getSession"), get_session),
    ("GET", _at("identity.resolveHandle"), resolve_handle),
)
"""Method, pattern of the path, endpoint."""
