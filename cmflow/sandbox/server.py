"""The sandbox on a socket of loopback: which request goes where, and who may ask at all."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from cmflow.sandbox import (
    bluesky,
    bluesky_session,
    bluesky_view,
    mastodon,
    mastodon_account,
    pages,
    timeline,
)
from cmflow.sandbox.memory import Here
from cmflow.sandbox.misbehave import COMMITS, SILENT, Fault, Misbehaviour, Mood, answer
from cmflow.sandbox.web import Answer, RefusedError, Request, to_json

_LARGEST = 110 * 1024 * 1024
_PATIENCE = 30
_ROUTES = [
    (method, re.compile(pattern), endpoint)
    for room in (mastodon, mastodon_account, bluesky_session, bluesky, bluesky_view)
    for method, pattern, endpoint in room.ROUTES
]
_OF_API = ("/api/", "/xrpc/")


class World(msgspec.Struct, frozen=True):
    """What every request meets: the memory and the time, the mood, and the pages' language.

    `token` is what a form of ours must bring back, so that no other site can fill it in.
    """

    here: Callable[[], Here]
    mood: Mood
    lock: threading.Lock
    language: str
    token: str
    log: Callable[[str], None]


def handle(world: World, request: Request) -> Answer | None:
    """Answer a request; `None` ends the connection without a word."""
    if not request.path.startswith(_OF_API):
        return _attempt(world, request, _page)
    with world.lock:
        order = world.mood.strike(request.path)
    if order is None:
        return _attempt(world, request, _endpoint)
    real = _attempt(world, request, _endpoint) if order.next in COMMITS else None
    if order.next in SILENT:
        return None
    if order.next is Fault.SLOW:
        time.sleep(order.seconds)
    return answer(order, request.path, world.here().now) or real


def _attempt(
    world: World, request: Request, work: Callable[[World, Here, Request], Answer]
) -> Answer:
    """Do the work of a request, whole or not at all, one request at a time."""
    here = world.here()
    with world.lock:
        try:
            with here.memory.change():
                return work(world, here, request)
        except RefusedError as refused:
            return to_json(refused.said, refused.status)


def _endpoint(world: World, here: Here, request: Request) -> Answer:
    del world
    known = False
    for method, pattern, endpoint in _ROUTES:
        match = pattern.fullmatch(request.path)
        known = known or match is not None
        if match and method == request.method:
            answered: Answer = endpoint(here, request, *match.groups())
            return answered
    if request.path.startswith("/xrpc/"):
        method = request.path.removeprefix("/xrpc/")
        raise RefusedError(501, {"error": "MethodNotImplemented", "message": f"No method {method}"})
    raise RefusedError(405 if known else 404, {"error": "The page you are looking for isn't here."})


def _page(world: World, here: Here, request: Request) -> Answer:
    path, language, token = request.path, world.language, world.token
    match request.method, path.split("/")[1:]:
        case "GET", [""]:
            return pages.index(here, language, token, request.asked("network"), world.mood)
        case "GET", ["_static", name]:
            return pages.static(name)
        case "GET", ["_avatar", name]:
            return pages.avatar(name.removesuffix(".svg"))
        case "GET", ["_media", id_]:
            return _picture(here, id_)
        case "GET", ["_changes"]:
            return to_json({"changes": here.memory.changes()})
        case "GET", ["profile", handle_, "post", rkey]:
            return pages.single(here, language, token, pages.id_of_post(here, handle_, rkey))
        case "GET", [handle_, id_] if handle_.startswith("@"):
            return pages.single(here, language, token, id_)
        case "POST", ["_misbehave"]:
            return _misbehave(world, request)
        case "POST", ["_do"]:
            return _do(world, here, request)
    raise RefusedError(404, {"error": "The page you are looking for isn't here."})


def _picture(here: Here, id_: str) -> Answer:
    row = here.memory.one("SELECT * FROM media WHERE id = ?", id_)
    if row is None:
        raise RefusedError(404, {"error": "Record not found"})
    return Answer(200, row["data"], row["kind"], {"Content-Security-Policy": "sandbox"})


def _misbehave(world: World, request: Request) -> Answer:
    """Take an order; it must be JSON, which no form of another site can send."""
    if request.kind != "application/json":
        raise RefusedError(415, {"error": "Send JSON, with its content type."})
    try:
        order = msgspec.json.decode(request.body, type=Misbehaviour)
    except msgspec.DecodeError as error:
        raise RefusedError(400, {"error": str(error)}) from None
    world.mood.add(order)
    return to_json(msgspec.to_builtins(order))


def _do(world: World, here: Here, request: Request) -> Answer:
    """Do what a form of our pages asks, and show the page again."""
    try:
        said = {key: str(value) for key, value in request.fields().items()}
    except ValueError:
        raise RefusedError(400, {"error": "The form cannot be read."}) from None
    if said.get("token") != world.token:
        raise RefusedError(403, {"error": "Load the page again, and then send the form."})
    id_, name = said.get("id", ""), said.get("name", "").strip() or "Zoé"
    try:
        match said.get("do", ""):
            case "answer":
                id_ = timeline.answer(here, id_, name, said.get("text", "").strip())
            case "like":
                timeline.mark(here, id_, name, "favourite")
            case "boost":
                timeline.mark(here, id_, name, "reblog")
            case "remove":
                timeline.remove(here, id_)
            case "misbehave":
                world.mood.add(Misbehaviour(Fault(said["fault"]), int(said["count"])))
            case "behave":
                world.mood.clear()
    except (RefusedError, KeyError, ValueError) as error:
        words = json.dumps(error.said) if isinstance(error, RefusedError) else str(error)
        return pages.message(here, world.language, 422, words, f"/#n-{id_}")
    return Answer(303, b"", "text/plain", {"Location": f"/#n-{id_}" if id_ else "/"})


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection, which carries one request."""

    timeout = _PATIENCE
    server: Server
    server_version = "cmflow-sandbox"
    sys_version = ""

    def do_GET(self) -> None:
        """Read, answer, and close."""
        try:
            found = self._answer()
        except (TimeoutError, ConnectionError):
            return
        if found is None:
            self._vanish()
            return
        self.send_response(found.status)
        headers = {"X-Content-Type-Options": "nosniff", **found.headers}
        for name, value in {**headers, "Content-Type": found.kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(found.body)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the standard library's names

    def _answer(self) -> Answer | None:
        refused = self._refused()
        if refused:
            return refused
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return to_json({"error": "Length Required"}, 411)
        if int(length) > _LARGEST:
            return to_json({"error": "Payload Too Large"}, 413)
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        return handle(self.server.world, request)

    def _refused(self) -> Answer | None:
        """Refuse another name for this machine, and what another site's page sends."""
        if self.headers.get("Host", "") not in self.server.names:
            return to_json({"error": "This is a sandbox; ask it by its own address."}, 421)
        origin = self.headers.get("Origin")
        elsewhere = self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        own = origin is None or urlsplit(origin).netloc in self.server.names
        if self.command != "GET" and (elsewhere or not own):
            return to_json({"error": "Another site may not write here."}, 403)
        return None

    def _vanish(self) -> None:
        """End the connection as a broken one ends: with a reset."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.log(f"{self.command} {self.path} -")
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its name there
        """Tell what was asked, without the headers: a token is in them."""
        self.server.log(format % args)


class Server(http.server.ThreadingHTTPServer):
    """The socket; `names` are the hosts under which it may be asked."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Handler)
        self.world = world
        self.log = world.log
        port = self.server_address[1]
        host = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.base = f"http://{host}:{port}"
        self.names = {f"{name}:{port}" for name in (host, "127.0.0.1", "localhost", "[::1]")}

    def server_bind(self) -> None:
        """Bind without asking the machine's name server who we are."""
        super(http.server.HTTPServer, self).server_bind()
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no mistake; anything else is shown by the standard library."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)
