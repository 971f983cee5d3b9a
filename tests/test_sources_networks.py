"""Mastodon and Bluesky, listened to: on the sandbox, and in answers of any shape."""

import datetime as dt
import json
import re
from html import unescape

import contracts
import httpx2
import pytest
import stamina
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire import CANARY, URL, Wire, note, reservation

from cmflow import networks, safe, sources
from cmflow.channel import Channel
from cmflow.heard import Heard, Topic
from cmflow.http import Client
from cmflow.network import Account, Answer, NetworkError, Sent, Trouble
from cmflow.sandbox import Sandbox
from cmflow.sources import base
from cmflow.thread import Tally

HANDLES = {"mastodon": "acme", "bluesky": "acme.test"}
NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def sandbox(tmp_path, socket_enabled):
    with Sandbox(tmp_path) as made:
        yield made


class House:
    """A channel on the sandbox, its note of two parts, and what is heard of it."""

    def __init__(self, name, sandbox, *, token=True):
        self.name = name
        self.sandbox = sandbox
        self.listener = sources.of_channel(name)
        network = networks.load(name)
        settings = Channel(network=name, server=sandbox.url, account=HANDLES[name])
        secrets = {secret.name: "sandbox-acme" for secret in network.secrets}
        account = Account("chan", settings, secrets, Client(), lambda _: b"")
        sent = ()
        for at in range(2):
            key = reservation(at, dt.datetime.now(dt.UTC).replace(microsecond=0))
            sent += (network.send(account, note("un", "deux"), at, key, sent),)
        self.sent = sent
        self.account = Account("chan", settings, secrets if token else {}, Client(), lambda _: b"")

    def id(self, number):
        return number if number.startswith("at://") else f"127.0.0.1/{number}"

    def topic(self, known=()):
        return Topic("fete", URL, "La fête", NOW, self.sent, frozenset(known))

    def batch(self):
        [batch] = self.listener.listen(self.account, (self.topic(),), {})
        return batch

    def heard(self):
        return {one.id: one for one in self.batch().heard}

    def ask(self, number):
        return self.listener.ask(self.account, self.topic(), self.id(number))


@pytest.fixture(params=HANDLES)
def house(request, sandbox):
    return House(request.param, sandbox)


