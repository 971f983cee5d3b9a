"""Telegram, Discord, Slack: what is asked, and what is made of the answers."""

import json

import contracts
import httpx2
import pytest
import stamina
from wire import CANARY, CARD, PICTURE, URL, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Sent, Trouble
from cmflow.networks import discord, slack
from cmflow.networks.discord import NETWORK as DISCORD
from cmflow.networks.slack import NETWORK as SLACK
from cmflow.networks.telegram import NETWORK as TELEGRAM
from cmflow.note import Card

BOT = "api.telegram.org/bot[^/]+"
HOOK = "discord.com/api/v10/webhooks/[^/]+/[^/]+"
API = "slack.com/api"
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
        name = {"api.telegram.org": "telegram", "discord.com": "discord", "slack.com": "slack"}
        contracts.check(name[request.url.host], request)


def send(network, wire, what=None, at=0, above=()):
    return network.send(account(network, wire), what or note(), at, reservation(at), above)


# Telegram


def message(id_=12, **chat):
    return {"message_id": id_, "chat": {"id": -1001234567890, **(chat or {"username": "acme"})}}


def test_a_message_is_plain_text_with_the_card_of_our_page(wire):
    wire.routes[f"POST {BOT}/sendMessage"] = {"ok": True, "result": message()}
    assert send(TELEGRAM, wire) == Sent("12", "https://t.me/acme/12")
    assert wire.sent() == {
        "chat_id": "@acme",
        "text": TEXT,
        "link_preview_options": {"url": URL, "prefer_large_media": True},
    }


def test_a_private_channel_has_an_address_too(wire):
    wire.routes[f"POST {BOT}/sendMessage"] = {"ok": True, "result": message(title="x")}
    assert send(TELEGRAM, wire).url == "https://t.me/c/1234567890/12"


def test_a_later_message_answers_our_own_one(wire):
    wire.routes[f"POST {BOT}/sendMessage"] = {"ok": True, "result": message(13)}
    send(TELEGRAM, wire, note("un", "deux"), 1, (Sent("12", ""),))
    assert wire.sent() == {
        "chat_id": "@acme", "text": "deux", "reply_parameters": {"message_id": 12},
    }  # fmt: skip


def test_one_picture_carries_the_text(wire):
    wire.routes[f"POST {BOT}/sendPhoto"] = {"ok": True, "result": message()}
    what = note("un", "deux", media=(PICTURE,))
    send(TELEGRAM, wire, what)
    assert contracts.content(wire.requests[0])["caption"] == "un"


def test_an_album_is_one_note_of_several_messages(wire):
    wire.routes[f"POST {BOT}/sendMediaGroup"] = {"ok": True, "result": [message(12), message(13)]}
    sent = send(TELEGRAM, wire, note(media=(PICTURE, PICTURE)))
    assert sent == Sent("12,13", "https://t.me/acme/12")
    album = json.loads(contracts.content(wire.requests[0])["media"])
    assert album[0] == {"type": "photo", "media": "attach://photo0", "caption": TEXT}
    wire.routes[f"POST {BOT}/deleteMessages"] = {"ok": True, "result": True}
    TELEGRAM.delete(account(TELEGRAM, wire), sent)
    assert wire.sent()["message_ids"] == [12, 13]


def test_a_text_too_long_for_a_caption_is_refused_before_it_is_sent(wire):
    with pytest.raises(NetworkError) as caught:
        send(TELEGRAM, wire, note("🎉" * 513, media=(PICTURE,)))
    assert caught.value.trouble is Trouble.CONTENT
    assert caught.value.certain
    assert not wire.requests


@pytest.mark.parametrize("media", [(), (PICTURE,)])
def test_the_words_of_a_message_are_edited(wire, media):
    wire.routes[f"POST {BOT}/editMessage(Text|Caption)"] = {"ok": True, "result": message()}
    sent = Sent("12", "https://t.me/acme/12")
    assert TELEGRAM.edit(account(TELEGRAM, wire), note("Mieux", media=media), 0, sent) == sent
    assert wire.sent()["caption" if media else "text"] == "Mieux"


def test_the_same_words_again_are_no_error(wire):
    words = "Bad Request: message is not modified: specified new message content is the same"
    wire.routes[f"POST {BOT}/editMessageText"] = (400, {"ok": False, "description": words})
    TELEGRAM.edit(account(TELEGRAM, wire), note(), 0, Sent("12", ""))


@pytest.mark.parametrize(
    ("status", "words", "trouble"),
    [
        (401, "Unauthorized", Trouble.AUTH),
        (404, "Not Found", Trouble.AUTH),
        (400, "Bad Request: chat not found", Trouble.AUTH),
        (403, "Forbidden: bot is not a member of the channel chat", Trouble.AUTH),
        (400, "Bad Request: message is too long", Trouble.CONTENT),
        (429, "Too Many Requests: retry after 5", Trouble.RATE),
        (502, "Bad Gateway", Trouble.TRANSIENT),
    ],
)
def test_telegram_s_refusals_are_sorted(wire, status, words, trouble):
    body = {"ok": False, "description": words, "parameters": {"retry_after": 5}}
    wire.routes[f"POST {BOT}/sendMessage"] = (status, body)
    with pytest.raises(NetworkError) as caught:
        send(TELEGRAM, wire)
    assert caught.value.trouble is trouble
    assert words in caught.value.words
    assert caught.value.again == (5 if trouble is Trouble.RATE else None)
    assert CANARY not in caught.value.words


