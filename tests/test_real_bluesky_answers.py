"""Answers on a real, whole Bluesky network, started here: heard, followed, and brought home as files."""

import datetime as dt
import time
import zlib

import bluesky_network
import httpx2
import pytest
from served import serving
from test_real_bluesky import node
from voyage import Voyage

from cmflow.channel import Channel
from cmflow.heard import Heard, Topic
from cmflow.http import Client
from cmflow.network import Account, Answer, Sent
from cmflow.sources.bluesky import LISTENER
from cmflow.thread import Tally

POST = "app.bsky.feed.post"
PATIENCE = 30

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.xdist_group("network")]


@pytest.fixture(scope="module")
def network():
    """The addresses of a running network: `pds` and `appview`."""
    program = node()
    with bluesky_network.network(program) as addresses:
        yield addresses


class Person:
    """An account, and what a person does with it."""

    def __init__(self, server, name, label=""):
        self.server = server
        self.handle = f"{name}.test"
        made = self._call(
            "server.createAccount",
            handle=self.handle,
            email=f"{self.handle}@example.com",
            password="long-enough",
        )
        self.did, self.token = made["did"], made["accessJwt"]
        self.secret = self._call("server.createAppPassword", name="cmflow")["password"]
        if label or name:
            labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": label}]}
            profile = {"$type": "app.bsky.actor.profile", "displayName": name.title()}
            self.put(
                "app.bsky.actor.profile", "self", profile | ({"labels": labels} if label else {})
            )

    def _call(self, method, **body):
        headers = {"Authorization": f"Bearer {self.token}"} if hasattr(self, "token") else {}
        url = f"{self.server}/xrpc/com.atproto.{method}"
        done = httpx2.post(url, json=body, headers=headers, timeout=30)
        assert done.status_code == 200, done.text
        return done.json()

    def put(self, collection, rkey, record):
        return self._call(
            "repo.putRecord", repo=self.did, collection=collection, rkey=rkey, record=record
        )

    def create(self, collection, **record):
        now = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {"$type": collection, "createdAt": now, **record}
        return self._call("repo.createRecord", repo=self.did, collection=collection, record=said)

    def say(self, text, **record):
        return self.create(POST, text=text, **record)

    def answer(self, above, text, root=None, **record):
        reply = {"root": strong(root or above), "parent": strong(above)}
        return self.say(text, reply=reply, **record)

    def delete(self, made):
        collection, rkey = made["uri"].split("/")[-2:]
        self._call("repo.deleteRecord", repo=self.did, collection=collection, rkey=rkey)


def strong(made):
    return {"uri": made["uri"], "cid": made["cid"]}


def eventually(look, wanted):
    """Wait until the app view, which follows a little later, shows what is wanted."""
    ends = time.monotonic() + PATIENCE
    while (seen := look()) != wanted:
        assert time.monotonic() < ends, f"{seen!r} is not {wanted!r}"
        time.sleep(0.2)
    return seen


class Conversation:
    """A note of our house on the network, and two readers."""

    def __init__(self, network, test, *, signed_in):
        tag = f"{zlib.crc32(test.encode()) % 10**6}"
        self.house, self.zoe, self.paul = (
            Person(network["pds"], f"{name}{tag}") for name in ("house", "zoe", "paul")
        )
        self.first = self.house.say("Un banc de sept mètres")
        self.second = self.house.answer(self.first, "La suite")
        # The server asks the app view for us; without a password we ask the app view ourselves.
        server = network["pds"] if signed_in else network["appview"]
        settings = Channel(network="bluesky", server=server, account=self.house.handle)
        secrets = {"PASSWORD": self.house.secret} if signed_in else {}
        self.account = Account("bluesky", settings, secrets, Client(), lambda _: b"")
        sent = tuple(Sent(one["uri"], "https://x.example") for one in (self.first, self.second))
        self.topic = Topic("banc", "https://x.example", "Banc", dt.datetime.now(dt.UTC), sent)

    def batch(self):
        [batch] = LISTENER.listen(self.account, (self.topic,), {})
        assert not batch.unread
        return batch

    def said(self):
        return {one.id: one.html for one in self.batch().heard}

    def ask(self, made):
        return LISTENER.ask(self.account, self.topic, made["uri"])


@pytest.fixture(params=[True, False], ids=["signed in", "as everybody"])
def talk(network, request):
    return Conversation(network, request.node.name, signed_in=request.param)


