"""The sandbox: what it takes, what it refuses, what it remembers, and how it misbehaves."""

import datetime as dt
import json
import time

import contracts
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow import lengths
from cmflow.sandbox import Sandbox, count

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture\r\n--but not its end\r\n"
TOKEN = {"Authorization": "Bearer sandbox-atelier"}
POST = "app.bsky.feed.post"
KEY = "3kabcdefghijk"


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(tmp_path, clock):
    with Sandbox(tmp_path, clock) as running:
        yield running


@pytest.fixture
def mastodon(sandbox):
    with httpx2.Client(base_url=sandbox.url, headers=TOKEN) as client:
        yield client


class Bluesky:
    def __init__(self, client, name="atelier.test", password="sandbox-secret"):
        said = client.post(
            "/xrpc/com.atproto.server.createSession",
            json={"identifier": name, "password": password},
        ).json()
        self.client, self.did, self.refresh = client, said["did"], said["refreshJwt"]
        self.token = {"Authorization": f"Bearer {said['accessJwt']}"}

    def call(self, method, **body):
        url = f"/xrpc/com.atproto.repo.{method}"
        return self.client.post(
            url, headers=self.token, json={"repo": self.did, "collection": POST} | body
        )

    def put(self, rkey=KEY, swap=True, **record):
        value = {"$type": POST, "text": "Bonjour", "createdAt": "2026-11-20T09:00:00Z"} | record
        return self.call(
            "putRecord", rkey=rkey, record=value, **({"swapRecord": None} if swap else {})
        )

    def upload(self, data=PNG, kind="image/png"):
        url, headers = "/xrpc/com.atproto.repo.uploadBlob", {**self.token, "Content-Type": kind}
        return self.client.post(url, headers=headers, content=data).json()["blob"]

    def view(self, method, **asked):
        return self.client.get(f"/xrpc/app.bsky.feed.{method}", params=asked)


@pytest.fixture
def bluesky(sandbox):
    with httpx2.Client(base_url=sandbox.url) as client:
        yield Bluesky(client)


def say(mastodon, text="Bonjour", key="", **more):
    headers = {"Idempotency-Key": key} if key else {}
    return mastodon.post("/api/v1/statuses", json={"status": text, **more}, headers=headers)


def upload(mastodon, data=PNG, alt="Une table"):
    return mastodon.post(
        "/api/v2/media", files={"file": ("a.png", data)}, data={"description": alt}
    )


# --- Mastodon: what it answers is what Mastodon's published description promises


def valid(schema, value):
    document = contracts.description("mastodon")
    contracts._validate(document, value, schema, "the answer")


def entity(name):
    return {"$ref": f"#/components/schemas/{name}"}


def test_every_answer_has_the_form_that_mastodon_has_published(mastodon, sandbox):
    media = upload(mastodon).json()
    note = say(
        mastodon, "Un #mot https://exemple.fr/", media_ids=[media["id"]], language="fr"
    ).json()
    sandbox.answer(note["id"], "Merci")
    sandbox.like(note["id"])
    url, me = f"/api/v1/statuses/{note['id']}", note["account"]["id"]
    for schema, path in (
        (entity("Status"), url),
        (entity("StatusSource"), f"{url}/source"),
        (entity("Context"), f"{url}/context"),
        ({"type": "array", "items": entity("Account")}, f"{url}/favourited_by"),
        (entity("MediaAttachment"), f"/api/v1/media/{media['id']}"),
        (entity("Instance"), "/api/v2/instance"),
        (entity("CredentialAccount"), "/api/v1/accounts/verify_credentials"),
        (entity("Account"), f"/api/v1/accounts/{me}"),
        ({"type": "array", "items": entity("Status")}, f"/api/v1/accounts/{me}/statuses"),
    ):
        valid(schema, mastodon.get(path).json())
    valid(entity("Status"), mastodon.put(url, json={"status": "Un autre"}).json())
    valid(entity("Status"), mastodon.delete(url).json())


def test_a_refusal_has_the_form_that_mastodon_has_published(mastodon):
    valid(entity("Error"), say(mastodon, "").json())


