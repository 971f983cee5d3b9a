"""Every source as it tells hostile answers: what its server would send, read by its own listener."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from base64 import b64encode
from email.mime.text import MIMEText
from xml.sax import saxutils

import httpx2
import stamina
from markupsafe import escape
from sites import front
from wire import CANARY, URL, Wire

from cmflow import sources
from cmflow.channel import Channel
from cmflow.heard import Heard, Topic
from cmflow.network import Account, Sent
from cmflow.source import Source
from cmflow.sources import mail_message
from cmflow.sources.base import UnreadableError
from cmflow.sources.mail_box import Found

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
WHEN = "2026-11-20T09:00:00Z"
TITLE = "La fête"
IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say."""


def sent(data):
    """Return an answer in ASCII, as servers write it: so it can hold halves of characters."""
    return httpx2.Response(200, content=json.dumps(data).encode())


def topic(slug, *sent):
    return Topic(slug, URL, TITLE, NOW, sent)


def address(text, at):
    """Return a hostile address: every other one begins as that of a page does."""
    return text if at % 2 else f"https://stranger.example/{at}/{text}"


def listened(kind, wire, settings, about, *, files=None, **secrets) -> tuple[Heard, ...]:
    """Let the listener of a kind read what the wire answers."""
    listener = sources.of_channel(kind) if kind in sources.CHANNELS else sources.of_kind(kind)
    http = wire.client(secrets=tuple(secrets.values()), resolve=lambda _: ("93.184.215.14",))
    account = Account(
        kind, settings, secrets, http, lambda _: b"", **({"files": files} if files else {})
    )
    with stamina.set_testing(True, attempts=1):
        batches = list(listener.listen(account, (about,), {}))
    return tuple(one for batch in batches for one in batch.heard)


def mastodon(strings, folder):
    rows = [
        {
            "id": str(1000 + at), "visibility": "public", "in_reply_to_id": "1",
            "created_at": WHEN, "edited_at": None, "language": "fr",
            "content": text if at % 2 else f"<p>{text}</p>",
            "spoiler_text": text, "url": address(text, at),
            "account": {"id": str(at), "display_name": text, "acct": "x",
                        "url": address(text, at), "avatar_static": address(text, at)},
            "media_attachments": [{"url": address(text, at), "description": text}],
        }
        for at, text in enumerate(strings)
    ]  # fmt: skip
    note = {"id": "1", "account": {"id": "me"}, "visibility": "public", "replies_count": len(rows)}
    wire = Wire({r"GET .*/context": sent({"descendants": rows}), r"GET .*/statuses/1": note})
    settings = Channel(network="mastodon", server="https://m.example")
    return listened("mastodon", wire, settings, topic("mastodon", Sent("1", "")), TOKEN=CANARY)


def bluesky(strings, folder):
    def view(at, text):
        links = [{"index": {"byteStart": 0, "byteEnd": len(text.encode("utf-8", "replace"))},
                  "features": [{"$type": "app.bsky.richtext.facet#link", "uri": address(text, at)}]}]  # fmt: skip
        did = f"did:plc:{at}"
        return {"$type": "app.bsky.feed.defs#threadViewPost", "replies": [], "post": {
            "uri": f"at://{did}/app.bsky.feed.post/{text if at % 2 else at}",
            "author": {"did": did, "handle": text, "displayName": text, "avatar": address(text, at)},
            "record": {"text": text, "createdAt": WHEN, "facets": links if at % 2 else []},
            "embed": {"external": {"uri": address(text, at), "title": text}},
        }}  # fmt: skip

    note = "at://did:plc:me/app.bsky.feed.post/1"
    thread = {"$type": "app.bsky.feed.defs#threadViewPost", "post": {"uri": note},
              "replies": [view(at, text) for at, text in enumerate(strings)]}  # fmt: skip
    wire = Wire({"GET .*getPostThread": sent({"thread": thread})})
    settings = Channel(network="bluesky", server="https://b.example", account="me.example")
    return listened("bluesky", wire, settings, topic("bluesky", Sent(note, "")))