@pytest.mark.parametrize(
    "body", [{"ok": True}, {"ok": True, "result": {}}, {"ok": True, "result": []}, []]
)
def test_an_answer_without_an_id_leaves_telegram_s_note_in_doubt(wire, body):
    wire.routes[f"POST {BOT}/sendMessage"] = lambda _: httpx2.Response(200, json=body)
    with pytest.raises(NetworkError) as caught:
        send(TELEGRAM, wire)
    assert not caught.value.certain


def test_telegram_cannot_tell(wire):
    assert TELEGRAM.find(account(TELEGRAM, wire), note(), 0, reservation()) is Answer.CANNOT_TELL


# Discord


@pytest.fixture
def hook(wire):
    wire.routes |= {
        f"GET {HOOK}": {"id": "1", "guild_id": "77"},
        f"POST {HOOK}": {"id": "99", "channel_id": "88"},
    }
    return wire


def test_a_webhook_waits_and_pings_nobody(hook):
    sent = send(DISCORD, hook, note("@everyone un <@1>", card=None))
    assert sent == Sent("99", "https://discord.com/channels/77/88/99")
    assert hook.requests[-1].url.params["wait"] == "true"
    assert hook.sent() == {"content": "@everyone un <@1>", "allowed_mentions": {"parse": []}}


def test_a_card_is_an_embed_with_its_picture_and_its_words(hook):
    send(DISCORD, hook)
    form = contracts.content(hook.requests[-1])
    body = json.loads(form["payload_json"])
    assert body["embeds"] == [
        {"title": "La fête", "url": URL, "description": "Un soir de novembre",
         "image": {"url": "attachment://picture-0.jpeg"}}
    ]  # fmt: skip
    assert body["attachments"][0]["description"] == "Une table, des chaises"
    assert b'filename="picture-0.jpeg"' in hook.requests[-1].content


def test_a_card_without_a_picture_is_plain_json(hook):
    send(DISCORD, hook, note(card=Card(URL, "La fête")))
    assert hook.sent()["embeds"] == [{"title": "La fête", "url": URL}]


def test_pictures_come_with_their_words(hook):
    send(DISCORD, hook, note(media=(PICTURE,), card=CARD))
    body = json.loads(contracts.content(hook.requests[-1])["payload_json"])
    assert "embeds" not in body
    assert body["attachments"][0]["description"] == "Une table, des chaises"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("un *deux* _trois_ `x`", r"un \*deux\* \_trois\_ \`x\`"),
        ("voir https://a.example/x_y_z * fin", r"voir https://a.example/x_y_z \* fin"),
        ("> cité\n# Titre\n#Cité", "\\> cité\n\\# Titre\n#Cité"),
        ("2 > 1", "2 > 1"),
    ],
)
def test_what_discord_reads_as_markup_is_escaped(text, escaped):
    assert discord.escape(text) == escaped


def test_escaping_never_makes_a_text_too_long(hook):
    text = "*" * 1500
    send(DISCORD, hook, note(text, card=None))
    assert hook.sent()["content"] == text


def test_a_dead_webhook_is_found_out_before_anything_is_sent(wire):
    wire.routes[f"GET {HOOK}"] = (404, {"message": "Unknown Webhook", "code": 10015})
    with pytest.raises(NetworkError) as caught:
        send(DISCORD, wire)
    assert caught.value.trouble is Trouble.AUTH
    assert caught.value.certain
    assert CANARY not in caught.value.words


def test_discord_s_message_is_edited_and_deleted(hook):
    hook.routes[f"(PATCH|DELETE) {HOOK}/messages/99"] = {"id": "99"}
    DISCORD.edit(account(DISCORD, hook), note("Mieux"), 0, Sent("99", "u"))
    assert hook.sent() == {"content": "Mieux", "allowed_mentions": {"parse": []}}
    DISCORD.delete(account(DISCORD, hook), Sent("99", "u"))
    hook.routes = {
        f"DELETE {HOOK}/messages/99": (404, {"message": "Unknown Message", "code": 10008})
    }
    DISCORD.delete(account(DISCORD, hook), Sent("99", "u"))


def test_a_lost_answer_leaves_discord_s_note_in_doubt(hook):
    hook.routes[f"POST {HOOK}"] = httpx2.ReadTimeout("slow")
    with pytest.raises(NetworkError) as caught:
        send(DISCORD, hook)
    assert not caught.value.certain
    assert sum(one.method == "POST" for one in hook.requests) == 1