def test_a_status_is_kept_as_it_was_sent(mastodon):
    media = upload(mastodon).json()["id"]
    first = say(
        mastodon, "Attention", spoiler_text="Images dures", language="fr", visibility="unlisted",
        media_ids=[media],
    ).json()  # fmt: skip
    second = say(mastodon, "La suite", in_reply_to_id=first["id"]).json()
    assert (first["spoiler_text"], first["sensitive"], first["language"], first["visibility"]) == (
        "Images dures", True, "fr", "unlisted",
    )  # fmt: skip
    assert first["media_attachments"][0]["description"] == "Une table"
    assert mastodon.get(first["media_attachments"][0]["url"]).content == PNG
    assert second["in_reply_to_id"] == first["id"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"status": ""}, 422, "Text can't be blank"),
        ({"status": "x" * 501}, 422, "Text character limit of 500 exceeded"),
        ({"status": "x" * 490, "spoiler_text": "x" * 11}, 422, "limit of 500"),
        ({"status": "a", "language": "klingon"}, 422, "Language"),
        ({"status": "a", "language": "FR"}, 422, "Language"),
        ({"status": "a", "visibility": "secret"}, 422, "Visibility"),
        ({"status": "a", "media_ids": ["17"]}, 422, "Media 17 not found"),
        ({"status": "a", "media_ids": ["1", "2", "3", "4", "5"]}, 422, "more than 4 files"),
        ({"status": "a", "media_ids": "17"}, 400, "media_ids"),
        ({"status": 17}, 400, "status"),
        ({"status": "a", "in_reply_to_id": "17"}, 404, "reply to does not appear to exist"),
        ({"status": "a", "scheduled_at": "2027-01-01T00:00:00Z"}, 422, "scheduled_at"),
    ],
)
def test_a_status_that_mastodon_refuses_is_refused_and_not_kept(
    mastodon, sandbox, fields, status, words
):
    answer = mastodon.post("/api/v1/statuses", json=fields)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert not sandbox.notes()


@pytest.mark.parametrize(
    "text",
    [
        "x" * 500,
        "👩‍👩‍👧‍👦" * 500,
        f"{'x' * 476} https://exemple.fr/{'y' * 300}",
        f"{'x' * 492} @marie@{'y' * 60}.fr",
    ],
)
def test_a_status_of_just_five_hundred_is_taken(mastodon, text):
    assert say(mastodon, text).status_code == 200
    assert say(mastodon, f"{text} z").status_code == 422


@given(st.text(st.sampled_from("ab é👩‍🇫🇷\u0301 .:/@#\nhttps"), max_size=80))
def test_graphemes_are_counted_as_the_adapters_count_them(text):
    assert count.graphemes(text) == lengths.bluesky(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://exemple.fr/a", "(https://exemple.fr/a_(b))", "https://exemple.fr/a, puis", "@a@b.fr salut",
        "https://localhost:8000/un/chemin/tres/long/pour/compter", "https://blog.example/" + "x" * 40,
        "deux https://a.fr https://b.fr/" + "y" * 90, "@marie", "#Cité",
    ],
)  # fmt: skip
def test_two_countings_made_apart_agree_on_mastodon(text):
    assert count.mastodon(text) == lengths.mastodon(text)


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer other-1", "Basic sandbox-1"])
def test_a_token_that_is_none_of_ours_is_refused(sandbox, token):
    answer = httpx2.post(
        f"{sandbox.url}/api/v1/statuses", json={"status": "a"}, headers={"Authorization": token}
    )
    assert (answer.status_code, sandbox.notes()) == (401, [])


@pytest.mark.parametrize(
    ("data", "alt", "words"),
    [
        (b"<svg/>", "", "content type"),
        (PNG, "x" * 1501, "Description"),
        (PNG + bytes(16 << 20), "", "16 MB"),
    ],
)
def test_a_picture_that_mastodon_refuses_is_refused(mastodon, data, alt, words):
    answer = upload(mastodon, data, alt)
    assert answer.status_code == 422
    assert words in answer.json()["error"]


