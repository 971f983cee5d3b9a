"""What people answer on Discord: a webhook is deaf, so a bot of the same server listens.

https://docs.discord.com/developers/resources/message#get-channel-messages,
https://docs.discord.com/developers/resources/message#message-object. Read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.network import Account, Answer, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import is_loopback, rows
from cmflow.networks.discord import NETWORK
from cmflow.reply import Reply
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

_API = "https://discord.com/api/v10"
_LIMIT = 100
_PAGES = 5
# A word of a person, or one in answer to another: the other types tell events.
_BY_PEOPLE = (0, 19)
_MENTION = re.compile(r"<@!?(\d+)>")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_MARKS = re.compile(r"\\([\\*_~`|>#-])")


class Discord:
    """The answers to the messages of a webhook, and the thread below each of them."""

    name = NETWORK.name
    title = NETWORK.title
    secrets = (
        Secret("BOT", say(
            "On discord.com/developers: New application → Bot → Reset token, with “Message content "
            "intent”; invite it with “View channels” and “Read message history”."
        )),
    )  # fmt: skip
    needs_note = True
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        return base.tour(account, topics, marks, self._hear)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`."""
        channel, _, number = id.removeprefix("discord/").partition("/")
        message = _message(account, channel, number)
        if message is None:
            return Answer.ABSENT
        try:
            return _read(message, topic.sent) or Answer.CANNOT_TELL
        except base.UnreadableError:
            return Answer.CANNOT_TELL

    def _hear(self, account: Account, topic: Topic) -> Batch:
        """Hear what answers a note: in its channel, by reference, and in its thread."""
        heard: dict[str, dict[str, Any]] = {}
        tallies: list[Tally] = []
        whole = True
        for part in topic.sent:
            note = _message(account, _channel(part), part.id)
            if note is None:
                continue
            tallies.append(
                Tally(likes=sum(base.count(r, "count") for r in rows(note, "reactions")))
            )
            after, complete = _after(account, _channel(part), part.id)
            heard |= _answering(after, {part.id})
            whole = whole and complete
            if thread := base.text(note, "thread", "id"):
                below, complete = _after(account, thread, "0")
                heard |= {base.text(one, "id"): one for one in below}
                whole = whole and complete
        where = topic.sent[0].url if topic.sent else topic.url
        said, unread = base.read_each(heard.values(), lambda row: _read(row, topic.sent), where)
        return Batch(
            slug=topic.slug, heard=said, unread=unread, tally=base.summed(tallies), whole=whole
        )


def _channel(part: Sent) -> str:
    """Return the channel of a message, which its address names."""
    return part.url.rstrip("/").split("/")[-2] if part.url.count("/") > 4 else ""


def _ask(account: Account, path: str, **params: str) -> Any:
    token = account.secrets.get("BOT", "").strip()
    headers = {"Authorization": f"Bot {token}"}
    server = account.settings.server.rstrip("/")
    # A server is told for trials on this machine only: the token is for Discord alone.
    place = server if is_loopback(urlsplit(server).hostname or "") else _API
    return account.http.ask(
        "GET", f"{place}/channels/{path}", headers=headers, judge=_judge, params=params,
        most=base.LARGE,
    )  # fmt: skip


def _message(account: Account, channel: str, number: str) -> dict[str, Any] | None:
    if not channel.isdecimal() or not number.isdecimal():
        return None
    try:
        return base.table(_ask(account, f"{channel}/messages/{number}"))
    except NetworkError as error:
        if error.trouble is Trouble.CONTENT:
            return None
        raise


def _after(account: Account, channel: str, after: str) -> tuple[list[dict[str, Any]], bool]:
    """Return what was said in a channel after a message, oldest first, and whether it is all."""
    found: list[dict[str, Any]] = []
    for _ in range(_PAGES):
        said = _ask(account, f"{channel}/messages", after=after, limit=str(_LIMIT))
        page = rows({"said": said}, "said")
        page = sorted(page, key=lambda one: _number(base.text(one, "id")))
        found += page
        last = base.text(page[-1], "id") if page else ""
        if len(page) < _LIMIT or _number(last) <= _number(after):
            return found, True
        after = last
    return found, False


def _number(id_: str) -> int:
    return int(id_) if id_.isdecimal() and len(id_) < 30 else 0


def _answering(messages: list[dict[str, Any]], roots: set[str]) -> dict[str, dict[str, Any]]:
    """Return the messages that answer one of some, or an answer to one."""
    found: dict[str, dict[str, Any]] = {}
    for one in messages:
        id_, above = base.text(one, "id"), base.text(one, "message_reference", "message_id")
        if id_ and above and (above in roots or above in found):
            found[id_] = one
    return found


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort a message that is not there; a channel that is not there is a matter of the bot."""
    return Trouble.CONTENT if reply.status == 404 and base.count(said, "code") == 10008 else None


def _read(message: dict[str, Any], parts: tuple[Sent, ...]) -> Heard | None:
    """Read a message; nothing where a machine wrote it, or where it only tells an event."""
    id_, channel = base.text(message, "id"), base.text(message, "channel_id")
    person = base.table(message, "author")
    if message.get("type", 0) not in _BY_PEOPLE or message.get("webhook_id") or person.get("bot"):
        return None
    name = base.text(person, "global_name") or base.text(person, "username")
    html = _html(message)
    if not id_ or not channel or not name:
        raise base.UnreadableError(say("A message has no id, or no author."))
    if not html:
        raise base.UnreadableError(
            say(
                "The message {id} comes without its words: the bot lacks the message content.",
                id=id_,
            )
        )
    user = base.text(person, "id")
    above = base.text(message, "message_reference", "message_id")
    place = base.text(message, "message_reference", "channel_id") or channel
    guild = next((part.url.split("/")[-3] for part in parts if part.url.count("/") > 4), "@me")
    return Heard(
        id=f"discord/{channel}/{id_}",
        author=Speaker(name, f"https://discord.com/users/{user}" if user else ""),
        html=html,
        published=base.moment(message.get("timestamp")),
        url=f"https://discord.com/channels/{guild}/{channel}/{id_}",
        reply_to=""
        if not above or above in {one.id for one in parts}
        else f"discord/{place}/{above}",
        edited=base.moment(message.get("edited_timestamp")),
    )


def _html(message: dict[str, Any]) -> str:
    """Return the words of a message, people and pictures by their names, and what is attached."""
    names = {
        base.text(one, "id"): base.text(one, "global_name") or base.text(one, "username")
        for one in rows(message, "mentions")
    }
    said = _MENTION.sub(lambda m: f"@{names.get(m[1]) or '…'}", base.text(message, "content"))
    html = base.linked(_MARKS.sub(r"\1", _EMOJI.sub(r"\1", said)))
    for one in rows(message, "attachments"):
        label = base.text(one, "description") or base.text(one, "filename")
        html += base.attachment(base.text(one, "url"), label)
    return html


LISTENER = Discord()
