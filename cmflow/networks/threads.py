"""Threads: a container first, which nobody sees, then its publication.

https://developers.facebook.com/docs/threads/posts,
https://developers.facebook.com/docs/threads/reference/publishing,
https://developers.facebook.com/docs/threads/threads-media. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks import graph
from cmflow.networks.base import Base, account_of, rows, secret_of, server_of, text_at
from cmflow.networks.seen import is_ours, is_since
from cmflow.note import Note, Reservation

_COUNT = 50
_LOOKS = 20
_BETWEEN = 3.0


class Threads(Base):
    """The posts of one profile; `account:` is its number. Pictures would need a public address."""

    name = "threads"
    title = "Threads"
    secrets = (
        Secret("TOKEN", say(
            "On developers.facebook.com: an app with the Threads use case; a long-lived token of "
            "your profile with threads_basic and threads_content_publish lives 60 days."
        )),
    )  # fmt: skip
    limits = Limits(
        text=500,
        count=lengths.threads,
        source="https://developers.facebook.com/docs/threads/overview",
        checked=dt.date(2026, 11, 21),
    )
    abilities = Abilities(thread=True, card=True, delete=True, find=True, replies=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Make the container, wait until it is ready, publish it.

        A container that is never published is never seen, and Meta drops it after a day; so only
        the publication can be in doubt.
        """
        del reservation
        form = {"media_type": "TEXT", "text": note.parts[at].text}
        if note.card and at == 0:
            form["link_attachment"] = note.card.url
        if above:
            form["reply_to_id"] = above[-1].id
        user = account_of(account)
        said = self._call(account, "POST", f"/{user}/threads", data=form)
        container = text_at(account, said, "id")
        self._wait(account, container)
        said = self._call(
            account, "POST", f"/{user}/threads_publish", commits=True,
            data={"creation_id": container},
        )  # fmt: skip
        id_ = text_at(account, said, "id", commits=True)
        return Sent(id_, self._permalink(account, id_))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look among the profile's recent posts, and among its answers for a later part."""
        edge = "replies" if at else "threads"
        params = {
            "fields": "id,text,permalink,timestamp",
            "since": int(reservation.created.timestamp()) - 300,
            "limit": _COUNT,
        }
        said = self._call(account, "GET", f"/{account_of(account)}/{edge}", params=params)
        posts = rows(said, "data")
        for post in posts:
            text = str(post.get("text") or "")
            if is_since(_stamp(post), reservation.created) and is_ours(
                note.parts[at].text, "" if at else note.url, text
            ):
                return Sent(text_at(account, post, "id"), str(post.get("permalink") or ""))
        return Answer.ABSENT if len(posts) < _COUNT else Answer.CANNOT_TELL

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the address has another name than the API, so ask."""
        code = super().id_of(account, url)
        params = {"fields": "id,permalink", "limit": _COUNT}
        for edge in ("threads", "replies"):
            said = self._call(account, "GET", f"/{account_of(account)}/{edge}", params=params)
            for post in rows(said, "data"):
                if code and super().id_of(account, str(post.get("permalink") or "")) == code:
                    return text_at(account, post, "id")
        return ""

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`; wants the right threads_delete."""
        try:
            self._call(account, "DELETE", f"/{sent.id}", repeatable=True, judge=graph.gone)
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def _wait(self, account: Account, container: str) -> None:
        for _ in range(_LOOKS):
            said = self._call(
                account, "GET", f"/{container}", params={"fields": "status,error_message"}
            )
            status = text_at(account, said, "status")
            if status == "FINISHED":
                return
            if status != "IN_PROGRESS":
                words = f"{status} {said.get('error_message') or ''}"
                raise account.http.refusal(Trouble.CONTENT, words)
            account.http.sleep(_BETWEEN)
        raise account.http.refusal(Trouble.TRANSIENT, "Threads works on the post still")

    def _permalink(self, account: Account, id_: str) -> str:
        """Ask where the post can be seen; nothing where that fails, for the post stands."""
        try:
            said = self._call(account, "GET", f"/{id_}", params={"fields": "permalink"})
        except NetworkError:
            return ""
        return str(said.get("permalink") or "") if isinstance(said, dict) else ""

    def _call(
        self, account: Account, method: str, path: str, *, judge: Any = graph.judge, **content: Any
    ) -> Any:
        token = {"access_token": secret_of(account, self, "TOKEN")}
        place = "data" if "data" in content else "params"
        content[place] = {**content.get(place, {}), **token}
        url = f"{server_of(account, 'https://graph.threads.net')}/v1.0{path}"
        return account.http.ask(method, url, judge=judge, **content)


def _stamp(post: dict[str, Any]) -> str:
    """Write Meta's +0000 as a zone that Python reads."""
    return str(post.get("timestamp") or "").replace("+0000", "+00:00")


NETWORK = Threads()
