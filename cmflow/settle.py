"""What runs before left unknown: the network is asked, and where none can tell, a person."""

from __future__ import annotations

from cmflow import receipts
from cmflow.errors import say
from cmflow.ledger import Receipt
from cmflow.network import Answer, Sent
from cmflow.note import Note, digest
from cmflow.outcome import CANNOT_TELL, DECIDE, LONG_AGO, MAY_APPEAR, OTHER_TEXT, Result
from cmflow.run import Run
from cmflow.steps import BELIEVED, Act, Step


def settle(run: Run) -> None:
    """Settle every part of which nobody knows whether it stands."""
    for step in run.plan(run.trip.store.load(), {}):
        if step.act is Act.UNKNOWN:
            _settle(run, step)


def _settle(run: Run, step: Step) -> None:
    before = run.trip.store.read((step.slug, step.channel))
    post = run.posts.get(step.slug)
    note = run.trip.voice(post, step.channel) if post and step.asks else None
    askable = isinstance(note, Note) and step.at < len(note.parts)
    if not isinstance(before, Receipt) or not isinstance(note, Note) or not askable:
        return run.tell(Result.UNKNOWN, step, step.reason, remedy=DECIDE)
    account = run.account(step)
    if account is None:
        return None
    key = receipts.reservation(before.parts[step.at], run.trip.clock())
    try:
        answer = run.trip.networks[step.channel].find(account, note, step.at, key)
    except Exception as error:  # one failing channel does not stop the others
        return run.trouble(step, error)
    return _answered(run, step, before, note, answer)


def _answered(run: Run, step: Step, before: Receipt, note: Note, answer: Sent | Answer) -> None:
    part, now = before.parts[step.at], run.trip.clock()
    if isinstance(answer, Sent):
        run.keep(before, step.at, receipts.sent(part, answer))
        return run.tell(Result.FOUND, step, say("It stands after all."), url=answer.url)
    if answer is Answer.CANNOT_TELL:
        return run.tell(Result.UNKNOWN, step, CANNOT_TELL, remedy=DECIDE)
    if digest(note, step.at) != part.digest:
        # Some networks recognise a note by its text, and so would not recognise this one.
        return run.tell(Result.UNKNOWN, step, OTHER_TEXT, remedy=DECIDE)
    age = now - (part.reserved or now)
    if age <= run.trip.store.grace:
        return run.tell(Result.HELD, step, MAY_APPEAR)
    if age > BELIEVED:
        return run.tell(Result.UNKNOWN, step, LONG_AGO, remedy=DECIDE)
    run.keep(before, step.at, receipts.absent(part))
    return None
