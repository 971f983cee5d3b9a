"""A world to speak in, for tests: networks that remember, a clock, a site of a few posts, a kill switch.

A network keeps what stands in a file of its own, as a server would: it outlives whoever speaks to it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from pathlib import Path

import factory
import msgspec

from cmflow.channel import Channel
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, NetworkError, Sent, Trouble
from cmflow.note import Note, Part, digest
from cmflow.plan import Live, Scene
from cmflow.store import FileStore
from cmflow.syndicate import Trip

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SITE = "https://ateliers.example/journal/"
LIVE = Live(ok=True, reason=say("Its page is live."))


class Clock:
    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now

    def forward(self, **spans):
        self.now += dt.timedelta(**spans)


class Switch:
    """Counts events and kills this very process at one of them."""

    def __init__(self, at=0):
        self.at = at
        self.count = 0

    def __call__(self, name=""):
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class FakeNetwork:
    """A network that remembers: `keyed` knows our key, `listing` shows what stands, `blind` tells nothing.

    `trouble` is how the next calls misbehave, one name a call.
    """

    def __init__(self, kind, server, clock, event=lambda _name: None, *, late=0):
        self.kind = kind
        self.name = kind
        self.title = kind
        self.secrets = ()
        self.server = Path(server)
        self.clock = clock
        self.event = event
        self.late = late
        self.trouble = []
        self.calls = []
        self.abilities = Abilities(
            thread=True, edit=True, delete=True, find=kind in ("keyed", "listing")
        )

    def standing(self):
        """Everything that stands, in the order in which it was taken."""
        lines = self.server.read_text().splitlines() if self.server.exists() else []
        notes = {}
        for line in lines:
            note = json.loads(line)
            notes[note["id"]] = None if note.get("gone") else {**notes.get(note["id"], {}), **note}
        return [note for note in notes.values() if note]

    def _write(self, **note):
        self.server.parent.mkdir(parents=True, exist_ok=True)
        # Not by pathlib, whose functions are counted: what a server does is no event of ours.
        handle = os.open(self.server, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps(note) + "\n").encode())
        os.close(handle)

    def send(self, account, note, at, reservation, above):
        self.event("before the call")
        self.calls.append(("send", note.slug, at))
        trouble = self.trouble.pop(0) if self.trouble else ""
        _refuse(trouble, before=True)
        known = {one["key"]: one for one in self.standing()}
        if self.kind != "keyed" or reservation.key not in known:
            number = self.server.read_text().count("\n") if self.server.exists() else 0
            self._write(
                id=f"{self.kind}-{number}",
                key=reservation.key,
                text=note.parts[at].text,
                slug=note.slug,
                at=at,
                under=above[-1].id if above else "",
                time=self.clock().timestamp(),
                channel=note.channel,
            )
        self.event("after the call")
        if trouble == "slow":
            self.clock.forward(seconds=70)
        _refuse(trouble, before=False)
        last = next(one for one in reversed(self.standing()) if one["key"] == reservation.key)
        return Sent(last["id"], f"https://{self.kind}.example/{last['id']}")

    def find(self, account, note, at, reservation):
        self.event("before asking")
        self.calls.append(("find", note.slug, at))
        if self.kind not in ("keyed", "listing"):
            return Answer.CANNOT_TELL
        shown = self.clock().timestamp() - self.late
        for one in self.standing():
            mine = (
                one["key"] == reservation.key
                if self.kind == "keyed"
                else (one["slug"], one["at"], one["text"]) == (note.slug, at, note.parts[at].text)
            )
            if mine and one["time"] <= shown:
                self.event("after asking")
                return Sent(one["id"], f"https://{self.kind}.example/{one['id']}")
        self.event("after asking")
        return Answer.ABSENT

    def edit(self, account, note, at, sent):
        self.calls.append(("edit", note.slug, at))
        self._write(id=sent.id, text=note.parts[at].text)
        return sent

    def delete(self, account, sent):
        self.calls.append(("delete", sent.id))
        self._write(id=sent.id, gone=True)


MISBEHAVIOURS = {
    # name: (before the note is stored?, trouble, certain, seconds to wait)
    "drop-after-commit": (False, Trouble.TRANSIENT, False, None),
    "429": (True, Trouble.RATE, True, 90),
    "500-before": (True, Trouble.TRANSIENT, False, None),
    "500-after": (False, Trouble.TRANSIENT, False, None),
    "slow": (False, Trouble.TRANSIENT, False, None),
    "reset": (True, Trouble.TRANSIENT, False, None),
    "expired-token": (True, Trouble.AUTH, True, None),
    "html": (False, Trouble.TRANSIENT, False, None),
    "refused-connection": (True, Trouble.TRANSIENT, True, None),
    "a-mistake-of-ours": (False, None, False, None),
}


def _refuse(name, *, before):
    if name not in MISBEHAVIOURS:
        return
    early, trouble, certain, again = MISBEHAVIOURS[name]
    if early is not before:
        return
    if trouble is None:
        raise KeyError("nobody foresaw this")
    raise NetworkError(
        trouble, f"it said {name}", remedy=say("Wait."), certain=certain, again=again
    )


def note_of(post, channel, parts=1, text=""):
    """A note of some parts; the last words tell which."""
    said = tuple(
        Part(f"{text or post.title} ({at + 1}/{parts}) {SITE}{post.slug}") for at in range(parts)
    )
    return Note(post.slug, channel, f"{SITE}{post.slug}", post.title, "fr", said)


class World:
    """A site of posts, its channels, and everything that a run needs."""

    def __init__(
        self, root, kinds=("keyed", "listing", "blind"), posts=None, parts=None, clock=None
    ):
        self.root = Path(root)
        self.clock = clock or Clock()
        self.event = lambda _name="": None
        self.posts = tuple(posts or (factory.post("un"), factory.post("deux", day="2026-10-07")))
        self.parts = parts or {}
        self.texts = {}
        self.channels = {kind: Channel(network=kind, since=dt.date(2026, 1, 1)) for kind in kinds}
        self.networks = {
            kind: FakeNetwork(kind, self.root / "servers" / kind, self.clock, self.happen)
            for kind in kinds
        }
        self.live = {}
        self.versions = {post.slug: "0" * 16 for post in self.posts}
        self.missing = {}
        self.whole = True

    def happen(self, name):
        """Tell whoever listens; `event` may become another one at any time."""
        self.event(name)

    @property
    def store(self):
        community = self.root / "content" / "community"
        plan = self.root / "content" / "plan" / "pause.yml"
        return FileStore(
            community / "receipts", plan, self.root / ".cmflow", "content/community/receipts"
        )

    @property
    def scene(self):
        return Scene(
            channels=self.channels,
            abilities={id_: network.abilities for id_, network in self.networks.items()},
            versions=self.versions,
            zone=factory.settings().zone,
            whole=self.whole,
            site=SITE,
        )

    def voice(self, post, channel):
        told = self.texts.get((post.slug, channel), self.texts.get(post.slug, ""))
        if not isinstance(told, str):
            return told
        return note_of(post, channel, self.parts.get(post.slug, 1), told)

    def account(self, channel):
        if channel in self.missing:
            return self.missing[channel]
        return Account(channel, self.channels[channel], {}, None, lambda _path: b"")

    def trip(self, **changes):
        return msgspec.structs.replace(
            Trip(
                posts=self.posts,
                site=SITE,
                scene=self.scene,
                voice=self.voice,
                networks=self.networks,
                accounts=self.account,
                store=self.store,
                live=lambda post: self.live.get(post.slug, LIVE),
                clock=self.clock,
            ),
            **changes,
        )

    def standing(self, kind):
        """What stands on a network: (slug, part) in order."""
        return [(one["slug"], one["at"]) for one in self.networks[kind].standing()]

    def due(self):
        """Every part that should stand once."""
        return [
            (post.slug, at) for post in self.posts for at in range(self.parts.get(post.slug, 1))
        ]


def digest_of(note, at=0):
    return digest(note, at)