def test_a_picture_hangs_on_one_status_and_is_its_owners(mastodon, sandbox):
    media = upload(mastodon).json()["id"]
    other = {"Authorization": "Bearer sandbox-other"}
    stolen = httpx2.post(
        f"{sandbox.url}/api/v1/statuses", json={"media_ids": [media]}, headers=other
    )
    assert stolen.status_code == 422
    assert say(mastodon, media_ids=[media]).status_code == 200
    assert say(mastodon, media_ids=[media]).status_code == 422


def test_a_key_returns_the_first_status_for_an_hour_and_then_makes_another(
    mastodon, sandbox, clock
):
    first = say(mastodon, "Un", key="k").json()["id"]
    clock.now += dt.timedelta(minutes=59)
    assert say(mastodon, "Deux", key="k").json()["id"] == first
    assert say(mastodon, "Un", key="other").json()["id"] != first
    clock.now += dt.timedelta(minutes=2)
    assert say(mastodon, "Un", key="k").json()["id"] != first
    assert len(sandbox.notes()) == 3


def test_an_edit_that_names_no_pictures_loses_them(mastodon):
    note = say(mastodon, media_ids=[upload(mastodon).json()["id"]]).json()
    edited = mastodon.put(f"/api/v1/statuses/{note['id']}", json={"status": "Corrigé"}).json()
    assert (edited["content"], edited["media_attachments"]) == ("<p>Corrigé</p>", [])
    assert edited["edited_at"] == "2026-11-20T09:00:00.000Z"


def test_a_deleted_answer_takes_what_is_below_it_out_of_the_thread(mastodon, sandbox):
    note = say(mastodon).json()["id"]
    answer = sandbox.answer(note, "Une réponse")
    below = sandbox.answer(answer, "Une autre", name="Paul")
    context = f"/api/v1/statuses/{note}/context"
    assert [one["id"] for one in mastodon.get(context).json()["descendants"]] == [answer, below]
    sandbox.remove(answer)
    assert mastodon.get(context).json()["descendants"] == []
    assert mastodon.get(f"/api/v1/statuses/{below}").json()["in_reply_to_id"] is None
    assert mastodon.get(f"/api/v1/statuses/{answer}").status_code == 404


def test_a_private_status_is_seen_with_its_authors_token_only(mastodon, sandbox):
    note = say(mastodon, visibility="private").json()
    url, mine = (
        f"/api/v1/statuses/{note['id']}",
        f"/api/v1/accounts/{note['account']['id']}/statuses",
    )
    assert mastodon.get(url).status_code == 200
    assert len(mastodon.get(mine).json()) == 1
    assert httpx2.get(f"{sandbox.url}{url}").status_code == 404
    assert httpx2.get(f"{sandbox.url}{mine}").json() == []


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_an_answer_for_the_author_alone_is_in_the_authors_thread(mastodon, sandbox, visibility):
    note = say(mastodon).json()["id"]
    answer = sandbox.answer(note, "Entre nous", visibility=visibility)
    for path, headers, seen in (
        (f"/api/v1/statuses/{note}/context", TOKEN, True),
        (f"/api/v1/statuses/{note}/context", {}, False),
        (f"/api/v1/statuses/{note}/context", {"Authorization": "Bearer sandbox-other"}, False),
        (f"/api/v1/statuses/{answer}", TOKEN, True),
        (f"/api/v1/statuses/{answer}", {}, False),
    ):
        assert ("Entre nous" in httpx2.get(f"{sandbox.url}{path}", headers=headers).text) is seen


def test_without_a_token_a_thread_shows_sixty_answers(mastodon, sandbox):
    note = say(mastodon).json()["id"]
    for at in range(70):
        sandbox.answer(note, f"Réponse {at}")
    context = f"/api/v1/statuses/{note}/context"
    assert len(mastodon.get(context).json()["descendants"]) == 70
    assert len(httpx2.get(f"{sandbox.url}{context}").json()["descendants"]) == 60


