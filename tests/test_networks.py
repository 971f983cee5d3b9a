"""What holds for every network: the table, its dates, its documents, and that no secret comes out."""

import datetime as dt
import json
import logging
import re
import traceback
from pathlib import Path

import contracts
import httpx2
import pytest
import stamina
from wire import CANARY, PICTURE, Wire, account, note, reservation

from cmflow import networks
from cmflow.errors import Message
from cmflow.network import Answer, Limits, NetworkError, Sent
from cmflow.networks.base import variable

ALL = [networks.load(name) for name in networks.NETWORKS]
SPEAKING = [
    one for one in ALL if one.name not in ("newsletter", "assisted", "webmention", "websub")
]
DOCS = Path(__file__).parents[1] / "docs/channels"


def named(network):
    return network.name


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.mark.parametrize("network", ALL, ids=named)
def test_limits_are_dated_and_have_a_source(network):
    limits = network.limits
    assert isinstance(limits, Limits)
    assert limits.checked >= dt.date(2026, 11, 1)
    assert limits.source.startswith("https://") or network.name == "assisted"
    assert limits.count("abc") == 3
    assert bool(limits.media) == bool(limits.media_kinds) or network.name == "assisted"


@pytest.mark.parametrize("network", ALL, ids=named)
def test_what_a_network_cannot_do_it_refuses(network):
    one = account(network, Wire(), secrets={})
    for able, call in (
        (network.abilities.edit, lambda: network.edit(one, note(), 0, Sent("1", ""))),
        (network.abilities.delete, lambda: network.delete(one, Sent("1", ""))),
    ):
        if not able:
            with pytest.raises(NetworkError) as caught:
                call()
            assert caught.value.certain
    if not network.abilities.find:
        assert network.find(one, note(), 0, reservation()) is Answer.CANNOT_TELL


@pytest.mark.parametrize("network", ALL, ids=named)
def test_each_network_is_documented(network):
    page = (DOCS / f"{network.name}.md").read_text("utf-8")
    assert re.search(r"November 2026", page)
    assert f"network: {network.name}" in page
    for secret in network.secrets:
        assert f"_{secret.name}" in page, f"{secret.name} is not explained"
    for word in ("Post", "Edit", "Delete", "Replies", "Cost"):
        assert f"| {word}" in page


def test_the_documents_name_no_network_that_is_none():
    assert {page.stem for page in DOCS.glob("*.md")} - {"index"} == set(networks.NETWORKS)


@pytest.mark.parametrize("network", ALL, ids=named)
def test_each_secret_says_where_one_gets_it(network):
    assert all(isinstance(secret.where, Message) for secret in network.secrets)
    assert len({secret.name for secret in network.secrets}) == len(network.secrets)


def test_the_variable_of_a_secret():
    assert variable("mastodon-fr", "TOKEN") == "CMFLOW_MASTODON_FR_TOKEN"


def test_an_unknown_network_is_none():
    with pytest.raises(LookupError):
        networks.load("myspace")
    assert set(networks.names()) >= set(networks.NETWORKS)


@pytest.mark.parametrize(
    ("name", "method", "url", "body"),
    [
        ("mastodon", "POST", "https://m.example/api/v1/statuses", {"statut": "x"}),
        ("mastodon", "POST", "https://m.example/api/v1/status", {"status": "x"}),
        ("discord", "POST", "https://discord.com/api/v10/webhooks/123456789012345678/t", {"content": "x" * 2001}),
        ("telegram", "POST", "https://api.telegram.org/bot1:x/sendMessage", {"chat_id": "@a"}),
        ("telegram", "POST", "https://api.telegram.org/bot1:x/sendMessage", {"chat_id": "@a", "text": 1}),
        ("x", "POST", "https://api.x.com/2/tweets", {"text": "x", "quote": "1"}),
        ("x", "POST", "https://api.x.com/2/tweets", {"text": "x", "reply": {"in_reply_to_tweet_id": "a"}}),
        ("slack", "POST", "https://slack.com/api/chat.postMessage", {"channel": "general", "text": "x"}),
        ("linkedin", "POST", "https://api.linkedin.com/rest/images?action=upload", {}),
        ("devto", "POST", "https://dev.to/api/articles", {"article": {"name": "x"}}),
    ],
)  # fmt: skip
def test_the_judge_of_requests_objects(name, method, url, body):
    headers = {"authorization": "Bearer x", "api-key": "k", "linkedin-version": "202605",
               "x-restli-protocol-version": "2.0.0", "accept": "application/vnd.forem.api-v1+json"}  # fmt: skip
    with pytest.raises(AssertionError):
        contracts.check(name, httpx2.Request(method, url, json=body, headers=headers))