def test_nested_answers_reactions_and_our_own_words_are_heard(talk):
    text = "Été : voyez https://fil.example/à et @zoe"
    raw = text.encode()
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://fil.example/a"}
    start = raw.index(b"https")
    facet = {
        "index": {"byteStart": start, "byteEnd": start + len("https://fil.example/à".encode())},
        "features": [link],
    }
    first = talk.zoe.answer(talk.first, text, facets=[facet], langs=["fr"])
    second = talk.paul.answer(first, "Merci, Zoé", root=talk.first)
    third = talk.house.answer(second, "Merci à vous deux", root=talk.first)
    fourth = talk.paul.answer(talk.second, "Et après ?", root=talk.first)
    talk.zoe.create("app.bsky.feed.like", subject=strong(talk.first))
    talk.paul.create("app.bsky.feed.like", subject=strong(talk.second))
    talk.paul.create("app.bsky.feed.repost", subject=strong(talk.first))
    talk.paul.say("Lisez", embed={"$type": "app.bsky.embed.record", "record": strong(talk.first)})
    every = [first, second, third, fourth]
    eventually(lambda: set(talk.said()), {one["uri"] for one in every})
    eventually(lambda: talk.batch().tally, Tally(likes=2, boosts=1, quotes=1))
    batch = talk.batch()
    assert batch.whole
    heard = {one.id: one for one in batch.heard}
    one = heard[first["uri"]]
    assert (
        one.html
        == '<p>Été : voyez <a href="https://fil.example/a">https://fil.example/à</a> et @zoe</p>'
    )
    assert one.language == "fr"
    assert one.author.name.startswith("Zoe")
    assert one.author.url.endswith(f"/profile/{talk.zoe.did}")
    assert [heard[made["uri"]].reply_to for made in every] == ["", first["uri"], second["uri"], ""]
    assert [heard[made["uri"]].ours for made in every] == [False, False, True, False]


def test_deletion_and_edit_are_followed_and_a_surviving_child_stays(talk):
    first = talk.zoe.answer(talk.first, "Une réponse")
    second = talk.paul.answer(first, "Une autre", root=talk.first)
    third = talk.paul.answer(talk.first, "Mercii")
    eventually(lambda: len(talk.said()), 3)
    talk.zoe.delete(first)
    eventually(lambda: set(talk.said()), {third["uri"]})
    assert talk.ask(first) is Answer.ABSENT
    stands = talk.ask(second)
    assert isinstance(stands, Heard)
    assert (stands.html, stands.reply_to) == ("<p>Une autre</p>", first["uri"])
    talk.house.delete(talk.first)
    eventually(lambda: talk.ask(talk.first), Answer.ABSENT)
    assert isinstance(talk.ask(third), Heard), "it outlives the note"