def test_statuses_come_by_pages_the_newest_first(mastodon):
    sent = [say(mastodon, str(number)).json() for number in range(5)]
    url = f"/api/v1/accounts/{sent[0]['account']['id']}/statuses"
    first = mastodon.get(url, params={"limit": 2}).json()
    rest = mastodon.get(url, params={"max_id": first[-1]["id"]}).json()
    assert [one["id"] for one in first + rest] == [one["id"] for one in reversed(sent)]


# --- Bluesky


def test_the_same_record_again_changes_nothing_and_another_one_is_refused(bluesky, sandbox):
    first, again = bluesky.put(), bluesky.put()
    assert first.json() == again.json()
    other = bluesky.put(text="Autre chose")
    assert (other.status_code, other.json()["error"]) == (400, "InvalidSwap")
    assert [note.text for note in sandbox.notes()] == ["Bonjour"]
    assert bluesky.put(text="Autre chose", swap=False).status_code == 200


def test_a_new_record_on_a_taken_key_is_a_server_error(bluesky):
    bluesky.put()
    record = {"$type": POST, "text": "Bonjour", "createdAt": "2026-11-20T09:00:00Z"}
    assert bluesky.call("createRecord", rkey=KEY, record=record).status_code == 500
    assert bluesky.call("createRecord", record=record).status_code == 200


def test_a_record_can_be_taken_back_and_put_again(bluesky, sandbox):
    bluesky.put()
    for _ in range(2):
        assert bluesky.call("deleteRecord", rkey=KEY).status_code == 200
    assert not sandbox.notes()
    assert bluesky.put().status_code == 200


FACET = "app.bsky.richtext.facet"
WRONG = [
    ({"text": "x" * 301}, "InvalidRequest", "grapheme"),
    ({"text": "👩‍👩‍👧‍👦" * 130}, "InvalidRequest", "3000"),
    ({"text": None}, "InvalidRequest", "Expected string value type at $.record.text"),
    ({"createdAt": None}, "InvalidRequest", "createdAt"),
    ({"createdAt": "2026-11-20 09:00"}, "InvalidRequest", "createdAt"),
    ({"createdAt": "2026-13-20T09:00:00Z"}, "InvalidRequest", "createdAt"),
    ({"$type": "app.bsky.feed.like"}, "InvalidRequest", "$type"),
    ({"langs": ["fr", "en", "de", "es"]}, "InvalidRequest", "langs"),
    ({"langs": ["français"]}, "InvalidRequest", "langs"),
    ({"facets": [{"index": {"byteStart": -1, "byteEnd": 2}, "features": []}]}, "InvalidRequest", "byteStart"),
    ({"facets": [{"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": f"{FACET}#link"}]}]},
     "InvalidRequest", "uri"),
    ({"reply": {"root": {"uri": "https://x", "cid": "b"}}}, "InvalidRequest", "at-uri"),
    ({"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://x.fr"}}}, "InvalidRequest", "title"),
]  # fmt: skip


@pytest.mark.parametrize(("record", "error", "words"), WRONG)
def test_a_record_that_the_lexicon_forbids_is_refused_and_not_kept(
    bluesky, sandbox, record, error, words
):
    answer = bluesky.put(**record)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert words in answer.json()["message"]
    assert not sandbox.notes()


@pytest.mark.parametrize("rkey", ["mine", "3kabcdefghij", "0kabcdefghijk", "zzzzzzzzzzzzz", 7])
def test_a_key_that_is_no_tid_is_refused(bluesky, rkey):
    assert bluesky.put(rkey).status_code == 400


@pytest.mark.parametrize(
    ("size", "change", "where", "error"),
    [
        (2_000_001, {}, "images", "InvalidRequest"),
        (1_000_001, {}, "external", "InvalidRequest"),
        (1_000_001, {}, "images", ""),
        (9, {"mimeType": "image/jpeg"}, "images", "InvalidMimeType"),
        (9, {"mimeType": "text/plain"}, "images", "InvalidRequest"),
        (2_000_001, {"size": 9}, "images", "InvalidSize"),
        (9, {"ref": {"$link": "b" + "a" * 58}}, "images", "BlobNotFound"),
    ],
)
def test_a_picture_must_have_been_uploaded_and_be_small_enough(bluesky, size, change, where, error):
    blob = bluesky.upload(PNG.ljust(size, b"0")) | change
    embed = {
        "images": {"images": [{"image": blob, "alt": "Une table"}]},
        "external": {
            "external": {"uri": "https://x.fr", "title": "T", "description": "", "thumb": blob}
        },
    }[where]
    answer = bluesky.put(embed={"$type": f"app.bsky.embed.{where}", **embed})
    assert answer.json().get("error", "") == error