def echo(request):
    """Say back everything that was asked, as a careless server would."""
    said = f"{request.url} {dict(request.headers)} {request.content.decode('utf-8', 'replace')}"
    return httpx2.Response(400, json={"ok": False, "error": said, "message": said, "detail": said})


def fails(request):
    message = f"while asking {request.url} with {request.headers.raw}"
    raise httpx2.ReadError(message)


REPLIES = {
    "echo": echo,
    "failure": fails,
    "html": lambda request: httpx2.Response(200, html=f"<p>{request.url}</p>"),
    "redirect": lambda request: httpx2.Response(302, headers={"location": str(request.url)}),
    "error": lambda request: httpx2.Response(500, text=str(request.url)),
}


@pytest.mark.parametrize("reply", REPLIES, ids=str)
@pytest.mark.parametrize("network", SPEAKING, ids=named)
def test_no_secret_comes_out_of_an_adapter(network, reply, caplog):
    caplog.set_level(logging.DEBUG)
    wire = Wire({".*": REPLIES[reply]})
    one = account(network, wire)
    calls = [
        lambda: network.send(one, note(media=(PICTURE,)), 0, reservation(), ()),
        lambda: network.send(one, note(), 0, reservation(), ()),
        lambda: network.find(one, note(), 0, reservation()),
        lambda: network.edit(one, note(), 0, Sent("1", "")),
        lambda: network.delete(one, Sent("1", "")),
    ]
    shown = ""
    for call in calls:
        try:
            shown += repr(call())
        except NetworkError as error:
            shown += "".join(traceback.format_exception(error)) + error.words + error.remedy.show()
    assert wire.requests
    assert any(CANARY in f"{one.url}{one.headers.raw}{one.content}" for one in wire.requests)
    assert CANARY not in shown + caplog.text


def standing(request):
    """Answer whatever an adapter asks before and after it sends, in all shapes at once."""
    path = request.url.path
    if path.endswith("/articles/me/all"):
        return httpx2.Response(200, json=[])
    status = 201 if request.method == "POST" else 200
    picture = {"uploadUrl": "https://api.linkedin.com/up", "image": "urn:li:image:1"}
    said = {
        "ok": True, "id": "7", "url": "https://team.example/", "guild_id": "1", "channel_id": "2",
        "did": "did:plc:x", "handle": "acme.example", "accessJwt": "j.w.t", "ts": "1.000001",
        "uri": "at://did:plc:x/app.bsky.feed.post/3k", "cid": "c", "status": "FINISHED",
        "blob": {"ref": {"$link": "b"}}, "data": {"id": "7"}, "value": picture,
        "result": {"message_id": 7, "chat": {"id": -1007}},
    }  # fmt: skip
    return httpx2.Response(status, json=said, headers={"x-restli-id": "urn:li:share:7"})


COMMITS = re.compile(
    r"POST .*(/api/v1/statuses|putRecord|sendMessage|/webhooks/\d+/[^/]+|chat.postMessage"
    r"|/rest/posts|/feed|/threads_publish|/2/tweets|/api/articles)"
)


def broken_at_commit(network, failure):
    """Let everything answer but the request that makes the note stand."""

    def answer(request):
        if COMMITS.fullmatch(f"{request.method} {request.url.path}"):
            raise failure
        return standing(request)

    wire = Wire({".*": answer})
    with pytest.raises(NetworkError) as caught:
        network.send(account(network, wire), note(), 0, reservation(), ())
    return caught.value, wire


@pytest.mark.parametrize("network", SPEAKING, ids=named)
def test_a_lost_answer_is_never_taken_for_a_refusal(network):
    error, wire = broken_at_commit(network, httpx2.ReadTimeout("slow"))
    assert not error.certain
    times = sum(bool(COMMITS.fullmatch(f"{one.method} {one.url.path}")) for one in wire.requests)
    assert times == (2 if network.name == "bluesky" else 1), "only a keyed request is sent again"


@pytest.mark.parametrize("network", SPEAKING, ids=named)
def test_a_connection_that_never_was_is_a_certain_failure(network):
    error, _ = broken_at_commit(network, httpx2.ConnectError("refused"))
    assert error.certain


@pytest.mark.parametrize("network", SPEAKING, ids=named)
def test_a_first_part_answers_nobody(network):
    wire = Wire({".*": standing})
    network.send(account(network, wire), note(), 0, reservation(), ())
    said = json.dumps([one.content.decode("utf-8", "replace") for one in wire.requests])
    assert not re.search(r"reply|thread_ts|in_reply_to", said)
