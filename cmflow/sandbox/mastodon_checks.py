"""What Mastodon refuses of a status or a picture, in its words and its order.

https://github.com/mastodon/mastodon: `app/services/post_status_service.rb` and its validators.
"""

from __future__ import annotations

from typing import Any

from babel.core import Locale, UnknownLocaleError

from cmflow.sandbox import mastodon_view as view
from cmflow.sandbox.count import graphemes, mastodon
from cmflow.sandbox.memory import Here, Person, handle_of
from cmflow.sandbox.web import RefusedError, Request

NETWORK = "mastodon"


def refuse(status: int, error: str) -> RefusedError:
    """Make a refusal in Mastodon's form."""
    return RefusedError(status, {"error": error})


def invalid(words: str) -> RefusedError:
    """Make the refusal of a value."""
    return refuse(422, f"Validation failed: {words}")


def speaker(here: Here, request: Request) -> Person:
    """Return the account of a token: `sandbox-atelier` speaks as @atelier."""
    if not request.bearer.startswith("sandbox-"):
        raise refuse(401, "The access token is invalid")
    name = request.bearer.removeprefix("sandbox-")
    return here.memory.person(NETWORK, handle_of(name), name, here.now)


def viewer(here: Here, request: Request) -> Person | None:
    """Return who asks, where a token says so."""
    return speaker(here, request) if request.bearer else None


def fields_of(request: Request) -> dict[str, Any]:
    """Return the fields of a request; raises `RefusedError`."""
    try:
        return request.fields()
    except ValueError:
        raise refuse(400, "There was a problem with the request body") from None


def checked(here: Here, person: Person, said: dict[str, Any], id_: int | None) -> dict[str, Any]:
    """Return the fields of a status, checked in Mastodon's order; raises `RefusedError`."""
    text, warning = text_of(said, "status"), text_of(said, "spoiler_text")
    pictures = _pictures(here, person, said.get("media_ids") or [], id_)
    for name in ("poll", "scheduled_at"):
        if said.get(name):
            raise invalid(f"{name} is not for the sandbox")
    if not text.strip() and not pictures:
        raise invalid("Text can't be blank")
    if mastodon(text) + graphemes(warning) > view.LIMIT:
        raise invalid(f"Text character limit of {view.LIMIT} exceeded")
    return {
        "text": text,
        "warning": warning,
        "sensitive": bool(warning) or is_true(said.get("sensitive")),
        "language": _language(said),
        "pictures": pictures,
    }


def text_of(said: dict[str, Any], name: str) -> str:
    """Return a field that is a text; raises `RefusedError`."""
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise refuse(400, f"{name} must be a string")
    return value or ""


def is_true(value: object) -> bool:
    """Read a field as Rails reads a boolean."""
    return value not in (None, False, "", 0, "0", "f", "F", "false", "FALSE", "off", "OFF")


def _language(said: dict[str, Any]) -> str:
    written = text_of(said, "language")
    if not written:
        return "en"
    code = written.replace("_", "-").partition("-")[0]
    try:
        known = str(Locale.parse(code)) == code
    except (ValueError, UnknownLocaleError):
        known = False
    if not known:
        raise invalid("Language is not a valid ISO 639 code")
    return code


def _pictures(here: Here, person: Person, named: object, id_: int | None) -> list[int]:
    """Return the ids of pictures that are there, are this account's, and hang nowhere else."""
    if not isinstance(named, list) or not all(isinstance(one, (str, int)) for one in named):
        raise refuse(400, "media_ids must be an array")
    if len(named) > view.PICTURES:
        raise invalid(f"Cannot attach more than {view.PICTURES} files")
    wanted = [int(one) if str(one).isdecimal() else -1 for one in named]
    free = {
        row["id"]
        for row in here.memory.all("SELECT id, status FROM media WHERE account = ?", person.id)
        if row["status"] in (None, id_)
    }
    missing = [str(name) for name, one in zip(named, wanted, strict=True) if one not in free]
    if missing:
        raise invalid(f"Media {', '.join(missing)} not found or already attached to another post")
    return wanted


def check_alt(alt: str) -> None:
    """Check the words of a picture; raises `RefusedError`."""
    if graphemes(alt) > view.ALT_LIMIT:
        raise invalid(f"Description is too long (maximum is {view.ALT_LIMIT} characters)")
