"""The desk and the adapters on the sandbox: every fault at every exchange, and each part stands once."""

import datetime as dt

import factory
import pytest
import stamina
from speaking import Clock, World

from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.network import Account
from cmflow.networks import bluesky, mastodon
from cmflow.note import Card, Media, Note, Part
from cmflow.sandbox import Fault, Sandbox
from cmflow.syndicate import syndicate

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"
SECRETS = {"TOKEN": "sandbox-atelier", "PASSWORD": "sandbox-atelier"}
NETWORKS = {"mastodon": mastodon.NETWORK, "bluesky": bluesky.NETWORK}


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2):
        yield


class Site(World):
    """A site with one channel, an account in the sandbox."""

    def __init__(self, root, sandbox, network, slug, clock):
        super().__init__(root, kinds=(), posts=[factory.post(slug)], clock=clock)
        self.network = network
        self.channels = {
            network: Channel(
                network=network,
                server=sandbox.url,
                account="atelier.test",
                since=dt.date(2026, 1, 1),
            )
        }
        self.networks = {network: NETWORKS[network]}

    def account(self, channel):
        client = Client(secrets=SECRETS.values(), now=self.clock, sleep=lambda _seconds: None)
        return Account(channel, self.channels[channel], SECRETS, client, lambda _path: PNG)

    def voice(self, post, channel):
        url = f"https://exemple.fr/{post.slug}"
        image = Media("a.png", "image/png", "Une table", len(PNG))
        parts = (
            Part(f"Un : {url} #Été", (image,)),
            Part(f"Deux, {post.slug}"),
            Part(f"Trois : {url}"),
        )
        card = Card(url, "Titre", "Résumé", image)
        return Note(post.slug, channel, url, post.title, "fr", parts, card=card)


@pytest.mark.parametrize("fault", [fault.value for fault in Fault])
@pytest.mark.parametrize("network", list(NETWORKS))
def test_after_any_fault_at_any_exchange_every_part_stands_once(tmp_path, network, fault):
    clock, at, struck = Clock(), 0, True
    with Sandbox(tmp_path / "sandbox", clock) as sandbox:
        while struck:
            slug = f"post-{at}"
            site = Site(tmp_path / slug, sandbox, network, slug, clock)
            sandbox.misbehave(fault, skip=at, seconds=0.01)
            syndicate(site.trip())
            struck = not sandbox.misbehaving
            sandbox.behave()
            for _ in range(4):
                # Later than any key is remembered, so that only asking can tell.
                clock.forward(minutes=61)
                syndicate(site.trip())
            mine = [note.text for note in sandbox.notes() if f"{slug} " in f"{note.text} "]
            assert [text.split()[0].strip(",") for text in mine] == ["Un", "Deux", "Trois"], (
                at,
                mine,
            )
            at += 1
    assert at > 4, "a thread takes more exchanges than that"