def test_a_webhook_that_is_no_address_is_refused(wire):
    with pytest.raises(NetworkError) as caught:
        DISCORD.send(
            account(DISCORD, wire, secrets={"WEBHOOK": "http://x/y"}), note(), 0, reservation(), ()
        )
    assert caught.value.trouble is Trouble.AUTH


# Slack

KEY = {"key": "fete/chan/0", "slug": "fete", "part": 0}


def carried(ts, **payload):
    return {
        "ts": ts,
        "text": "x",
        "metadata": {"event_type": "cmflow_note", "event_payload": payload},
    }


@pytest.fixture
def team(wire):
    wire.routes |= {
        f"POST {API}/auth.test": {"ok": True, "url": "https://acme.slack.com/"},
        f"POST {API}/chat.postMessage": {"ok": True, "ts": "1700000000.000100"},
    }
    return wire


def test_slack_reads_no_markup_in_our_words(team):
    sent = send(SLACK, team, note("<!channel> *a* & b https://a.example/?x=1&y=2, fin"))
    assert sent.url == "https://acme.slack.com/archives/C0123ABCD/p1700000000000100"
    body = team.sent()
    assert body["text"].startswith("&lt;!channel&gt; *a* &amp; b")
    assert body["blocks"][0]["elements"][0]["elements"] == [
        {"type": "text", "text": "<!channel> *a* & b "},
        {"type": "link", "url": "https://a.example/?x=1&y=2"},
        {"type": "text", "text": ", fin"},
    ]
    assert body["metadata"] == {"event_type": "cmflow_note", "event_payload": KEY}
    assert body["unfurl_links"] is True


def test_a_later_message_stands_in_the_thread_of_the_first(team):
    above = (Sent("1700000000.000100", ""), Sent("1700000000.000200", ""))
    send(SLACK, team, note("un", "deux", "trois"), 2, above)
    assert team.sent()["thread_ts"] == "1700000000.000100"


def test_a_message_is_found_by_our_key(team):
    team.routes[f"GET {API}/conversations.history"] = [
        {"ok": True, "messages": [{"ts": "2.000001"}, carried("3.000001", key="other")],
         "response_metadata": {"next_cursor": "more"}},
        {"ok": True, "messages": [carried("4.000001", **KEY)]},
    ]  # fmt: skip
    found = SLACK.find(account(SLACK, team), note(), 0, reservation())
    assert found.id == "4.000001"
    assert team.requests[-1].url.params["cursor"] == "more"
    assert team.requests[-1].url.params["include_all_metadata"] == "true"


def test_what_no_message_carries_is_absent(team):
    team.routes[f"GET {API}/conversations.history"] = {"ok": True, "messages": []}
    assert SLACK.find(account(SLACK, team), note(), 0, reservation()) is Answer.ABSENT


def test_a_later_part_is_looked_for_in_the_thread(team):
    team.routes[f"GET {API}/conversations.history"] = {
        "ok": True,
        "messages": [carried("4.000001", **KEY)],
    }
    team.routes[f"GET {API}/conversations.replies"] = {
        "ok": True, "messages": [carried("5.000001", key="fete/chan/1", slug="fete", part=1)],
    }  # fmt: skip
    thread = note("un", "deux")
    assert SLACK.find(account(SLACK, team), thread, 1, reservation(1)).id == "5.000001"
    assert team.requests[-1].url.params["ts"] == "4.000001"
    team.routes[f"GET {API}/conversations.history"] = {"ok": True, "messages": []}
    assert SLACK.find(account(SLACK, team), thread, 1, reservation(1)) is Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("code", "trouble", "certain"),
    [
        ("invalid_auth", Trouble.AUTH, True),
        ("not_in_channel", Trouble.AUTH, True),
        ("msg_too_long", Trouble.CONTENT, True),
        ("ratelimited", Trouble.RATE, True),
        ("internal_error", Trouble.TRANSIENT, False),
        ("", Trouble.TRANSIENT, False),
    ],
)
def test_slack_refuses_with_200(team, code, trouble, certain):
    team.routes[f"POST {API}/chat.postMessage"] = {"ok": False, "error": code}
    with pytest.raises(NetworkError) as caught:
        send(SLACK, team)
    assert (caught.value.trouble, caught.value.certain) == (trouble, certain)


def test_slack_s_message_is_edited_and_deleted(team):
    sent = Sent("1700000000.000100", "u")
    team.routes[f"POST {API}/chat.update"] = {"ok": True}
    SLACK.edit(account(SLACK, team), note("Mieux"), 0, sent)
    assert team.sent()["text"] == "Mieux"
    team.routes[f"POST {API}/chat.delete"] = {"ok": False, "error": "message_not_found"}
    SLACK.delete(account(SLACK, team), sent)
    team.routes[f"POST {API}/chat.delete"] = {"ok": False, "error": "invalid_auth"}
    with pytest.raises(NetworkError):
        SLACK.delete(account(SLACK, team), sent)


def test_three_characters_are_escaped():
    assert slack.escape("a < b & c > d") == "a &lt; b &amp; c &gt; d"
