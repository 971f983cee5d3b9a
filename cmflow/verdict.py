"""What a person says of the ledger: this was sent, send that again, that is gone, this is old."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from cmflow import receipts
from cmflow.channel import Channel
from cmflow.errors import failure, say
from cmflow.ledger import Pair, PartReceipt, Receipt, State, fits
from cmflow.network import Sent
from cmflow.note import Note, digest
from cmflow.post import Post
from cmflow.store import Conflict, Kept, Store

VERDICTS = ("sent", "retry", "gone")
"""What can be said of a part that nobody knows about, and of a note that was deleted by hand."""


def resolve(
    store: Store,
    pair: Pair,
    network: str,
    verdict: str,
    *,
    proof: Sent | None = None,
    key: str,
    now: dt.datetime,
) -> None:
    """Settle by a person's word what no machine can know; raises `CmflowError`.

    `proof` says where the note stands, `key` is the key of its first part, should the receipt be
    unreadable.
    """
    with store.opened():
        before = store.read(pair)
        if verdict != "gone" and not _doubtful(before):
            raise failure(
                f"{pair[0]}/{pair[1]}",
                say("Nothing about it is unknown."),
                say("cmflow syndicate --dry-run shows what is."),
            )
        _keep(store, _settled(before, pair, network, verdict, proof, key, now), before, verdict)


def _doubtful(kept: Kept) -> bool:
    if isinstance(kept, Receipt):
        return kept.parts[-1].state in (State.RESERVED, State.UNKNOWN, State.FAILED)
    return kept is not None


def _settled(
    before: Kept,
    pair: Pair,
    network: str,
    verdict: str,
    proof: Sent | None,
    key: str,
    now: dt.datetime,
) -> Receipt:
    bare = PartReceipt(State.UNKNOWN, key=key, reserved=now)
    receipt = before if isinstance(before, Receipt) else Receipt(*pair, network, (bare,))
    if verdict == "gone":
        return receipts.gone(receipt)
    at = len(receipt.parts) - 1
    part = receipt.parts[at]
    if verdict == "retry":
        return receipts.put(receipt, at, receipts.unsent(part))
    return receipts.put(receipt, at, receipts.sent(part, proof or Sent(part.id, part.url)))


def paste(
    store: Store, note: Note, network: str, version: str, proof: Sent, now: dt.datetime
) -> None:
    """Keep the receipt of a note that a person pasted by hand; raises `CmflowError`."""
    with store.opened():
        before = store.read((note.slug, note.channel))
        if isinstance(before, Receipt) and before.url:
            raise failure(
                f"{note.slug}/{note.channel}",
                say("It was pasted already: {url}", url=before.url),
                say("If that one is gone: cmflow syndicate --resolve {pair} gone",
                    pair=f"{note.slug}/{note.channel}"),
            )  # fmt: skip
        parts = tuple(
            PartReceipt(
                State.SENT, created=now, digest=digest(note, at), id=proof.id, url=proof.url
            )
            for at in range(len(note.parts))
        )
        done = Receipt(note.slug, note.channel, network, parts, len(parts), version)
        _keep(store, done, before, "pasted")


def seed(
    store: Store, posts: Iterable[Post], channels: Mapping[str, Channel], now: dt.datetime
) -> int:
    """Mark every post that is already published as old on every channel without a receipt."""
    archive = tuple(
        receipts.seeded(post.slug, id_, channel.network)
        for post in posts
        for id_, channel in channels.items()
        if post.published <= now and fits(post.slug)
    )
    with store.opened():
        return store.add(archive, "The archive, seeded")


def _keep(store: Store, receipt: Receipt, before: Kept, word: str) -> None:
    try:
        store.save(receipt, before, f"{receipt.slug} on {receipt.channel}: {word}")
    except Conflict:
        raise failure(
            f"{receipt.slug}/{receipt.channel}",
            say("Another run is at it."),
            say("Wait until it has ended, and look at the plan again."),
        ) from None
