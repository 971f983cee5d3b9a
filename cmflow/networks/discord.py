"""Discord: a webhook of one channel of a server.

https://docs.discord.com/developers/resources/webhook#execute-webhook, and
https://docs.discord.com/developers/reference#uploading-files. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, is_loopback, secret_of, text_at
from cmflow.networks.spans import spans
from cmflow.note import Card, Media, Note, Reservation
from cmflow.reply import Reply

_MARKS = re.compile(r"([\\*_~`|])|^(?=>|#{1,3} |-# )", re.MULTILINE)
_UNKNOWN = (10003, 10015)


class Discord(Base):
    """The messages of one webhook. It pings nobody, whatever the text says."""

    name = "discord"
    title = "Discord"
    secrets = (
        Secret("WEBHOOK", say("In Discord: Edit channel → Integrations → Webhooks → Copy URL.")),
    )  # fmt: skip
    limits = Limits(
        text=2000,
        count=lengths.characters,
        source="https://docs.discord.com/developers/resources/webhook#execute-webhook",
        checked=dt.date(2026, 11, 21),
        media=10,
        media_bytes=10_000_000,
        media_kinds=("image/jpeg", "image/png", "image/gif", "image/webp"),
        alt=1024,
    )
    abilities = Abilities(thread=True, card=True, alt=True, edit=True, delete=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`; a webhook cannot answer, so parts just follow."""
        del reservation, above
        part = note.parts[at]
        card = note.card if at == 0 and not part.media else None
        body: dict[str, Any] = {**_said(part.text), "allowed_mentions": {"parse": []}}
        media = part.media
        if card:
            body["embeds"] = [_embed(card)]
            media = (card.picture,) if card.picture else ()
        guild = self._guild(account)
        said = self._ask(
            account, "POST", "", commits=True, params={"wait": "true"},
            **_content(account, body, media),
        )  # fmt: skip
        id_ = text_at(account, said, "id", commits=True)
        channel = text_at(account, said, "channel_id", commits=True)
        return Sent(id_, f"https://discord.com/channels/{guild}/{channel}/{id_}")

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the words; card and pictures stay."""
        body = {**_said(note.parts[at].text), "allowed_mentions": {"parse": []}}
        self._ask(account, "PATCH", f"/messages/{sent.id}", repeatable=True, json=body)
        return sent

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        try:
            self._ask(account, "DELETE", f"/messages/{sent.id}", repeatable=True)
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def _guild(self, account: Account) -> str:
        """Ask which server the webhook is of; also tells a dead webhook before anything is sent."""
        return text_at(account, self._ask(account, "GET", ""), "guild_id")

    def _ask(self, account: Account, method: str, path: str, **content: Any) -> Any:
        hook = secret_of(account, self, "WEBHOOK").rstrip("/")
        parts = urlsplit(hook)
        if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
            remedy = next(secret.where for secret in self.secrets)
            raise account.http.refusal(Trouble.AUTH, "the webhook is no address", remedy=remedy)
        return account.http.ask(method, f"{hook}{path}", judge=_judge, **content)


def _said(text: str) -> dict[str, Any]:
    """Escape what Discord would read as Markdown, unless that makes the text too long."""
    escaped = escape(text)
    return {"content": escaped if lengths.characters(escaped) <= Discord.limits.text else text}


def escape(text: str) -> str:
    """Escape Discord's Markdown in a text, but not in its links."""
    out, at = [], 0
    for span in spans(text):
        if span.link:
            out += [_MARKS.sub(r"\\\1", text[at : span.start]), text[span.start : span.end]]
            at = span.end
    return "".join([*out, _MARKS.sub(r"\\\1", text[at:])])


def _embed(card: Card) -> dict[str, Any]:
    embed: dict[str, Any] = {"title": card.title[:256], "url": card.url}
    if card.description:
        embed["description"] = card.description[:4096]
    if card.picture:
        embed["image"] = {"url": f"attachment://{_name(card.picture, 0)}"}
    return embed


def _content(account: Account, body: dict[str, Any], media: tuple[Media, ...]) -> dict[str, Any]:
    """Make the request's content: JSON, or a form whose JSON names the attached files."""
    if not media:
        return {"json": body}
    body["attachments"] = [
        {"id": str(at), "filename": _name(one, at), "description": one.alt[:1024]}
        for at, one in enumerate(media)
    ]
    files = {
        f"files[{at}]": (_name(one, at), account.read(one.path), one.kind)
        for at, one in enumerate(media)
    }
    return {"data": {"payload_json": msgspec.json.encode(body).decode()}, "files": files}


def _name(media: Media, at: int) -> str:
    """Name a file so that nothing in its name can trouble an address."""
    return f"picture-{at}.{media.kind.rpartition('/')[2]}"


def _judge(reply: Reply, said: Any) -> Trouble | None:
    code = said.get("code") if isinstance(said, dict) else None
    if reply.status == 404:
        return Trouble.AUTH if code in _UNKNOWN else Trouble.CONTENT
    return None


NETWORK = Discord()
