"""WebSub: tell a hub that a feed has something new.

https://www.w3.org/TR/websub/ leaves to each hub how a publisher tells it; hubs take the form of
https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.4.html. Some read `hub.url`, others
`hub.topic`, so both are sent. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt

from cmflow import lengths
from cmflow.network import Abilities, Account, Answer, Limits, Sent
from cmflow.networks.base import Base, account_of, server_of
from cmflow.note import Note, Reservation


class WebSub(Base):
    """One hub, `server:`, and the address of a feed, `account:`. No secret, and no text."""

    name = "websub"
    title = "WebSub"
    limits = Limits(
        text=1_000_000,
        count=lengths.characters,
        source="https://www.w3.org/TR/websub/",
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
        """Ping the hub; twice does no harm."""
        del note, at, reservation, above
        feed = account_of(account)
        form = {"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}
        server_of(account)
        hub = account.settings.server
        account.http.ask("POST", hub, repeatable=True, reads=False, data=form)
        return Sent(feed, "")

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Say that there is nothing: a ping in doubt is sent again, and does no harm."""
        del account, note, at, reservation
        return Answer.ABSENT


NETWORK = WebSub()
