"""Mastodon and what speaks its API: what is asked, and what is made of the answers."""

import contracts
import httpx2
import pytest
import stamina
from wire import CARD, CREATED, PICTURE, URL, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Sent, Trouble
from cmflow.networks.mastodon import NETWORK

API = "mastodon.example/api"
STATUS = {"id": "113", "url": "https://mastodon.example/@acme/113"}
SENT = Sent("113", STATUS["url"])


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def wire():
    made = Wire({f"POST {API}/v1/statuses": STATUS})
    yield made
    for request in made.requests:
        contracts.check("mastodon", request)


def test_a_note_is_sent_with_visibility_language_and_key(wire):
    sent = NETWORK.send(account(NETWORK, wire, visibility="unlisted"), note(), 0, reservation(), ())
    assert sent == SENT
    assert wire.sent() == {
        "status": f"Une fête « #Cité » : {URL}",
        "language": "fr",
        "visibility": "unlisted",
    }
    assert wire.requests[0].headers["idempotency-key"] == "fete/chan/0"
    assert wire.requests[0].headers["authorization"].startswith("Bearer canary")


def test_a_region_is_not_part_of_a_language(wire):
    french = note()
    NETWORK.send(account(NETWORK, wire), type(french)(**{
        field: getattr(french, field) for field in french.__struct_fields__} | {"language": "fr-CA"}
    ), 0, reservation(), ())  # fmt: skip
    assert wire.sent()["language"] == "fr"


def test_a_warning_covers_text_and_pictures(wire):
    NETWORK.send(account(NETWORK, wire), note(warning="Politique"), 0, reservation(), ())
    assert wire.sent()["spoiler_text"] == "Politique"
    assert wire.sent()["sensitive"] is True


def test_a_picture_goes_first_with_its_words(wire):
    wire.routes[f"POST {API}/v2/media"] = {"id": "7", "url": "https://m.example/7.jpg"}
    NETWORK.send(account(NETWORK, wire), note(media=(PICTURE, PICTURE)), 0, reservation(), ())
    assert wire.asked() == ["POST /api/v2/media"] * 2 + ["POST /api/v1/statuses"]
    form = contracts.content(wire.requests[0])
    assert form["description"] == "Une table, des chaises"
    assert b"Content-Type: image/jpeg" in wire.requests[0].content
    assert wire.sent()["media_ids"] == ["7", "7"]


def test_a_picture_in_the_works_is_waited_for(wire):
    wire.routes[f"POST {API}/v2/media"] = (202, {"id": "7", "url": None})
    wire.routes[f"GET {API}/v1/media/7"] = [
        httpx2.Response(206, json={"id": "7", "url": None}),
        {"id": "7", "url": "https://m.example/7.jpg"},
    ]
    NETWORK.send(account(NETWORK, wire), note(media=(PICTURE,)), 0, reservation(), ())
    assert len(wire.slept) == 2
    assert wire.sent()["media_ids"] == ["7"]


def test_a_picture_that_never_gets_ready_leaves_no_doubt(wire):
    wire.routes[f"POST {API}/v2/media"] = (202, {"id": "7", "url": None})
    wire.routes[f"GET {API}/v1/media/7"] = {"id": "7", "url": None}
    with pytest.raises(NetworkError) as caught:
        NETWORK.send(account(NETWORK, wire), note(media=(PICTURE,)), 0, reservation(), ())
    assert caught.value.certain
    assert "POST /api/v1/statuses" not in wire.asked()


def test_a_later_part_answers_our_own_one(wire):
    NETWORK.send(account(NETWORK, wire), note("un", "deux", "trois"), 2, reservation(2),
                 (SENT, Sent("114", "")))  # fmt: skip
    assert wire.sent()["in_reply_to_id"] == "114"


def own(id_, content, *, parent=None, at="2026-11-20T09:41:09.000Z"):
    return {"id": id_, "url": f"https://mastodon.example/@acme/{id_}", "content": content,
            "in_reply_to_id": parent, "created_at": at}  # fmt: skip


def find(wire, statuses, what=None, at=0):
    wire.routes[f"GET {API}/v1/accounts/verify_credentials"] = {"id": "42"}
    wire.routes[f"GET {API}/v1/accounts/42/statuses"] = [statuses, []]
    return NETWORK.find(account(NETWORK, wire), what or note(), at, reservation(at))


