"""Telegram: a bot that writes into a channel of which it is an administrator.

https://core.telegram.org/bots/api (sendMessage, sendPhoto, sendMediaGroup, editMessageText,
editMessageCaption, deleteMessages). Read in November 2026 (Bot API 10.3).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, account_of, rows, secret_of, server_of, text_at
from cmflow.note import Media, Note, Reservation
from cmflow.reply import Reply

_CAPTION = 1024
_UNCHANGED = "message is not modified"


class Telegram(Base):
    """The messages of a channel, as plain text: no entity is parsed, so nothing needs escaping."""

    name = "telegram"
    title = "Telegram"
    secrets = (
        Secret("TOKEN", say(
            "Talk to @BotFather on Telegram: /newbot; "
            "make the bot an administrator of your channel."
        )),
    )  # fmt: skip
    limits = Limits(
        text=4096,
        count=lengths.utf16,
        source="https://core.telegram.org/bots/api#sendmessage",
        checked=dt.date(2026, 11, 21),
        media=10,
        media_bytes=10_000_000,
        media_kinds=("image/jpeg", "image/png", "image/webp"),
        caption=_CAPTION,
    )
    abilities = Abilities(thread=True, card=True, edit=True, delete=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`; a text too long for a caption is not sent."""
        del reservation
        part = note.parts[at]
        common: dict[str, Any] = {"chat_id": account_of(account)}
        if above:
            common["reply_parameters"] = {"message_id": int(above[-1].id.split(",")[0])}
        if not part.media:
            card = note.card if at == 0 else None
            preview = {"url": card.url, "prefer_large_media": True} if card else None
            body = {**common, "text": part.text} | (
                {"link_preview_options": preview} if preview else {}
            )
            said = self._call(account, "sendMessage", commits=True, json=body)
        else:
            said = self._pictures(account, common, part.text, part.media)
        return self._sent(account, said)

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the words, which stand under the pictures where there are any."""
        part = note.parts[at]
        method, key = (
            ("editMessageCaption", "caption") if part.media else ("editMessageText", "text")
        )
        body = {
            "chat_id": account_of(account),
            "message_id": int(sent.id.split(",")[0]),
            key: part.text,
        }
        try:
            self._call(account, method, repeatable=True, json=body)
        except NetworkError as error:
            if _UNCHANGED not in error.words:
                raise
        return sent

    def delete(self, account: Account, sent: Sent) -> None:
        """Delete the message, or all of an album; Telegram skips those that are gone."""
        ids = [int(one) for one in sent.id.split(",")]
        body = {"chat_id": account_of(account), "message_ids": ids}
        self._call(account, "deleteMessages", repeatable=True, json=body)

    def _pictures(
        self, account: Account, common: dict[str, Any], text: str, media: tuple[Media, ...]
    ) -> Any:
        if lengths.utf16(text) > _CAPTION:
            raise account.http.refusal(
                Trouble.CONTENT, f"{account.channel}: {lengths.utf16(text)} > {_CAPTION}",
                remedy=say(
                    "Telegram takes 1024 characters under a picture: "
                    "shorten the text, or leave the picture out."
                ),
            )  # fmt: skip
        files = {
            f"photo{at}": (one.path.rpartition("/")[2], account.read(one.path), one.kind)
            for at, one in enumerate(media)
        }
        # In a multipart request an object is written as JSON.
        form = {
            key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for key, value in common.items()
        }
        if len(media) == 1:
            return self._call(
                account, "sendPhoto", commits=True,
                data={**form, "caption": text}, files={"photo": files["photo0"]},
            )  # fmt: skip
        album: list[dict[str, str]] = [
            {"type": "photo", "media": f"attach://{name}"} for name in files
        ]
        album[0]["caption"] = text
        return self._call(
            account, "sendMediaGroup", commits=True,
            data={**form, "media": msgspec.json.encode(album).decode()}, files=files,
        )  # fmt: skip

    def _call(self, account: Account, method: str, **content: Any) -> Any:
        token = secret_of(account, self, "TOKEN")
        url = f"{server_of(account, 'https://api.telegram.org')}/bot{token}/{method}"
        return account.http.ask("POST", url, judge=_judge, **content)

    def _sent(self, account: Account, said: Any) -> Sent:
        """Read the ids of the messages; an album is several, of which the first one is shown."""
        album = rows(said, "result")
        first: Any = album[0] if album else said.get("result") if isinstance(said, dict) else None
        sent: list[Any] = [*album] or [first]
        ids = [text_at(account, one, "message_id", commits=True) for one in sent]
        chat = text_at(account, first, "chat", "id", commits=True)
        name = first["chat"].get("username")
        place = name or f"c/{chat.removeprefix('-100')}"
        return Sent(",".join(ids), f"https://t.me/{place}/{ids[0]}")


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort a 400 that means the bot may not write there; 404 is what a wrong token gets."""
    del reply
    words = str(said.get("description", "")) if isinstance(said, dict) else ""
    places = ("chat not found", "not enough rights", "need administrator rights", "bot was kicked")
    return Trouble.AUTH if any(place in words for place in places) else None


NETWORK = Telegram()