def test_what_we_hide_in_our_thread_is_not_heard_nor_what_is_below_it(talk):
    rude = talk.zoe.answer(talk.first, "Un mot de trop")
    below = talk.paul.answer(rude, "En effet", root=talk.first)
    fine = talk.paul.answer(talk.first, "Bravo")
    eventually(lambda: len(talk.said()), 3)
    gate = {"$type": "app.bsky.feed.threadgate", "post": talk.first["uri"], "hiddenReplies": [rude["uri"]],
            "createdAt": dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")}  # fmt: skip
    talk.house.put("app.bsky.feed.threadgate", talk.first["uri"].rpartition("/")[2], gate)
    eventually(lambda: set(talk.said()), {fine["uri"]})
    assert talk.ask(rude) is Answer.ABSENT
    assert talk.ask(below) is Answer.ABSENT
    assert isinstance(talk.ask(fine), Heard)


def test_who_wants_to_be_seen_by_members_only_is_not_heard(network, talk, request):
    name = f"shy{zlib.crc32(request.node.name.encode()) % 10**6}"
    shy = Person(network["pds"], name, label="!no-unauthenticated")
    hidden = shy.answer(talk.first, "Entre nous")
    fine = talk.paul.answer(hidden, "À tous", root=talk.first)
    eventually(lambda: set(talk.said()), {fine["uri"]})
    eventually(lambda: talk.ask(hidden), Answer.ABSENT)


def test_whom_our_account_blocks_is_not_heard(network, request):
    talk = Conversation(network, request.node.name, signed_in=True)
    rude = talk.zoe.answer(talk.first, "Un mot de trop")
    eventually(lambda: set(talk.said()), {rude["uri"]})
    talk.house.create("app.bsky.graph.block", subject=talk.zoe.did)
    eventually(lambda: set(talk.said()), set())
    assert talk.ask(rude) is Answer.ABSENT


# --- The whole way: from the post to the network, and from the answers to the page


EVIL = "Quel beau banc <script>alert(1)</script> {{ 7*7 }}"


def shown(network, note):
    """What the app view shows of the answers to a note, and how often that is liked and reposted."""
    asked = {"uri": note["uri"], "depth": 9}
    url = f"{network['appview']}/xrpc/app.bsky.feed.getPostThread"
    top = httpx2.get(url, params=asked).json().get("thread")
    texts, views = set(), [top] if top else []
    while views:
        view = views.pop()
        texts.add(view["post"]["record"]["text"])
        views += view.get("replies", [])
    counts = (top["post"]["likeCount"], top["post"]["repostCount"]) if top else (0, 0)
    return texts - {note["value"]["text"]}, counts


@pytest.fixture
def site(network, tmp_path):
    """A blog with one post, announced on the network; `site.note` is what stands there."""
    house = Person(network["pds"], "maison-voyage")
    channel = {
        "network": "bluesky", "server": network["pds"], "account": house.handle,
        "since": dt.date(2026, 1, 1),
    }  # fmt: skip
    (tmp_path / "site").mkdir()
    with serving(tmp_path / "site") as url:
        made = Voyage(tmp_path, url, {"ciel": channel}, {"CMFLOW_CIEL_PASSWORD": house.secret})
        made.build()
        made.run("syndicate")
    asked = {"repo": house.did, "collection": POST}
    url = f"{network['pds']}/xrpc/com.atproto.repo.listRecords"
    [made.note] = httpx2.get(url, params=asked).json()["records"]
    made.house = house
    return made


def test_from_the_post_to_the_network_and_from_the_answers_to_the_page(network, site):
    note, zoe, paul = (
        site.note, Person(network["pds"], "zoe-voyage"), Person(network["pds"], "paul-voyage"),
    )  # fmt: skip
    first = zoe.answer(note, EVIL)
    second = paul.answer(first, "Sept mètres, vraiment ?", root=note)
    third = zoe.answer(second, "Vraiment", root=note)
    own = site.house.answer(second, "Mesurés deux fois", root=note)
    zoe.create("app.bsky.feed.like", subject=strong(note))
    paul.create("app.bsky.feed.repost", subject=strong(note))
    every = {EVIL, "Sept mètres, vraiment ?", "Vraiment", "Mesurés deux fois"}
    eventually(lambda: shown(network, note), (every, (1, 1)))
    site.run("collect")
    assert {
        id_: (one["text"], one.get("reply_to", ""), one.get("team", False), one["status"])
        for id_, one in site.comments().items()
    } == {
        first["uri"]: ("<p>Quel beau banc &lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}</p>", "", False, "approved"),
        second["uri"]: ("<p>Sept mètres, vraiment ?</p>", first["uri"], False, "approved"),
        third["uri"]: ("<p>Vraiment</p>", second["uri"], False, "approved"),
        own["uri"]: ("<p>Mesurés deux fois</p>", second["uri"], True, "approved"),
    }  # fmt: skip
    assert all(f"{kind}: 1" in site.reactions() for kind in ("likes", "boosts"))
    once = site.files()
    site.run("collect")
    assert site.files() == once, "a second run changes no byte"
    page = site.page()
    assert "Sept mètres, vraiment ?" in page
    assert "<script>alert(1)</script>" not in page

    # One edits, which Bluesky's own app cannot; one deletes, and what answers that stays.
    reply = {"root": strong(note), "parent": strong(second)}
    changed = {
        "$type": POST,
        "text": "Tout à fait",
        "createdAt": "2026-11-21T09:00:00Z",
        "reply": reply,
    }
    zoe.put(POST, third["uri"].rpartition("/")[2], changed)
    paul.delete(second)
    eventually(lambda: shown(network, note), ({EVIL}, (1, 1)))
    site.run("collect")
    told = site.comments()
    assert (told[second["uri"]]["status"], told[second["uri"]]["text"]) == ("gone", "")
    for made, text in ((third, "<p>Tout à fait</p>"), (own, "<p>Mesurés deux fois</p>")):
        one = told[made["uri"]]
        assert (one["text"], one["reply_to"], one["status"]) == (text, second["uri"], "approved")
    assert list(site.files()) == list(once), "no file moved"
    page = site.page()
    assert "Sept mètres, vraiment" not in page
    assert "Mesurés deux fois" in page
