"""Slack: an app of the team's own, which writes into one conversation.

https://docs.slack.dev/reference/methods/chat.postMessage,
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block,
https://docs.slack.dev/messaging/message-metadata. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, account_of, rows, secret_of, server_of, text_at
from cmflow.networks.spans import spans
from cmflow.note import Note, Reservation

_EVENT = "cmflow_note"
_PAGES = 5
_MESSAGE = re.compile(r"p(\d+)(\d{6})")
_RATE = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_CONTENT = {"msg_too_long", "no_text", "invalid_blocks", "message_not_found", "cant_update_message",
            "edit_window_closed", "msg_blocks_too_long", "thread_not_found"}  # fmt: skip
_TRANSIENT = {
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "unavailable",
}


class Slack(Base):
    """The messages of an app in one conversation. Each carries our key, so that it can be found."""

    name = "slack"
    title = "Slack"
    secrets = (
        Secret("TOKEN", say(
            "On api.slack.com/apps: your app → OAuth & Permissions → Bot User OAuth Token, with "
            "chat:write and channels:history; invite the app into the channel."
        )),
    )  # fmt: skip
    limits = Limits(
        text=4000,
        count=lengths.characters,
        source="https://docs.slack.dev/reference/methods/chat.postMessage#truncating",
        checked=dt.date(2026, 11, 21),
    )
    abilities = Abilities(thread=True, card=True, edit=True, delete=True, find=True, replies=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`; Slack draws the card itself, from the page."""
        home = text_at(account, self._ask(account, "POST", "auth.test"), "url").rstrip("/")
        body: dict[str, Any] = {
            "channel": account_of(account),
            **_said(note.parts[at].text),
            "unfurl_links": note.card is not None and at == 0,
            "metadata": {
                "event_type": _EVENT,
                "event_payload": {"key": reservation.key, "slug": note.slug, "part": at},
            },
        }
        if above:
            body["thread_ts"] = above[0].id
        said = self._ask(account, "POST", "chat.postMessage", commits=True, json=body)
        stamp = text_at(account, said, "ts", commits=True)
        return Sent(stamp, _url(home, account_of(account), stamp))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look for our key in the conversation, and for a later part under the first one."""
        home = text_at(account, self._ask(account, "POST", "auth.test"), "url").rstrip("/")
        channel = account_of(account)
        if at == 0:
            found, complete = self._look(
                account, "conversations.history", reservation.created, key=reservation.key
            )
        else:
            # The first part may have been sent long before this one was reserved.
            first, complete = self._look(
                account, "conversations.history", None, slug=note.slug, part=0
            )
            if not first:
                return Answer.CANNOT_TELL
            found, complete = self._look(
                account, "conversations.replies", None, ts=first, key=reservation.key
            )
        if found:
            return Sent(found, _url(home, channel, found))
        return Answer.ABSENT if complete else Answer.CANNOT_TELL

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the address has the time stamp without its point."""
        found = _MESSAGE.fullmatch(super().id_of(account, url))
        return f"{found[1]}.{found[2]}" if found else ""

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """See `cmflow.network.Network.edit`."""
        body = {"channel": account_of(account), "ts": sent.id, **_said(note.parts[at].text)}
        self._ask(account, "POST", "chat.update", repeatable=True, json=body)
        return sent

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        body = {"channel": account_of(account), "ts": sent.id}
        try:
            self._ask(account, "POST", "chat.delete", repeatable=True, json=body)
        except NetworkError as error:
            if "message_not_found" not in error.words:
                raise

    def _look(
        self,
        account: Account,
        method: str,
        since: dt.datetime | None,
        *,
        ts: str = "",
        **payload: Any,
    ) -> tuple[str, bool]:
        """Return the time stamp of the message that carries a payload, and whether we saw all."""
        params: dict[str, Any] = {
            "channel": account_of(account),
            "include_all_metadata": "true",
            "limit": 200,
        }
        if ts:
            params["ts"] = ts
        if since:
            params["oldest"] = str(int(since.timestamp()) - 300)
        for _ in range(_PAGES):
            said = self._ask(account, "GET", method, params=params)
            for message in rows(said, "messages"):
                if _carries(message, payload):
                    return text_at(account, message, "ts"), True
            cursor = said.get("response_metadata") if isinstance(said, dict) else None
            following = cursor.get("next_cursor") if isinstance(cursor, dict) else ""
            if not following:
                return "", True
            params["cursor"] = following
        return "", False

    def _ask(
        self, account: Account, method: str, name: str, *, commits: bool = False, **content: Any
    ) -> Any:
        """Call a method. Slack says 200 to everything, and `ok: false` to what it refuses."""
        said = account.http.ask(
            method, f"{server_of(account, 'https://slack.com')}/api/{name}", commits=commits,
            headers={"Authorization": f"Bearer {secret_of(account, self, 'TOKEN')}"}, **content,
        )  # fmt: skip
        if isinstance(said, dict) and said.get("ok") is True:
            return said
        code = str(said.get("error", "")) if isinstance(said, dict) else ""
        trouble = _sorted(code)
        certain = not commits or trouble is not Trouble.TRANSIENT
        raise account.http.refusal(trouble, f"{name}: {code or 'no answer'}", certain=certain)


def _sorted(code: str) -> Trouble:
    if code in _RATE:
        return Trouble.RATE
    if code in _CONTENT:
        return Trouble.CONTENT
    return Trouble.TRANSIENT if not code or code in _TRANSIENT else Trouble.AUTH


def _carries(message: dict[str, Any], payload: dict[str, Any]) -> bool:
    metadata = message.get("metadata")
    carried = metadata.get("event_payload") if isinstance(metadata, dict) else None
    if not isinstance(carried, dict) or metadata.get("event_type") != _EVENT:  # type: ignore[union-attr]  # it has a payload
        return False
    return all(carried.get(key) == value for key, value in payload.items())


def _said(text: str) -> dict[str, Any]:
    """Write a text as a block of words and links, in which Slack reads no markup.

    `text` is what notifications show and screen readers read; there three characters are escaped:
    https://docs.slack.dev/messaging/formatting-message-text#escaping.
    """
    elements: list[dict[str, str]] = []
    at = 0
    for span in spans(text):
        if span.link:
            elements.append({"type": "text", "text": text[at : span.start]})
            elements.append({"type": "link", "url": span.link})
            at = span.end
    elements.append({"type": "text", "text": text[at:]})
    section = {
        "type": "rich_text_section",
        "elements": [element for element in elements if element.get("text") != ""],
    }
    return {
        "text": escape(text),
        "blocks": [{"type": "rich_text", "elements": [section]}],
    }


def escape(text: str) -> str:
    """Escape the three characters with which Slack's markup begins."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _url(home: str, channel: str, stamp: str) -> str:
    return f"{home}/archives/{channel}/p{stamp.replace('.', '')}"


NETWORK = Slack()
