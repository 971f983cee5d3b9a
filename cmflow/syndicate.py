"""The desk of the second trip: carries out a plan, part by part: reserve, send, settle.

A part is reserved durably before the call and settled after it, so whatever cuts a run off leaves a
trace; and before anything new, what such runs left unknown is asked for. Every text comes from a
file that a person committed; a part answers nothing but the part before it.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from cmflow import amend, receipts
from cmflow.errors import CmflowError, Finding, say
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.network import Account, NetworkError, Sent
from cmflow.note import Note
from cmflow.outcome import ANOTHER, SLEPT, Outcome, Result
from cmflow.plan import first_open
from cmflow.run import Run, Trip, commit_words
from cmflow.settle import settle
from cmflow.steps import PASTE, Act, Live, Silence, Step
from cmflow.store import Conflict


class Report(msgspec.Struct, frozen=True):
    """The plan as it was carried out, and what came of its steps."""

    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]


def foresee(trip: Trip, *, live: bool) -> tuple[Step, ...]:
    """Return the plan and do nothing; with `live`, look whether the pages are there."""
    with trip.store.opened():
        return _planned(Run(trip)) if live else Run(trip).plan(trip.store.load(), {})


def syndicate(trip: Trip, *, edit: bool = False, delete: bool = False) -> Report:
    """Do what is due; with `edit` and `delete`, also what the plan only shows."""
    allowed = {Act.SEND} | ({Act.EDIT} if edit else set()) | ({Act.DELETE} if delete else set())
    with trip.store.opened():
        run = Run(trip)
        settle(run)
        steps = _planned(run)
        for step in steps:
            if step.act in allowed:
                _carry_out(run, step)
        return Report(steps, tuple(run.outcomes))


def _planned(run: Run) -> tuple[Step, ...]:
    """Plan, looking at the page of whatever is due, until no new one is."""
    ledger = run.trip.store.load()
    live: dict[str, Live] = {}
    while True:
        steps = run.plan(ledger, live)
        due = (step for step in steps if step.act is Act.SEND or step.reason == PASTE)
        new = {step.slug for step in due} - live.keys()
        if not new:
            return steps
        live |= {slug: run.trip.live(run.posts[slug]) for slug in sorted(new)}


def _carry_out(run: Run, step: Step) -> None:
    account = run.account(step)
    if account is None:
        return None
    if step.act is Act.DELETE:
        return amend.delete(run, step, account)
    note = run.trip.voice(run.posts[step.slug], step.channel)
    if isinstance(note, Silence):
        return run.tell(Result.HELD, step, note.reason)
    if step.act is Act.EDIT:
        return amend.edit(run, step, account, note)
    for at in range(step.at, len(note.parts)):
        if not _send(run, replace(step, at=at), account, note):
            break
    return None


def _send(run: Run, step: Step, account: Account, note: Note) -> bool:
    """Send one part; returns whether the next may follow."""
    if run.silenced(step):
        return False
    before = run.trip.store.read((step.slug, step.channel))
    if isinstance(before, Finding):
        run.tell(Result.UNKNOWN, step, before.message, remedy=before.remedy)
        return False
    if not _open(before, step.at):
        run.tell(Result.HELD, step, ANOTHER)
        return False
    receipt = _reserved(run, step, note, before)
    try:
        run.trip.store.save(receipt, before, commit_words(step, State.RESERVED))
    except Conflict:
        run.tell(Result.HELD, step, ANOTHER)
        return False
    except CmflowError as error:
        run.unkept(step, error)
        return False
    part = _call(run, step, account, note, receipt)
    run.keep(receipt, step.at, part)
    return part.state is State.SENT


def _reserved(run: Run, step: Step, note: Note, before: Receipt | None) -> Receipt:
    trip = run.trip
    return receipts.reserve(
        before, note, step.at, receipts.whole_second(trip.clock()),
        network=trip.networks[step.channel].name,
        version=trip.scene.versions.get(step.slug, ""),
        key=receipts.key_of(trip.site, step.slug, step.channel, step.at),
    )  # fmt: skip


def _call(run: Run, step: Step, account: Account, note: Note, receipt: Receipt) -> PartReceipt:
    """Make the call that was reserved; returns what became of the part."""
    part, clock = receipt.parts[step.at], run.trip.clock
    now = clock()
    if now - (part.reserved or now) > run.trip.store.grace / 4:
        # A machine that slept: by now another one may have taken the reservation for lost.
        run.tell(Result.HELD, step, SLEPT)
        return receipts.unsent(part)
    above = tuple(Sent(one.id, one.url) for one in receipt.parts[: step.at])
    network = run.trip.networks[step.channel]
    try:
        proof = network.send(account, note, step.at, receipts.reservation(part, now), above)
    except NetworkError as error:
        run.trouble(step, error)
        return receipts.failed(part, error, receipts.whole_second(clock()))
    except Exception as error:  # a mistake in an adapter, or bytes nobody foresaw
        run.trouble(step, error)
        return receipts.unknown(part, type(error).__name__, clock())
    run.tell(Result.SENT, step, say("Sent."), url=proof.url)
    return receipts.sent(part, proof)


def _open(before: Receipt | None, at: int) -> bool:
    """Tell whether part `at` is the next to be sent: absent, or failed for certain."""
    if before is None:
        return at == 0
    if first_open(before) != at:
        return False
    return at == len(before.parts) or before.parts[at].state is State.FAILED
