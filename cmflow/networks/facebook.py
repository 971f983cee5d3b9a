"""Facebook: the feed of a page.

https://developers.facebook.com/docs/pages-api/posts,
https://developers.facebook.com/docs/graph-api/reference/page/photos. Read in November 2026 (v26.0).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks import graph
from cmflow.networks.base import Base, account_of, rows, secret_of, server_of, text_at
from cmflow.networks.seen import is_ours, is_since, same_address
from cmflow.note import Media, Note, Reservation

VERSION = "v26.0"
"""The version of the Graph API; Meta keeps each for about two years."""

_COUNT = 50
_NUMBER = re.compile(r"(\d+_)?(\d+)")


class Facebook(Base):
    """The posts of a page; `account:` is the page's number."""

    name = "facebook"
    title = "Facebook"
    secrets = (
        Secret("TOKEN", say(
            "On developers.facebook.com: an app of your own; a page token with pages_manage_posts "
            "and pages_read_engagement, made from a long-lived user token."
        )),
    )  # fmt: skip
    limits = Limits(
        text=63_206,
        count=lengths.characters,
        source="https://developers.facebook.com/docs/pages-api/posts",
        checked=dt.date(2026, 11, 21),
        media=10,
        media_bytes=10_000_000,
        media_kinds=("image/jpeg", "image/png", "image/gif", "image/webp"),
        alt=1000,
    )
    abilities = Abilities(card=True, alt=True, edit=True, delete=True, find=True, replies=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """See `cmflow.network.Network.send`; Facebook draws the card itself, from the page."""
        del reservation, above
        part = note.parts[at]
        form: dict[str, str] = {"message": part.text, "published": "true"}
        if part.media:
            photos = [{"media_fbid": self._photo(account, one)} for one in part.media]
            form["attached_media"] = msgspec.json.encode(photos).decode()
        elif note.card:
            form["link"] = note.card.url
        said = self._call(account, "POST", f"/{account_of(account)}/feed", commits=True, data=form)
        id_ = text_at(account, said, "id", commits=True)
        return Sent(id_, f"https://www.facebook.com/{id_}")

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look among the page's own posts since the reservation."""
        params = {
            "fields": "id,message,created_time,permalink_url,attachments{unshimmed_url}",
            "since": int(reservation.created.timestamp()) - 300,
            "limit": _COUNT,
        }
        path = f"/{account_of(account)}/published_posts"
        posts = rows(self._call(account, "GET", path, params=params), "data")
        for post in posts:
            if is_since(post.get("created_time"), reservation.created) and _stands(post, note, at):
                id_ = text_at(account, post, "id")
                return Sent(
                    id_, str(post.get("permalink_url") or f"https://www.facebook.com/{id_}")
                )
        return Answer.ABSENT if len(posts) < _COUNT else Answer.CANNOT_TELL

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; an address that hides the number tells nothing."""
        parts = urlsplit(url)
        hidden = parse_qs(parts.query).get("story_fbid", [""])[0]
        found = _NUMBER.fullmatch(hidden or super().id_of(account, url))
        return f"{found[1] or f'{account_of(account)}_'}{found[2]}" if found else ""

    def edit(self, account: Account, note: Note, at: int, sent: Sent) -> Sent:
        """Replace the words; Facebook lets an app edit only what the app itself has posted."""
        form = {"message": note.parts[at].text}
        self._call(account, "POST", f"/{sent.id}", repeatable=True, data=form)
        return sent

    def delete(self, account: Account, sent: Sent) -> None:
        """See `cmflow.network.Network.delete`."""
        try:
            self._call(account, "DELETE", f"/{sent.id}", repeatable=True, judge=graph.gone)
        except NetworkError as error:
            if error.trouble is not Trouble.CONTENT:
                raise

    def _photo(self, account: Account, media: Media) -> str:
        """Upload a picture that nobody sees until a post carries it; returns its id."""
        name = media.path.rpartition("/")[2]
        form = {"published": "false"} | ({"alt_text_custom": media.alt} if media.alt else {})
        said = self._call(
            account, "POST", f"/{account_of(account)}/photos", data=form,
            files={"source": (name, account.read(media.path), media.kind)},
        )  # fmt: skip
        return text_at(account, said, "id")

    def _call(
        self, account: Account, method: str, path: str, *, judge: Any = graph.judge, **content: Any
    ) -> Any:
        token = {"access_token": secret_of(account, self, "TOKEN")}
        # Meta wants the token as a parameter; in a form it stays out of the address.
        place = "data" if "data" in content else "params"
        content[place] = {**content.get(place, {}), **token}
        url = f"{server_of(account, 'https://graph.facebook.com')}/{VERSION}{path}"
        return account.http.ask(method, url, judge=judge, **content)


def _stands(post: dict[str, Any], note: Note, at: int) -> bool:
    attached = rows(post, "attachments", "data")
    links = {same_address(str(one.get("unshimmed_url") or "")) for one in attached}
    return same_address(note.url) in links or is_ours(
        note.parts[at].text, note.url, str(post.get("message") or "")
    )


NETWORK = Facebook()
