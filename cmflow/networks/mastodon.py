"""Mastodon, and what speaks its API: GoToSocial, Pleroma, Takahē, Hollo, snac.

https://docs.joinmastodon.org/methods/statuses/, https://docs.joinmastodon.org/methods/media/,
https://docs.joinmastodon.org/methods/instance/#v2. Read in November 2026 (Mastodon 4.7).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import quote, urlsplit

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import (
    Abilities,
    Account,
    Answer,
    Limits,
    NetworkError,
    Secret,
    Sent,
    Trouble,
)
from cmflow.networks.base import Base, rows, secret_of, server_of, text_at
from cmflow.networks.seen import is_ours, is_since
from cmflow.note import Media, Note, Reservation
from cmflow.reply import Reply, words_of

_PAGE = 40
_PAGES = 5
_LOOKS = 20
_BETWEEN = 1.5
# /@name/1, /@name/posts/1, /users/name/statuses/1, /notice/1, and then perhaps /embed.
_STATUS = re.compile(r"/(?:@[^/]+(?:/statuses|/posts)?|users/[^/]+/statuses|notice)/([^/]+)")
_OF_TOKEN = re.compile(r"token|credential|unauthori[sz]ed|not authori[sz]ed", re.IGNORECASE)


class Mastodon(Base):
    """The statuses of one account."""

    name = "mastodon"
    title = "Mastodon"
    secrets = (
        Secret(
            "TOKEN",
            say(
                "On your server: Preferences → Development → New application, "
                "with “read” and “write”; copy the access token."
            ),
        ),
    )  # fmt: skip
    limits = Limits(
        text=500,
        count=lengths.mastodon,
        source="https://docs.joinmastodon.org/user/posting/",
        checked=dt.date(2026, 11, 21),
        media=4,
        media_bytes=16_777_216,
        media_kinds=("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"),
        alt=1500,
    )
    abilities = Abilities(
        thread=True, alt=True, warning=True, edit=True, delete=True, find=True, replies=True
    )

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`.

        Visibility and language are always written: what a server does without them differs.
        """
        part = note.parts[at]
        status: dict[str, Any] = {**_said(note, at), "visibility": account.settings.visibility}
        if part.media:
            status["media_ids"] = [self._upload(account, media) for media in part.media]
        if above:
            status["in_reply_to_id"] = above[-1].id
        said = account.http.ask(
            "POST", f"{server_of(account)}/api/v1/statuses",
            commits=True, judge=_judge, json=status,
            headers={**self._token(account), "Idempotency-Key": reservation.key},
        )  # fmt: skip
        return Sent(text_at(account, said, "id", commits=True), _url(said))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look among the account's own recent statuses, as deep in their thread as the part is."""
        recent, complete = self._recent(account, reservation.created)
        for status in recent:
            said = str(status.get("content") or "")
            if is_ours(note.parts[at].text, note.url, said) and self._stands(account, status, at):
                return Sent(text_at(account, status, "id"), _url(status))
        return Answer.ABSENT if complete else Answer.CANNOT_TELL

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the words; the pictures stay, which the API does only when they are named."""
        url = f"{server_of(account)}/api/v1/statuses/{quote(sent.id, safe='')}"
        token = self._token(account)
        standing = account.http.ask("GET", url, headers=token, judge=_judge)
        status = _said(note, at)
        if media := [str(one["id"]) for one in rows(standing, "media_attachments") if "id" in one]:
            status["media_ids"] = media
        said = account.http.ask(
            "PUT", url, headers=token, json=status, judge=_judge, repeatable=True
        )
        return Sent(sent.id, _url(said) or sent.url)

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        url = f"{server_of(account)}/api/v1/statuses/{quote(sent.id, safe='')}"
        try:
            account.http.ask(
                "DELETE", url, headers=self._token(account), judge=_gone, repeatable=True
            )
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the address may be for people or for servers."""
        found = _STATUS.search(urlsplit(url).path)
        return found[1] if found else super().id_of(account, url)

    def limit_at(self, account: Account) -> int | None:
        """Ask the server; some answer 404 or 500 to the question."""
        said = account.http.ask("GET", f"{server_of(account)}/api/v2/instance")
        told = _table(_table(said, "configuration"), "statuses").get("max_characters")
        return told if type(told) is int and told > 0 else None

    def _token(self, account: Account) -> dict[str, str]:
        return {"Authorization": f"Bearer {secret_of(account, self, 'TOKEN')}"}

    def _upload(self, account: Account, media: Media) -> str:
        """Upload a picture and wait until the server has worked through it; returns its id."""
        base = server_of(account)
        name = media.path.rpartition("/")[2]
        said = account.http.ask(
            "POST", f"{base}/api/v2/media", headers=self._token(account), judge=_judge,
            files={"file": (name, account.read(media.path), media.kind)},
            data={"description": media.alt},
        )  # fmt: skip
        id_ = text_at(account, said, "id")
        for _ in range(_LOOKS):
            if said.get("url"):
                return id_
            account.http.sleep(_BETWEEN)
            said = account.http.ask(
                "GET", f"{base}/api/v1/media/{quote(id_, safe='')}", headers=self._token(account)
            )
            said = said if isinstance(said, dict) else {}
        raise account.http.refusal(Trouble.TRANSIENT, f"{name}: the server works on it still")

    def _recent(self, account: Account, since: dt.datetime) -> tuple[list[dict[str, Any]], bool]:
        """Return the account's own statuses since a moment, and whether these are all."""
        token, base = self._token(account), server_of(account)
        me = account.http.ask(
            "GET", f"{base}/api/v1/accounts/verify_credentials", headers=token, judge=_judge
        )
        url = f"{base}/api/v1/accounts/{quote(text_at(account, me, 'id'), safe='')}/statuses"
        recent: list[dict[str, Any]] = []
        params: dict[str, Any] = {"limit": _PAGE, "exclude_reblogs": "true"}
        for _ in range(_PAGES):
            said = account.http.ask("GET", url, headers=token, params=params, judge=_judge)
            if not isinstance(said, list):
                return recent, False
            page = [row for row in said if isinstance(row, dict)]
            new = [row for row in page if is_since(row.get("created_at"), since)]
            recent += new
            if not page or len(new) < len(page):
                return recent, True
            params["max_id"] = text_at(account, page[-1], "id")
        return recent, False

    def _stands(self, account: Account, status: dict[str, Any], at: int) -> bool:
        """Tell whether a status has as many statuses above it as a part has parts.

        Where one above was deleted since, nobody can count; then any answer may be the part.
        """
        base, token = server_of(account), self._token(account)
        for _ in range(at):
            above = status.get("in_reply_to_id")
            if not above:
                return False
            try:
                status = account.http.ask(
                    "GET", f"{base}/api/v1/statuses/{quote(str(above), safe='')}",
                    headers=token, judge=_gone,
                )  # fmt: skip
            except NetworkError as error:
                if error.trouble is Trouble.CONTENT:
                    return True
                raise
            status = status if isinstance(status, dict) else {}
        return not status.get("in_reply_to_id")


def _said(note: Note, at: int) -> dict[str, Any]:
    status: dict[str, Any] = {
        "status": note.parts[at].text,
        "language": note.language.split("-")[0].lower(),
    }
    if note.warning:
        status |= {"spoiler_text": note.warning, "sensitive": True}
    return status


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort what some servers answer to a wrong token (400), and to an answer to nothing (404)."""
    if reply.status in (400, 422) and _OF_TOKEN.search(words_of(said)):
        return Trouble.AUTH
    return Trouble.CONTENT if reply.status == 404 and words_of(said) else None


def _gone(reply: Reply, said: Any) -> Trouble | None:
    return Trouble.CONTENT if reply.status in (404, 410) else _judge(reply, said)


def _url(said: Any) -> str:
    return str(said.get("url") or said.get("uri") or "") if isinstance(said, dict) else ""


def _table(said: Any, key: str) -> dict[str, Any]:
    value = said.get(key) if isinstance(said, dict) else None
    return value if isinstance(value, dict) else {}


NETWORK = Mastodon()
