"""LinkedIn, Facebook, Threads, X, dev.to: what is asked, and what is made of the answers."""

import json
import re

import contracts
import httpx2
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st
from wire import CANARY, CARD, PICTURE, URL, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Sent, Trouble
from cmflow.networks.devto import NETWORK as DEVTO
from cmflow.networks.facebook import NETWORK as FACEBOOK
from cmflow.networks.linkedin import NETWORK as LINKEDIN
from cmflow.networks.linkedin import little
from cmflow.networks.threads import NETWORK as THREADS
from cmflow.networks.x import NETWORK as X

HOSTS = {"api.linkedin.com": "linkedin", "www.linkedin.com": "linkedin", "dev.to": "devto",
         "graph.facebook.com": "facebook", "graph.threads.net": "threads", "api.x.com": "x"}  # fmt: skip
TEXT = f"Une fête « #Cité » : {URL}"


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def wire():
    made = Wire()
    yield made
    for request in made.requests:
        contracts.check(HOSTS[request.url.host], request)


def send(network, wire, what=None, at=0, above=()):
    return network.send(account(network, wire), what or note(), at, reservation(at), above)


def find(network, wire, what=None, at=0):
    return network.find(account(network, wire), what or note(), at, reservation(at))


def trouble(network, wire, **more) -> tuple[Trouble, bool]:
    with pytest.raises(NetworkError) as caught:
        send(network, wire, **more)
    assert CANARY not in caught.value.words
    return caught.value.trouble, caught.value.certain


# LinkedIn

REST = "api.linkedin.com/rest"
SHARE = "urn:li:share:6844785523593134080"
IMAGE = "urn:li:image:C4E10AQFoyyAjHPMQuQ"
PLACE = "https://www.linkedin.com/dms-uploads/C4E10AQ?ca=x"


@pytest.fixture
def page(wire):
    wire.routes |= {
        f"POST {REST}/posts": lambda _: httpx2.Response(201, headers={"x-restli-id": SHARE}),
        f"POST {REST}/images": {"value": {"uploadUrl": PLACE, "image": IMAGE}},
        "PUT www.linkedin.com/dms-uploads/C4E10AQ": httpx2.Response(201),
    }
    return wire


def test_a_post_has_an_article_with_its_picture(page):
    assert send(LINKEDIN, page) == Sent(SHARE, f"https://www.linkedin.com/feed/update/{SHARE}/")
    body = page.sent()
    assert body["author"] == "urn:li:organization:2414183"
    assert body["commentary"] == "Une fête « {hashtag|\\#|Cité} » : " + URL
    assert body["content"]["article"] == {
        "source": URL, "title": "La fête", "description": "Un soir de novembre", "thumbnail": IMAGE,
    }  # fmt: skip
    assert page.requests[-1].headers["linkedin-version"].startswith("20")
    assert page.requests[1].content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("count", [1, 2])
def test_pictures_have_alternative_texts(page, count):
    send(LINKEDIN, page, note(media=(PICTURE,) * count))
    content = page.sent()["content"]
    one = content["media"] if count == 1 else content["multiImage"]["images"][1]
    assert one == {"id": IMAGE, "altText": "Une table, des chaises"}


def test_the_token_goes_to_no_other_house(page):
    for place in (
        "https://evil.example/dms",
        "http://www.linkedin.com/x",
        "https://xlinkedin.com/",
    ):
        page.routes[f"POST {REST}/images"] = {"value": {"uploadUrl": place, "image": IMAGE}}
        assert trouble(LINKEDIN, page) == (Trouble.TRANSIENT, True)


def test_a_refused_picture_costs_the_picture_not_the_note(page):
    page.routes[f"POST {REST}/images"] = (400, {"message": "bad picture"})
    send(LINKEDIN, page)
    assert "thumbnail" not in page.sent()["content"]["article"]


def test_an_answer_without_an_id_leaves_a_doubt(page):
    page.routes[f"POST {REST}/posts"] = httpx2.Response(201)
    assert trouble(LINKEDIN, page) == (Trouble.TRANSIENT, False)


