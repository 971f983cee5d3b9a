"""What becomes of a receipt: reserved, then sent, failed or unknown. Pure; times are arguments."""

from __future__ import annotations

import datetime as dt
import hashlib

from msgspec.structs import replace

from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.network import NetworkError, Sent, Trouble
from cmflow.note import Note, Reservation, digest

_FIRST = {Trouble.AUTH: dt.timedelta(hours=1)}
_SOONEST = dt.timedelta(minutes=5)
_LATEST = dt.timedelta(days=1)


def key_of(site: str, slug: str, channel: str, at: int) -> str:
    """Return the key of a part, 32 hexadecimal digits; the same on every machine, for ever."""
    return hashlib.sha256(f"{site}\n{slug}\n{channel}\n{at}".encode()).hexdigest()[:32]


def put(receipt: Receipt, at: int, part: PartReceipt) -> Receipt:
    """Return a receipt in which part `at` is another one."""
    return replace(receipt, parts=(*receipt.parts[:at], part, *receipt.parts[at + 1 :]))


def reserve(
    before: Receipt | None,
    note: Note,
    at: int,
    now: dt.datetime,
    *,
    network: str,
    version: str,
    key: str,
) -> Receipt:
    """Reserve a part: fix what must be the same on a retry.

    A part that may stand after all keeps its key and its time.
    """
    base = before or Receipt(note.slug, note.channel, network, ())
    last = base.parts[at] if at < len(base.parts) else PartReceipt(State.RESERVED)
    part = PartReceipt(
        State.RESERVED,
        key=last.key or key,
        created=last.created or now,
        reserved=now,
        digest=digest(note, at),
        tries=last.tries + 1,
    )
    total = max(len(note.parts), at + 1)
    return put(replace(base, total=total, version=base.version if at else version), at, part)


def reservation(part: PartReceipt, now: dt.datetime) -> Reservation:
    """Return what a network is told of a reservation."""
    return Reservation(part.key, part.created or now, part.digest)


def sent(part: PartReceipt, proof: Sent) -> PartReceipt:
    """Settle a part that stands."""
    return replace(
        part, state=State.SENT, id=proof.id, url=proof.url, trouble="", error="", again=None
    )


def failed(part: PartReceipt, error: NetworkError, now: dt.datetime) -> PartReceipt:
    """Settle a part after an error: failed where it surely does not stand, else unknown."""
    told = replace(part, trouble=error.trouble.value, error=error.words)
    if not error.certain:
        return replace(told, state=State.UNKNOWN, reserved=now, again=None)
    wait = min(_FIRST.get(error.trouble, _SOONEST) * 2 ** min(part.tries - 1, 16), _LATEST)
    asked = dt.timedelta(seconds=min(error.again or 0.0, _LATEST.total_seconds()))
    again = (now + max(wait if not error.again else asked, asked)).replace(microsecond=0)
    return replace(told, state=State.FAILED, created=None, again=again)


def unknown(part: PartReceipt, words: str, now: dt.datetime) -> PartReceipt:
    """Settle a part of which nobody knows."""
    return replace(part, state=State.UNKNOWN, reserved=now, error=words, again=None)


def absent(part: PartReceipt) -> PartReceipt:
    """Settle a part that the network does not have: it is sent again, under its key and time."""
    return replace(
        part, state=State.FAILED, trouble=Trouble.TRANSIENT.value, error="not there", again=None
    )


def unsent(part: PartReceipt) -> PartReceipt:
    """Settle a part whose call was never made."""
    return replace(absent(part), created=None, error="not sent")


def gone(receipt: Receipt) -> Receipt:
    """Settle a note that was taken back."""
    parts = tuple(replace(part, state=State.GONE) for part in receipt.parts)
    return replace(receipt, parts=parts, total=len(parts))


def seeded(slug: str, channel: str, network: str) -> Receipt:
    """Make the receipt of a post of the archive, which is never announced."""
    return Receipt(slug, channel, network, (PartReceipt(State.SEEDED),))


def named(receipt: Receipt, key: str) -> Receipt:
    """Give a receipt the key of its first part, where it has none: it tells what post it was of."""
    first = receipt.parts[0]
    return receipt if first.key else put(receipt, 0, replace(first, key=key))


def whole_second(now: dt.datetime) -> dt.datetime:
    """Return a time as receipts keep it: UTC, without fractions."""
    return now.astimezone(dt.UTC).replace(microsecond=0)
