"""Networks in small, for tests: each keeps what it took, shows it as its API does, and can misbehave.

They stand behind the transport of the real client, so that the real adapters speak to them; every
request is held against the published description of the network. What one keeps lies in a file of its
own: it outlives whoever speaks to it, killed or not. A note is shown late, as on many real servers.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from typing import ClassVar
from urllib.parse import unquote

import contracts
import httpx2

LATE = dt.timedelta(seconds=45)
"""How long after it was taken a note is shown in lists."""

TROUBLES = {
    # name: whether the request is worked off before it goes wrong
    "answer dropped": True,
    "slow, then reset": True,
    "500 after": True,
    "HTML after": True,
    "reset before": False,
    "500 before": False,
    "429 before": False,
    "401 before": False,
    "no connection": False,
}
"""How a server can misbehave."""


class Server:
    """One network. `event` is told of the moment before and after each request is worked off.

    `trouble` says which request goes wrong, counted from 0, and how; it goes wrong once.
    """

    name = ""
    secrets: ClassVar = {"TOKEN": "a-token-of-the-tests"}
    settings: ClassVar = {}
    routes: ClassVar = {}

    def __init__(self, file, clock):
        self.file = file
        self.clock = clock
        self.event = lambda _name: None
        self.trouble = {}
        self.asked = 0
        self._heard = ""

    def __call__(self, request):
        request.read()
        self.event("before a request")
        self._check(request)
        # Some servers repeat what they were told, secrets included.
        told = request.content.decode("utf-8", "replace")[:300]
        self._heard = f"{request.url} {request.headers.get('authorization')} {told}"
        name = self.trouble.pop(self.asked, "")
        self.asked += 1
        reply = self._answer(request) if TROUBLES.get(name, True) else None
        self.event("after a request")
        return self._spoilt(name, reply)

    def _spoilt(self, name, reply):
        if name == "slow, then reset":
            self.clock.forward(seconds=70)
            raise httpx2.ReadTimeout("slow")
        if name in ("answer dropped", "reset before"):
            raise httpx2.ReadError("reset by peer")
        if name == "no connection":
            raise httpx2.ConnectError("refused")
        if name.startswith("500"):
            return httpx2.Response(500, json={"message": f"Oops: {self._heard}"})
        if name.startswith("429"):
            return httpx2.Response(429, json=self.wait(), headers={"Retry-After": "90"})
        if name.startswith("401"):
            return httpx2.Response(401, json={"message": f"Unauthorized: {self._heard}"})
        if name.startswith("HTML"):
            return httpx2.Response(200, html="<h1>Wartung</h1>")
        return reply

    def wait(self):
        """What stands in an answer that asks us to wait."""
        return {"message": "Too many requests"}

    def _check(self, request):
        # The published descriptions lie beside the checkout, and may be absent.
        if self.name in contracts.WRITTEN or contracts.contracts():
            contracts.check(self.name, request)

    def _answer(self, request):
        asked = f"{request.method} {unquote(request.url.path)}"
        for pattern, method in self.routes.items():
            if found := re.fullmatch(pattern, asked):
                reply = getattr(self, method)(request, *found.groups())
                return (
                    reply
                    if isinstance(reply, httpx2.Response)
                    else httpx2.Response(200, json=reply)
                )
        raise AssertionError(f"{self.name} knows no {asked}")

    # What it keeps

    def keep(self, kind, **what):
        """Keep a thing durably; returns its number. By `os`, for a server's writes are no events."""
        number = 1001 + len(self.kept())
        line = {"kind": kind, "id": number, "time": self.clock().timestamp(), **what}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps(line) + "\n").encode())
        os.close(handle)
        return number

    def kept(self, kind=""):
        """Everything of a kind, in the order in which it was taken."""
        try:
            handle = os.open(self.file, os.O_RDONLY)
        except FileNotFoundError:
            return []
        try:
            data = os.read(handle, 10_000_000)
        finally:
            os.close(handle)
        lines = [json.loads(line) for line in data.decode().splitlines()]
        return [line for line in lines if not kind or line["kind"] == kind]

    def note(self, text, above=None, **more):
        """Keep a note; `above` is the id of the one that it answers."""
        return self.keep("note", text=text, above=above, **more)

    def shown(self, since=None):
        """The notes that a list shows now, the newest first."""
        until = (self.clock() - LATE).timestamp()
        since = float(since or 0)
        return [one for one in reversed(self.kept("note")) if since <= one["time"] <= until]

    def standing(self):
        """What stands there: (slug, part, number, the number of the note above)."""
        return [(*part_of(one["text"]), one["id"], one["above"]) for one in self.kept("note")]


def part_of(text):
    """Read from a text which part of which post it is, through whatever escapes a network wants."""
    found = re.search(r"(\d)/\d\S* (?:https://ateliers\.example/journal/|<?)(\w+)", text)
    assert found, text
    return found[2], int(found[1]) - 1


