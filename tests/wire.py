"""A wire without a network: it records what is asked, and answers as a test wants."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable

import httpx2

from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.network import Account
from cmflow.note import Card, Media, Note, Part, Reservation

CANARY = "canary-7f3d9b2e41"
CREATED = dt.datetime(2026, 11, 20, 9, 41, 7, tzinfo=dt.UTC)
URL = "https://blog.example/2026/11/fete/"
PICTURE = Media("blog/assets/fete.jpg", "image/jpeg", "Une table, des chaises", 2000)
CARD = Card(URL, "La fête", "Un soir de novembre", PICTURE)
SETTINGS = {
    "mastodon": {"server": "https://mastodon.example"},
    "bluesky": {"server": "https://bsky.example", "account": "acme.example"},
    "telegram": {"account": "@acme"},
    "slack": {"account": "C0123ABCD"},
    "linkedin": {"account": "2414183"},
    "facebook": {"account": "546349135390552"},
    "threads": {"account": "17841400000000000"},
    "websub": {"server": "https://hub.example/", "account": "https://blog.example/feed.xml"},
    "newsletter": {"server": "smtp://localhost:2525", "account": "team@acme.example"},
}


def reservation(at: int = 0, created: dt.datetime = CREATED) -> Reservation:
    return Reservation(key=f"fete/chan/{at}", created=created, digest="0" * 16)


def note(*texts: str, media: tuple[Media, ...] = (), card: Card | None = CARD, **more) -> Note:
    texts = texts or (f"Une fête « #Cité » : {URL}",)
    parts = [Part(text, media if not at else ()) for at, text in enumerate(texts)]
    return Note(
        slug="fete", channel="chan", url=URL, title="La fête", language="fr", parts=tuple(parts),
        card=card, **more,
    )  # fmt: skip


class Wire:
    """Answers by the first route whose “METHOD pattern” matches; keeps every request."""

    def __init__(self, routes: dict[str, object] | None = None) -> None:
        self.routes = dict(routes or {})
        self.requests: list[httpx2.Request] = []
        self.slept: list[float] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        asked = f"{request.method} {request.url.host}{request.url.path}"
        for pattern, reply in self.routes.items():
            if re.search(f"^{pattern}$", asked):
                return self._reply(reply, request)
        raise AssertionError(f"nobody answers {asked}")

    def _reply(self, reply: object, request: httpx2.Request) -> httpx2.Response:
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, Callable):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx2.Response):
            return reply
        status, body = reply if isinstance(reply, tuple) else (200, reply)
        return httpx2.Response(status, json=body) if body is not None else httpx2.Response(status)

    def client(self, *, secrets: tuple[str, ...] = (CANARY,), **more) -> Client:
        return Client(
            secrets=secrets, transport=httpx2.MockTransport(self.answer),
            now=lambda: CREATED, sleep=self.slept.append, **more,
        )  # fmt: skip

    def asked(self) -> list[str]:
        return [f"{one.method} {one.url.path}" for one in self.requests]

    def sent(self, at: int = -1):
        return json.loads(self.requests[at].content)


def account(network, wire: Wire, *, secrets: dict[str, str] | None = None, **settings) -> Account:
    if secrets is None:
        secrets = {secret.name: f"{CANARY}-{secret.name.lower()}" for secret in network.secrets}
        if network.name == "discord":
            secrets = {
                "WEBHOOK": f"https://discord.com/api/v10/webhooks/123456789012345678/{CANARY}-hook"
            }
        if network.name == "telegram":
            secrets = {"TOKEN": f"110201543:{CANARY}"}
    chosen = {**SETTINGS.get(network.name, {}), **settings}
    return Account(
        channel="chan",
        settings=Channel(network=network.name, **chosen),
        secrets=secrets,
        http=wire.client(secrets=tuple(secrets.values())),
        read=lambda path: b"\xff\xd8 a picture of " + path.encode(),
    )
