"""What is done to notes that stand, when a person asks for it: edit them, or take them back."""

from __future__ import annotations

from msgspec.structs import replace

from cmflow import receipts
from cmflow.errors import say
from cmflow.ledger import Receipt, State
from cmflow.network import Account, Sent
from cmflow.note import Note, digest
from cmflow.outcome import Result
from cmflow.run import Run
from cmflow.steps import Step


def edit(run: Run, step: Step, account: Account, note: Note) -> None:
    """Replace the text of every part that says something else now, and drop parts too many."""
    receipt = run.trip.store.read((step.slug, step.channel))
    if not isinstance(receipt, Receipt) or run.silenced(step):
        return None
    if not _known(run, step, receipt):
        return None
    network = run.trip.networks[step.channel]
    try:
        for at in range(min(len(note.parts), len(receipt.parts))):
            part = receipt.parts[at]
            if part.digest == digest(note, at):
                continue
            proof = network.edit(account, note, at, Sent(part.id, part.url))
            part = replace(receipts.sent(part, proof), digest=digest(note, at))
            receipt = run.keep(receipt, at, part)
        for part in reversed(receipt.parts[len(note.parts) :]):
            network.delete(account, Sent(part.id, part.url))
    except Exception as error:  # one failing channel does not stop the others
        return run.trouble(step, error)
    version = run.trip.scene.versions.get(step.slug, "")
    kept = receipt.parts[: len(note.parts)]
    whole = replace(receipt, parts=kept, total=len(note.parts), version=version)
    run.save(whole, receipt, step)
    return run.tell(Result.EDITED, step, say("Edited."), url=whole.url)


def delete(run: Run, step: Step, account: Account) -> None:
    """Take a note back, its last part first."""
    receipt = run.trip.store.read((step.slug, step.channel))
    if not isinstance(receipt, Receipt) or run.silenced(step):
        return None
    if not _known(run, step, receipt):
        return None
    network = run.trip.networks[step.channel]
    try:
        for part in reversed(receipt.parts):
            if part.state is State.SENT:
                network.delete(account, Sent(part.id, part.url))
    except Exception as error:  # one failing channel does not stop the others
        return run.trouble(step, error)
    run.save(receipts.gone(receipt), receipt, step)
    return run.tell(Result.DELETED, step, say("Taken back."), url=receipt.url)


def _known(run: Run, step: Step, receipt: Receipt) -> bool:
    """Tell whether each part that stands has an id; where a person said so, it may have none."""
    if all(part.id for part in receipt.parts if part.state is State.SENT):
        return True
    words = say(
        "Nobody knows under which id it stands; do it there by hand. {url}", url=receipt.url
    )
    run.tell(Result.HELD, step, words)
    return False
