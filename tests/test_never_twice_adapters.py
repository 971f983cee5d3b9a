"""Never twice on every other network: the real adapters, cut off at every exchange and every write.

A run is cut off by an exception that nothing catches, at its n-th event, for every n until a run comes
through; from then on every event raises it again, so that what is done while it unwinds reaches nobody.
That is a kill, for whatever is kept is on the disk or on the server, and many times faster; some real
SIGKILLs for each network say so. The runs after it must bring each part to stand once where the
network can be asked; elsewhere at most once, and what does not stand must be shown.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter

import factory
import httpx2
import pytest
import stamina
from msgspec.structs import replace
from servers import SERVERS, TROUBLES
from speaking import NOW, World, note_of
from test_never_twice import killed, recovered, watched

from cmflow import networks
from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.ledger import State
from cmflow.network import Account
from cmflow.note import Card, Media
from cmflow.plan import Act
from cmflow.syndicate import foresee, syndicate

POSTS = (factory.post("un"), factory.post("deux", day="2026-10-07"))
PICTURE = Media("posts/sac.jpg", "image/jpeg", "Un sac bleu", 2000)
LINKS = "https://a.example/page https://b.example/page"
HARMLESS = ("websub", "webmention")
"""To these, once more is the same as once."""
BY_DESIGN = {("webmention", "HTML after"), ("webmention", "401 before")}
"""A stranger's page that names no endpoint, or lets nobody in, wants no mention."""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _file: None)
    with stamina.set_testing(True, attempts=3):
        yield


class Cut(BaseException):
    """The end of a run, which nothing catches."""


class Knife:
    """Counts events and cuts the run off at one of them; afterwards nothing happens any more."""

    def __init__(self, at=0):
        self.at = at
        self.count = 0

    def __call__(self, _name=""):
        self.count += 1
        if self.at and self.count >= self.at:
            raise Cut


class AdapterWorld(World):
    """Two posts on one network: one with a card, one with a picture, and a thread where there is one."""

    def __init__(self, root, name):
        network = networks.load(name)
        thread = network.abilities.thread
        super().__init__(root, (), posts=POSTS, parts={"deux": 2 if thread else 1})
        self.kind = name
        self.server = SERVERS[name](self.root / "servers" / name, self.clock)
        self.server.event = self.happen
        self.networks[name] = network
        self.channels[name] = Channel(
            network=name, since=NOW.date().replace(month=1), **self.server.settings
        )

    def account(self, channel):
        secrets = self.server.secrets
        client = Client(
            secrets=secrets.values(),
            transport=httpx2.MockTransport(self.server),
            now=self.clock,
            sleep=lambda seconds: self.clock.forward(seconds=seconds),
            resolve=lambda _host: ("93.184.215.14",),
        )
        return Account(channel, self.channels[channel], secrets, client, lambda _path: b"\xff\xd8")

    def voice(self, post, channel):
        note = note_of(post, channel, self.parts.get(post.slug, 1))
        limits = self.networks[channel].limits
        if channel == "webmention":
            return replace(note, parts=(replace(note.parts[0], text=LINKS),))
        if post.slug == "deux" and limits.media:
            first = replace(note.parts[0], media=(PICTURE,))
            return replace(note, parts=(first, *note.parts[1:]))
        return replace(note, card=Card(note.url, note.title, "Un essai", PICTURE))


def cut_off(world, at, monkeypatch, run=syndicate):
    """Run and cut the run off at its event `at`; returns how many events there were until then."""
    knife = Knife(at)
    with monkeypatch.context() as patches:
        world.event = knife
        trip = world.trip()
        watched(knife, patches.setattr)
        try:
            run(trip)
        except Cut:
            return knife.count, True
        finally:
            world.event = lambda _name="": None
    return knife.count, False


def judge(world, context):
    """Each part stands once where one can ask, at most once elsewhere, and none is forgotten."""
    trip, kind = world.trip(), world.kind
    with trip.store.opened():
        ledger = trip.store.load()
    assert not ledger.broken, context
    if kind in HARMLESS:
        return _told(world, ledger, context)
    shown = {(s.slug, s.channel) for s in foresee(trip, live=False) if s.act is Act.UNKNOWN}
    standing = world.server.standing()
    found = Counter((slug, at) for slug, at, _, _ in standing)
    assert max(found.values(), default=1) == 1, (context, "twice", found)
    for slug, at in world.due():
        receipt = ledger.receipts.get((slug, kind))
        part = receipt.parts[at] if receipt and at < len(receipt.parts) else None
        assert part is not None or not found[slug, at], (context, slug, at, "without a receipt")
        if world.networks[kind].abilities.find:
            assert found[slug, at] == 1, (context, slug, at, "lost", part)
            assert part.state is State.SENT, (context, slug, at, part)
        elif part is None or part.state is not State.SENT:
            assert (slug, kind) in shown, (context, slug, at, "lost in silence", part)
        else:
            assert found[slug, at] == 1, (context, slug, at, "said to stand", part)
    numbers = {(slug, at): number for slug, at, number, _ in standing}
    for slug, at, _, above in standing:
        # Discord's webhooks cannot answer.
        expected = numbers.get((slug, at - 1)) if at and kind != "discord" else None
        assert above == expected, (context, slug, at, "answers another part")
    return None