class Telegram(Server):
    name = "telegram"
    secrets: ClassVar = {"TOKEN": "110201543:a-token-of-the-tests"}
    settings: ClassVar = {"account": "@acme"}
    routes: ClassVar = {r"POST /bot[^/]+/(sendMessage|sendPhoto|sendMediaGroup)": "send"}

    def send(self, request, method):
        said = contracts.content(request)
        above = said.get("reply_parameters")
        above = json.loads(above) if isinstance(above, str) else above
        text = said.get("text") or said.get("caption") or json.loads(said["media"])[0]["caption"]
        chat = {"id": -1001234567890, "username": "acme"}
        message = {"message_id": self.note(text, (above or {}).get("message_id")), "chat": chat}
        return {"ok": True, "result": [message] if method == "sendMediaGroup" else message}

    def wait(self):
        return {"ok": False, "error_code": 429, "parameters": {"retry_after": 90}}


class Discord(Server):
    name = "discord"
    secrets: ClassVar = {
        "WEBHOOK": "https://discord.com/api/v10/webhooks/123456789012345678/a-token"
    }
    routes: ClassVar = {
        r"GET /api/v10/webhooks/\d+/[^/]+": "hook",
        r"POST /api/v10/webhooks/\d+/[^/]+": "send",
    }

    def hook(self, request):
        return {"id": "123456789012345678", "guild_id": "7"}

    def send(self, request):
        said = contracts.content(request)
        said = json.loads(said["payload_json"]) if "payload_json" in said else said
        return {"id": str(self.note(said["content"])), "channel_id": "8"}

    def wait(self):
        return {"message": "You are being rate limited.", "retry_after": 90.0, "global": False}


class Slack(Server):
    name = "slack"
    settings: ClassVar = {"account": "C0123ABCD"}
    routes: ClassVar = {
        "POST /api/auth.test": "test",
        "POST /api/chat.postMessage": "post",
        "GET /api/conversations.(history|replies)": "messages",
    }

    def test(self, request):
        return {"ok": True, "url": "https://acme.slack.com/"}

    def post(self, request):
        said = contracts.content(request)
        above = self._number(said["thread_ts"]) if "thread_ts" in said else None
        number = self.note(said["text"], above, metadata=said["metadata"])
        return {"ok": True, "channel": "C0123ABCD", "ts": self._stamp(number)}

    def messages(self, request, which):
        asked = request.url.params
        found = self.shown(asked.get("oldest"))
        if which == "history":
            found = [one for one in found if one["above"] is None]
        else:
            first = self._number(asked["ts"])
            found = [one for one in found if first in (one["id"], one["above"])]
        messages = [
            {"type": "message", "ts": self._stamp(one["id"]), "metadata": one["metadata"]}
            for one in found
        ]
        return {"ok": True, "messages": messages, "has_more": False}

    def _stamp(self, number):
        return f"1795254068.{number:06d}"

    def _number(self, stamp):
        return int(stamp.partition(".")[2])

    def wait(self):
        return {"ok": False, "error": "ratelimited"}


class LinkedIn(Server):
    name = "linkedin"
    settings: ClassVar = {"account": "2414183"}
    routes: ClassVar = {
        "POST /rest/images": "image",
        "PUT /dms-uploads/(.+)": "upload",
        "POST /rest/posts": "post",
        "GET /rest/posts": "posts",
    }

    def image(self, request):
        number = self.keep("image")
        place = f"https://www.linkedin.com/dms-uploads/{number}"
        return {"value": {"uploadUrl": place, "image": f"urn:li:image:{number}"}}

    def upload(self, request, _number):
        return httpx2.Response(201)

    def post(self, request):
        said = contracts.content(request)
        number = self.note(said["commentary"], content=said.get("content", {}))
        return httpx2.Response(201, headers={"x-restli-id": f"urn:li:share:{number}"})

    def posts(self, request):
        return {
            "elements": [
                {
                    "id": f"urn:li:share:{one['id']}",
                    "commentary": one["text"],
                    "createdAt": int(one["time"] * 1000),
                    "content": one["content"],
                }
                for one in self.shown()
            ]
        }


