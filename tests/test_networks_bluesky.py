"""Bluesky: one key, one record; bytes, not characters; a lost card before a lost note."""

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from wire import CANARY, CREATED, PICTURE, URL, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Sent, Trouble
from cmflow.networks.bluesky import NETWORK, facets, tid
from cmflow.note import Card, Media, Reservation

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
XRPC = "bsky.example/xrpc/com.atproto"
SESSION = {
    "did": DID,
    "handle": "acme.example",
    "accessJwt": f"jwt-{CANARY}",
    "refreshJwt": "r-r-r",
}
BLOB = {
    "$type": "blob",
    "ref": {"$link": "bafkreibabalobzn6cd366ukcsjycp4yymjymgfxcv6xczmlgpemzkz3cfa"},
    "mimeType": "image/jpeg",
    "size": 2000,
}
KEY = tid(reservation())
URI = f"at://{DID}/app.bsky.feed.post/{KEY}"
SENT = Sent(URI, f"https://bsky.app/profile/acme.example/post/{KEY}")
TALK = Path(__file__).parent / "bluesky"


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def wire():
    return Wire(
        {
            f"POST {XRPC}.server.createSession": SESSION,
            f"POST {XRPC}.repo.uploadBlob": {"blob": BLOB},
            f"POST {XRPC}.repo.putRecord": {"uri": URI, "cid": CID},
        }
    )


def send(wire, what=None, at=0, above=()):
    return NETWORK.send(account(NETWORK, wire), what or note(), at, reservation(at), above)


def test_a_note_is_put_under_its_key_where_there_is_none(wire):
    assert send(wire, note(card=None)) == SENT
    body = wire.sent()
    assert body["rkey"] == KEY
    assert body["swapRecord"] is None
    assert body["repo"] == DID
    assert body["record"] == {
        "$type": "app.bsky.feed.post",
        "text": f"Une fête « #Cité » : {URL}",
        "createdAt": "2026-11-20T09:41:07.000Z",
        "langs": ["fr"],
        "facets": [
            {
                "index": {"byteStart": 13, "byteEnd": 19},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "Cité"}],
            },
            {
                "index": {"byteStart": 25, "byteEnd": 25 + len(URL)},
                "features": [{"$type": "app.bsky.richtext.facet#link", "uri": URL}],
            },
        ],
    }


def test_the_parts_of_a_thread_are_in_order_in_a_feed(wire):
    wire.routes[f"GET {XRPC}.repo.getRecord"] = {"uri": URI, "cid": CID, "value": {}}
    send(wire, note("un", "deux"), 1, (SENT,))
    assert wire.sent()["record"]["createdAt"] == "2026-11-20T09:41:07.001Z"


def test_a_record_on_this_machine_is_seen_on_this_machine():
    wire = Wire({".*createSession": SESSION, ".*getRecord": {"uri": URI, "cid": CID}})
    one = account(NETWORK, wire, server="http://127.0.0.1:8765")
    found = NETWORK.find(one, note(), 0, reservation())
    assert found.url == f"http://127.0.0.1:8765/profile/acme.example/post/{KEY}"


def test_the_same_note_is_the_same_record_to_the_byte(wire):
    send(wire, note(media=(PICTURE,)))
    send(wire, note(media=(PICTURE,)))
    first, second = (one.content for one in wire.requests if "putRecord" in one.url.path)
    assert first == second


def test_a_card_has_its_picture(wire):
    send(wire)
    external = wire.sent()["record"]["embed"]["external"]
    assert external == {
        "uri": URL, "title": "La fête", "description": "Un soir de novembre", "thumb": BLOB,
    }  # fmt: skip
    assert wire.requests[1].headers["content-type"] == "image/jpeg"
    assert wire.requests[1].content.startswith(b"\xff\xd8")


def test_a_picture_too_large_for_a_card_costs_the_picture_not_the_note(wire):
    one = account(NETWORK, wire)
    large = type(one)(**{
        **{field: getattr(one, field) for field in one.__struct_fields__},
        "read": lambda _: b"x" * 1_000_001,
    })  # fmt: skip
    NETWORK.send(large, note(), 0, reservation(), ())
    assert "thumb" not in wire.sent()["record"]["embed"]["external"]
    assert all("uploadBlob" not in asked for asked in wire.asked())


def test_a_picture_that_is_refused_costs_the_picture_not_the_note(wire):
    wire.routes[f"POST {XRPC}.repo.uploadBlob"] = (400, {"error": "InvalidMimeType"})
    assert send(wire) == SENT
    assert "thumb" not in wire.sent()["record"]["embed"]["external"]


def test_a_card_may_be_without_a_picture(wire):
    send(wire, note(card=Card(URL, "La fête")))
    assert wire.sent()["record"]["embed"]["external"]["description"] == ""


def test_pictures_have_their_words_and_stand_in_the_card_s_place(wire):
    send(wire, note(media=(PICTURE, Media("a.png", "image/png", ""))))
    embed = wire.sent()["record"]["embed"]
    assert embed["$type"] == "app.bsky.embed.images"
    assert [image["alt"] for image in embed["images"]] == ["Une table, des chaises", ""]