def test_the_same_text_again_may_be_the_note_itself(page):
    page.routes[f"POST {REST}/posts"] = (
        422,
        {"message": "Content is a duplicate of urn:li:share:1"},
    )
    assert trouble(LINKEDIN, page) == (Trouble.TRANSIENT, False)


@given(st.text())
def test_little_text_keeps_every_letter_and_escapes_every_mark(text):
    written = re.sub(r"\{hashtag\|\\#\|((?:[^|{}]|\\.)+?)\}", r"\\#\1", little(text))
    assert not re.search(r"(?<!\\)(?:\\\\)*(?<!\\)[|{}@\[\]()<>#*_~]", written.replace("\\\\", ""))
    assert re.sub(r"\\(.)", r"\1", written) == text.replace("＃", "＃") or "＃" in text


def test_a_post_is_found_by_its_article(page):
    page.routes[f"GET {REST}/posts"] = {
        "elements": [
            {
                "id": "urn:li:share:1",
                "createdAt": 1700000000000,
                "content": {"article": {"source": URL}},
            },
            {"id": SHARE, "createdAt": 1795254068000, "content": {"article": {"source": URL[:-1]}}},
        ]
    }
    assert find(LINKEDIN, page).id == SHARE
    page.routes[f"GET {REST}/posts"] = {"elements": []}
    assert find(LINKEDIN, page) is Answer.ABSENT


def test_a_post_is_found_by_its_words(page):
    words = {"id": SHARE, "createdAt": 1795254068000, "commentary": little(TEXT)}
    page.routes[f"GET {REST}/posts"] = {"elements": [words]}
    assert find(LINKEDIN, page).id == SHARE


def test_without_the_right_to_read_nobody_can_tell(page):
    page.routes[f"GET {REST}/posts"] = (403, {"message": "Not enough permissions"})
    assert find(LINKEDIN, page) is Answer.CANNOT_TELL


def test_linkedin_s_post_is_edited_and_deleted(page):
    page.routes[f"(POST|DELETE) {REST}/posts/urn:li:share:6844785523593134080"] = httpx2.Response(
        204
    )
    LINKEDIN.edit(account(LINKEDIN, page), note("Mieux"), 0, Sent(SHARE, ""))
    assert page.sent() == {"patch": {"$set": {"commentary": "Mieux"}}}
    assert page.requests[-1].url.raw_path == b"/rest/posts/urn%3Ali%3Ashare%3A6844785523593134080"
    LINKEDIN.delete(account(LINKEDIN, page), Sent(SHARE, ""))


# Facebook

GRAPH = "graph.facebook.com/v26.0"


def test_a_page_s_post_has_message_and_link(wire):
    wire.routes[f"POST {GRAPH}/546349135390552/feed"] = {"id": "546_11"}
    assert send(FACEBOOK, wire) == Sent("546_11", "https://www.facebook.com/546_11")
    form = contracts.content(wire.requests[0])
    assert form == {
        "message": TEXT,
        "published": "true",
        "link": URL,
        "access_token": f"{CANARY}-token",
    }
    assert CANARY not in str(wire.requests[0].url)


def test_a_photo_is_uploaded_unseen_with_its_words(wire):
    wire.routes[f"POST {GRAPH}/546349135390552/photos"] = {"id": "77"}
    wire.routes[f"POST {GRAPH}/546349135390552/feed"] = {"id": "546_11"}
    send(FACEBOOK, wire, note(media=(PICTURE,)))
    photo = contracts.content(wire.requests[0])
    assert (photo["published"], photo["alt_text_custom"]) == ("false", "Une table, des chaises")
    form = contracts.content(wire.requests[1])
    assert json.loads(form["attached_media"]) == [{"media_fbid": "77"}]
    assert "link" not in form