def test_answers_come_with_who_what_when_and_to_whom(house):
    first = house.sandbox.answer(house.sent[0].id, "Merci <b>&</b> bravo\n\nZoé", name="Zoé")
    second = house.sandbox.answer(first, "De rien", name="Paul")
    third = house.sandbox.answer(house.sent[1].id, "Et la suite ?", name="Paul")
    heard = house.heard()
    assert set(heard) == {house.id(one) for one in (first, second, third)}
    one = heard[house.id(first)]
    assert one.author.name == "Zoé"
    assert one.author.url.startswith(house.sandbox.url)
    assert one.url.startswith(house.sandbox.url)
    assert one.html == "<p>Merci &lt;b&gt;&amp;&lt;/b&gt; bravo</p><p>Zoé</p>"
    assert abs(one.published - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert one.avatar.startswith(house.sandbox.url)
    assert {id_: answer.reply_to for id_, answer in heard.items()} == {
        house.id(first): "", house.id(second): house.id(first), house.id(third): "",
    }  # fmt: skip
    assert not any(answer.ours for answer in heard.values())
    assert httpx2.get(one.url).status_code == 200


def test_our_own_answer_is_ours(house):
    first = house.sandbox.answer(house.sent[0].id, "Une question")
    network = networks.load(house.name)
    what = note("", "Une réponse", card=None)
    secrets = {secret.name: "sandbox-acme" for secret in network.secrets}
    speaking = Account("chan", house.account.settings, secrets, Client(), lambda _: b"")
    key = reservation(7, dt.datetime.now(dt.UTC).replace(microsecond=0))
    above = (house.sent[0], Sent(first, ""))
    own = network.send(speaking, what, 1, key, above)
    heard = house.heard()
    assert heard[house.id(own.id)].ours
    assert not heard[house.id(first)].ours
    answer = house.ask(own.id)
    assert isinstance(answer, Heard)
    assert answer.ours


def test_reactions_to_every_part_are_counted_without_names(house):
    for name in ("Zoé", "Paul"):
        house.sandbox.like(house.sent[0].id, name=name)
    house.sandbox.like(house.sent[1].id)
    house.sandbox.boost(house.sent[0].id)
    house.sandbox.quote(house.sent[0].id, "Lisez ceci")
    batch = house.batch()
    assert batch.tally == Tally(likes=3, boosts=1, quotes=1)
    assert batch.heard == ()


def test_an_edit_is_heard(house):
    answer = house.sandbox.answer(house.sent[0].id, "Mercii")
    before = house.heard()[house.id(answer)]
    house.sandbox.edit(answer, "Merci")
    after = house.heard()[house.id(answer)]
    assert (before.html, after.html) == ("<p>Mercii</p>", "<p>Merci</p>")
    assert (after.id, after.published) == (before.id, before.published)
    assert (after.edited is not None) == (house.name == "mastodon")


def test_a_deleted_answer_is_gone_and_the_one_below_it_stands(house):
    first = house.sandbox.answer(house.sent[0].id, "Une réponse")
    second = house.sandbox.answer(first, "Une autre", name="Paul")
    house.sandbox.remove(first)
    batch = house.batch()
    assert batch.whole
    assert batch.heard == ()
    assert house.ask(first) is Answer.ABSENT
    answer = house.ask(second)
    assert isinstance(answer, Heard)
    assert answer.html == "<p>Une autre</p>"


def test_answers_outlive_the_note(house):
    first = house.sandbox.answer(house.sent[0].id, "Une réponse")
    house.sandbox.remove(house.sent[0].id)
    batch = house.batch()
    assert batch.whole
    assert house.id(first) not in {one.id for one in batch.heard}
    assert isinstance(house.ask(first), Heard)


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_is_not_for_everybody_is_never_heard(sandbox, visibility):
    house = House("mastodon", sandbox)
    secret = sandbox.answer(house.sent[0].id, "Entre nous", visibility=visibility)
    below = sandbox.answer(secret, "À tous", visibility="public")
    context = f"{sandbox.url}/api/v1/statuses/{house.sent[0].id}/context"
    shown = httpx2.get(context, headers={"Authorization": "Bearer sandbox-acme"}).json()
    assert "Entre nous" in str(shown), "the server shows it to us; that is the point"
    assert set(house.heard()) == {house.id(below)}
    assert house.ask(secret) is Answer.ABSENT


def test_unlisted_answers_are_heard(sandbox):
    house = House("mastodon", sandbox)
    answer = sandbox.answer(house.sent[0].id, "Sans bruit", visibility="unlisted")
    assert set(house.heard()) == {house.id(answer)}


def test_without_a_token_a_long_thread_is_told_to_be_short(sandbox):
    house = House("mastodon", sandbox, token=False)
    for at in range(70):
        sandbox.answer(house.sent[0].id, f"Réponse {at}")
    batch = house.batch()
    assert not batch.whole
    assert 55 <= len(batch.heard) < 70
    assert "more answers than it shows" in batch.unread[0].message.show()
    # Within an hour the same key is the same note: it is asked about with the token now.
    batch = House("mastodon", sandbox).batch()
    assert (batch.whole, len(batch.heard), batch.unread) == (True, 70, ())


@pytest.mark.parametrize("name", HANDLES)
def test_a_thread_of_a_hundred_deep_is_heard_to_its_end(name, sandbox):
    house = House(name, sandbox, token=False)
    last = house.sent[0].id
    for at in range(100):
        last = sandbox.answer(last, f"{at}")
    batch = house.batch()
    assert len(batch.heard) == 100
    assert batch.whole


NAMES = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\u202eécaz",
    "👩🏽‍🔧",
    "a\nb: c",
    "' OR 1=1 --",
    "\x00\x07",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_malice_is_just_a_name(house, name):
    answer = house.sandbox.answer(house.sent[0].id, name.replace("\x00", "") + "!", name=name)
    heard = house.heard()[house.id(answer)]
    assert heard.author.name == name
    assert "<script" not in heard.html
    assert "<script" not in heard.author.url


def test_each_topic_is_a_batch_and_one_that_fails_does_not_stop_the_others(house):
    house.sandbox.answer(house.sent[0].id, "Bonjour")
    topics = tuple(Topic(slug, URL, slug, NOW, house.sent) for slug in ("un", "deux", "trois"))
    path = {"mastodon": "/context", "bluesky": "getPostThread"}[house.name]
    house.sandbox.misbehave("500-before", path=path, skip=1)
    batches = list(house.listener.listen(house.account, topics, {}))
    assert [(one.slug, len(one.heard), len(one.unread), one.step, one.of) for one in batches] == [
        ("un", 1, 0, 1, 3), ("deux", 0, 1, 2, 3), ("trois", 1, 0, 3, 3),
    ]  # fmt: skip
    assert not batches[1].whole


@pytest.mark.parametrize("fault", ["429", "expired-token"])
def test_where_nobody_can_ask_it_stops_and_begins_there_the_next_time(house, fault):
    topics = tuple(Topic(slug, URL, slug, NOW, house.sent) for slug in ("un", "deux", "trois"))
    path = {"mastodon": "/statuses/", "bluesky": "getPostThread"}[house.name]
    skip = {"mastodon": 2, "bluesky": 1}[house.name]
    house.sandbox.misbehave(fault, path=path, skip=skip, count=9, seconds=40)
    batches = []
    with pytest.raises(NetworkError) as caught:
        batches.extend(iter(_kept(house.listener.listen(house.account, topics, {}), batches)))
    assert caught.value.trouble is (Trouble.RATE if fault == "429" else Trouble.AUTH)
    assert [one.slug for one in batches] == ["un", ""]
    house.sandbox.behave()
    again = list(house.listener.listen(house.account, topics, batches[-1].marks))
    assert [one.slug for one in again] == ["deux", "trois", "un", ""]
    assert again[-1].marks == {base.FROM: ""}


def _kept(batches, into):
    for batch in batches:
        into.append(batch)
    return ()


def test_a_network_that_says_nothing_is_left_after_three_topics(house):
    topics = tuple(Topic(str(at), URL, str(at), NOW, house.sent) for at in range(9))
    house.sandbox.misbehave("reset", count=99)
    batches = []
    with pytest.raises(NetworkError):
        _kept(house.listener.listen(house.account, topics, {}), batches)
    assert [one.slug for one in batches] == ["0", "1", ""]


# --- Answers of any shape


MASTODON, BLUESKY = sources.of_channel("mastodon"), sources.of_channel("bluesky")
SERVERS = {"mastodon": "https://mastodon.example", "bluesky": "https://bsky.social"}
NOTE = {"mastodon": "100", "bluesky": "at://did:plc:acme/app.bsky.feed.post/3kabcdefghijk"}


@pytest.fixture
def wire():
    made = Wire()
    yield made
    for request in made.requests:
        if request.url.host == "mastodon.example":
            contracts.check("mastodon", request)


def account_of(name, wire, **secrets):
    settings = Channel(network=name, server=SERVERS[name], account="acme.example")
    return Account(
        "chan", settings, secrets, wire.client(secrets=tuple(secrets.values())), lambda _: b""
    )


def topic_of(name, *known):
    sent = (Sent(NOTE[name], "https://note.example/1"),)
    return Topic("fete", URL, "La fête", NOW, sent, frozenset(known))


def heard_of(name, wire, *topics, marks=None, **secrets):
    listener = {"mastodon": MASTODON, "bluesky": BLUESKY}[name]
    topics = topics or (topic_of(name),)
    return list(listener.listen(account_of(name, wire, **secrets), topics, marks or {}))


def status(id_="101", **more):
    return {
        "id": id_, "uri": f"https://ap.example/{id_}", "url": f"https://mastodon.example/@zoe/{id_}",
        "created_at": "2026-11-20T09:41:07.123Z", "edited_at": None, "content": "<p>Merci</p>",
        "visibility": "public", "language": "fr", "spoiler_text": "", "in_reply_to_id": "100",
        "media_attachments": [], "poll": None, "reblog": None, "emojis": [], "replies_count": 0,
        "favourites_count": 0, "reblogs_count": 0, "quotes_count": 0,
        "account": {"id": "7", "acct": "zoe", "display_name": "Zoé :heart:", "bot": False,
                    "url": "https://mastodon.example/@zoe", "avatar_static": "https://mastodon.example/z.png"},
    } | more  # fmt: skip


def toots(wire, *rows, note=None):
    me = {
        "id": "1",
        "acct": "acme",
        "display_name": "Acme",
        "url": "https://mastodon.example/@acme",
    }
    wire.routes |= {
        "GET mastodon.example/api/v1/statuses/100/context": {
            "ancestors": [],
            "descendants": list(rows),
        },
        "GET mastodon.example/api/v1/statuses/100": note
        or status("100", account=me, in_reply_to_id=None),
    }


def test_a_status_is_read_whole_and_its_markup_is_left_to_the_cleaning(wire):
    toots(
        wire,
        status(edited_at="2026-11-20T10:00:00.000Z", content="<p>Merci <script>x</script></p>"),
    )
    [batch] = heard_of("mastodon", wire, TOKEN=CANARY)
    [one] = batch.heard
    assert one.id == "mastodon.example/101"
    assert (one.author.name, one.author.url) == ("Zoé :heart:", "https://mastodon.example/@zoe")
    assert one.published == dt.datetime(2026, 11, 20, 9, 41, 7, 123000, dt.UTC)
    assert one.edited == dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
    assert (one.url, one.reply_to, one.language) == ("https://mastodon.example/@zoe/101", "", "fr")
    assert one.avatar == "https://mastodon.example/z.png"
    assert safe.kept(one.html) == "<p>Merci </p>"
    assert {request.headers.get("authorization") for request in wire.requests} == {
        f"Bearer {CANARY}"
    }


def test_warning_poll_and_pictures_become_words_and_links(wire):
    pictures = [
        {"type": "image", "url": "https://files.example/a.jpg", "description": 'Un "banc" <b>'},
        {"type": "video", "url": "javascript:alert(1)", "description": None},
    ]
    poll = {"options": [{"title": "Oui <i>", "votes_count": 3}, {"title": "Non", "votes_count": 1}]}
    toots(
        wire,
        status(spoiler_text="Scie <circulaire>", media_attachments=pictures, poll=poll, content=""),
    )
    [batch] = heard_of("mastodon", wire)
    assert batch.heard[0].html == (
        "<p><strong>Scie &lt;circulaire&gt;</strong></p>"
        "<ul><li>Oui &lt;i&gt;</li><li>Non</li></ul>"
        '<p>📎 <a href="https://files.example/a.jpg">Un &#34;banc&#34; &lt;b&gt;</a></p>'
        "<p>📎 video</p>"
    )


def test_an_answer_to_something_that_is_not_shown_keeps_to_whom_it_was(wire):
    toots(wire, status("102", in_reply_to_id="99"), status("103", in_reply_to_id=None))
    [batch] = heard_of("mastodon", wire)
    assert [one.reply_to for one in batch.heard] == ["mastodon.example/99", ""]


@pytest.mark.parametrize(
    ("wrong", "count"),
    [
        ({"visibility": "private"}, 0), ({"visibility": "direct"}, 0), ({"visibility": "mutuals_only"}, 0),
        ({"reblog": {"id": "5"}}, 0), ({"visibility": None}, 1), ({"id": None}, 1), ({"account": None}, 1),
        ({"content": None}, 1), ({"content": ["x"], "media_attachments": "x", "poll": []}, 1),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_the_rest_goes_on(wire, wrong, count):
    toots(
        wire,
        status("101", **wrong) if "id" not in wrong else status(None),
        status("102"),
        "x",
        None,
    )
    [batch] = heard_of("mastodon", wire)
    assert ([one.id for one in batch.heard]) == ["mastodon.example/102"]
    assert len(batch.unread) == count


def test_ten_thousand_answers_are_heard_and_a_flood_of_broken_ones_is_told_in_short(wire):
    toots(wire, *(status(str(at), account=None) for at in range(200, 700)),
          *(status(str(at), in_reply_to_id=str(at - 1)) for at in range(1000, 11000)))  # fmt: skip
    [batch] = heard_of("mastodon", wire, TOKEN=CANARY)
    assert len(batch.heard) == 10_000
    assert len(batch.unread) == 21
    assert "480" in batch.unread[-1].message.show()


def test_a_deleted_note_is_no_failure_but_a_page_of_html_is(wire):
    wire.routes = {"GET .*": (404, {"error": "Record not found"})}
    [batch] = heard_of("mastodon", wire)
    assert (batch.whole, batch.heard, batch.tally, batch.unread) == (True, (), None, ())
    assert (
        MASTODON.ask(account_of("mastodon", wire), topic_of("mastodon"), "mastodon.example/7")
        is Answer.ABSENT
    )
    page = httpx2.Response(404, text="<h1>Moved</h1>", headers={"content-type": "text/html"})
    wire.routes = {"GET .*": lambda _request: page}
    [batch] = heard_of("mastodon", wire)
    assert (batch.whole, len(batch.unread)) == (False, 1)
    with pytest.raises(NetworkError):
        MASTODON.ask(account_of("mastodon", wire), topic_of("mastodon"), "mastodon.example/7")


def test_a_forbidden_status_is_not_taken_for_a_deleted_one(wire):
    wire.routes = {"GET .*": (403, {"error": "This action is not allowed"})}
    with pytest.raises(NetworkError):
        MASTODON.ask(account_of("mastodon", wire), topic_of("mastodon"), "mastodon.example/7")


def test_a_comment_of_another_server_is_left_as_it_is(wire):
    elsewhere = MASTODON.ask(account_of("mastodon", wire), topic_of("mastodon"), "former.example/7")
    assert elsewhere is Answer.CANNOT_TELL
    assert not wire.requests


def test_it_stops_before_the_server_would_refuse(wire):
    toots(wire, status())
    headers = {"X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "2026-11-20T09:45:07.000Z",
               "Date": "Fri, 20 Nov 2026 09:41:07 GMT"}  # fmt: skip
    context = {"ancestors": [], "descendants": [status()]}
    wire.routes = {
        "GET .*/context": lambda _request: httpx2.Response(200, json=context, headers=headers),
        **wire.routes,
    }
    account, batches = account_of("mastodon", wire), []
    topics = (
        topic_of("mastodon"),
        Topic("deux", URL, "Deux", NOW, (Sent("100", "https://x.example"),)),
    )
    with pytest.raises(NetworkError) as caught:
        _kept(MASTODON.listen(account, topics, {}), batches)
    assert (caught.value.trouble, caught.value.again) == (Trouble.RATE, 240.0)
    assert [(one.slug, len(one.heard)) for one in batches] == [("fete", 1), ("", 0)]
    assert batches[-1].marks == {base.FROM: "deux"}
    assert len(wire.requests) == 2


def test_a_cut_thread_is_asked_for_further_down_but_not_for_ever(wire):
    chain = [status(str(at), in_reply_to_id=str(at - 1), replies_count=1) for at in range(101, 141)]
    toots(wire, *chain[:20])
    for at in range(101, 141):
        wire.routes[f"GET .*/statuses/{at}/context"] = {"descendants": chain[at - 100 : at - 80]}
    [batch] = heard_of("mastodon", wire)
    assert len(batch.heard) == 40
    # The last one of them says that it has an answer, and nobody shows it.
    assert not batch.whole
    assert len(wire.requests) <= 25


# Bluesky


def post(key="3kzzzzzzzzzz2", text="Merci", *, did="did:plc:zoe", above=NOTE["bluesky"], **more):
    record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-20T09:41:07.123Z",
              "langs": ["fr"], "reply": {"root": {"uri": NOTE["bluesky"]}, "parent": {"uri": above}}}  # fmt: skip
    return {
        "uri": f"at://{did}/app.bsky.feed.post/{key}", "cid": "b", "record": record | more.pop("record", {}),
        "author": {"did": did, "handle": "zoe.example", "displayName": "Zoé", "labels": [],
                   "avatar": "https://cdn.example/z.png"},
        "indexedAt": "2026-11-20T09:41:08.000Z", "likeCount": 0, "repostCount": 0, "quoteCount": 0,
        "replyCount": 0, "labels": [], **more,
    }  # fmt: skip


def view(said, *replies, **more):
    return {
        "$type": "app.bsky.feed.defs#threadViewPost",
        "post": said,
        "replies": list(replies),
        **more,
    }


def thread(wire, *replies, host="public.api.bsky.app", **more):
    note = {**post("3kabcdefghijk", "La fête", did="did:plc:acme"), "likeCount": 2}
    path = f"GET {host}/xrpc/app.bsky.feed.getPostThread"
    wire.routes[path] = {"thread": view(note, *replies), **more}


def test_without_a_password_the_public_view_is_asked_and_nobody_is_told_who_we_are(wire):
    thread(wire, view(post()))
    [batch] = heard_of("bluesky", wire)
    [one] = batch.heard
    assert one.id == "at://did:plc:zoe/app.bsky.feed.post/3kzzzzzzzzzz2"
    assert (one.author.name, one.author.url) == ("Zoé", "https://bsky.app/profile/did:plc:zoe")
    assert one.url == "https://bsky.app/profile/did:plc:zoe/post/3kzzzzzzzzzz2"
    assert (one.language, one.reply_to, one.html) == ("fr", "", "<p>Merci</p>")
    assert batch.tally == Tally(likes=2)
    assert "authorization" not in wire.requests[0].headers


def test_with_a_password_our_own_server_asks_for_us_with_one_session(wire):
    wire.routes["POST bsky.social/xrpc/com.atproto.server.createSession"] = {
        "accessJwt": "jwt-1",
        "did": "x",
    }
    thread(wire, host="bsky.social")
    heard_of("bluesky", wire, topic_of("bluesky"), topic_of("bluesky"), PASSWORD=CANARY)
    assert wire.asked().count("POST /xrpc/com.atproto.server.createSession") == 1
    assert [one.headers.get("authorization") for one in wire.requests[1:]] == ["Bearer jwt-1"] * 2
    assert json.loads(wire.requests[0].content) == {
        "identifier": "acme.example",
        "password": CANARY,
    }


@pytest.mark.parametrize(
    ("text", "words", "url", "wanted"),
    [
        ("Été à <b>", "à", "https://a.example/?x=1&y", 'Été <a href="https://a.example/?x=1&amp;y">à</a> &lt;b&gt;'),
        ("👩🏽‍🔧 #Cité", "#Cité", "https://c.example", '👩🏽‍🔧 <a href="https://c.example">#Cité</a>'),
        ("un", "un", "javascript:alert(1)", "un"),
        ("un", "un", "HTTPS://A.example", '<a href="HTTPS://A.example">un</a>'),
    ],
)  # fmt: skip
def test_links_stand_at_their_bytes_and_lead_to_the_web_only(wire, text, words, url, wanted):
    start = text.encode().index(words.encode())
    facet = {"index": {"byteStart": start, "byteEnd": start + len(words.encode())},
             "features": [{"$type": "app.bsky.richtext.facet#link", "uri": url}]}  # fmt: skip
    thread(wire, view(post(text=text, record={"facets": [facet]})))
    [batch] = heard_of("bluesky", wire)
    assert batch.heard[0].html == f"<p>{wanted}</p>"


@pytest.mark.parametrize(
    "index", [(0, 99), (-1, 2), (3, 2), (5, 5), ("0", 2), (None, None), (10**30, 10**31)]
)
def test_a_link_beyond_the_text_is_no_link(wire, index):
    facet = {
        "index": {"byteStart": index[0], "byteEnd": index[1]},
        "features": [{"$type": "x#link", "uri": "https://a.fr"}],
    }
    thread(wire, view(post(text="Merci", record={"facets": [facet, facet, None, "x"]})))
    [batch] = heard_of("bluesky", wire)
    assert (
        base.text(batch.heard[0].html).replace('<a href="https://a.fr">', "").replace("</a>", "")
        == "<p>Merci</p>"
    )


def test_mentions_tags_pictures_cards_and_quotes_are_links(wire):
    def facet(start, end, **feature):
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    facets = [
        facet(0, 4, **{"$type": "x#mention", "did": "did:plc:paul"}),
        facet(5, 8, **{"$type": "x#tag", "tag": "été"}),
    ]
    quoted = {"uri": "at://did:plc:paul/app.bsky.feed.post/3kq"}
    embed = {"$type": "app.bsky.embed.recordWithMedia#view", "record": {"record": quoted},
             "media": {"images": [{"fullsize": "https://cdn.example/a.jpg", "alt": "Un banc"}],
                       "external": {"uri": "https://e.example", "title": "E <b>"}}}  # fmt: skip
    thread(wire, view(post(text="@moi #ab", record={"facets": facets}, embed=embed)))
    [batch] = heard_of("bluesky", wire)
    assert batch.heard[0].html == (
        '<p><a href="https://bsky.app/profile/did:plc:paul">@moi</a> <a href="https://bsky.app/hashtag/%C3%A9t%C3%A9">#ab</a></p>'
        '<p>📎 <a href="https://bsky.app/profile/did:plc:paul/post/3kq">https://bsky.app/profile/did:plc:paul/post/3kq</a></p>'
        '<p>📎 <a href="https://cdn.example/a.jpg">Un banc</a></p>'
        '<p>📎 <a href="https://e.example">E &lt;b&gt;</a></p>'
    )


@pytest.mark.parametrize("label", ["!hide", "!takedown", "!no-unauthenticated"])
def test_what_is_labelled_as_not_for_everybody_is_not_heard(wire, label):
    labelled, shown = [{"val": label}], [{"val": label, "neg": True}, {"val": "spam"}]
    author = post()["author"]
    thread(
        wire, view(post("3kzzzzzzzzzz3", labels=labelled)),
        view(post("3kzzzzzzzzzz4", author={**author, "labels": labelled})), view(post("3kzzzzzzzzzz5", labels=shown)),
    )  # fmt: skip
    [batch] = heard_of("bluesky", wire)
    assert [one.id[-1] for one in batch.heard] == ["5"]
    assert not batch.unread


def test_blocked_and_missing_views_are_passed_over(wire):
    missing = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x/y/z", "notFound": True}
    blocked = {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x/y/z", "blocked": True}
    thread(wire, missing, blocked, view(post()), {"$type": "app.bsky.feed.defs#somethingNew"})
    [batch] = heard_of("bluesky", wire)
    assert (len(batch.heard), batch.unread, batch.whole) == (1, (), True)


@pytest.mark.parametrize(
    ("viewer", "answer"),
    [
        ({"blocking": "at://x"}, Answer.ABSENT),
        ({"blockedBy": True}, Answer.ABSENT),
        ({}, Answer.CANNOT_TELL),
    ],
)
def test_who_is_blocked_by_us_is_gone_and_who_is_blocked_by_others_is_left(wire, viewer, answer):
    author = {"did": "did:plc:zoe", "viewer": viewer}
    wire.routes["GET .*"] = {
        "thread": {"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "author": author}
    }
    assert BLUESKY.ask(account_of("bluesky", wire), topic_of("bluesky"), post()["uri"]) is answer


def test_a_display_name_of_blanks_is_the_handle_and_the_address_never_changes(wire):
    thread(
        wire, view(post(author={"did": "did:plc:zoe", "handle": "zoe.example", "displayName": " "}))
    )
    [batch] = heard_of("bluesky", wire)
    assert batch.heard[0].author.name == "@zoe.example"


# What all of them share


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-20T09:41:07Z", dt.datetime(2026, 11, 20, 9, 41, 7, tzinfo=dt.UTC)),
        ("2026-11-20T10:41:07+01:00", dt.datetime(2026, 11, 20, 9, 41, 7, tzinfo=dt.UTC)),
        ("2026-11-20T09:41:07", dt.datetime(2026, 11, 20, 9, 41, 7, tzinfo=dt.UTC)),
        (0, dt.datetime(1970, 1, 1, tzinfo=dt.UTC)), (10**20, None), (-(10**20), None), (True, None), ("", None),
        ("0001-01-01T00:00:00+14:00", None), ("9999-12-31T23:59:59-14:00", None), ("hier", None), (None, None), ([], None),
    ],
)  # fmt: skip
def test_a_time_is_read_or_is_none(written, read):
    assert base.moment(written) == read


@given(
    st.text(),
    st.lists(
        st.tuples(
            st.integers(-9, 99),
            st.integers(-9, 99),
            st.text(max_size=9) | st.just('https://a.fr/"x'),
        )
    ),
)
def test_a_marked_up_text_keeps_its_words_and_never_its_markup(text, links):
    text = base.text(text)
    html = base.marked_up(text, links, codec="utf-32-le", width=4)
    seen = re.sub(r"<br>|</p><p>|</?p>|<a href=\"[^\"<>]*\">|</a>", "", html)
    assert "<" not in seen
    assert "".join(unescape(seen).split()) == "".join(text.replace("\r\n", "\n").split())


# Any answer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12) | st.sampled_from(["100", "101", "public", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "\ud800", "https://x.example/\ud800", NOTE["bluesky"]]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def bent(base_, draw):
    """Return something like `base_`, in which some values are something else, or nothing."""
    if draw(st.integers(0, 9)) == 0:
        return draw(JSON)
    if isinstance(base_, dict):
        return {key: bent(value, draw) for key, value in base_.items() if draw(st.integers(0, 12))}
    if isinstance(base_, list):
        return [bent(value, draw) for value in base_]
    return base_


RICH = {
    "mastodon": [
        status(str(100 + at), in_reply_to_id=str(100 + (at * 7) % 5), replies_count=3, spoiler_text="x",
               poll={"options": [{"title": "a"}]}, media_attachments=[{"url": "https://f.example", "type": "image"}])
        for at in range(4)
    ],
    "bluesky": view(
        post(record={"facets": [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"$type": "x#link", "uri": "https://a.fr"}]}]},
             embed={"images": [{"fullsize": "https://a.fr", "alt": "a"}]}),
        view(post("3kzzzzzzzzzz3"), view(post("3kzzzzzzzzzz2"))),
    ),
}  # fmt: skip


