"""What people answer on Telegram: in the group that is linked to a channel, where our bot must be.

https://core.telegram.org/bots/api#getupdates, …#message, …#messageentity, …#messageoriginchannel.
Read in November 2026 (Bot API 10.3).

Telegram keeps what a bot is told for 24 hours, or until the bot asks for what comes after it. So it
is asked for more only when what came before is kept; a lost mark means that it is heard again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.networks.base import account_of, rows, secret_of, server_of
from cmflow.networks.telegram import NETWORK
from cmflow.reply import Reply
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

_LIMIT = 100
_PAGES = 100
_OFFSET = "offset"
_WANTED = ["message", "edited_message", "message_reaction_count"]
_MEDIA = ("photo", "video", "animation", "audio", "document", "voice", "video_note", "sticker")


class Telegram:
    """The answers to the messages of one channel. What was deleted there, Telegram tells no bot."""

    name = NETWORK.name
    title = NETWORK.title
    secrets = NETWORK.secrets
    needs_note = True
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """Yield what the bot was told, a post at a time; see `cmflow.heard.Listener.listen`."""
        if not topics:
            return
        room = _Room(account, topics)
        offset = int(marks[_OFFSET]) if marks.get(_OFFSET, "").isdecimal() else 0
        for _ in range(_PAGES):
            updates = _updates(account, offset)
            yield from room.sorted_out(updates)
            offset = max([base.count(one, "update_id") + 1 for one in updates], default=offset)
            if len(updates) < _LIMIT:
                break
        if offset and str(offset) != marks.get(_OFFSET):
            yield Batch(marks={_OFFSET: str(offset)})

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`: a bot cannot ask for a message."""
        del account, topic, id
        return Answer.CANNOT_TELL


class _Room:
    """Which post each message is about: by the note it answers, or by the answer it answers."""

    def __init__(self, account: Account, topics: tuple[Topic, ...]) -> None:
        self.account = account
        self.slugs = {topic.slug: topic for topic in topics}
        self.notes = {
            number: topic.slug
            for topic in topics
            for sent in topic.sent
            for number in sent.id.split(",")
        }
        self.answers = {id_: topic.slug for topic in topics for id_ in topic.known}
        self.threads: dict[str, str] = {}
        self.likes: dict[str, dict[str, int]] = {}

    def sorted_out(self, updates: list[dict[str, Any]]) -> Iterator[Batch]:
        """Yield the answers among some updates, and the reactions to our notes."""
        said: dict[str, list[dict[str, Any]]] = {}
        for update in updates:
            message = base.table(update, "message") or base.table(update, "edited_message")
            slug = self._slug(message) if message else ""
            if slug and not message.get("is_automatic_forward"):
                said.setdefault(slug, []).append(message)
            self._count(base.table(update, "message_reaction_count"))
        for slug in dict.fromkeys([*said, *self.likes]):
            where = self.slugs[slug].sent[0].url
            heard, unread = base.read_each(said.get(slug, ()), self._read, where)
            likes = self.likes.get(slug)
            tally = Tally(likes=sum(likes.values())) if likes else None
            yield Batch(slug=slug, heard=heard, unread=unread, tally=tally, fleeting=True)

    def _slug(self, message: dict[str, Any]) -> str:
        """Find the post; remembers the message, so that answers to it find the post as well."""
        above = base.table(message, "reply_to_message")
        place = f"{base.text(message, 'chat', 'id')}/{base.text(message, 'message_thread_id')}"
        slug = (
            self._announced(message)
            or self._announced(above)
            or self.answers.get(_id(above), "")
            or self.threads.get(place, "")
        )
        if slug:
            self.answers[_id(message)] = slug
            self.threads[f"{place.partition('/')[0]}/{base.text(message, 'message_id')}"] = slug
            if self._announced(above):
                self.threads[place] = slug
        return slug

    def _announced(self, message: dict[str, Any]) -> str:
        """Return the post of a note that Telegram carried from the channel into the group."""
        origin = base.table(message, "forward_origin")
        if not message.get("is_automatic_forward") or not _is_channel(
            self.account, base.table(origin, "chat")
        ):
            return ""
        return self.notes.get(base.text(origin, "message_id"), "")

    def _count(self, counted: dict[str, Any]) -> None:
        number = base.text(counted, "message_id")
        slug = self.notes.get(number)
        if slug and _is_channel(self.account, base.table(counted, "chat")):
            total = sum(base.count(one, "total_count") for one in rows(counted, "reactions"))
            self.likes.setdefault(slug, {})[number] = total

    def _read(self, message: dict[str, Any]) -> Heard | None:
        """Read a message; nothing where a machine wrote it, or where it only tells an event."""
        person, chat = base.table(message, "from"), base.table(message, "sender_chat")
        ours = bool(chat) and _is_channel(self.account, chat)
        if person.get("is_bot") and not chat:
            return None
        html = _html(message)
        if not html:
            return None
        number = base.text(message, "message_id")
        names = (base.text(person, "first_name"), base.text(person, "last_name"))
        name = base.text(chat, "title") or " ".join(" ".join(names).split())
        if not number or not name:
            raise base.UnreadableError(say("A message has no id, or no author."))
        handle = base.text(chat or person, "username")
        above = base.table(message, "reply_to_message")
        return Heard(
            id=_id(message),
            author=Speaker(name, f"https://t.me/{handle}" if handle else ""),
            html=html,
            published=base.moment(message.get("date")),
            url=_url(message),
            reply_to="" if not above or self._announced(above) else _id(above),
            edited=base.moment(message["edit_date"]) if message.get("edit_date") else None,
            ours=ours,
        )


