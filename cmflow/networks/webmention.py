"""Webmention: tell each page that a post links to.

https://www.w3.org/TR/webmention/. To send one again is an update, so nothing can stand twice.
Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from cmflow import lengths
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Sent, Trouble
from cmflow.networks.base import Base
from cmflow.networks.endpoint import discover
from cmflow.networks.spans import spans
from cmflow.note import Note, Reservation
from cmflow.reply import Reply, by_status, of_a_stranger


class Webmention(Base):
    """Mentions from a post to the addresses that stand in the part's text. No secret, and no words.

    An address inside one's own network is asked only where `server:` names its host.
    """

    name = "webmention"
    title = "Webmention"
    limits = Limits(
        text=1_000_000,
        count=lengths.characters,
        source="https://www.w3.org/TR/webmention/",
        checked=dt.date(2026, 11, 21),
    )
    abilities = Abilities(find=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Mention every address; one that fails does not stop the others, and is raised at the end.

        A page that wants no mentions, or is not there, is none of our business.
        """
        del reservation, above
        own = urlsplit(note.url).netloc
        links = dict.fromkeys(span.link for span in spans(note.parts[at].text) if span.link)
        told, failed = [], None
        for target in links:
            if urlsplit(target).netloc == own:
                continue
            try:
                told += _mention(account, note.url, target)
            except NetworkError as error:
                failed = failed or (error if error.trouble is not Trouble.CONTENT else None)
        if failed:
            raise failed
        return Sent(" ".join(target for target, _ in told), told[0][1] if told else "")

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Say that there is nothing: a mention in doubt is sent again, and is an update."""
        del account, note, at, reservation
        return Answer.ABSENT


def _mention(account: Account, source: str, target: str) -> list[tuple[str, str]]:
    """Mention one address; returns it and where its progress shows, or nothing.

    A page that fails for a while may want a mention all the same, and is asked again.
    """
    private = frozenset({urlsplit(account.settings.server).hostname or ""} - {""})
    page: Reply = account.http.page(target, private=private)
    if page.status // 100 != 2:
        trouble = of_a_stranger(page) or by_status(page)
        raise account.http.refusal(trouble, f"{urlsplit(target).hostname}: {page.status}")
    endpoint = discover(page)
    if not endpoint:
        return []
    form = {"source": source, "target": target}
    reply: Reply = account.http.tell(endpoint, form, private=private)
    return [(target, reply.headers.get("location", "") if reply.status == 201 else "")]


NETWORK = Webmention()