def check_of(batches):
    for batch in batches:
        for one in batch.heard:
            one.id.encode(), one.html.encode(), one.author.name.encode(), one.author.url.encode()
            one.url.encode(), one.reply_to.encode(), one.language.encode(), one.avatar.encode()
            assert one.author.name
            assert one.html
            for when in (one.published, one.edited):
                assert when is None or when.tzinfo is dt.UTC
            for url in (one.url, one.author.url):
                assert url == "" or url.lower().startswith(("http://", "https://"))
            safe.kept(one.html)
        assert (
            batch.tally is None
            or min(batch.tally.likes, batch.tally.boosts, batch.tally.quotes) >= 0
        )
        for told in batch.unread:
            assert told.message.show()
            assert told.remedy.show()


def answered(body):
    return lambda _request: httpx2.Response(
        200,
        content=json.dumps(body, allow_nan=False).encode(),
        headers={"content-type": "application/json"},
    )


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", HANDLES)
def test_no_answer_of_any_shape_ends_in_a_traceback(name, data):
    body = bent(RICH[name], data.draw)
    made = Wire()
    if name == "mastodon":
        note = bent(status("100"), data.draw)
        made.routes = {"GET .*/context": answered({"descendants": body}), "GET .*": answered(note)}
    else:
        made.routes = {"GET .*": answered({"thread": body, "threadgate": data.draw(JSON)})}
    batches = []
    try:
        for batch in {"mastodon": MASTODON, "bluesky": BLUESKY}[name].listen(
            account_of(name, made), (topic_of(name),), {}
        ):
            batches.append(batch)
    except NetworkError:
        pass
    check_of(batches)
    listener = {"mastodon": MASTODON, "bluesky": BLUESKY}[name]
    id_ = {"mastodon": "mastodon.example/101", "bluesky": post()["uri"]}[name]
    try:
        said = listener.ask(account_of(name, made), topic_of(name), id_)
    except NetworkError:
        return
    assert isinstance(said, (Heard, Answer))
