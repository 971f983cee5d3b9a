"""Mastodon and Bluesky against a server that misbehaves: what `send` says is what `find` sees."""

import datetime as dt
import struct
import zlib

import pytest
import stamina
from wire import URL, note

from cmflow import networks
from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.network import Account, Answer, NetworkError, Sent
from cmflow.note import Media, Reservation
from cmflow.sandbox import Fault, Sandbox

HANDLES = {"mastodon": "acme", "bluesky": "acme.test"}


def picture() -> bytes:
    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


PICTURE = Media("rouge.png", "image/png", "Un carré rouge", 75)


@pytest.fixture
def sandbox(tmp_path, socket_enabled):
    with Sandbox(tmp_path) as made, stamina.set_testing(True, attempts=1):
        yield made


def ready(name, sandbox):
    network = networks.load(name)
    settings = Channel(network=name, server=sandbox.url, account=HANDLES[name])
    secrets = {secret.name: "sandbox-acme" for secret in network.secrets}

    def account():
        return Account(
            "chan", settings, secrets, Client(secrets=secrets.values()), lambda _: picture()
        )

    return network, account


def reservation(key):
    return Reservation(key, dt.datetime.now(dt.UTC).replace(microsecond=0), "0" * 16)


@pytest.mark.parametrize("name", HANDLES)
def test_a_thread_stands_and_each_part_is_found_where_it_stands(name, sandbox):
    network, account = ready(name, sandbox)
    what = note(f"Un « #Cité » : {URL}", "suite", "suite", media=(PICTURE,))
    above: tuple[Sent, ...] = ()
    for at in range(3):
        key = reservation(f"fete/{at}")
        assert network.find(account(), what, at, key) is Answer.ABSENT
        above += (network.send(account(), what, at, key, above),)
        assert network.find(account(), what, at, key) == above[-1]
    assert len(sandbox.notes()) == 3
    network.delete(account(), above[2])
    network.delete(account(), above[2])
    assert len(sandbox.notes()) == 2


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("name", HANDLES)
def test_after_every_misbehaviour_the_truth_is_found(name, fault, sandbox):
    network, account = ready(name, sandbox)
    what, key = note(card=None), reservation("fete/0")
    one = account()
    if name == "bluesky":
        # So that the fault meets the record, and not the session.
        network.find(one, what, 0, key)
    sandbox.misbehave(fault.value)
    try:
        said: Sent | bool = network.send(one, what, 0, key, ())
    except NetworkError as error:
        said = error.certain
    stands = len(sandbox.notes())
    found = network.find(account(), what, 0, key)
    assert isinstance(found, Sent) == bool(stands)
    assert stands or not isinstance(said, Sent)
    assert not (stands and said is True), "a note that stands was said to be surely absent"