SHOWN = (
    '<p>Une fête « <a href="https://mastodon.example/tags/Cit%C3%A9" class="mention hashtag" '
    'rel="tag">#<span>Cité</span></a> » : <a href="https://blog.example/2026/11/fete/" '
    'target="_blank"><span class="invisible">https://</span><span class="">blog.example/2026/11/fete/'
    '</span><span class="invisible"></span></a></p>'
)


def test_a_note_that_stands_is_found_by_its_words(wire):
    assert find(wire, [own("9", "<p>Autre chose</p>"), own("113", SHOWN)]) == SENT
    assert wire.requests[1].url.params["exclude_reblogs"] == "true"


def test_a_note_whose_words_were_changed_is_found_by_its_link(wire):
    changed = '<p>Fete! <a href="https://BLOG.example/2026/11/fete">blog</a></p>'
    assert find(wire, [own("113", changed)]) == SENT


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Un *mot* fort", "<p>Un <em>mot</em> fort</p>"),
        ("Bonjour @ami@autre.example !", '<p>Bonjour <a href="x">@<span>ami</span></a> !</p>'),
        ("a\nb", "<p>a<br />b</p>"),
        ("R&D <3", "<p>R&amp;D &lt;3</p>"),
        ("🎉 🎉", "<p>🎉 🎉</p>"),
        ("e\u0301te\u0301", "<p>été</p>"),
    ],
)
def test_words_are_known_again_in_any_server_s_markup(wire, text, shown):
    assert find(wire, [own("113", shown)], note(text)) == SENT


def test_other_words_are_not_ours(wire):
    assert find(wire, [own("113", "<p>🎊</p>")], note("🎉")) is Answer.ABSENT
    assert find(wire, [own("113", "<p>un deux</p>")], note("un")) is Answer.ABSENT


def test_an_older_status_with_the_link_is_not_the_note(wire):
    assert find(wire, [own("113", SHOWN, at="2026-11-19T09:41:09.000Z")]) is Answer.ABSENT


def test_an_answer_of_ours_with_the_link_is_not_the_first_part(wire):
    wire.routes[f"GET {API}/v1/statuses/55"] = own("55", "<p>a stranger's</p>")
    assert find(wire, [own("113", SHOWN, parent="55")]) is Answer.ABSENT


def test_a_later_part_is_found_at_its_depth_though_two_are_alike(wire):
    thread = note("un", "suite", "suite")
    wire.routes[f"GET {API}/v1/statuses/1"] = own("1", "<p>un</p>")
    wire.routes[f"GET {API}/v1/statuses/2"] = own("2", "<p>suite</p>", parent="1")
    statuses = [own("3", "<p>suite</p>", parent="2"), own("2", "<p>suite</p>", parent="1")]
    assert find(wire, statuses, thread, 2).id == "3"
    assert find(wire, statuses, thread, 1).id == "2"
    assert find(wire, statuses[1:], thread, 2) is Answer.ABSENT


def test_a_part_is_found_although_a_person_deleted_the_one_above(wire):
    wire.routes[f"GET {API}/v1/statuses/1"] = (404, {"error": "Record not found"})
    assert find(wire, [own("2", "<p>deux</p>", parent="1")], note("un", "deux"), 1).id == "2"


def test_what_is_not_among_all_recent_ones_is_absent(wire):
    assert find(wire, []) is Answer.ABSENT


def test_a_busy_account_is_read_on_until_the_reservation(wire):
    wire.routes[f"GET {API}/v1/accounts/verify_credentials"] = {"id": "42"}
    wire.routes[f"GET {API}/v1/accounts/42/statuses"] = [
        [own(str(at), "<p>x</p>") for at in range(900, 860, -1)],
        [own("850", SHOWN)],
    ]
    found = NETWORK.find(account(NETWORK, wire), note(), 0, reservation())
    assert found.id == "850"
    assert wire.requests[2].url.params["max_id"] == "861"


def test_a_very_busy_account_cannot_be_told(wire):
    wire.routes[f"GET {API}/v1/accounts/verify_credentials"] = {"id": "42"}
    wire.routes[f"GET {API}/v1/accounts/42/statuses"] = [[own("9", "<p>x</p>")] * 40]
    assert NETWORK.find(account(NETWORK, wire), note(), 0, reservation()) is Answer.CANNOT_TELL


def test_the_pictures_stay_when_words_are_edited(wire):
    wire.routes[f"GET {API}/v1/statuses/113"] = {**STATUS, "media_attachments": [{"id": "7"}]}
    wire.routes[f"PUT {API}/v1/statuses/113"] = STATUS
    assert NETWORK.edit(account(NETWORK, wire), note("Mieux"), 0, SENT) == SENT
    assert wire.sent() == {"status": "Mieux", "language": "fr", "media_ids": ["7"]}