def test_a_session_ends_after_two_hours_and_is_renewed_with_its_other_token(bluesky, clock):
    clock.now += dt.timedelta(hours=2)
    assert bluesky.put().json()["error"] == "ExpiredToken"
    url = "/xrpc/com.atproto.server.refreshSession"
    again = bluesky.client.post(url, headers={"Authorization": f"Bearer {bluesky.refresh}"}).json()
    bluesky.token = {"Authorization": f"Bearer {again['accessJwt']}"}
    assert bluesky.put().status_code == 200


@pytest.mark.parametrize(
    ("token", "status", "error"),
    [("", 401, "AuthMissing"), ("Bearer sandbox-x", 400, "InvalidToken")],
)
def test_a_wrong_token_gets_the_error_of_the_real_server(bluesky, token, status, error):
    bluesky.token = {"Authorization": token}
    answer = bluesky.put()
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_nobody_writes_into_anothers_repository(bluesky):
    Bluesky(bluesky.client, "other.test")
    for repo, status in (("other.test", 401), ("did:plc:nobody", 403)):
        assert bluesky.call("putRecord", repo=repo, rkey=KEY, record={}).status_code == status


def test_a_thread_is_told_up_and_down_and_tells_what_is_gone(bluesky, sandbox):
    top = bluesky.put().json()["uri"]
    answer = sandbox.answer(top, "Une réponse")
    below = sandbox.answer(answer, "Une autre", name="Paul")
    sandbox.like(top)
    sandbox.boost(top)
    thread = bluesky.view("getPostThread", uri=top).json()["thread"]
    assert (
        thread["post"]["likeCount"],
        thread["post"]["repostCount"],
        thread["post"]["replyCount"],
    ) == (1, 1, 1)
    assert thread["replies"][0]["replies"][0]["post"]["uri"] == below
    assert (
        bluesky.view("getPostThread", uri=below).json()["thread"]["parent"]["parent"]["post"]["uri"]
        == top
    )
    assert len(bluesky.view("getLikes", uri=top).json()["likes"]) == 1
    sandbox.remove(answer)
    orphan = bluesky.view("getPostThread", uri=below).json()["thread"]
    assert orphan["parent"] == {
        "$type": "app.bsky.feed.defs#notFoundPost",
        "uri": answer,
        "notFound": True,
    }
    assert bluesky.view("getPostThread", uri=top).json()["thread"]["replies"] == []
    assert bluesky.view("getPosts", uris=[top, answer, below]).json()["posts"][1]["uri"] == below
    gone = bluesky.view("getPostThread", uri=answer)
    assert (gone.status_code, gone.json()["error"]) == (400, "NotFound")


def test_records_are_listed_by_pages_the_last_key_first(bluesky):
    keys = [f"3kabcdefghij{letter}" for letter in "abc"]
    for key in keys:
        bluesky.put(key)
    url = "/xrpc/com.atproto.repo.listRecords"
    asked = {"repo": "atelier.test", "collection": POST, "limit": "2"}
    first = bluesky.client.get(url, params=asked).json()
    second = bluesky.client.get(url, params={**asked, "cursor": first["cursor"]}).json()
    found = [one["uri"].rpartition("/")[2] for one in first["records"] + second["records"]]
    assert found == keys[::-1]
    missing = bluesky.client.get(
        "/xrpc/com.atproto.repo.getRecord", params={**asked, "rkey": "3kabcdefghijz"}
    )
    assert missing.json()["error"] == "RecordNotFound"


# --- Memory


