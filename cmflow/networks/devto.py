"""dev.to, and every other Forem: an article that names ours as its origin.

https://developers.forem.com/api/v1#tag/articles. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, secret_of, server_of, text_at
from cmflow.networks.seen import same_address
from cmflow.note import Note, Reservation
from cmflow.reply import Reply

_PAGE = 100
_PAGES = 10
_NOT_TAG = re.compile(r"[\W_]+")


class DevTo(Base):
    """The articles of one account. The note's text is the article's Markdown."""

    name = "devto"
    title = "dev.to"
    secrets = (Secret("TOKEN", say("On dev.to: Settings → Extensions → DEV Community API keys.")),)
    limits = Limits(
        text=800_000,
        count=lengths.characters,
        source="https://developers.forem.com/api/v1#tag/articles",
        checked=dt.date(2026, 11, 21),
    )
    abilities = Abilities(edit=True, delete=True, find=True, replies=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Publish the article, unless one with our address as its origin stands already.

        The API has no key against doubles, but its own lists tell the origin of each article.
        """
        del above
        standing = self.find(account, note, at, reservation)
        if isinstance(standing, Sent):
            return standing
        body = {"article": {**_said(note, at), "published": True}}
        said = self._call(account, "POST", "/api/articles", commits=True, json=body)
        return Sent(text_at(account, said, "id", commits=True), str(said.get("url") or ""))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look through the account's articles, published and not, for our address."""
        del at, reservation
        return self._look(account, "canonical_url", note.url)

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the number is in no address, so ask."""
        found = self._look(account, "url", url)
        return found.id if isinstance(found, Sent) else ""

    def _look(self, account: Account, key: str, url: str) -> Sent | Answer:
        for page in range(1, _PAGES + 1):
            params = {"page": page, "per_page": _PAGE}
            said = self._call(account, "GET", "/api/articles/me/all", params=params)
            if not isinstance(said, list):
                return Answer.CANNOT_TELL
            for article in said:
                if _address(article, key) == same_address(url):
                    return Sent(text_at(account, article, "id"), str(article.get("url") or ""))
            if len(said) < _PAGE:
                return Answer.ABSENT
        return Answer.CANNOT_TELL

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """See `cmflow.network.Network.edit`."""
        said = self._call(
            account, "PUT", f"/api/articles/{sent.id}", repeatable=True,
            json={"article": _said(note, at)},
        )  # fmt: skip
        return Sent(
            sent.id, str(said.get("url") or sent.url) if isinstance(said, dict) else sent.url
        )

    def delete(self, account: Account, sent: Sent) -> None:
        """Make the article a draft again: the API deletes none."""
        body = {"article": {"published": False}}
        try:
            self._call(account, "PUT", f"/api/articles/{sent.id}", repeatable=True, json=body)
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def _call(self, account: Account, method: str, path: str, **content: Any) -> Any:
        return account.http.ask(
            method, f"{server_of(account, 'https://dev.to')}{path}", judge=_judge,
            headers={
                "api-key": secret_of(account, self, "TOKEN"),
                "Accept": "application/vnd.forem.api-v1+json",
            },
            **content,
        )  # fmt: skip


def _said(note: Note, at: int) -> dict[str, Any]:
    text = note.parts[at].text
    said: dict[str, Any] = {
        "title": note.title,
        # A text that begins with --- would be read as front matter, and change what we set here.
        "body_markdown": f"\n{text}" if text.startswith("---") else text,
        "canonical_url": note.url,
    }
    if tags := [tag for tag in (_tag(tag) for tag in note.tags) if tag]:
        said["tags"] = ", ".join(tags[:4])
    if note.card and note.card.description:
        said["description"] = note.card.description
    return said


def _tag(tag: str) -> str:
    """Write a tag as Forem takes it: letters and digits alone."""
    return _NOT_TAG.sub("", tag).lower()[:30]


def _address(article: Any, key: str) -> str:
    url = article.get(key) if isinstance(article, dict) else None
    return same_address(str(url)) if url else ""


def _judge(reply: Reply, said: Any) -> Trouble | None:
    del said
    return Trouble.CONTENT if reply.status == 404 else None


NETWORK = DevTo()
