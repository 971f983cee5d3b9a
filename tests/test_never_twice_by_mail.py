"""Never twice where no web API is: drafts by mail, drafts as files, and what a person pastes.

Cut off as in test_never_twice_adapters, at every word that is said to a mail server and every write.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import itertools
import os
import smtplib
import socket
from collections import Counter

import factory
import httpx2
import pytest
from msgspec.structs import replace
from speaking import NOW, World
from test_never_twice import killed, recovered
from test_never_twice_adapters import cut_off

from cmflow import networks, verdict
from cmflow.channel import Channel
from cmflow.errors import CmflowError
from cmflow.http import Client
from cmflow.ledger import State
from cmflow.network import Account, Sent
from cmflow.plan import PASTE, Act
from cmflow.syndicate import foresee, syndicate

controller = pytest.importorskip("aiosmtpd.controller")

pytestmark = pytest.mark.enable_socket
TEAM = "equipe@ateliers.example"


@pytest.fixture(autouse=True)
def _no_power_cuts(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _file: None)


class Letters(World):
    """Two drafts, named after their world, for the servers outlive it."""

    def __init__(self, root, network, server="", name=""):
        posts = (factory.post(f"un{name}"), factory.post(f"deux{name}", day="2026-10-07"))
        super().__init__(root, (), posts=posts)
        self.kind = network
        self.networks[network] = networks.load(network)
        since = dt.date(NOW.year, 1, 1)
        self.channels[network] = Channel(network=network, server=server, account=TEAM, since=since)

    @property
    def scene(self):
        return replace(super().scene, by_hand=frozenset({"assisted"} & set(self.networks)))

    def account(self, channel):
        client = Client(transport=httpx2.MockTransport(lambda _request: httpx2.Response(500)))
        return Account(channel, self.channels[channel], {}, client, lambda _path: b"")

    def parts_in_ledger(self):
        store = self.store
        with store.opened():
            ledger = store.load()
        assert not ledger.broken
        return {slug: receipt.parts[0] for (slug, _), receipt in ledger.receipts.items()}

    def acts(self):
        return {step.slug: step for step in foresee(self.trip(), live=False)}


# By mail

TROUBLES = [
    (word, name)
    for word in ("MAIL", "RCPT", "before DATA", "after DATA")
    for name in ("abort", "451", "554", "slow")
    # RFC 5321 forbids a server to refuse what it has taken, and we believe it.
    if not (word == "after DATA" and name.isdigit())
]


class Office:
    """A mail server that keeps what it takes; it goes wrong at one word, before or after it acts."""

    def __init__(self):
        self.kept = []
        self.trouble = None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  # its name
        envelope.mail_from = address
        return await self._said("MAIL", server, "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        envelope.rcpt_tos.append(address)
        return await self._said("RCPT", server, "250 OK")

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        refused = await self._said("before DATA", server, "")
        if refused:
            return refused
        self.kept.append(email.message_from_bytes(envelope.content)["Subject"])
        return await self._said("after DATA", server, "250 kept")

    async def _said(self, word, server, else_):
        name = self.trouble[1] if self.trouble and self.trouble[0] == word else ""
        self.trouble = None if name else self.trouble
        if name == "abort":
            server.transport.abort()
        if name == "slow":
            await asyncio.sleep(0.3)
        return f"{name} no" if name.isdigit() else else_ or ("250 kept" if name == "abort" else "")


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def place(office, monkeypatch):
    monkeypatch.setattr("cmflow.networks.newsletter._STEP", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = controller.Controller(office, "127.0.0.1", port)
    running.start()
    yield f"smtp://127.0.0.1:{port}"
    running.stop()
    # A server may work on after we have gone: nothing stands twice when all has come to rest.
    assert max(Counter(office.kept).values()) == 1


def heard(function, listened):
    """Count every word to the mail server, and every answer, as an event before and one after."""

    def counted(self, *given):
        listened[0].happen("before a word")
        try:
            return function(self, *given)
        finally:
            listened[0].happen("after a word")

    return counted


def judge_mails(world, office, context):
    """At most once, for a mail server cannot be asked; what is in doubt is shown."""
    found = Counter(subject for subject in office.kept)
    parts, acts = world.parts_in_ledger(), world.acts()
    for post in world.posts:
        assert found[post.title] <= 1, (context, "twice")
        part = parts.get(post.slug)
        if part is not None and part.state is State.SENT:
            assert found[post.title] == 1, (context, "said to stand", part)
        else:
            shown = acts[post.slug].act
            content = part is not None and part.trouble == "content"
            assert shown is Act.UNKNOWN or (content and shown is Act.HOLD), (context, "lost", part)


def test_mail_is_cut_off_at_every_word_and_every_write(
    tmp_path, office, place, monkeypatch, record_property
):
    listened = []
    for name in ("send", "getreply"):
        monkeypatch.setattr(smtplib.SMTP, name, heard(getattr(smtplib.SMTP, name), listened))
    for at in itertools.count(1):
        world = Letters(tmp_path / f"{at}", "newsletter", place, f"x{at}")
        listened[:] = [world]
        _, died = cut_off(world, at, monkeypatch)
        recovered(world)
        judge_mails(world, office, at)
        if not died:
            break
    record_property("faults", at - 1)
    assert at > 80


@pytest.mark.parametrize(("word", "name"), TROUBLES)
def test_a_mail_server_goes_wrong_at_every_word(tmp_path, office, place, word, name):
    office.trouble = (word, name)
    world = Letters(tmp_path, "newsletter", place)
    syndicate(world.trip())
    assert office.trouble is None
    recovered(world)
    judge_mails(world, office, (word, name))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_mail_is_killed_at_every_write_until_it_is_kept(tmp_path, office, place):
    for at in itertools.count(1):
        world = Letters(tmp_path / f"{at}", "newsletter", place, f"y{at}")
        assert killed(world, at)
        kept = world.posts[0].title in office.kept
        recovered(world)
        judge_mails(world, office, at)
        if kept:
            break


# As files


def judge_files(world, folder, context):
    """A file can be looked for: each draft is there once, whole."""
    found = Counter(
        email.message_from_bytes(f.read_bytes())["Subject"] for f in folder.glob("*.eml")
    )
    assert found == {post.title: 1 for post in world.posts}, (context, found)
    states = {part.state for part in world.parts_in_ledger().values()}
    assert states == {State.SENT}, (context, states)


@pytest.mark.parametrize("how", ["cut", "killed"])
def test_drafts_as_files_are_cut_off_at_every_write(tmp_path, how, monkeypatch, record_property):
    for at in itertools.count(1):
        folder = tmp_path / f"{at}" / "drafts"
        world = Letters(tmp_path / f"{at}", "newsletter", f"file:{folder}")
        died = killed(world, at) if how == "killed" else cut_off(world, at, monkeypatch)[1]
        recovered(world)
        judge_files(world, folder, at)
        if not died:
            break
    record_property("faults", at - 1)
    assert at > 70


# By hand

URL = "https://forum.example/t/42"


@pytest.mark.parametrize("how", ["cut", "killed"])
def test_what_was_pasted_is_kept_once_whenever_the_keeping_is_cut_off(
    tmp_path, how, monkeypatch, record_property
):
    def keep(trip):
        note = trip.voice(world.posts[0], "assisted")
        verdict.paste(trip.store, note, "assisted", "0" * 16, Sent("42", URL), trip.clock())

    for at in itertools.count(1):
        world = Letters(tmp_path / f"{at}", "assisted")
        died = (
            killed(world, at, keep) if how == "killed" else cut_off(world, at, monkeypatch, keep)[1]
        )
        syndicate(world.trip())
        slug = world.posts[0].slug
        if world.acts()[slug].reason == PASTE:
            keep(world.trip())
        assert world.parts_in_ledger()[slug].url == URL
        assert world.acts()[slug].act is Act.SKIP
        with pytest.raises(CmflowError, match="pasted already"):
            keep(world.trip())
        if not died:
            break
    record_property("faults", at - 1)
    assert at > 10


def test_nothing_is_sent_by_hand_wherever_a_run_is_cut_off(tmp_path, monkeypatch, record_property):
    for at in itertools.count(1):
        world = Letters(tmp_path / f"{at}", "assisted")
        _, died = cut_off(world, at, monkeypatch)
        recovered(world)
        assert world.parts_in_ledger() == {}
        assert [step.reason for step in world.acts().values()] == [PASTE, PASTE]
        if not died:
            break
    record_property("faults", at - 1)
