"""The timeline as web pages: what a person sees of the sandbox, and the forms of a reader."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from urllib.parse import quote, unquote

import jinja2
from markupsafe import Markup

from cmflow import stencil
from cmflow.catalogue import catalogue
from cmflow.sandbox import bluesky_view, timeline
from cmflow.sandbox.memory import Here
from cmflow.sandbox.misbehave import Fault, Mood
from cmflow.sandbox.web import Answer, RefusedError

_ROOM = Path(__file__).parent
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load: nothing but its own."""


def index(here: Here, language: str, token: str, network: str, mood: Mood) -> Answer:
    """Show the threads of one network or of both."""
    branches = timeline.threads(here, network)
    return _page(
        here,
        language,
        token,
        branches=branches,
        network=network,
        faults=list(Fault),
        mood=mood.orders,
    )


def single(here: Here, language: str, token: str, id_: str) -> Answer:
    """Show the thread in which one note stands."""
    branch = timeline.thread(here, id_)
    if branch is None:
        return _page(here, language, token, status=404, branches=[], network="", alone=True)
    return _page(here, language, token, branches=[branch], network="", alone=True, target=id_)


def id_of_post(here: Here, handle: str, rkey: str) -> str:
    """Return the id of the post that a page of Bluesky's shape names."""
    row = bluesky_view.record_at(here, f"at://{handle}/app.bsky.feed.post/{rkey}")
    return f"at://{row['did']}/{row['collection']}/{row['rkey']}" if row else ""


def message(here: Here, language: str, status: int, words: str, back: str) -> Answer:
    """Say why a form was not taken."""
    return _page(here, language, "", status=status, branches=[], network="", said=words, back=back)


def static(name: str) -> Answer:
    """Return the style or the script of the pages."""
    path = _ROOM / "static" / name
    kind = _KINDS.get(name.rpartition(".")[2])
    if kind is None or not path.is_file():
        raise RefusedError(404, {"error": "Record not found"})
    return Answer(200, path.read_bytes(), kind, {"Cache-Control": "max-age=60"})


def avatar(handle: str) -> Answer:
    """Draw the picture of an account: its first letter on a colour of its own."""
    name = unquote(handle)
    hue = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2]) % 360
    drawn = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48">'
        '<rect width="48" height="48" fill="hsl({} 42% 38%)"/><text x="24" y="32" fill="#fff"'
        ' font-family="sans-serif" font-size="22" text-anchor="middle">{}</text></svg>'
    ).format(hue, name[:1].upper())
    headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "max-age=3600"}
    return Answer(200, drawn.encode(), "image/svg+xml", headers)


def _page(here: Here, language: str, token: str, *, status: int = 200, **values: object) -> Answer:
    words = catalogue(language)
    html = _environment(language).get_template("timeline.html").render(
        here=here, words=words, language=language, token=token, **values
    )  # fmt: skip
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
    }
    return Answer(status, html.encode(), "text/html; charset=utf-8", headers)


@functools.cache
def _environment(language: str) -> jinja2.Environment:
    made = stencil.Environment(catalogue(language), _ROOM / "templates")
    made.policies["ext.i18n.trimmed"] = True
    made.filters["quoted"] = lambda text: quote(str(text), safe="")
    return made
