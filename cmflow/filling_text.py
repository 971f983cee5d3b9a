"""Proposals for gaps as a terminal shows them: the slot, the idea, and the command to take it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmflow import safe
from cmflow.errors import say
from cmflow.filling import Proposal
from cmflow.labels import GAP, Labels, command, mark, name_of


def text(proposals: Sequence[Proposal], labels: Labels) -> str:
    """Write proposals, in the order of time."""
    if not proposals:
        return labels.words.gettext("Nothing is missing.")
    parts = ["\n".join(_lines(proposal, labels)) for proposal in proposals]
    if any(proposal.idea for proposal in proposals):
        told = say("To begin these posts as drafts: cmflow calendar --fill --write")
        parts.append(labels.words.show(told))
    return "\n\n".join(parts)


def _lines(proposal: Proposal, labels: Labels) -> Iterator[str]:
    slot, idea = proposal.slot, proposal.idea
    yield f"{mark(GAP)} {labels.words.moment(slot.start)} · {safe.line(slot.title)}"
    if idea is None:
        told = say("No idea that waits would fit. Keep one with: cmflow new idea")
        yield f"  {labels.words.show(told)}"
        return
    yield f"  → {labels.title(idea)}"
    yield f"    {safe.line(idea.path)} · {command(name_of(idea), slot.start)}"
