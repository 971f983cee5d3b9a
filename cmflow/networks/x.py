"""X: paid by the post, and more for one with a link.

https://docs.x.com/x-api/posts/create-post, https://docs.x.com/x-api/media/upload-media,
https://docs.x.com/x-api/users/get-posts, https://docs.x.com/fundamentals/authentication/oauth-1-0a.
Read in November 2026 (API 2.167).
"""

from __future__ import annotations

import datetime as dt
import html
import logging
import re
from collections.abc import Callable
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import httpx2
from oauthlib import oauth1

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, rows, secret_of, server_of, text_at
from cmflow.networks.seen import bare, is_since, same_address
from cmflow.note import Media, Note, Reservation
from cmflow.reply import Reply, words_of

# It logs what it signs, tokens included.
logging.getLogger("oauthlib").setLevel(logging.WARNING)

_WHERE = say(
    "On developer.x.com: your app → Keys and tokens, with the right to read and write; "
    "buy credits first."
)
_COUNT = 20
_STATUS = re.compile(r"/status(?:es)?/(\d+)")


class X(Base):
    """The posts of the account whose tokens are stored; each is signed for itself."""

    name = "x"
    title = "X"
    secrets = (
        Secret("KEY", _WHERE),
        Secret("KEY_SECRET", _WHERE),
        Secret("TOKEN", _WHERE),
        Secret("TOKEN_SECRET", _WHERE),
    )
    limits = Limits(
        text=280,
        count=lengths.x_weighted,
        source="https://docs.x.com/fundamentals/counting-characters",
        checked=dt.date(2026, 11, 21),
        media=4,
        media_bytes=5_000_000,
        media_kinds=("image/jpeg", "image/png", "image/gif", "image/webp"),
        alt=1000,
        cost="$0.015; $0.20 with a link (https://docs.x.com/x-api/getting-started/pricing)",
    )
    abilities = Abilities(thread=True, card=True, alt=True, delete=True, find=True, replies=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`; X draws the card itself, from the page."""
        del reservation
        part = note.parts[at]
        body: dict[str, Any] = {"text": part.text}
        if part.media:
            body["media"] = {"media_ids": [self._upload(account, media) for media in part.media]}
        if above:
            body["reply"] = {"in_reply_to_tweet_id": above[-1].id}
        said = self._call(account, "POST", "/2/tweets", commits=True, json=body)
        return _sent(text_at(account, said, "data", "id", commits=True))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look among the account's posts since the reservation; each one that is read is paid."""
        me = text_at(account, self._call(account, "GET", "/2/users/me"), "data", "id")
        since = reservation.created.astimezone(dt.UTC) - dt.timedelta(minutes=5)
        params = {
            "max_results": str(_COUNT),
            "exclude": "retweets",
            "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "post.fields": "conversation_id,created_at,entities",
        }
        posts = rows(self._call(account, "GET", f"/2/users/{me}/tweets", params=params), "data")
        for post in posts:
            if is_since(post.get("created_at"), reservation.created) and _is_ours(post, note, at):
                return _sent(text_at(account, post, "id"))
        return Answer.ABSENT if len(posts) < _COUNT else Answer.CANNOT_TELL

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; what follows the number, like /photo/1, is none."""
        del account
        found = _STATUS.search(urlsplit(url).path)
        return found[1] if found else ""

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        try:
            self._call(account, "DELETE", f"/2/tweets/{sent.id}", repeatable=True)
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def _upload(self, account: Account, media: Media) -> str:
        """Upload a picture, then write what it shows; returns its id."""
        said = self._call(
            account, "POST", "/2/media/upload", data={"media_category": "tweet_image"},
            files={"media": (media.path.rpartition("/")[2], account.read(media.path), media.kind)},
        )  # fmt: skip
        id_ = text_at(account, said, "data", "id")
        if media.alt:
            body = {"id": id_, "metadata": {"alt_text": {"text": media.alt[:1000]}}}
            self._call(account, "POST", "/2/media/metadata", json=body)
        return id_

    def _call(
        self, account: Account, method: str, path: str, *, params: dict[str, str] | None = None,
        **content: Any,
    ) -> Any:  # fmt: skip
        url = f"{server_of(account, 'https://api.x.com')}{path}"
        return account.http.ask(
            method, url, judge=_judge, params=params, auth=self._signer(account), **content
        )

    def _signer(self, account: Account) -> Callable[[httpx2.Request], httpx2.Request]:
        """Make what signs each request, a repeated one anew; bodies are no part, being no forms."""
        key, key_secret, token, token_secret = (
            secret_of(account, self, secret.name) for secret in self.secrets
        )
        signer = oauth1.Client(
            key, client_secret=key_secret, resource_owner_key=token,
            resource_owner_secret=token_secret,
        )  # fmt: skip

        def sign(request: httpx2.Request) -> httpx2.Request:
            _, headers, _ = signer.sign(
                str(request.url), http_method=cast(Literal["GET", "POST"], request.method)
            )
            request.headers["Authorization"] = headers["Authorization"]
            return request

        return sign


def _is_ours(post: dict[str, Any], note: Note, at: int) -> bool:
    """Compare words after t.co was put back into the links, or the link alone."""
    begins = post.get("conversation_id", post.get("id")) == post.get("id")
    if begins != (at == 0):
        return False
    text, ours = html.unescape(str(post.get("text") or "")), note.parts[at].text
    links = set()
    for url in rows(post, "entities", "urls"):
        full = str(url.get("unwound_url") or url.get("expanded_url") or "")
        text = text.replace(str(url.get("url") or "\0"), full)
        links.add(same_address(full))
    return bare(text) == bare(ours) or (
        at == 0 and note.url in ours and same_address(note.url) in links
    )


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort X's refusals: the same text again is 403, and may be the very note that stands."""
    words = words_of(said)
    if reply.status == 403 and "duplicate" in words.lower():
        return Trouble.TRANSIENT
    return Trouble.CONTENT if reply.status == 404 else None


def _sent(id_: str) -> Sent:
    return Sent(id_, f"https://x.com/i/status/{id_}")


NETWORK = X()