def _told(world, ledger, context):
    states = [part.state for one in ledger.receipts.values() for part in one.parts]
    assert states == [State.SENT] * len(POSTS), (context, states)
    if world.kind == "websub":
        assert world.server.standing() == {world.server.settings["account"]}, context
        return
    pages = {world.voice(post, "webmention").url for post in POSTS}
    due = set(itertools.product(pages, LINKS.split()))
    assert world.server.standing() == due or context[1:2] == ("by design",), context


@pytest.mark.parametrize("name", SERVERS)
def test_cut_off_at_every_exchange_and_every_write(tmp_path, name, monkeypatch, record_property):
    for at in itertools.count(1):
        world = AdapterWorld(tmp_path / f"{at}", name)
        _, died = cut_off(world, at, monkeypatch)
        recovered(world)
        judge(world, (at,))
        if not died:
            break
    record_property("faults", at - 1)
    assert at > 60


@pytest.mark.parametrize("name", SERVERS)
def test_every_request_goes_wrong_in_turn_and_in_every_way(tmp_path, name, record_property, caplog):
    """And no secret is in anything that was written or said, though the server repeats it."""
    caplog.set_level("DEBUG")
    faults = 0
    for trouble in TROUBLES:
        for at in itertools.count():
            world = AdapterWorld(tmp_path / f"{trouble}{at}", name)
            world.server.trouble = {at: trouble}
            report = syndicate(world.trip())
            if world.server.trouble:
                break
            keeps_secrets(world, report, caplog.text)
            recovered(world)
            by_design = ("by design",) if (name, trouble) in BY_DESIGN else ()
            judge(world, (trouble, *by_design, at))
            faults += 1
    record_property("faults", faults)
    assert faults >= 2 * len(TROUBLES)


def keeps_secrets(world, report, logged):
    said = [
        words.show()
        for one in (*report.outcomes, *foresee(world.trip(), live=False))
        for words in (getattr(one, "words", None), getattr(one, "reason", None))
        if words is not None
    ]
    files = [path for path in world.root.rglob("*") if path.is_file()]
    everything = "\n".join([*said, logged, *(f.read_bytes().decode("latin-1") for f in files)])
    for secret in world.server.secrets.values():
        assert secret not in everything
        # That of a webhook is the end of an address.
        assert secret.rpartition("/")[2] not in everything


def in_doubt(folder, name, trouble, request):
    """Make a world in which one request went wrong; returns it, and whether that left a doubt."""
    world = AdapterWorld(folder, name)
    world.server.trouble = {request: trouble}
    syndicate(world.trip())
    assert not world.server.trouble, "nothing was ever in doubt"
    world.clock.forward(minutes=2)
    return world, any(step.act is Act.UNKNOWN for step in foresee(world.trip(), live=False))


@pytest.mark.parametrize("trouble", ["answer dropped", "500 after"])
@pytest.mark.parametrize("name", [name for name in SERVERS if name not in HARMLESS])
def test_cut_off_while_what_was_in_doubt_is_settled(
    tmp_path, name, trouble, monkeypatch, record_property
):
    request = next(
        at for at in itertools.count() if in_doubt(tmp_path / f"first{at}", name, trouble, at)[1]
    )
    for at in itertools.count(1):
        world, _ = in_doubt(tmp_path / f"{at}", name, trouble, request)
        _, died = cut_off(world, at, monkeypatch)
        recovered(world)
        judge(world, (trouble, at))
        if not died:
            break
    record_property("faults", at - 1)
    assert at > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("name", SERVERS)
def test_killed_until_the_note_stands_and_nobody_knows(tmp_path, name, record_property):
    """Real SIGKILLs, the last at the worst moment: the server has the note, the ledger does not."""
    for at in itertools.count(1):
        world = AdapterWorld(tmp_path / f"{at}", name)
        died = killed(world, at)
        assert died, "no event came after the note stood"
        if world.server.standing():
            break
    recovered(world)
    judge(world, (at,))
    record_property("faults", at)
