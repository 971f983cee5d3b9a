"""Assisted: for every place without an open door, the text and the link ready to paste.

Nothing is sent from here. A person pastes it there, and pastes the address of the result back.
"""

from __future__ import annotations

import datetime as dt

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Account, Limits, Sent, Trouble
from cmflow.networks.base import Base
from cmflow.note import Note, Reservation


class Assisted(Base):
    """A group, a forum, a network without tokens: `account:` says where to paste."""

    name = "assisted"
    title = say("By hand").template  # the one title that has a translation
    limits = Limits(
        text=1_000_000,
        count=lengths.characters,
        source="",
        checked=dt.date(2026, 11, 21),
        media=10,
    )

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Refuse: only a person can send here."""
        del at, reservation, above
        remedy = say(
            "Paste the text there, then: cmflow syndicate --paste {slug}/{channel} ADDRESS",
            slug=note.slug, channel=note.channel,
        )  # fmt: skip
        raise account.http.refusal(
            Trouble.CONTENT, f"{note.channel}: a person sends here", remedy=remedy
        )

    def id_of(self, account: Account, url: str) -> str:
        """See `cmflow.network.Network.id_of`; nobody will ask for it, so any address will do."""
        return super().id_of(account, url) or url


def paste(note: Note) -> str:
    """Return all that is to be pasted: the warning, the parts, and the link where none has it."""
    parts = [part.text for part in note.parts]
    if not any(note.url in part for part in parts):
        parts.append(note.url)
    return "\n\n".join(([note.warning] if note.warning else []) + parts)


NETWORK = Assisted()