def _updates(account: Account, offset: int) -> list[dict[str, Any]]:
    token = secret_of(account, NETWORK, "TOKEN")
    url = f"{server_of(account, 'https://api.telegram.org')}/bot{token}/getUpdates"
    body: dict[str, Any] = {"limit": _LIMIT, "allowed_updates": _WANTED}
    if offset:
        body["offset"] = offset
    try:
        said = account.http.ask(
            "POST", url, json=body, judge=_judge, repeatable=True, most=base.LARGE
        )
    except NetworkError as error:
        if error.trouble is Trouble.CONTENT:
            remedy = say("Something else already reads what this bot is told; give cmflow a bot.")
            raise account.http.refusal(Trouble.AUTH, error.words, remedy=remedy) from None
        raise base.of_listening(error) from None
    return rows(said, "result")


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort a 409: there is a webhook, or another program asks for the updates."""
    del said
    return Trouble.CONTENT if reply.status == 409 else None


def _is_channel(account: Account, chat: dict[str, Any]) -> bool:
    name = account_of(account)
    return name.casefold() in (f"@{base.text(chat, 'username').casefold()}", base.text(chat, "id"))


def _id(message: dict[str, Any]) -> str:
    return f"telegram/{base.text(message, 'chat', 'id')}/{base.text(message, 'message_id')}"


def _url(message: dict[str, Any]) -> str:
    """Return where those see a message who may see the group."""
    name, id_ = base.text(message, "chat", "username"), base.text(message, "chat", "id")
    place = name or f"c/{id_.removeprefix('-100')}"
    return f"https://t.me/{place}/{base.text(message, 'message_id')}"


def _html(message: dict[str, Any]) -> str:
    """Return what a message says; of something attached only that it is there, and where."""
    kind = "text" if base.text(message, "text") else "caption"
    said = base.text(message, kind)
    units = said.encode("utf-16-le")
    entities = rows(message, "entities" if kind == "text" else "caption_entities")
    links = []
    for one in entities:
        start, end = (
            base.count(one, "offset"),
            base.count(one, "offset") + base.count(one, "length"),
        )
        words = units[start * 2 : end * 2].decode("utf-16-le", "replace")
        links.append((start, end, _target(one, words)))
    html = base.marked_up(said, links, codec="utf-16-le", width=2)
    attached = any(message.get(kind) for kind in _MEDIA)
    return html + (base.attachment(_url(message), "") if attached else "")


def _target(entity: dict[str, Any], words: str) -> str:
    match base.text(entity, "type"):
        case "text_link":
            return base.text(entity, "url")
        case "url":
            return words if base.web(words) else f"https://{words}"
        case "mention":
            return f"https://t.me/{words.removeprefix('@')}"
    return ""


LISTENER = Telegram()
