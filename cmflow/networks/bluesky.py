"""Bluesky: one repository of records, each under a key that we choose, so that none stands twice.

https://docs.bsky.app/docs/advanced-guides/posts, https://atproto.com/specs/tid, and the lexicons
`com.atproto.repo.*` and `app.bsky.feed.post`. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote, urlsplit

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
from cmflow.networks.base import (
    Base,
    account_of,
    is_loopback,
    secret_of,
    server_of,
    text_at,
)
from cmflow.networks.record import facets, tid, written
from cmflow.note import Card, Media, Note, Reservation
from cmflow.reply import Reply

_POST = "app.bsky.feed.post"
_THUMB = 1_000_000
_SESSION = "bluesky"
_ADDRESS = re.compile(r"/profile/([^/]+)/post/([^/]+)")
_EXPIRED = (
    "InvalidToken",
    "ExpiredToken",
    "AuthMissing",
    "AuthenticationRequired",
    "AccountTakedown",
)


class Bluesky(Base):
    """The posts of one repository, on Bluesky's own server or another one."""

    name = "bluesky"
    title = "Bluesky"
    secrets = (
        Secret("PASSWORD", say("On Bluesky: Settings → Privacy and security → App passwords.")),
    )
    limits = Limits(
        text=300,
        count=lengths.bluesky,
        source="https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json",
        checked=dt.date(2026, 11, 21),
        octets=3000,
        media=4,
        media_bytes=2_000_000,
        media_kinds=("image/jpeg", "image/png", "image/webp", "image/gif"),
        alt=2000,
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
        """Put the record under its key, where there is none yet.

        The same record again changes nothing. Another one under the key is refused: then a run
        before this one has put it, with its card in another state.
        """
        session = self._session(account)
        body = {
            "repo": session["did"],
            "collection": _POST,
            "rkey": tid(reservation),
            "record": self._record(account, note, at, reservation, above),
            "swapRecord": None,
        }
        try:
            said = self._call(account, "putRecord", body, commits=True, repeatable=True)
        except NetworkError as error:
            if "InvalidSwap" not in error.words:
                raise
            standing = self.find(account, note, at, reservation)
            if isinstance(standing, Sent):
                return standing
            raise
        uri = text_at(account, said, "uri", commits=True)
        return Sent(uri, self._url(account, session["handle"], uri))

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Ask for the record by its key."""
        del note, at
        session = self._session(account)
        uri = f"at://{session['did']}/{_POST}/{tid(reservation)}"
        if self._standing(account, uri) is None:
            return Answer.ABSENT
        return Sent(uri, self._url(account, session["handle"], uri))

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; the name in the address is resolved to what lasts."""
        found = _ADDRESS.search(unquote(urlsplit(url).path))
        if not found:
            return ""
        name, rkey = found.groups()
        return (
            f"at://{name if name.startswith('did:') else self._did(account, name)}/{_POST}/{rkey}"
        )

    def delete(self, account: Account, sent: Sent) -> None:
        """Take the record out of the repository; one that is not there is no error there."""
        body = {
            "repo": self._session(account)["did"],
            "collection": _POST,
            "rkey": sent.id.rpartition("/")[2],
        }
        self._call(account, "deleteRecord", body, repeatable=True)

    def _record(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> dict[str, Any]:
        """Make the record; of the same note and reservation always the same one."""
        part = note.parts[at]
        record: dict[str, Any] = {
            "$type": _POST,
            "text": part.text,
            "createdAt": written(reservation.created, at),
        }
        if note.language:
            record["langs"] = [note.language]
        if found := facets(part.text):
            record["facets"] = found
        if part.media:
            record["embed"] = self._pictures(account, part.media)
        elif note.card and at == 0:
            record["embed"] = self._card(account, note.card)
        if above:
            record["reply"] = {
                "root": self._reference(account, above[0]),
                "parent": self._reference(account, above[-1]),
            }
        return record

    def _pictures(self, account: Account, media: tuple[Media, ...]) -> dict[str, Any]:
        images = [
            {"image": self._blob(account, account.read(one.path), one.kind), "alt": one.alt}
            for one in media
        ]
        return {"$type": "app.bsky.embed.images", "images": images}

    def _card(self, account: Account, card: Card) -> dict[str, Any]:
        """Make the card; without its picture where the network does not take that."""
        external: dict[str, Any] = {
            "uri": card.url,
            "title": card.title,
            "description": card.description,
        }
        if card.picture:
            octets_ = account.read(card.picture.path)
            if len(octets_) <= _THUMB:
                try:
                    external["thumb"] = self._blob(account, octets_, card.picture.kind)
                except NetworkError as error:
                    if error.trouble is not Trouble.CONTENT:
                        raise
        return {"$type": "app.bsky.embed.external", "external": external}

    def _blob(self, account: Account, octets_: bytes, kind: str) -> Any:
        said = self._call(account, "uploadBlob", octets_, kind=kind, repeatable=True)
        text_at(account, said, "blob", "ref", "$link")
        return said["blob"]

    def _reference(self, account: Account, sent: Sent) -> dict[str, str]:
        """Name a record by its address and the hash of what it is now."""
        standing = self._standing(account, sent.id)
        if standing is None:
            raise account.http.refusal(
                Trouble.CONTENT, f"{sent.id}: the part before is not there any more",
                remedy=say(
                    "Somebody deleted the part before; decide with cmflow syndicate --resolve."
                ),
            )  # fmt: skip
        return {"uri": sent.id, "cid": text_at(account, standing, "cid")}

    def _standing(self, account: Account, uri: str) -> Any:
        repo, collection, rkey = uri.removeprefix("at://").split("/")
        params = {"repo": repo, "collection": collection, "rkey": rkey}
        try:
            return account.http.ask(
                "GET", f"{self._server(account)}/xrpc/com.atproto.repo.getRecord",
                params=params, judge=_judge,
            )  # fmt: skip
        except NetworkError as error:
            if "RecordNotFound" in error.words:
                return None
            raise

    def _did(self, account: Account, handle: str) -> str:
        url = f"{self._server(account)}/xrpc/com.atproto.identity.resolveHandle"
        said = account.http.ask("GET", url, params={"handle": handle}, judge=_judge)
        return text_at(account, said, "did")

    def _session(self, account: Account) -> dict[str, str]:
        """Open a session, once for each client: a server allows 300 a day."""
        if _SESSION not in account.http.kept:
            said = account.http.ask(
                "POST", f"{self._server(account)}/xrpc/com.atproto.server.createSession",
                judge=_judge,
                json={
                    "identifier": account_of(account).removeprefix("@"),
                    "password": secret_of(account, self, "PASSWORD"),
                },
            )  # fmt: skip
            session = {key: text_at(account, said, key) for key in ("did", "handle", "accessJwt")}
            account.http.hide(session["accessJwt"])
            if isinstance(said.get("refreshJwt"), str):
                account.http.hide(said["refreshJwt"])
            account.http.kept[_SESSION] = session
        kept: dict[str, str] = account.http.kept[_SESSION]
        return kept

    def _call(
        self, account: Account, method: str, body: dict[str, Any] | bytes, *, kind: str = "",
        commits: bool = False, repeatable: bool = False,
    ) -> Any:  # fmt: skip
        """Call a procedure; with a new session, once, where ours has ended."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        url = f"{self._server(account)}/xrpc/com.atproto.repo.{method}"
        for last in (False, True):
            token = self._session(account)["accessJwt"]
            headers = {"Authorization": f"Bearer {token}"} | (
                {"Content-Type": kind} if kind else {}
            )
            try:
                return account.http.ask(
                    "POST", url, commits=commits, repeatable=repeatable, judge=_judge,
                    headers=headers, **content,
                )  # fmt: skip
            except NetworkError as error:
                if last or "ExpiredToken" not in error.words:
                    raise
                account.http.kept.pop(_SESSION)
        raise AssertionError  # pragma: no cover

    def _server(self, account: Account) -> str:
        return server_of(account, "https://bsky.social")

    def _url(self, account: Account, handle: str, uri: str) -> str:
        """Return where a person sees a record: a server has no pages, but ours on this machine."""
        server = self._server(account)
        local = is_loopback(urlsplit(server).hostname or "")
        site = server if local else "https://bsky.app"
        return f"{site}/profile/{handle}/post/{uri.rpartition('/')[2]}"


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort by the name of the error, which XRPC writes beside the status."""
    name = said.get("error") if isinstance(said, dict) else ""
    if name in _EXPIRED:
        return Trouble.AUTH
    return Trouble.CONTENT if reply.status in (400, 404, 409) and name else None


NETWORK = Bluesky()