def test_it_remembers_over_a_restart(tmp_path, clock):
    with (
        Sandbox(tmp_path, clock) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=TOKEN) as client,
    ):
        say(client, "Un", key="k")
    with (
        Sandbox(tmp_path, clock) as sandbox,
        httpx2.Client(base_url=sandbox.url, headers=TOKEN) as client,
    ):
        assert say(client, "Un", key="k").status_code == 200
        assert [note.text for note in sandbox.notes()] == ["Un"]


def test_the_same_requests_at_the_same_times_get_the_same_answers(tmp_path):
    def once(folder):
        with (
            Sandbox(folder, Clock()) as sandbox,
            httpx2.Client(base_url=sandbox.url, headers=TOKEN) as client,
        ):
            said = [upload(client).json(), say(client, "Un").json(), Bluesky(client).put().json()]
            return json.dumps(said).replace(sandbox.url, "")

    assert once(tmp_path / "a") == once(tmp_path / "b")


# --- Misbehaviour


@pytest.mark.parametrize(
    ("fault", "status", "kept"),
    [
        ("drop-after-commit", None, 1), ("reset", None, 0), ("429", 429, 0), ("500-before", 500, 0),
        ("500-after", 500, 1), ("slow", 200, 1), ("expired-token", 401, 0), ("html", 200, 0), ("html-after", 200, 1),
    ],
)  # fmt: skip
def test_it_misbehaves_once_and_then_behaves(mastodon, sandbox, fault, status, kept):
    sandbox.misbehave(fault, seconds=0.2)
    began = time.monotonic()
    if status is None:
        with pytest.raises(httpx2.TransportError):
            say(mastodon)
    else:
        answer = say(mastodon)
        assert answer.status_code == status
        assert ("html" in answer.headers["content-type"]) == fault.startswith("html")
        assert fault != "429" or answer.headers["retry-after"] == "1"
    assert fault != "slow" or time.monotonic() - began >= 0.2
    assert len(sandbox.notes()) == kept
    assert say(mastodon).status_code == 200


def test_a_fault_can_wait_for_a_path_and_let_some_pass(mastodon, sandbox):
    sandbox.misbehave("500-before", path="/statuses", skip=1, count=2)
    assert [upload(mastodon).status_code, *(say(mastodon).status_code for _ in range(4))] == [
        200,
        200,
        500,
        500,
        200,
    ]


def test_it_takes_an_order_over_http_as_json_only(mastodon, sandbox):
    url = f"{sandbox.url}/_misbehave"
    assert (
        httpx2.post(
            url, content='{"next": "html"}', headers={"Content-Type": "text/plain"}
        ).status_code
        == 415
    )
    assert httpx2.post(url, json={"next": "explode"}).status_code == 400
    assert httpx2.post(url, json={"next": "429", "count": 2, "seconds": 7}).status_code == 200
    assert [say(mastodon).headers.get("retry-after") for _ in range(3)] == ["7", "7", None]


def test_bluesky_misbehaves_in_its_own_words(bluesky, sandbox):
    sandbox.misbehave("expired-token")
    assert (bluesky.put().status_code, bluesky.put().status_code) == (400, 200)
    sandbox.misbehave("429")
    assert bluesky.put().json()["error"] == "RateLimitExceeded"


# --- The timeline


def form(sandbox, **said):
    page = httpx2.get(sandbox.url).text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    return httpx2.post(f"{sandbox.url}/_do", data={"token": token, **said})


@pytest.fixture(params=["mastodon", "bluesky"])
def note(request, sandbox):
    network = request.getfixturevalue(request.param)
    return say(network).json()["id"] if request.param == "mastodon" else network.put().json()["uri"]


def test_a_reader_answers_likes_and_boosts_in_the_browser(sandbox, note):
    assert form(sandbox, do="answer", id=note, name="Élodie", text="Merci !").status_code == 303
    form(sandbox, do="like", id=note, name="Élodie")
    form(sandbox, do="boost", id=note, name="Paul")
    page = httpx2.get(sandbox.url).text
    assert "Élodie" in page
    assert "1 like ·" in page
    top, answer = sandbox.notes()
    assert (top.likes, top.boosts, answer.text, answer.parent) == (1, 1, "Merci !", note)
    form(sandbox, do="like", id=note, name="Élodie")
    form(sandbox, do="remove", id=answer.id)
    assert [(one.id, one.likes) for one in sandbox.notes()] == [(note, 0)]