@pytest.mark.parametrize("reply", [{}, (404, {"error": "Record not found"}), (410, None)])
def test_what_is_gone_already_is_deleted(wire, reply):
    wire.routes[f"DELETE {API}/v1/statuses/113"] = reply
    NETWORK.delete(account(NETWORK, wire), SENT)


def test_a_wrong_token_does_not_pass_for_gone(wire):
    wire.routes[f"DELETE {API}/v1/statuses/113"] = (401, {"error": "The access token is invalid"})
    with pytest.raises(NetworkError):
        NETWORK.delete(account(NETWORK, wire), SENT)


@pytest.mark.parametrize(
    ("reply", "trouble", "certain"),
    [
        (
            (422, {"error": "Validation failed: Text character limit of 500 exceeded"}),
            Trouble.CONTENT,
            True,
        ),
        ((400, {"error": "invalid_token"}), Trouble.AUTH, True),
        ((422, None), Trouble.AUTH, True),
        ((404, {"error": "Record not found"}), Trouble.CONTENT, True),
        (httpx2.Response(404, html="<h1>nginx</h1>"), Trouble.AUTH, True),
        ((500, {"error": "oops"}), Trouble.TRANSIENT, False),
        ({"url": "an answer without an id"}, Trouble.TRANSIENT, False),
        (["garbage"], Trouble.TRANSIENT, False),
        (None, Trouble.TRANSIENT, False),
    ],
)
def test_what_servers_refuse_is_sorted(wire, reply, trouble, certain):
    wire.routes[f"POST {API}/v1/statuses"] = lambda _: (
        reply if isinstance(reply, httpx2.Response)
        else httpx2.Response(*([reply[0]] if isinstance(reply, tuple) else [200]),
                             json=reply[1] if isinstance(reply, tuple) and reply[1] else reply)
        if reply is not None and not (isinstance(reply, tuple) and reply[1] is None)
        else httpx2.Response(reply[0] if reply else 200)
    )  # fmt: skip
    with pytest.raises(NetworkError) as caught:
        NETWORK.send(account(NETWORK, wire), note(), 0, reservation(), ())
    assert (caught.value.trouble, caught.value.certain) == (trouble, certain)
    assert len(wire.requests) == 1


def test_a_missing_token_names_its_variable_and_where_to_get_one(wire):
    with pytest.raises(NetworkError) as caught:
        NETWORK.send(account(NETWORK, wire, secrets={}), note(), 0, reservation(), ())
    assert "CMFLOW_CHAN_TOKEN" in caught.value.words
    assert "Development" in caught.value.remedy.template
    assert not wire.requests


@pytest.mark.parametrize("server", ["", "http://mastodon.example", "mastodon.example", "ftp://x"])
def test_a_token_goes_only_over_tls(wire, server):
    with pytest.raises(NetworkError) as caught:
        NETWORK.send(account(NETWORK, wire, server=server), note(), 0, reservation(), ())
    assert caught.value.trouble is Trouble.AUTH
    assert not wire.requests


def test_this_machine_may_be_asked_without_tls():
    wire = Wire({"POST 127.0.0.1/api/v1/statuses": STATUS})
    NETWORK.send(
        account(NETWORK, wire, server="http://127.0.0.1:8765/"), note(), 0, reservation(), ()
    )


def test_the_limit_is_the_one_that_the_server_tells(wire):
    wire.routes[f"GET {API}/v2/instance"] = {
        "configuration": {"statuses": {"max_characters": 5000}}
    }
    assert NETWORK.limit_at(account(NETWORK, wire, secrets={})) == 5000


@pytest.mark.parametrize(
    "reply",
    [
        {"configuration": []},
        ["x"],
        {},
        {"configuration": {"statuses": {"max_characters": "many"}}},
        {"configuration": {"statuses": {"max_characters": True}}},
        {"configuration": {"statuses": {"max_characters": 0}}},
    ],
)
def test_a_server_that_tells_no_limit_has_told_none(wire, reply):
    wire.routes[f"GET {API}/v2/instance"] = lambda _: httpx2.Response(200, json=reply)
    assert NETWORK.limit_at(account(NETWORK, wire)) is None


def test_the_card_is_left_to_the_server(wire):
    NETWORK.send(account(NETWORK, wire), note(card=CARD), 0, reservation(created=CREATED), ())
    assert wire.asked() == ["POST /api/v1/statuses"]
