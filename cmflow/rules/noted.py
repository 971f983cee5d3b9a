"""What composing the notes of a site finds, made once for all the rules about notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

from cmflow import networks
from cmflow.compose import Facts, compose, wanted
from cmflow.errors import Finding
from cmflow.network import Network
from cmflow.note import Note
from cmflow.post import NoteMeta, Post
from cmflow.rules.view import View
from cmflow.wording import Wording

_FOUND: WeakKeyDictionary[View, tuple[Finding, ...]] = WeakKeyDictionary()


def found(view: View, rule: str) -> Iterator[Finding]:
    """Yield what one rule finds in the notes that people wrote, and in the templates."""
    if not view.settings.cmflow.channels:
        return
    if view not in _FOUND:
        # One template may fail on several channels.
        once = {(finding.order, finding.message.show()): finding for finding in _composed(view)}
        _FOUND[view] = tuple(once.values())
    yield from (finding for finding in _FOUND[view] if finding.rule == rule)


def written(post: Post) -> Iterator[tuple[str, NoteMeta]]:
    """Yield the notes that the author of a post wrote, by channel."""
    for id_, note in post.meta.notes.items():
        if note is not False:
            yield id_, note


def words(note: NoteMeta) -> str:
    """Return all that a written note says."""
    return "\n\n".join(part.strip() for part in (note.text, *note.parts) if part.strip())


def known(view: View) -> Mapping[str, Network]:
    """Return the network of every channel whose network there is."""
    made: dict[str, Network] = {}
    for id_, channel in view.settings.cmflow.channels.items():
        try:
            made[id_] = networks.load(channel.network)
        except LookupError:
            continue
    return made


def _composed(view: View) -> Iterator[Finding]:
    """Compose what has the author's words; for templates, the newest post of each channel."""
    wording = Wording(view.settings, view.library)
    facts = Facts(view.settings, view.library, known(view), view.files, wording)
    tried: set[str] = set()
    for post in view.library.posts:
        if post.path not in view.urls:
            continue
        for id_ in view.settings.cmflow.channels:
            own = bool(post.meta.notes.get(id_))
            if not wanted(post, id_) or (not own and id_ in tried):
                continue
            tried |= set() if own else {id_}
            made = compose(post, id_, facts)
            if not isinstance(made, Note):
                yield from made