def meta(seconds):
    """Write a time as Meta does."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Facebook(Server):
    name = "facebook"
    settings: ClassVar = {"account": "546349135390552"}
    routes: ClassVar = {
        r"POST /v26.0/\d+/photos": "photo",
        r"POST /v26.0/\d+/feed": "post",
        r"GET /v26.0/\d+/published_posts": "posts",
    }

    def photo(self, request):
        return {"id": str(self.keep("photo"))}

    def post(self, request):
        said = contracts.content(request)
        return {"id": f"546349135390552_{self.note(said['message'])}"}

    def posts(self, request):
        return {
            "data": [
                {
                    "id": f"546349135390552_{one['id']}",
                    "message": one["text"],
                    "created_time": meta(one["time"]),
                }
                for one in self.shown(request.url.params["since"])
            ]
        }


class Threads(Server):
    name = "threads"
    settings: ClassVar = {"account": "17841400000000000"}
    routes: ClassVar = {
        r"POST /v1.0/\d+/threads": "container",
        r"POST /v1.0/\d+/threads_publish": "publish",
        r"GET /v1.0/17841400000000000/(threads|replies)": "posts",
        r"GET /v1.0/(\d{4})": "one",
    }

    def container(self, request):
        said = contracts.content(request)
        return {"id": str(self.keep("container", text=said["text"], above=said.get("reply_to_id")))}

    def publish(self, request):
        wanted = int(contracts.content(request)["creation_id"])
        made = next(one for one in self.kept("container") if one["id"] == wanted)
        above = int(made["above"]) if made["above"] else None
        return {"id": str(self.note(made["text"], above))}

    def one(self, request, number):
        if "status" in request.url.params["fields"]:
            return {"id": number, "status": "FINISHED"}
        return {"id": number, "permalink": f"https://www.threads.com/@acme/post/{number}"}

    def posts(self, request, edge):
        return {
            "data": [
                {"id": str(one["id"]), "text": one["text"], "timestamp": meta(one["time"])}
                for one in self.shown(request.url.params["since"])
                if bool(one["above"]) == (edge == "replies")
            ]
        }


class X(Server):
    name = "x"
    secrets: ClassVar = dict.fromkeys(
        ("KEY", "KEY_SECRET", "TOKEN", "TOKEN_SECRET"), "a-token-of-the-tests"
    )
    routes: ClassVar = {
        "POST /2/media/upload": "upload",
        "POST /2/media/metadata": "described",
        "POST /2/tweets": "post",
        "GET /2/users/me": "me",
        r"GET /2/users/\d+/tweets": "posts",
    }

    def upload(self, request):
        return {"data": {"id": str(self.keep("media"))}}

    def described(self, request):
        return {"data": {}}

    def post(self, request):
        said = contracts.content(request)
        above = said.get("reply", {}).get("in_reply_to_tweet_id")
        number = self.note(said["text"], int(above) if above else None)
        return httpx2.Response(201, json={"data": {"id": str(number), "text": said["text"]}})

    def me(self, request):
        return {"data": {"id": "2244994945", "username": "acme"}}

    def posts(self, request):
        since = dt.datetime.fromisoformat(request.url.params["start_time"]).timestamp()
        return {"data": [self._post(one) for one in self.shown(since)]}

    def _post(self, one):
        """Show a post as X does: its link shortened, and told beside the text."""
        link = re.search(r"https://\S+", one["text"])[0]
        short = f"https://t.co/{one['id']}"
        return {
            "id": str(one["id"]),
            "text": one["text"].replace(link, short),
            "conversation_id": str(one["above"] or one["id"]),
            "created_at": dt.datetime.fromtimestamp(one["time"], dt.UTC).isoformat(),
            "entities": {"urls": [{"url": short, "expanded_url": link}]},
        }


class DevTo(Server):
    name = "devto"
    routes: ClassVar = {"POST /api/articles": "post", "GET /api/articles/me/all": "articles"}

    def post(self, request):
        said = contracts.content(request)["article"]
        number = self.note(said["body_markdown"], origin=said["canonical_url"])
        return httpx2.Response(201, json=self._article(self.kept("note")[-1] | {"id": number}))

    def articles(self, request):
        return [self._article(one) for one in self.shown()]

    def _article(self, one):
        url = f"https://dev.to/acme/{one['id']}"
        return {"id": one["id"], "url": url, "canonical_url": one["origin"]}


class WebSub(Server):
    """A hub: to be told twice of a feed is to be told once."""

    name = "websub"
    secrets: ClassVar = {}
    settings: ClassVar = {
        "server": "https://hub.example/",
        "account": "https://blog.example/feed.xml",
    }
    routes: ClassVar = {"POST /": "ping"}

    def ping(self, request):
        self.keep("ping", topic=contracts.content(request)["hub.topic"])
        return httpx2.Response(204)

    def standing(self):
        return {one["topic"] for one in self.kept("ping")}


class Webmention(Server):
    """Two strangers' pages that want mentions: the same mention again is an update."""

    name = "webmention"
    secrets: ClassVar = {}
    routes: ClassVar = {"GET /page": "page", "POST /wm": "mention"}

    def page(self, request):
        return httpx2.Response(200, html='<a rel="webmention" href="/wm">')

    def mention(self, request):
        said = contracts.content(request)
        self.keep("mention", source=said["source"], target=said["target"])
        return httpx2.Response(202)

    def standing(self):
        return {(one["source"], one["target"]) for one in self.kept("mention")}

    def _check(self, request):
        if request.method == "POST":
            contracts.check(self.name, request)


SERVERS = {
    kind.name: kind
    for kind in (
        Telegram, Discord, Slack, LinkedIn, Facebook, Threads, X, DevTo, WebSub, Webmention,
    )
}  # fmt: skip
"""Every network that is spoken to over HTTP and is not in the sandbox."""
