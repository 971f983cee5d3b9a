"""The known word that somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from cmflow.errors import Message, say


def nearest(word: str, known: Sequence[str] | Mapping[str, object]) -> Message:
    """Say which known word may have been meant, or name them where none is like it."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    if near:
        return say("Did you mean “{near}”?", near=near[0])
    if not known:
        return say("Correct it, or take it out.")
    names = sorted(known)
    shown = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return say("Use one of: {known}.", known=shown)