def test_a_page_s_post_is_found_by_link_or_words(wire):
    old = {"id": "1", "message": TEXT, "created_time": "2025-01-01T00:00:00+0000"}
    link = {"id": "2", "message": "x", "created_time": "2026-11-20T09:41:09+0000",
            "permalink_url": "https://www.facebook.com/p/2",
            "attachments": {"data": [{"unshimmed_url": URL}]}}  # fmt: skip
    words = {"id": "3", "message": TEXT, "created_time": "2026-11-20T09:41:09+0000"}
    for data, id_ in (([old, link], "2"), ([words], "3")):
        wire.routes[f"GET {GRAPH}/546349135390552/published_posts"] = {"data": data}
        assert find(FACEBOOK, wire).id == id_
    wire.routes[f"GET {GRAPH}/546349135390552/published_posts"] = {"data": [old]}
    assert find(FACEBOOK, wire) is Answer.ABSENT


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"code": 190, "message": "Error validating access token"}, (Trouble.AUTH, True)),
        (403, {"code": 200, "message": "Permissions error"}, (Trouble.AUTH, True)),
        (400, {"code": 32, "message": "Page request limit reached"}, (Trouble.RATE, True)),
        (400, {"code": 100, "message": "Invalid parameter"}, (Trouble.CONTENT, True)),
        (403, {"code": 368, "message": "blocked"}, (Trouble.CONTENT, True)),
        (400, {"code": 506, "message": "Duplicate status message"}, (Trouble.TRANSIENT, False)),
        (500, {"code": 1, "message": "unknown"}, (Trouble.TRANSIENT, False)),
        (400, {"code": 99, "is_transient": True, "message": "x"}, (Trouble.TRANSIENT, False)),
        (400, "odd", (Trouble.CONTENT, True)),
    ],
)
def test_meta_s_refusals_are_sorted_by_their_code(wire, status, error, expected):
    wire.routes[f"POST {GRAPH}/546349135390552/feed"] = (status, {"error": error})
    assert trouble(FACEBOOK, wire) == expected


def test_facebook_s_post_is_edited_and_deleted(wire):
    wire.routes[f"(POST|DELETE) {GRAPH}/546_11"] = {"success": True}
    FACEBOOK.edit(account(FACEBOOK, wire), note("Mieux"), 0, Sent("546_11", ""))
    assert contracts.content(wire.requests[0])["message"] == "Mieux"
    FACEBOOK.delete(account(FACEBOOK, wire), Sent("546_11", ""))
    wire.routes = {f"DELETE {GRAPH}/546_11": (400, {"error": {"code": 100, "message": "gone"}})}
    FACEBOOK.delete(account(FACEBOOK, wire), Sent("546_11", ""))
    wire.routes = {f"DELETE {GRAPH}/546_11": (400, {"error": {"code": 190, "message": "token"}})}
    with pytest.raises(NetworkError):
        FACEBOOK.delete(account(FACEBOOK, wire), Sent("546_11", ""))


# Threads

META = "graph.threads.net/v1.0"
USER = "17841400000000000"


@pytest.fixture
def profile(wire):
    wire.routes |= {
        f"POST {META}/{USER}/threads": {"id": "500"},
        f"GET {META}/500": [{"status": "IN_PROGRESS"}, {"status": "FINISHED"}],
        f"POST {META}/{USER}/threads_publish": {"id": "600"},
        f"GET {META}/600": {"permalink": "https://www.threads.com/@acme/post/C"},
    }
    return wire


def test_a_container_is_published_when_it_is_ready(profile):
    assert send(THREADS, profile) == Sent("600", "https://www.threads.com/@acme/post/C")
    first, publish = (contracts.content(one) for one in profile.requests if one.method == "POST")
    assert first == {"media_type": "TEXT", "text": TEXT, "link_attachment": URL,
                     "access_token": f"{CANARY}-token"}  # fmt: skip
    assert publish["creation_id"] == "500"
    assert len(profile.slept) == 1


def test_only_the_publication_can_be_in_doubt(profile):
    profile.routes[f"POST {META}/{USER}/threads_publish"] = (500, {})
    assert trouble(THREADS, profile) == (Trouble.TRANSIENT, False)
    profile.routes[f"POST {META}/{USER}/threads"] = httpx2.ReadTimeout("slow")
    assert trouble(THREADS, profile) == (Trouble.TRANSIENT, True)


def test_a_container_with_an_error_is_refused(profile):
    profile.routes[f"GET {META}/500"] = {"status": "ERROR", "error_message": "TOO_LONG"}
    assert trouble(THREADS, profile) == (Trouble.CONTENT, True)


def test_a_post_whose_address_cannot_be_asked_is_sent_all_the_same(profile):
    profile.routes[f"GET {META}/600"] = (500, {})
    assert send(THREADS, profile) == Sent("600", "")