def test_an_answer_is_edited_and_a_note_is_quoted(sandbox, note):
    answer = sandbox.answer(note, "Mercii")
    sandbox.edit(answer, "Merci")
    sandbox.quote(note, "Lisez ceci", name="Paul")
    assert [one.text for one in sandbox.notes()] == ["Bonjour", "Merci", "Lisez ceci"]
    client = httpx2.Client(base_url=sandbox.url)
    if note.startswith("at://"):
        said = client.get("/xrpc/app.bsky.feed.getPosts", params={"uris": [note, answer]}).json()
        assert [one["quoteCount"] for one in said["posts"]] == [1, 0]
    else:
        assert client.get(f"/api/v1/statuses/{note}").json()["quotes_count"] == 1
        assert client.get(f"/api/v1/statuses/{answer}").json()["edited_at"]


def test_two_names_are_two_accounts_even_where_they_make_one_handle(sandbox, note):
    for name in ("👩🏽‍🔧", "🎉", "Zoé", "zoe", "Zoé"):
        sandbox.answer(note, "Merci", name=name)
    answers = sandbox.notes()[1:]
    assert [one.name for one in answers] == ["👩🏽‍🔧", "🎉", "Zoé", "zoe", "Zoé"]
    assert len({one.handle for one in answers}) == 4


def test_every_note_has_a_page_at_its_address(sandbox, note):
    [shown] = sandbox.notes()
    assert httpx2.get(shown.url).status_code == 200
    sandbox.remove(note)
    assert httpx2.get(shown.url).status_code == 404


def test_what_is_said_never_becomes_markup(mastodon, bluesky, sandbox):
    evil = '<script>alert(1)</script> https://a.fr/"onmouseover="x'
    say(mastodon, evil, spoiler_text=evil, media_ids=[upload(mastodon, alt=evil).json()["id"]])
    external = {"uri": "javascript:alert(1)", "title": evil, "description": evil}
    facet = {
        "index": {"byteStart": 0, "byteEnd": 5},
        "features": [{"$type": f"{FACET}#link", "uri": "javascript:x"}],
    }
    bluesky.put(
        text=evil, facets=[facet], embed={"$type": "app.bsky.embed.external", "external": external}
    )
    form(sandbox, do="answer", id=sandbox.notes()[0].id, name=evil, text=evil)
    page = httpx2.get(sandbox.url)
    assert "<script>" not in page.text
    assert 'href="javascript:' not in page.text
    assert '"onmouseover' not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_facets_beyond_the_text_are_dropped_and_the_others_follow_bytes(bluesky, sandbox):
    def link(start, end):
        index = {"byteStart": start, "byteEnd": end}
        return {"index": index, "features": [{"$type": f"{FACET}#link", "uri": "https://x.fr"}]}

    bluesky.put(text="été là", facets=[link(6, 9), link(0, 99)])
    assert ">là</a>" in sandbox.notes()[0].html
    assert sandbox.notes()[0].html.count("<a ") == 1


def test_a_form_without_our_token_does_nothing(sandbox, note):
    answer = httpx2.post(f"{sandbox.url}/_do", data={"do": "remove", "id": note})
    assert (answer.status_code, len(sandbox.notes())) == (403, 1)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "sandbox.evil.example"}, 421), ({"Host": ""}, 421),
        ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)  # fmt: skip
def test_another_site_reaches_nothing(mastodon, sandbox, headers, status):
    answer = mastodon.post("/api/v1/statuses", json={"status": "a"}, headers=headers)
    assert (answer.status_code, sandbox.notes()) == (status, [])


def test_a_wrong_form_is_answered_with_a_page_that_says_why(sandbox, note):
    answer = form(sandbox, do="answer", id=note, name="Zoé", text="x" * 600)
    assert answer.status_code == 422
    assert "<main" in answer.text
