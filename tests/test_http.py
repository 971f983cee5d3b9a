"""The way out: patient, discreet, and sure of what it knows."""

import logging
import traceback

import httpx2
import msgspec
import pytest
import stamina
from wire import CANARY, CREATED, Wire

from cmflow.addresses import is_public
from cmflow.http import CAP, Client
from cmflow.network import NetworkError, Trouble
from cmflow.redact import redact
from cmflow.reply import Reply

HOST = "https://social.example"


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=3):
        yield


def refused(reply, *, method="POST", commits=True, **more) -> NetworkError:
    wire = Wire({".*": reply})
    with pytest.raises(NetworkError) as caught:
        wire.client().ask(method, f"{HOST}/{CANARY}/x", commits=commits, **more)
    caught.value.asked = len(wire.requests)
    return caught.value


@pytest.mark.parametrize(
    ("status", "trouble", "certain"),
    [
        (400, Trouble.CONTENT, True),
        (401, Trouble.AUTH, True),
        (402, Trouble.AUTH, True),
        (403, Trouble.AUTH, True),
        (404, Trouble.AUTH, True),
        (408, Trouble.TRANSIENT, False),
        (409, Trouble.TRANSIENT, False),
        (413, Trouble.CONTENT, True),
        (422, Trouble.CONTENT, True),
        (429, Trouble.RATE, True),
        (500, Trouble.TRANSIENT, False),
        (503, Trouble.TRANSIENT, False),
    ],
)
def test_a_refusal_is_sorted_by_its_status(status, trouble, certain):
    error = refused((status, {"error": "no"}))
    assert (error.trouble, error.certain) == (trouble, certain)
    assert "no" in error.words


def test_a_422_without_a_word_is_a_wrong_token():
    assert refused((422, None)).trouble is Trouble.AUTH


def test_a_failure_of_a_request_that_makes_no_note_is_certain():
    assert refused((500, {}), commits=False).certain


@pytest.mark.parametrize(
    ("failure", "certain"),
    [
        (httpx2.ConnectError("refused"), True),
        (httpx2.ConnectTimeout("slow"), True),
        (httpx2.ReadTimeout("slow"), False),
        (httpx2.ReadError("reset"), False),
        (httpx2.WriteError("reset"), False),
        (httpx2.RemoteProtocolError("garbage"), False),
        (OSError("gone"), False),
    ],
)
def test_only_a_connection_that_never_was_is_certain(failure, certain):
    error = refused(failure)
    assert (error.trouble, error.certain) == (Trouble.TRANSIENT, certain)


@pytest.mark.parametrize(
    "reply",
    [
        httpx2.Response(200, html="<p>Maintenance</p>"),
        httpx2.Response(200, content=b"\xff\xfe{}"),
        httpx2.Response(200, content=b"[" * 5000),
        httpx2.Response(200, content=b'{"id": '),
    ],
)
def test_an_answer_that_is_no_json_leaves_the_note_in_doubt(reply):
    error = refused(reply)
    assert (error.trouble, error.certain) == (Trouble.TRANSIENT, False)


def test_an_answer_without_end_is_cut():
    taken = []

    def endless():
        for _ in range(200):
            taken.append(1_000_000)
            yield b"x" * 1_000_000

    error = refused(httpx2.Response(200, content=endless()))
    assert error.trouble is Trouble.TRANSIENT
    assert not error.certain
    assert sum(taken) <= CAP + 2_000_000


def test_a_redirect_is_not_followed_and_the_remedy_names_the_settings():
    reply = httpx2.Response(302, headers={"location": "https://evil.example/"})
    error = refused(reply)
    assert error.asked == 1
    assert "server:" in error.remedy.template


@pytest.mark.parametrize(
    ("headers", "body", "again"),
    [
        ({"retry-after": "17"}, {}, 17),
        ({"retry-after": "Fri, 20 Nov 2026 09:42:07 GMT"}, {}, 60),
        ({"x-ratelimit-reset": "2026-11-20T09:46:07.000Z"}, {}, 300),
        ({"ratelimit-reset": str(int(CREATED.timestamp()) + 90)}, {}, 90),
        ({}, {"parameters": {"retry_after": 35}}, 35),
        ({}, {"retry_after": 0.65}, 0.65),
        ({"retry-after": "999999999"}, {}, 24 * 3600),
        ({"retry-after": "soon"}, {}, None),
        ({"retry-after": "-5"}, {}, 0),
        ({}, [], None),
    ],
)
def test_a_server_that_asks_to_wait_is_heard(headers, body, again):
    error = refused(httpx2.Response(429, headers=headers, json=body))
    assert error.again == again


def test_an_unkeyed_post_is_never_tried_again():
    assert refused((503, {})).asked == 1
    assert refused((429, {})).asked == 1


def test_a_question_and_a_keyed_request_are_tried_again():
    assert refused((503, {}), method="GET", commits=False).asked == 3
    assert refused((503, {}), repeatable=True).asked == 3
    assert refused((401, {}), repeatable=True).asked == 1