def test_a_later_post_answers_our_own_one(profile):
    send(THREADS, profile, note("un", "deux"), 1, (Sent("600", ""),))
    form = contracts.content(profile.requests[0])
    assert form["reply_to_id"] == "600"
    assert "link_attachment" not in form


def test_threads_posts_are_found(profile):
    post = {"id": "600", "text": TEXT, "permalink": "p", "timestamp": "2026-11-20T09:41:09+0000"}
    profile.routes[f"GET {META}/{USER}/threads"] = {"data": [post]}
    profile.routes[f"GET {META}/{USER}/replies"] = {"data": [{**post, "text": "deux"}]}
    assert find(THREADS, profile) == Sent("600", "p")
    assert find(THREADS, profile, note("un", "deux"), 1).id == "600"
    assert find(THREADS, profile, note("un", "trois"), 1) is Answer.ABSENT
    profile.routes[f"GET {META}/{USER}/threads"] = {"data": [{"id": "1", "text": "x"}] * 50}
    assert find(THREADS, profile) is Answer.CANNOT_TELL


def test_threads_post_is_deleted(profile):
    profile.routes = {f"DELETE {META}/600": {"success": True}}
    THREADS.delete(account(THREADS, profile), Sent("600", ""))


# X

API = "api.x.com/2"


def test_a_post_is_signed(wire):
    wire.routes[f"POST {API}/tweets"] = (201, {"data": {"id": "1445880548472328192", "text": "x"}})
    assert send(X, wire).url == "https://x.com/i/status/1445880548472328192"
    assert wire.sent() == {"text": TEXT}
    signed = wire.requests[0].headers["authorization"]
    assert signed.startswith("OAuth ")
    assert 'oauth_signature_method="HMAC-SHA1"' in signed
    assert f'oauth_consumer_key="{CANARY}-key"' in signed
    assert "secret" not in signed


def test_a_repeated_question_is_signed_anew(wire):
    wire.routes[f"GET {API}/users/me"] = [(503, {}), {"data": {"id": "2244994945"}}]
    wire.routes[f"GET {API}/users/2244994945/tweets"] = {"meta": {"result_count": 0}}
    assert find(X, wire) is Answer.ABSENT
    first, second = (one.headers["authorization"] for one in wire.requests[:2])
    assert first != second
    assert wire.requests[2].url.params["start_time"] == "2026-11-20T09:36:07Z"


def test_x_s_pictures_have_alternative_texts(wire):
    wire.routes[f"POST {API}/media/upload"] = {"data": {"id": "1146654567674912769"}}
    wire.routes[f"POST {API}/media/metadata"] = {"data": {}}
    wire.routes[f"POST {API}/tweets"] = (201, {"data": {"id": "1445880548472328192"}})
    send(X, wire, note(media=(PICTURE,)))
    assert wire.sent(1)["metadata"]["alt_text"]["text"] == "Une table, des chaises"
    assert wire.sent()["media"] == {"media_ids": ["1146654567674912769"]}


def test_a_later_tweet_answers_our_own_one(wire):
    wire.routes[f"POST {API}/tweets"] = (201, {"data": {"id": "1445880548472328192"}})
    send(X, wire, note("un", "deux"), 1, (Sent("1445880548472328191", ""),))
    assert wire.sent()["reply"] == {"in_reply_to_tweet_id": "1445880548472328191"}


def tweet(id_, text, *, answers=False, at="2026-11-20T09:41:09.000Z"):
    urls = [{"url": "https://t.co/abc", "expanded_url": URL}] if "t.co" in text else []
    return {"id": id_, "text": text, "created_at": at, "entities": {"urls": urls},
            "conversation_id": "1" if answers else id_}  # fmt: skip


