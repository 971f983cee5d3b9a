"""LinkedIn: the page of an organisation.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api,
…/shares/images-api and …/shares/little-text-format. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, account_of, rows, secret_of, server_of, text_at
from cmflow.networks.seen import bare, is_since, same_address
from cmflow.networks.spans import spans
from cmflow.note import Card, Media, Note, Reservation
from cmflow.reply import Reply, words_of

VERSION = "202605"
"""The month of the API; LinkedIn ends each one after about a year."""

_RESERVED = str.maketrans({mark: f"\\{mark}" for mark in "\\|{}@[]()<>#*_~"})
_COUNT = 20
_URN = re.compile(r"[:-](share|ugcPost|activity)[:-](\d+)")


class LinkedIn(Base):
    """The posts of an organisation; `account:` is its number, or its whole URN."""

    name = "linkedin"
    title = "LinkedIn"
    secrets = (
        Secret("TOKEN", say(
            "On linkedin.com/developers: an app with the Community Management API; "
            "its token with w_organization_social lives 60 days."
        )),
    )  # fmt: skip
    limits = Limits(
        text=3000,
        count=lengths.characters,
        source="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api",
        checked=dt.date(2026, 11, 21),
        media=20,
        media_bytes=10_000_000,
        media_kinds=("image/jpeg", "image/png", "image/gif"),
        alt=4086,
    )
    abilities = Abilities(card=True, alt=True, edit=True, delete=True, find=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`."""
        del reservation, above
        part = note.parts[at]
        body: dict[str, Any] = {
            "author": _author(account),
            "commentary": little(part.text),
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        if part.media:
            body["content"] = self._pictures(account, part.media)
        elif note.card:
            body["content"] = {"article": self._article(account, note.card)}
        reply, _ = self._call(account, "POST", "/rest/posts", commits=True, json=body)
        return self._sent(text_at(account, reply.headers, "x-restli-id", commits=True))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look among the page's newest posts, which wants the right r_organization_social."""
        params = {"q": "author", "author": _author(account), "count": _COUNT, "sortBy": "CREATED"}
        headers = {"X-RestLi-Method": "FINDER"}
        try:
            _, said = self._call(account, "GET", "/rest/posts", params=params, headers=headers)
        except NetworkError as error:
            if error.trouble is Trouble.AUTH:
                return Answer.CANNOT_TELL
            raise
        posts = rows(said, "elements")
        recent = [post for post in posts if is_since(post.get("createdAt"), reservation.created)]
        for post in recent:
            if _is_ours(post, note, at):
                return self._sent(text_at(account, post, "id"))
        return Answer.ABSENT if len(recent) < _COUNT else Answer.CANNOT_TELL

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the address is /feed/update/urn…, or a title's."""
        del account
        found = _URN.search(unquote(urlsplit(url).path))
        return f"urn:li:{found[1]}:{found[2]}" if found else ""

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the words; LinkedIn lets nothing else be changed."""
        body = {"patch": {"$set": {"commentary": little(note.parts[at].text)}}}
        self._call(
            account, "POST", f"/rest/posts/{quote(sent.id, safe='')}", repeatable=True,
            json=body, headers={"X-RestLi-Method": "PARTIAL_UPDATE"},
        )  # fmt: skip
        return sent

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`; LinkedIn says 204 to one that is gone as well."""
        self._call(
            account, "DELETE", f"/rest/posts/{quote(sent.id, safe='')}", repeatable=True,
            headers={"X-RestLi-Method": "DELETE"},
        )  # fmt: skip

    def _pictures(self, account: Account, media: tuple[Media, ...]) -> dict[str, Any]:
        images = [
            {"id": self._upload(account, one)} | ({"altText": one.alt} if one.alt else {})
            for one in media
        ]
        return {"media": images[0]} if len(images) == 1 else {"multiImage": {"images": images}}

    def _article(self, account: Account, card: Card) -> dict[str, str]:
        """Describe the page: LinkedIn draws no card of itself; without picture if that fails."""
        article = {"source": card.url, "title": card.title[:400]}
        if card.description:
            article["description"] = card.description[:4086]
        if card.picture:
            try:
                article["thumbnail"] = self._upload(account, card.picture)
            except NetworkError as error:
                if error.trouble is not Trouble.CONTENT:
                    raise
        return article

    def _upload(self, account: Account, media: Media) -> str:
        """Upload a picture to where LinkedIn says; returns its URN."""
        _, said = self._call(
            account, "POST", "/rest/images", params={"action": "initializeUpload"},
            json={"initializeUploadRequest": {"owner": _author(account)}},
        )  # fmt: skip
        url = text_at(account, said, "value", "uploadUrl")
        # The token goes along, so the place must be LinkedIn's.
        host = urlsplit(url).hostname or ""
        ours = urlsplit(_server(account)).hostname
        if host != ours and not (url.startswith("https://") and host.endswith(".linkedin.com")):
            raise account.http.refusal(Trouble.TRANSIENT, f"{host}: not a place of LinkedIn's")
        account.http.ask(
            "PUT", url, repeatable=True, reads=False, content=account.read(media.path),
            headers={"Authorization": f"Bearer {secret_of(account, self, 'TOKEN')}"},
        )  # fmt: skip
        return text_at(account, said, "value", "image")

    def _call(
        self, account: Account, method: str, path: str, *, headers: dict[str, str] | None = None,
        **content: Any,
    ) -> tuple[Reply, Any]:  # fmt: skip
        said: tuple[Reply, Any] = account.http.call(
            method, f"{_server(account)}{path}", judge=_judge,
            headers={
                "Authorization": f"Bearer {secret_of(account, self, 'TOKEN')}",
                "LinkedIn-Version": VERSION,
                "X-Restli-Protocol-Version": "2.0.0",
                **(headers or {}),
            },
            **content,
        )  # fmt: skip
        return said

    def _sent(self, urn: str) -> Sent:
        return Sent(urn, f"https://www.linkedin.com/feed/update/{urn}/")


def _server(account: Account) -> str:
    return server_of(account, "https://api.linkedin.com")


def _author(account: Account) -> str:
    name = account_of(account)
    return name if name.startswith("urn:") else f"urn:li:organization:{name}"


def little(text: str) -> str:
    """Write a text in LinkedIn's “little” format: hashtags as such, all its other marks escaped."""
    out, at = [], 0
    for span in spans(text):
        if span.tag:
            out += [text[at : span.start].translate(_RESERVED)]
            out += [f"{{hashtag|\\#|{span.tag.translate(_RESERVED)}}}"]
            at = span.end
    return "".join([*out, text[at:].translate(_RESERVED)])


def _is_ours(post: dict[str, Any], note: Note, at: int) -> bool:
    content = post.get("content")
    article = content.get("article") if isinstance(content, dict) else None
    source = article.get("source") if isinstance(article, dict) else ""
    if source and same_address(str(source)) == same_address(note.url):
        return True
    commentary = str(post.get("commentary") or "")
    return bare(commentary) in (bare(little(note.parts[at].text)), bare(note.parts[at].text))


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort LinkedIn's refusals: a month that has ended is 426, and the same text again is 422.

    A duplicate may be the very note that we try to send, and then it stands.
    """
    if reply.status == 422 and "uplicate" in words_of(said):
        return Trouble.TRANSIENT
    return None


NETWORK = LinkedIn()