def test_a_later_part_names_root_and_parent(wire):
    wire.routes[f"GET {XRPC}.repo.getRecord"] = lambda request: httpx2.Response(
        200, json={"uri": "x", "cid": CID, "value": {}, "asked": request.url.params["rkey"]}
    )
    root, parent = (Sent(f"at://{DID}/app.bsky.feed.post/{key}", "") for key in ("3ka", "3kb"))
    send(wire, note("un", "deux", "trois"), 2, (root, parent))
    assert wire.sent()["record"]["reply"] == {
        "root": {"uri": root.id, "cid": CID},
        "parent": {"uri": parent.id, "cid": CID},
    }
    assert "embed" not in wire.sent()["record"]


def test_a_part_under_one_that_a_person_deleted_is_not_sent(wire):
    wire.routes[f"GET {XRPC}.repo.getRecord"] = (400, {"error": "RecordNotFound", "message": "no"})
    with pytest.raises(NetworkError) as caught:
        send(wire, note("un", "deux"), 1, (SENT,))
    assert caught.value.trouble is Trouble.CONTENT
    assert caught.value.certain
    assert "putRecord" not in "".join(wire.asked())


def test_another_record_under_the_key_means_that_the_note_stands(wire):
    wire.routes[f"POST {XRPC}.repo.putRecord"] = (
        400, {"error": "InvalidSwap", "message": f"Record was at {CID}"},
    )  # fmt: skip
    wire.routes[f"GET {XRPC}.repo.getRecord"] = {"uri": URI, "cid": CID, "value": {}}
    assert send(wire) == SENT


def test_a_lost_answer_is_asked_again_under_the_same_key(wire):
    wire.routes[f"POST {XRPC}.repo.putRecord"] = [
        (500, {"error": "InternalServerError"}), {"uri": URI, "cid": CID},
    ]  # fmt: skip
    assert send(wire) == SENT
    puts = [one.content for one in wire.requests if "putRecord" in one.url.path]
    assert len(puts) == 2
    assert puts[0] == puts[1]


def test_a_note_is_found_by_its_key(wire):
    wire.routes[f"GET {XRPC}.repo.getRecord"] = {"uri": URI, "cid": CID, "value": {}}
    one = account(NETWORK, wire)
    assert NETWORK.find(one, note(), 0, reservation()) == SENT
    assert dict(wire.requests[-1].url.params) == {
        "repo": DID, "collection": "app.bsky.feed.post", "rkey": KEY,
    }  # fmt: skip
    wire.routes[f"GET {XRPC}.repo.getRecord"] = (400, {"error": "RecordNotFound"})
    assert NETWORK.find(one, note(), 0, reservation()) is Answer.ABSENT


def test_a_server_in_trouble_says_nothing_about_the_note(wire):
    wire.routes[f"GET {XRPC}.repo.getRecord"] = (502, {"error": "UpstreamFailure"})
    with pytest.raises(NetworkError):
        NETWORK.find(account(NETWORK, wire), note(), 0, reservation())


def test_one_session_serves_a_whole_run(wire):
    one = account(NETWORK, wire)
    NETWORK.send(one, note(card=None), 0, reservation(), ())
    NETWORK.send(one, note(card=None), 0, reservation(), ())
    assert sum("createSession" in asked for asked in wire.asked()) == 1
    assert wire.sent(0) == {"identifier": "acme.example", "password": f"{CANARY}-password"}


def test_a_session_that_ended_is_opened_again_once(wire):
    wire.routes[f"POST {XRPC}.repo.putRecord"] = [
        (400, {"error": "ExpiredToken", "message": "Token has expired"}), {"uri": URI, "cid": CID},
    ]  # fmt: skip
    assert send(wire, note(card=None)) == SENT
    wire.routes[f"POST {XRPC}.repo.putRecord"] = (400, {"error": "ExpiredToken"})
    with pytest.raises(NetworkError) as caught:
        send(wire, note(card=None))
    assert caught.value.trouble is Trouble.AUTH
    assert sum("createSession" in asked for asked in wire.asked()) == 4


@pytest.mark.parametrize(
    ("reply", "trouble", "certain"),
    [
        ((400, {"error": "InvalidToken", "message": "Bad token"}), Trouble.AUTH, True),
        ((401, {"error": "AuthenticationRequired"}), Trouble.AUTH, True),
        ((400, {"error": "InvalidRequest", "message": "too long"}), Trouble.CONTENT, True),
        ((429, {"error": "RateLimitExceeded"}), Trouble.RATE, True),
        ((500, {"error": "InternalServerError"}), Trouble.TRANSIENT, False),
        ((200, {"cid": CID}), Trouble.TRANSIENT, False),
    ],
)
def test_refusals_are_sorted_by_their_name(wire, reply, trouble, certain):
    wire.routes[f"POST {XRPC}.repo.putRecord"] = lambda _: httpx2.Response(reply[0], json=reply[1])
    with pytest.raises(NetworkError) as caught:
        send(wire, note(card=None))
    assert (caught.value.trouble, caught.value.certain) == (trouble, certain)


