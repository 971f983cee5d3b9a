"""Telegram, Discord and Slack, listened to: what is asked, and what is made of answers of any shape."""

import datetime as dt
import json

import contracts
import httpx2
import pytest
import stamina
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_sources_networks import JSON, answered, bent, check_of
from wire import CANARY, URL, Wire

from cmflow import sources
from cmflow.channel import Channel
from cmflow.heard import Heard, Topic
from cmflow.network import Account, Answer, NetworkError, Sent, Trouble
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
BOT = "api.telegram.org/bot[^/]+"
DISCORD = "discord.com/api/v10/channels"
SLACK = "slack.com/api"
SECRETS = {
    "telegram": {"TOKEN": f"110201543:{CANARY}"},
    "discord": {"BOT": CANARY},
    "slack": {"TOKEN": CANARY},
}
PLACES = {"telegram": "@acme", "discord": "", "slack": "C0123ABCD"}
SENT = {
    "telegram": (Sent("12,13", "https://t.me/acme/12"), Sent("14", "https://t.me/acme/14")),
    "discord": (Sent("900", "https://discord.com/channels/1/55/900"),),
    "slack": (
        Sent("1763630000.000100", "https://acme.slack.com/archives/C0123ABCD/p1763630000000100"),
        Sent("1763630001.000100", "https://acme.slack.com/archives/C0123ABCD/p1763630001000100"),
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def wire():
    made = Wire()
    yield made
    names = {"api.telegram.org": "telegram", "discord.com": "discord", "slack.com": "slack"}
    for request in made.requests:
        contracts.check(names[request.url.host], request)


def account_of(name, wire):
    secrets = SECRETS[name]
    channel = Channel(network=name, account=PLACES[name])
    return Account(
        "chan", channel, secrets, wire.client(secrets=tuple(secrets.values())), lambda _: b""
    )


def topic_of(name, *known, slug="fete", sent=None):
    return Topic(slug, URL, "La fête", NOW, SENT[name] if sent is None else sent, frozenset(known))


def listen(name, wire, *topics, marks=None):
    listener = sources.of_channel(name)
    return list(listener.listen(account_of(name, wire), topics or (topic_of(name),), marks or {}))


def ask(name, wire, id_):
    return sources.of_channel(name).ask(account_of(name, wire), topic_of(name, id_), id_)


# Telegram

CHANNEL = {"id": -1001, "type": "channel", "username": "acme", "title": "Acme"}
GROUP = {"id": -1002002, "type": "supergroup", "title": "Acme, on en parle"}
ZOE = {"id": 7, "is_bot": False, "first_name": "Zoé", "last_name": "Dupont", "username": "zoe"}


def carried(number=12, id_=500, chat=None):
    """The note as Telegram carries it into the group."""
    origin = {"type": "channel", "chat": chat or CHANNEL, "message_id": number, "date": 1763630000}
    return {"message_id": id_, "date": 1763630001, "chat": GROUP, "is_automatic_forward": True,
            "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "sender_chat": CHANNEL,
            "forward_origin": origin, "text": "La fête"}  # fmt: skip


def talk(id_, text="Merci", **more):
    return {"message_id": id_, "date": 1763631667, "chat": GROUP, "from": ZOE, "text": text,
            "message_thread_id": 500} | more  # fmt: skip


def updates(wire, *things):
    rows = [
        {"update_id": 1000 + at, **({"message": one} if "message_id" in one else one)}
        for at, one in enumerate(things)
    ]
    wire.routes[f"POST {BOT}/getUpdates"] = {"ok": True, "result": rows}


def heard_on_telegram(batches):
    return {one.id: one for batch in batches for one in batch.heard}


def test_an_answer_in_the_linked_group_is_one_to_the_note(wire):
    updates(
        wire,
        carried(),
        talk(501, reply_to_message=carried()),
        talk(502, "Oui", reply_to_message=talk(501)),
    )
    batches = listen("telegram", wire)
    assert [batch.slug for batch in batches] == ["fete", ""]
    first, second = batches[0].heard
    assert first == Heard(
        id="telegram/-1002002/501", author=Speaker("Zoé Dupont", "https://t.me/zoe"), html="<p>Merci</p>",
        published=dt.datetime(2025, 11, 20, 9, 41, 7, tzinfo=dt.UTC), url="https://t.me/c/2002/501",
    )  # fmt: skip
    assert (second.reply_to, second.html) == ("telegram/-1002002/501", "<p>Oui</p>")
    assert not batches[0].whole
    assert batches[-1].marks == {"offset": "1003"}
    assert wire.sent() == {
        "limit": 100,
        "allowed_updates": ["message", "edited_message", "message_reaction_count"],
    }


def test_an_answer_to_a_later_part_or_to_one_known_before_finds_its_post(wire):
    later = carried(14, 600)
    updates(wire, talk(601, reply_to_message=later, message_thread_id=600),
            talk(602, reply_to_message=talk(300), message_thread_id=299))  # fmt: skip
    [batch, _] = listen("telegram", wire, topic_of("telegram", "telegram/-1002002/300"))
    assert [(one.id[-3:], one.reply_to) for one in batch.heard] == [
        ("601", ""),
        ("602", "telegram/-1002002/300"),
    ]


def test_what_is_about_something_else_is_not_heard(wire):
    bot = {"id": 9, "is_bot": True, "first_name": "Robot"}
    strange = {**CHANNEL, "id": -9, "username": "autre"}
    updates(
        wire, talk(501), talk(502, reply_to_message=carried(99)), talk(503, reply_to_message=carried(12, chat=strange)),
        talk(504, reply_to_message=carried(), **{"from": bot}), talk(505, "", reply_to_message=carried(), new_chat_title="x"),
        {"poll": {"id": "1"}},
    )  # fmt: skip
    assert heard_on_telegram(listen("telegram", wire)) == {}


def test_an_edit_our_own_words_and_the_reactions_are_heard(wire):
    ours = talk(502, "Avec plaisir", reply_to_message=talk(501), sender_chat=CHANNEL)
    edited = {
        "edited_message": talk(501, "Merci !", reply_to_message=carried(), edit_date=1763631700)
    }
    counts = [{"message_reaction_count": {"chat": CHANNEL, "message_id": number, "date": 1,
               "reactions": [{"type": {"type": "emoji", "emoji": "👍"}, "total_count": 2}]}} for number in (12, 14)]  # fmt: skip
    updates(wire, edited, ours, *counts)
    batch = listen("telegram", wire)[0]
    first, second = batch.heard
    assert first.edited == dt.datetime(2025, 11, 20, 9, 41, 40, tzinfo=dt.UTC)
    assert (second.ours, second.author.name, first.ours) == (True, "Acme", False)
    assert batch.tally == Tally(likes=4)


def test_links_stand_where_utf_16_says_and_what_is_attached_is_mentioned(wire):
    entities = [{"type": "text_link", "offset": 3, "length": 3, "url": "https://a.example"},
                {"type": "url", "offset": 7, "length": 9}, {"type": "text_link", "offset": 0, "length": 99, "url": "https://b"},
                {"type": "mention", "offset": 17, "length": 4}]  # fmt: skip
    said = talk(
        501,
        "👍 ici b.example @moi",
        entities=entities,
        reply_to_message=carried(),
        photo=[{"file_id": "x"}],
    )
    updates(wire, said)
    assert listen("telegram", wire)[0].heard[0].html == (
        '<p>👍 <a href="https://a.example">ici</a> <a href="https://b.example">b.example</a> <a href="https://t.me/moi">@moi</a></p>'
        '<p>📎 <a href="https://t.me/c/2002/501">t.me</a></p>'
    )


def test_telegram_forgets_only_what_is_kept(wire):
    pages = [[{"update_id": at, "message": talk(at, reply_to_message=carried())} for at in range(start, start + size)]
             for start, size in ((1, 100), (101, 3))]  # fmt: skip
    wire.routes[f"POST {BOT}/getUpdates"] = [{"ok": True, "result": page} for page in pages]
    asked = []
    for batch in sources.of_channel("telegram").listen(
        account_of("telegram", wire), (topic_of("telegram"),), {}
    ):
        asked.append(
            (len(batch.heard), [json.loads(one.content).get("offset") for one in wire.requests])
        )
    # The first hundred are kept before what comes after them is asked for; the last ones stay there.
    assert asked == [(100, [None]), (3, [None, 101]), (0, [None, 101])]
    wire.routes[f"POST {BOT}/getUpdates"] = {"ok": True, "result": []}
    assert listen("telegram", wire, marks={"offset": "104"}) == []
    assert wire.sent()["offset"] == 104


def test_another_reader_of_the_bot_is_named(wire):
    wire.routes[f"POST {BOT}/getUpdates"] = (
        409,
        {"ok": False, "description": "Conflict: can't use getUpdates while webhook is active"},
    )
    with pytest.raises(NetworkError) as caught:
        listen("telegram", wire)
    assert caught.value.trouble is Trouble.AUTH
    assert "already reads" in caught.value.remedy.show()
    assert ask("telegram", wire, "telegram/-1002002/501") is Answer.CANNOT_TELL


# Discord


def message(id_="901", content="Merci", **more):
    return {
        "id": id_, "channel_id": "55", "type": 19, "content": content, "timestamp": "2026-11-20T09:41:07.123000+00:00",
        "edited_timestamp": None, "author": {"id": "7", "username": "zoe", "global_name": "Zoé"},
        "message_reference": {"message_id": "900", "channel_id": "55"}, "mentions": [], "attachments": [],
    } | more  # fmt: skip


def guild(wire, *after, note=None, below=None):
    reactions = [{"count": 2, "emoji": {"name": "👍"}}, {"count": 1, "emoji": {"name": "🎉"}}]
    note = note or message(
        "900", type=0, webhook_id="1", reactions=reactions, message_reference=None
    )
    wire.routes |= {
        f"GET {DISCORD}/55/messages/900": note,
        f"GET {DISCORD}/55/messages": list(after),
        f"GET {DISCORD}/900/messages": below or [],
    }


def as_list(wire):
    """Let a route answer a list itself, and not one of it after the other."""
    for path, reply in wire.routes.items():
        if isinstance(reply, list):
            wire.routes[path] = answered(reply)


def test_answers_and_answers_to_them_are_heard_and_other_talk_is_not(wire):
    reference = {"message_id": "901", "channel_id": "55"}
    guild(wire, message("903", "Oui", message_reference=reference), message("902", type=0, message_reference=None),
          message(edited_timestamp="2026-11-20T10:00:00+00:00"), message("904", author={"id": "9", "bot": True, "username": "b"}),
          message("905", type=7))  # fmt: skip
    as_list(wire)
    [batch] = listen("discord", wire)
    assert [(one.id, one.reply_to) for one in batch.heard] == [
        ("discord/55/901", ""),
        ("discord/55/903", "discord/55/901"),
    ]
    first = batch.heard[0]
    assert first.author == Speaker("Zoé", "https://discord.com/users/7")
    assert first.url == "https://discord.com/channels/1/55/901"
    assert first.edited == dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)
    assert (batch.tally, batch.whole, batch.unread) == (Tally(likes=3), True, ())
    assert wire.requests[0].headers["authorization"] == f"Bot {CANARY}"


def test_the_thread_of_a_message_is_heard(wire):
    note = message("900", type=0, webhook_id="1", message_reference=None, thread={"id": "900"})
    below = [
        message("910", type=0, channel_id="900", message_reference=None),
        message("911", type=21, channel_id="900"),
    ]
    guild(wire, note=note, below=below)
    as_list(wire)
    [batch] = listen("discord", wire)
    assert [(one.id, one.reply_to) for one in batch.heard] == [("discord/900/910", "")]


def test_the_marks_of_discord_become_words(wire):
    said = "<@7> voyez https://a.example/x_y <:coeur:123> \\*rien\\* <b> {{ 7*7 }}"
    files = [{"url": "https://cdn.example/a.png", "filename": "a.png", "description": None}]
    guild(
        wire,
        message(
            content=said,
            mentions=[{"id": "7", "username": "zoe", "global_name": "Zoé"}],
            attachments=files,
        ),
    )
    as_list(wire)
    assert listen("discord", wire)[0].heard[0].html == (
        '<p>@Zoé voyez <a href="https://a.example/x_y">https://a.example/x_y</a> :coeur: *rien* &lt;b&gt; {{ 7*7 }}</p>'
        '<p>📎 <a href="https://cdn.example/a.png">a.png</a></p>'
    )


def test_words_that_the_bot_may_not_read_are_told(wire):
    guild(wire, message(content=""))
    as_list(wire)
    [batch] = listen("discord", wire)
    assert batch.heard == ()
    assert "lacks the message content" in batch.unread[0].message.show()


def test_a_deleted_message_is_gone_and_a_channel_that_is_closed_to_us_is_not(wire):
    wire.routes = {
        f"GET {DISCORD}/55/messages/901": (404, {"code": 10008, "message": "Unknown Message"})
    }
    assert ask("discord", wire, "discord/55/901") is Answer.ABSENT
    wire.routes = {
        f"GET {DISCORD}/55/messages/901": (404, {"code": 10003, "message": "Unknown Channel"})
    }
    with pytest.raises(NetworkError):
        ask("discord", wire, "discord/55/901")
    wire.routes = {f"GET {DISCORD}/55/messages/901": message()}
    assert isinstance(ask("discord", wire, "discord/55/901"), Heard)


def test_a_busy_channel_is_read_by_pages_and_not_for_ever(wire):
    def page(request):
        start = int(httpx2.QueryParams(request.url.query)["after"])
        return httpx2.Response(
            200,
            json=[
                message(str(start + at), type=0, message_reference=None) for at in range(100, 0, -1)
            ],
        )

    guild(wire)
    wire.routes[f"GET {DISCORD}/55/messages"] = page
    [batch] = listen("discord", wire)
    assert (len(wire.requests), batch.whole, batch.heard) == (6, False, ())


# Slack


def words(ts="1763631667.000200", text="Merci", **more):
    return {
        "type": "message",
        "user": "U07",
        "text": text,
        "ts": ts,
        "thread_ts": SENT["slack"][0].id,
    } | more


def workspace(wire, *rows, **more):
    own = {
        "type": "message",
        "bot_id": "B1",
        "user": "U00",
        "text": "x",
        "reactions": [{"name": "tada", "count": 3}],
    }
    parts = [own | {"ts": one.id} for one in SENT["slack"]]
    wire.routes |= {
        f"GET {SLACK}/conversations.replies": {"ok": True, "messages": [*parts, *rows]} | more,
        f"GET {SLACK}/users.info": {"ok": True, "user": {"id": "U07", "real_name": "Zoé Dupont",
            "profile": {"display_name": "Zoé", "email": "zoe@acme.example"}}},
    }  # fmt: skip


def test_a_thread_is_heard_with_the_names_of_people_and_without_their_addresses(wire):
    workspace(wire, words(), words("1763631668.000200", "Oui", edited={"ts": "1763631670.000000", "user": "U07"}),
              words("1763631669.000200", bot_id="B2"), words("1763631670.000200", subtype="channel_join"))  # fmt: skip
    [batch] = listen("slack", wire)
    first, second = batch.heard
    assert first.id == "slack/C0123ABCD/1763631667.000200"
    assert first.author == Speaker("Zoé", "https://acme.slack.com/team/U07")
    assert first.published == dt.datetime(2025, 11, 20, 9, 41, 7, tzinfo=dt.UTC)
    assert first.url.startswith("https://acme.slack.com/archives/C0123ABCD/p1763631667000200")
    assert second.edited == dt.datetime(2025, 11, 20, 9, 41, 10, tzinfo=dt.UTC)
    assert (batch.tally, batch.whole, batch.unread) == (Tally(likes=6), True, ())
    assert "@acme.example" not in repr(batch)
    assert wire.asked().count("GET /api/users.info") == 1


def test_the_marks_of_slack_become_words_and_links(wire):
    text = "<@U07> &lt;b&gt; <https://a.example/?x=1&amp;y|ici> <javascript:x|là> <!here> <#C1|général>\n\nFin <https://b.example>"
    files = [{"permalink": "https://acme.slack.com/files/1", "title": "Plan"}]
    workspace(wire, words(text=text, files=files))
    assert listen("slack", wire)[0].heard[0].html == (
        '<p>@Zoé &lt;b&gt; <a href="https://a.example/?x=1&amp;y">ici</a> là @here général</p>'
        '<p>Fin <a href="https://b.example">https://b.example</a></p>'
        '<p>📎 <a href="https://acme.slack.com/files/1">Plan</a></p>'
    )


def test_without_the_right_to_ask_for_names_their_ids_stand_there(wire):
    workspace(wire, words())
    wire.routes[f"GET {SLACK}/users.info"] = {"ok": False, "error": "missing_scope"}
    assert listen("slack", wire)[0].heard[0].author.name == "U07"


def test_a_long_thread_comes_by_pages(wire):
    workspace(wire)
    pages = [{"ok": True, "messages": [words()], "response_metadata": {"next_cursor": "c1"}},
             {"ok": True, "messages": [words("1763631668.000200")], "response_metadata": {"next_cursor": ""}}]  # fmt: skip
    wire.routes[f"GET {SLACK}/conversations.replies"] = pages
    [batch] = listen("slack", wire)
    assert (len(batch.heard), batch.whole) == (2, True)


def test_a_message_of_slack_is_asked_for_alone(wire):
    workspace(wire, words())
    assert isinstance(ask("slack", wire, "slack/C0123ABCD/1763631667.000200"), Heard)
    assert ask("slack", wire, "slack/C0123ABCD/1763631999.000200") is Answer.ABSENT
    wire.routes[f"GET {SLACK}/conversations.replies"] = {"ok": False, "error": "channel_not_found"}
    with pytest.raises(NetworkError):
        ask("slack", wire, "slack/C0123ABCD/1763631667.000200")


# Any answer

RICH = {
    "telegram": [
        {"update_id": 1, "message": talk(501, reply_to_message=carried(), entities=[{"type": "url", "offset": 0, "length": 3}])},
        {"update_id": 2, "edited_message": talk(502, reply_to_message=talk(501), photo=[{}], edit_date=1763631700)},
        {"update_id": 3, "message_reaction_count": {"chat": CHANNEL, "message_id": 12, "reactions": [{"total_count": 2}]}},
    ],
    "discord": [message(), message("902", message_reference={"message_id": "901"}, attachments=[{"url": "https://a.fr"}])],
    "slack": [words(), words("1763631668.000200", "<@U07> <https://a.fr|x>", files=[{"permalink": "https://a.fr"}])],
}  # fmt: skip


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", RICH)
def test_no_answer_of_any_shape_ends_in_a_traceback(name, data):
    body, made = bent(RICH[name], data.draw), Wire()
    note = bent(message("900", reactions=[{"count": 1}], thread={"id": "900"}), data.draw)
    made.routes = {
        "telegram": {"POST .*": answered({"ok": True, "result": body})},
        "discord": {"GET .*/messages/.*": answered(note), "GET .*": answered(body)},
        "slack": {
            "GET .*users.info": answered({"ok": True, "user": data.draw(JSON)}),
            "GET .*": answered({"ok": True, "messages": body}),
        },
    }[name]
    batches = []
    try:
        for batch in sources.of_channel(name).listen(account_of(name, made), (topic_of(name),), {}):
            batches.append(batch)
        ids = {
            "telegram": "telegram/1/2",
            "discord": "discord/55/901",
            "slack": "slack/C0123ABCD/1763631667.000200",
        }
        ask(name, made, ids[name])
    except NetworkError:
        pass
    check_of(batches)


def test_every_listener_is_what_the_desk_expects():
    for name in sources.CHANNELS:
        listener = sources.of_channel(name)
        assert listener.name == name
        assert listener.title
        assert listener.needs_note
        assert listener.vouches
        assert all(secret.where.show() for secret in listener.secrets)
    assert base.FROM
