"""A person copies the address of a note; each network reads from it the id by which it knows it."""

from __future__ import annotations

import contracts
import httpx2
import pytest
from test_networks_bluesky import DID, XRPC
from wire import Wire, account

from cmflow import networks
from cmflow.network import NetworkError, Trouble

SHARE = "urn:li:share:6844785523593134080"


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("mastodon", "https://m.example/@acme/113526789012345678", "113526789012345678"),
        ("mastodon", "https://m.example/@acme@other.example/1135", "1135"),
        ("mastodon", "https://m.example/users/acme/statuses/1135", "1135"),
        ("mastodon", "https://m.example/@acme/1135/embed", "1135"),
        ("mastodon", "https://m.example/@acme/1135?x=1#y", "1135"),
        ("mastodon", "https://gts.example/@acme/statuses/01JD2M3K", "01JD2M3K"),
        ("mastodon", "https://pleroma.example/notice/AbCd", "AbCd"),
        ("mastodon", "https://takahe.example/@acme@takahe.example/posts/77/", "77"),
        (
            "bluesky",
            f"https://bsky.app/profile/{DID}/post/3lbx",
            f"at://{DID}/app.bsky.feed.post/3lbx",
        ),
        ("bluesky", "https://bsky.app/profile/acme.example", ""),
        ("telegram", "https://t.me/acme/12", "12"),
        ("telegram", "https://t.me/c/1234567890/12?single", "12"),
        ("discord", "https://discord.com/channels/7/8/1001", "1001"),
        ("slack", "https://acme.slack.com/archives/C01/p1795254068001001", "1795254068.001001"),
        (
            "slack",
            "https://acme.slack.com/archives/C01/p1795254068001002?thread_ts=1795254068.001001",
            "1795254068.001002",
        ),
        ("slack", "https://acme.slack.com/archives/C01", ""),
        ("linkedin", f"https://www.linkedin.com/feed/update/{SHARE}/", SHARE),
        (
            "linkedin",
            "https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A68/",
            "urn:li:share:68",
        ),
        (
            "linkedin",
            "https://www.linkedin.com/posts/acme_un-sac-activity-7123-aBcD",
            "urn:li:activity:7123",
        ),
        ("linkedin", "https://www.linkedin.com/company/acme", ""),
        ("facebook", "https://www.facebook.com/546349135390552_1001", "546349135390552_1001"),
        ("facebook", "https://www.facebook.com/acme/posts/1001", "546349135390552_1001"),
        (
            "facebook",
            "https://www.facebook.com/permalink.php?story_fbid=1001&id=546349135390552",
            "546349135390552_1001",
        ),
        ("facebook", "https://www.facebook.com/acme/posts/pfbid02abc", ""),
        ("x", "https://x.com/acme/status/1001?s=20", "1001"),
        ("x", "https://x.com/i/status/1001/photo/1", "1001"),
        ("x", "https://x.com/acme", ""),
        ("assisted", "https://forum.example/t/42", "42"),
        ("assisted", "https://forum.example/?t=42", "https://forum.example/?t=42"),
    ],
)
def test_the_id_is_read_from_the_address(name, url, expected):
    network = networks.load(name)
    assert network.id_of(account(network, Wire(), secrets={}), url) == expected


def test_the_name_in_an_address_of_bluesky_is_resolved_without_a_secret():
    network, wire = (
        networks.load("bluesky"),
        Wire({f"GET {XRPC}.identity.resolveHandle": {"did": DID}}),
    )
    one = account(network, wire, secrets={})
    url = "https://bsky.app/profile/acme.example/post/3lbx"
    assert network.id_of(one, url) == f"at://{DID}/app.bsky.feed.post/3lbx"
    assert dict(wire.requests[0].url.params) == {"handle": "acme.example"}


def test_threads_is_asked_for_the_post_of_an_address():
    posts = [
        {"id": "600", "permalink": "https://www.threads.com/@acme/post/AAA"},
        {"id": "601", "permalink": "https://www.threads.com/@acme/post/BBB"},
    ]
    wire = Wire({
        "GET graph.threads.net/v1.0/[0-9]+/threads": {"data": posts},
        "GET graph.threads.net/v1.0/[0-9]+/replies": {"data": []},
    })  # fmt: skip
    network = networks.load("threads")
    assert network.id_of(account(network, wire), "https://www.threads.net/@acme/post/BBB/") == "601"
    assert network.id_of(account(network, wire), "https://www.threads.net/@acme/post/CCC") == ""
    for request in wire.requests:
        contracts.check("threads", request)


def test_dev_to_is_asked_for_the_article_of_an_address():
    articles = [{"id": 7, "url": "https://dev.to/acme/un-sac-1a2b", "canonical_url": "https://x"}]
    network, wire = (
        networks.load("devto"),
        Wire({"GET dev.to/api/articles/me/all": lambda _: httpx2.Response(200, json=articles)}),
    )
    assert network.id_of(account(network, wire), "https://dev.to/acme/un-sac-1a2b/") == "7"
    assert network.id_of(account(network, wire), "https://dev.to/acme/autre") == ""


@pytest.mark.parametrize("name", ["threads", "devto"])
def test_where_one_has_to_ask_a_missing_secret_is_named(name):
    network = networks.load(name)
    with pytest.raises(NetworkError, match="CMFLOW_CHAN_TOKEN is not set") as caught:
        network.id_of(account(network, Wire(), secrets={}), "https://x.example/@acme/post/1")
    assert caught.value.trouble is Trouble.AUTH
