"""Never twice on the sandbox: real adapters over real HTTP, killed at every exchange and every write."""

from __future__ import annotations

import itertools
import os
from collections import Counter

import factory
import pytest
import stamina
from speaking import NOW, Clock, World
from test_never_twice import killed, recovered

from cmflow import networks
from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.ledger import State
from cmflow.network import Account
from cmflow.sandbox import Fault, Sandbox
from cmflow.syndicate import syndicate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

HANDLES = {"mastodon": "acme", "bluesky": "acme.test"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch, socket_enabled):
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def sandbox(tmp_path):
    clock = Clock(NOW)
    with Sandbox(tmp_path / "sandbox", clock) as made:
        made.clock = clock
        yield made


class SandboxWorld(World):
    """One post, a thread of two, on the sandbox as Mastodon and as Bluesky."""

    def __init__(self, root, sandbox, name):
        super().__init__(
            root, (), posts=(factory.post(name),), parts={name: 2}, clock=sandbox.clock
        )
        self.sandbox = sandbox
        for kind, handle in HANDLES.items():
            self.networks[kind] = networks.load(kind)
            self.channels[kind] = Channel(
                network=kind, server=sandbox.url, account=handle, since=NOW.date().replace(month=1)
            )

    def account(self, channel):
        secrets = {secret.name: "sandbox-acme" for secret in self.networks[channel].secrets}
        client = Client(secrets=secrets.values(), now=self.clock)
        return Account(channel, self.channels[channel], secrets, client, lambda _path: b"")

    def standing(self, kind):
        return [note for note in self.sandbox.notes(kind) if self.posts[0].title in note.text]


def judge(world, context):
    trip = world.trip()
    with trip.store.opened():
        ledger = trip.store.load()
    for kind in HANDLES:
        found = Counter(note.text.split(" (")[1][:3] for note in world.standing(kind))
        assert found == {"1/2": 1, "2/2": 1}, (context, kind, found)
        receipt = ledger.receipts[world.posts[0].slug, kind]
        assert [part.state for part in receipt.parts] == [State.SENT] * 2, (context, kind)
        first, second = world.standing(kind)
        assert second.parent == first.id, (context, kind, "a part answers the part before it")
        assert not first.parent, (context, kind)


def test_killed_at_every_exchange_and_every_write(tmp_path, sandbox, monkeypatch):
    exchange = Client._exchange
    for at in itertools.count(1):
        world = SandboxWorld(tmp_path / f"{at}", sandbox, f"un{at}x")

        def counted(self, *words, world=world, **more):
            world.event("before")
            try:
                return exchange(self, *words, **more)
            finally:
                world.event("after")

        monkeypatch.setattr(Client, "_exchange", counted)
        died = killed(world, at)
        recovered(world)
        judge(world, at)
        if not died:
            break
    assert at > 120


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_every_request_misbehaves_in_turn(tmp_path, sandbox, fault, monkeypatch):
    monkeypatch.setattr("cmflow.http._STEP", 0.2)
    for skip in itertools.count():
        world = SandboxWorld(tmp_path / f"{skip}", sandbox, f"{fault.name.lower()}{skip}x")
        sandbox.misbehave(fault.value, skip=skip, seconds=0.5)
        syndicate(world.trip())
        met = not sandbox.misbehaving
        sandbox.behave()
        if not met:
            break
        recovered(world)
        judge(world, (fault, skip))
    assert skip >= 5