def test_a_long_wait_is_left_to_the_next_run():
    long, short = ({"retry-after": after} for after in ("3600", "2"))
    assert refused(httpx2.Response(429, headers=long), repeatable=True).asked == 1
    wire = Wire({".*": [httpx2.Response(429, headers=short), {"id": "1"}]})
    assert wire.client().ask("GET", HOST) == {"id": "1"}


def test_each_request_has_its_own_connection_and_our_name():
    wire = Wire({".*": {}})
    wire.client().ask("GET", HOST)
    assert wire.requests[0].headers["connection"] == "close"
    assert wire.requests[0].headers["user-agent"].startswith("cmflow/")
    assert "authorization" not in wire.requests[0].headers


def test_no_secret_is_in_an_error_its_trace_or_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    for reply in (
        (400, {"error": f"bad token {CANARY} \x1b[31m"}),
        httpx2.ReadError(f"while asking https://host/{CANARY}/x"),
        httpx2.Response(200, text=CANARY),
    ):
        error = refused(reply)
        shown = "".join(traceback.format_exception(error))
        assert CANARY not in shown + repr(error) + error.words
        assert "\x1b" not in error.words
    assert CANARY not in caplog.text


def test_a_secret_is_found_in_every_dress():
    hook = "https://discord.com/api/webhooks/1/tOkEn-of-the-webhook"
    assert "tOkEn" not in redact("404 at /webhooks/1/tOkEn-of-the-webhook", [hook])
    assert "p%40ss" not in redact("?key=p%40ss%2Fword", ["p@ss/word"])
    assert "OnBhc3N3b3Jk" not in redact("Basic OnBhc3N3b3Jk", [":password"])
    assert redact("short", ["or"]) == "short"
    assert len(redact("long " * 500, [])) == 300


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "192.168.1.1", "0.0.0.0", "100.64.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1"],
)  # fmt: skip
def test_an_inner_address_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"]
)
def test_an_outer_address_is_public(address):
    assert is_public(address)


def stranger(replies, names) -> tuple[Wire, Client]:
    wire = Wire(replies)
    return wire, wire.client(resolve=lambda host: names[host])


def test_a_page_is_asked_at_the_address_that_was_looked_at():
    wire, client = stranger(
        {".*": httpx2.Response(200, html="hi")}, {"a.example": ("93.184.215.14",)}
    )
    reply = client.page("https://a.example:8443/x?y=1#z")
    assert reply.url == "https://a.example:8443/x?y=1#z"
    assert wire.requests[0].url.host == "93.184.215.14"
    assert wire.requests[0].headers["host"] == "a.example:8443"
    assert wire.requests[0].extensions["sni_hostname"] == "a.example"


@pytest.mark.parametrize(
    "url",
    ["http://inner.example/", "http://mixed.example/", "ftp://a.example/", "file:///etc/passwd",
     "http://user@a.example/", "javascript:alert(1)"],
)  # fmt: skip
def test_a_page_within_our_own_network_is_not_asked(url):
    names = {"inner.example": ("10.0.0.1",), "mixed.example": ("93.184.215.14", "127.0.0.1"),
             "a.example": ("93.184.215.14",)}  # fmt: skip
    wire, client = stranger({}, names)
    with pytest.raises(NetworkError) as caught:
        client.page(url)
    assert caught.value.trouble is Trouble.CONTENT
    assert not wire.requests


def test_a_redirect_inwards_is_not_followed():
    names = {"a.example": ("93.184.215.14",), "inner.example": ("127.0.0.1",)}
    reply = httpx2.Response(302, headers={"location": "http://inner.example/admin"})
    wire, client = stranger({".*": reply}, names)
    with pytest.raises(NetworkError):
        client.page("https://a.example/")
    assert len(wire.requests) == 1


def test_a_host_that_is_named_may_be_an_inner_one():
    _, client = stranger({".*": httpx2.Response(200)}, {"wiki.home": ("192.168.1.7",)})
    assert client.page("http://wiki.home/", private=frozenset({"wiki.home"})).status == 200


def test_redirects_in_a_circle_end():
    reply = httpx2.Response(302, headers={"location": "/again"})
    wire, client = stranger({".*": reply}, {"a.example": ("93.184.215.14",)})
    with pytest.raises(NetworkError):
        client.page("https://a.example/")
    assert len(wire.requests) == 6


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (rb'["\ud800", "b"]', ["?", "b"]),
        (rb'["a\uDC00\uD83D\uDE00"]', ["a?😀"]),
        (rb'["\\ud800"]', [r"\ud800"]),
    ],
)
def test_half_a_character_hides_nothing_that_stands_beside_it(body, read):
    assert Reply(200, {}, body, HOST).json() == read


@pytest.mark.parametrize("body", [rb'["\ud800"', rb"\ud800", b'["\xff\\ud800"]', b"<p>"])
def test_what_is_no_json_is_refused(body):
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        Reply(200, {}, body, HOST).json()