@pytest.mark.parametrize(
    ("posts", "what", "at", "id_"),
    [
        ([tweet("1", "Une fête « #Cité » : https://t.co/abc")], None, 0, "1"),
        ([tweet("1", "Autre mot https://t.co/abc")], None, 0, "1"),
        ([tweet("3", "Une fête https://t.co/abc", answers=True)], None, 0, ""),
        ([tweet("1", "Une fête https://t.co/abc", at="2026-11-01T00:00:00Z")], None, 0, ""),
        ([tweet("1", "R&amp;D &lt;3")], note("R&D <3"), 0, "1"),
        ([tweet("1", "deux"), tweet("2", "deux", answers=True)], note("un", "deux"), 1, "2"),
    ],
)
def test_x_s_posts_are_found_with_their_links_restored(wire, posts, what, at, id_):
    wire.routes[f"GET {API}/users/me"] = {"data": {"id": "2244994945"}}
    wire.routes[f"GET {API}/users/2244994945/tweets"] = {"data": posts}
    found = find(X, wire, what, at)
    assert (found.id if isinstance(found, Sent) else "") == id_


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            403,
            {"detail": "You are not allowed to create a Tweet with duplicate content."},
            (Trouble.TRANSIENT, False),
        ),
        (403, {"detail": "You are not permitted to perform this action."}, (Trouble.AUTH, True)),
        (402, {"title": "CreditsDepleted"}, (Trouble.AUTH, True)),
        (401, {"title": "Unauthorized"}, (Trouble.AUTH, True)),
        (429, {"title": "Too Many Requests"}, (Trouble.RATE, True)),
        (400, {"errors": [{"message": "too long"}]}, (Trouble.CONTENT, True)),
        (503, {}, (Trouble.TRANSIENT, False)),
    ],
)
def test_x_s_refusals_are_sorted(wire, status, body, expected):
    wire.routes[f"POST {API}/tweets"] = (status, body)
    assert trouble(X, wire) == expected


def test_a_tweet_is_deleted(wire):
    wire.routes[f"DELETE {API}/tweets/1445880548472328192"] = {"data": {"deleted": True}}
    X.delete(account(X, wire), Sent("1445880548472328192", ""))


def test_what_x_takes_is_priced():
    assert "$0.20" in X.limits.cost


# dev.to


def test_an_article_names_our_page_as_its_origin(wire):
    wire.routes["GET dev.to/api/articles/me/all"] = lambda _: httpx2.Response(200, json=[])
    wire.routes["POST dev.to/api/articles"] = (201, {"id": 7, "url": "https://dev.to/acme/fete"})
    what = note("---\nUn **texte**", tags=("Intelligence artificielle", "Été", "#", "a", "b", "c"))
    assert send(DEVTO, wire, what) == Sent("7", "https://dev.to/acme/fete")
    assert wire.sent() == {
        "article": {
            "title": "La fête",
            "body_markdown": "\n---\nUn **texte**",
            "canonical_url": URL,
            "description": "Un soir de novembre",
            "tags": "intelligenceartificielle, été, a, b",
            "published": True,
        }
    }


def test_an_article_that_stands_is_not_written_again(wire):
    article = {"id": 7, "url": "https://dev.to/acme/fete", "canonical_url": URL[:-1]}
    wire.routes["GET dev.to/api/articles/me/all"] = lambda _: httpx2.Response(200, json=[article])
    assert send(DEVTO, wire).id == "7"
    assert wire.asked() == ["GET /api/articles/me/all"]


def test_every_page_of_articles_is_looked_through(wire):
    pages = [[{"id": at, "canonical_url": "https://x.example/"} for at in range(100)],
             [{"id": 900, "canonical_url": URL, "url": "u"}]]  # fmt: skip
    wire.routes["GET dev.to/api/articles/me/all"] = lambda request: httpx2.Response(
        200, json=pages[int(request.url.params["page"]) - 1]
    )
    assert find(DEVTO, wire) == Sent("900", "u")


def test_an_article_is_edited_and_taken_back(wire):
    wire.routes["PUT dev.to/api/articles/7"] = {"id": 7, "url": "u2"}
    assert DEVTO.edit(account(DEVTO, wire), note(card=CARD), 0, Sent("7", "u")).url == "u2"
    assert "published" not in wire.sent()["article"]
    DEVTO.delete(account(DEVTO, wire), Sent("7", "u"))
    assert wire.sent() == {"article": {"published": False}}
    wire.routes = {"PUT dev.to/api/articles/7": (404, {"error": "not found"})}
    DEVTO.delete(account(DEVTO, wire), Sent("7", "u"))