def telegram(strings, folder):
    note = {"message_id": 5, "is_automatic_forward": True, "chat": {"id": -1001},
            "forward_origin": {"chat": {"id": -7, "username": "acme"}, "message_id": 1}}  # fmt: skip
    updates = [
        {"update_id": at, "message": {
            "message_id": 100 + at, "chat": {"id": -1001, "username": text}, "date": 1795000000,
            "from": {"first_name": text, "username": text}, "reply_to_message": note, "text": text,
            "entities": [{"type": "text_link", "offset": 0, "length": 5, "url": address(text, at)}],
        }}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    answers = [sent({"ok": True, "result": updates}), sent({"ok": True, "result": []})]
    wire = Wire({"POST .*getUpdates": answers})
    settings = Channel(network="telegram", account="@acme")
    return listened(
        "telegram", wire, settings, topic("telegram", Sent("1", "")), TOKEN=f"1:{CANARY}"
    )


def discord(strings, folder):
    rows = [
        {"id": str(100 + at), "channel_id": "22", "type": 19, "content": text, "timestamp": WHEN,
         "author": {"id": text, "global_name": text, "username": text},
         "message_reference": {"message_id": "33"},
         "attachments": [{"url": address(text, at), "description": text}]}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    about = topic("discord", Sent("33", "https://discord.com/channels/11/22/33"))
    found = ()
    # As many as are asked for in one run.
    for start in range(0, len(rows), 400):
        some = rows[start : start + 400]
        pages = [sent(some[at : at + 100]) for at in range(0, len(some), 100)]
        wire = Wire({"GET .*/messages/33": {"id": "33"}, "GET .*/messages": [*pages, sent([])]})
        found += listened("discord", wire, Channel(network="discord"), about, BOT=CANARY)
    return found


def slack(strings, folder):
    rows = [
        {"ts": f"{1795000000 + at}.000100", "user": f"U{at}{text}",
         "text": text if at % 2 else f"<{escape(address(text, at))}|{escape(text)}>",
         "user_profile": {"display_name": text},
         "files": [{"permalink": address(text, at), "title": text}]}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    wire = Wire({
        "GET .*conversations.replies": sent({"ok": True, "messages": rows}),
        "GET .*users.info": {"ok": True, "user": {"real_name": "<img src=x onerror=alert(1)>"}},
    })  # fmt: skip
    about = topic("slack", Sent("1.1", "https://acme.slack.com/archives/C1/p11"))
    settings = Channel(network="slack", account="C1")
    return listened("slack", wire, settings, about, TOKEN=CANARY)


def github(strings, folder):
    rows = [
        {"id": 100 + at, "html_url": address(text, at), "created_at": WHEN, "updated_at": WHEN,
         "user": {"login": text, "html_url": address(text, at), "avatar_url": address(text, at)},
         "body": text, "body_html": text if at % 2 else ""}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    issue = {"number": 1, "title": f"{TITLE} [github]", "body": "", "updated_at": WHEN,
             "html_url": "https://github.com/a/b/issues/1", "author_association": "OWNER",
             "user": {"login": "a"}}  # fmt: skip
    wire = Wire({"GET .*/issues/1/comments": sent(rows), "GET .*/issues": (200, [issue])})
    return listened("github", wire, Source(kind="github", account="a/b"), topic("github"))


def discussions(strings, folder):
    rows = [
        {"id": f"DC_{at}", "url": address(text, at), "createdAt": WHEN,
         "author": {"login": text, "url": address(text, at), "avatarUrl": address(text, at)},
         "body": text, "bodyHTML": text if at % 2 else ""}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    page = {"pageInfo": {"hasNextPage": False}}
    listed = {"id": "D_1", "title": f"{TITLE} [discussions]", "authorAssociation": "OWNER",
              "url": "https://github.com/a/b/discussions/1", "createdAt": WHEN}  # fmt: skip
    list_ = {"repository": {"discussions": page | {"nodes": [listed]}}}
    comments = {"nodes": [{"id": "D_1", "comments": page | {"nodes": rows}}]}
    wire = Wire({"POST .*/graphql": [sent({"data": list_}), sent({"data": comments})]})
    settings = Source(kind="github", account="a/b", discussions=True)
    return listened("github", wire, settings, topic("discussions"), TOKEN=CANARY)


def webmention(strings, folder):
    rows = [
        {"type": "entry", "wm-id": 100 + at, "wm-property": "in-reply-to", "wm-target": URL,
         "wm-source": f"https://s.example/{at}", "url": address(text, at), "published": WHEN,
         "author": {"name": text, "url": address(text, at), "photo": address(text, at)},
         "content": {"html": text} if at % 2 else {"text": text}}
        for at, text in enumerate(strings)
    ]  # fmt: skip
    wire = Wire({"GET .*mentions.jf2": [sent({"children": rows}), sent({"children": []})]})
    settings = Source(kind="webmention", account="blog.example")
    return listened("webmention", wire, settings, topic("webmention"), TOKEN=CANARY)


def feed(strings, folder):
    def entry(at, text):
        shown = saxutils.escape(IMPOSSIBLE.sub("", text))
        link = saxutils.quoteattr(IMPOSSIBLE.sub("", address(text, at)))
        return f"""<entry><id>urn:x:{at}</id><title>Comment on {TITLE}</title>
          <link rel="alternate" href={link}/><thr:in-reply-to ref="p" href="{URL}"/>
          <published>{WHEN}</published><updated>{WHEN}</updated>
          <author><name>{shown}</name><uri>{link[1:-1]}</uri></author>
          <content type="{"html" if at % 2 else "text"}">{shown}</content></entry>"""

    document = f"""<?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
      <id>urn:x</id><title>x</title><updated>{WHEN}</updated>
      {"".join(entry(at, text) for at, text in enumerate(strings))}</feed>"""
    headers = {"content-type": "application/atom+xml"}
    wire = Wire({"GET .*": httpx2.Response(200, headers=headers, content=document.encode())})
    settings = Source(kind="feed", url="https://elsewhere.example/comments.xml")
    return listened("feed", wire, settings, topic("feed"))


def file(strings, folder):
    """Files that a person pasted: what YAML cannot hold, nobody can paste."""
    found = {}
    for at, text in enumerate(strings):
        meta = {
            "post": "file",
            "name": text,
            "url": address(text, at),
            "profile": address(text, at),
        }
        path = folder / f"{at}.md"
        path.write_bytes(front(text, **meta).encode("utf-8", "replace"))
        found[path.name] = path
    return listened("file", Wire(), Source(kind="file"), topic("file"), files=lambda _: found)


def mail(strings, folder):
    found = []
    for at, text in enumerate(strings):
        kind = "html" if at % 2 else "plain"
        body = MIMEText(text.encode("utf-8", "replace").decode(), kind, "utf-8")
        name = b64encode(text.encode("utf-8", "replace")).decode()
        head = (
            f"From: =?utf-8?b?{name}?= <{at}@stranger.example>\nSubject: [mail]\n"
            f"Message-ID: <{at}@stranger.example>\nDate: Fri, 20 Nov 2026 09:00:00 +0000\n"
        )
        mailed = Found(at, head.encode() + body.as_bytes())
        with contextlib.suppress(UnreadableError):  # a mail that says nothing
            found.append(mail_message.read(mailed, "mail"))
    return tuple(one for one in found if one)


TELLERS = {
    teller.__name__: teller
    for teller in (
        mastodon, bluesky, telegram, discord, slack, github, discussions, webmention, feed, file, mail,
    )
}  # fmt: skip