def test_the_tokens_of_a_session_are_secrets(wire):
    wire.routes[f"POST {XRPC}.repo.putRecord"] = lambda request: httpx2.Response(
        400, json={"error": "Odd", "message": request.headers["authorization"]}
    )
    with pytest.raises(NetworkError) as caught:
        send(wire, note(card=None))
    assert CANARY not in caught.value.words


def test_a_record_is_deleted_by_its_key(wire):
    wire.routes[f"POST {XRPC}.repo.deleteRecord"] = {}
    NETWORK.delete(account(NETWORK, wire), SENT)
    assert wire.sent() == {"repo": DID, "collection": "app.bsky.feed.post", "rkey": KEY}


def test_nothing_is_edited(wire):
    with pytest.raises(NetworkError):
        NETWORK.edit(account(NETWORK, wire), note(), 0, SENT)


moments = st.integers(946_684_800, 7_258_118_400).map(
    lambda second: dt.datetime.fromtimestamp(second, dt.UTC)
)


@given(moments, st.text(min_size=1))
def test_a_key_is_a_tid_and_tells_its_time(when, key):
    made = tid(Reservation(key, when, ""))
    assert len(made) == 13
    assert set(made) <= set("234567abcdefghijklmnopqrstuvwxyz")
    assert made[0] in "234567abcdefghij"
    number = 0
    for letter in made:
        number = number * 32 + "234567abcdefghijklmnopqrstuvwxyz".index(letter)
    assert (number >> 10) // 1_000_000 == int(when.timestamp())


def test_keys_of_one_second_differ():
    keys = {tid(Reservation(f"post-{at}/chan/0", CREATED, "")) for at in range(10_000)}
    assert len(keys) == 10_000


@given(st.lists(st.sampled_from(["é", "👩‍👩‍👧", "«\u00a0", "#Cité", " ", "https://a.example/é?x=(1)", "日本", "\n", ".", "a#b"])).map("".join))  # fmt: skip
def test_a_facet_is_the_bytes_of_what_it_marks(text):
    raw = text.encode()
    end = 0
    for facet in facets(text):
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert end <= start < stop <= len(raw)
        end = stop
        marked = raw[start:stop].decode()
        feature = facet["features"][0]
        assert marked in (feature.get("uri"), f"#{feature.get('tag')}")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("(https://a.example/x).", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("« https://a.example/ »", ["https://a.example/"]),
        ("https://a.example:8443/a?b=c#d, puis", ["https://a.example:8443/a?b=c#d"]),
        ("#Cité #2026 #a1 a#b &#x; ##d", ["#Cité", "#a1"]),
        ("#e\u0301te\u0301!", ["#e\u0301te\u0301"]),
        ("＃日本", ["＃日本"]),
    ],
)
def test_links_and_hashtags_end_where_they_should(text, marked):
    raw = text.encode()
    found = [raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in facets(text)]
    assert found == marked


def calls(wire) -> list[dict]:
    """Write what was asked as the judge reads it: each call, and each record in one."""
    found = []
    for request in wire.requests:
        if request.headers.get("content-type") == "application/json":
            value = json.loads(request.content)
            found.append({"nsid": request.url.path.rpartition("/")[2], "value": value})
            if "record" in value:
                found.append(
                    {"nsid": "app.bsky.feed.post", "value": value["record"], "record": True}
                )
    return found


def test_every_call_fits_the_lexicons(wire):
    node = shutil.which("node")
    if not node or not (TALK / "node_modules/@atproto/api").is_dir():
        pytest.skip("no node, or no npm ci in tests/bluesky: the lexicons are not there")
    wire.routes |= {
        f"GET {XRPC}.repo.getRecord": {"uri": URI, "cid": CID, "value": {}},
        f"POST {XRPC}.repo.deleteRecord": {},
    }
    thread = note("un #Cité", "deux 👩‍👩‍👧 https://a.example/?é", "trois", media=(PICTURE,))
    for at in range(3):
        send(wire, thread, at, (SENT,) * at)
    send(wire)
    send(wire, note(card=Card(URL, "La fête")))
    NETWORK.delete(account(NETWORK, wire), SENT)
    asked = calls(wire)
    assert {one["nsid"].rpartition(".")[2] for one in asked} == {
        "createSession", "putRecord", "post", "deleteRecord",
    }  # fmt: skip
    broken = {"nsid": "app.bsky.feed.post", "record": True, "value": {"text": "x"}}
    told = subprocess.run(
        [node, "lexicons.mjs"], cwd=TALK, input=json.dumps([*asked, broken]), text=True,
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    *complaints, needed = json.loads(told.stdout)
    assert needed, "the judge lets everything pass"
    assert not any(complaints), [one for one in zip(complaints, asked, strict=True) if one[0]]
