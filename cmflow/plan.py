"""What would happen now, and why: send, hold, skip, unknown, edit, delete. Pure: looks at nothing.

Level-triggered: a plan follows from how things are, never from what changed, so that a run that was
lost loses nothing, and a run too many does nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cmflow.errors import Message, say
from cmflow.former import Former
from cmflow.hours import quiet_until
from cmflow.ledger import Ledger, Pair, PartReceipt, Receipt, State, fits
from cmflow.note import Note, digest
from cmflow.pause import Pause, holding
from cmflow.post import Post
from cmflow.steps import PASTE, Act, Live, Scene, Silence, Step, Voice

_SENT = say("It stands.")
_SEEDED = say("It belongs to the archive.")
_GONE = say("It was taken back, and is not sent again.")
_DRAFT = say("It is a draft.")
_NO_HORIZON = say("The channel has no “since”: nothing is sent before that day is set.")
_BEFORE = say("It is older than the channel's “since”.")
_READY = say("It is due.")
_PAUSED = say("The channel is paused.")
_CEILING = say("The ceiling of this run is reached.")
_QUIET = say("These are quiet hours.")
_STANDING = (State.SENT, State.GONE, State.SEEDED)


def plan(
    posts: Iterable[Post],
    notes: Voice,
    ledger: Ledger,
    live: Mapping[str, Live],
    pauses: tuple[Pause, ...],
    now: dt.datetime,
    scene: Scene,
) -> tuple[Step, ...]:
    """Return every step, the oldest post first, its channels in the order of the settings.

    A post that `live` does not know is taken to be live.
    """
    return tuple(_Planner(posts, notes, ledger, live, pauses, now, scene).steps())


def first_open(receipt: Receipt) -> int:
    """Return the first part of a receipt that does not stand, from 0; `total` if all do."""
    for at, part in enumerate(receipt.parts):
        if part.state not in _STANDING:
            return at
    return len(receipt.parts)


class _Planner:
    def __init__(
        self,
        posts: Iterable[Post],
        notes: Voice,
        ledger: Ledger,
        live: Mapping[str, Live],
        pauses: tuple[Pause, ...],
        now: dt.datetime,
        scene: Scene,
    ) -> None:
        self.notes = notes
        self.ledger = ledger
        self.live = live
        self.pauses = pauses
        self.now = now
        self.scene = scene
        self.posts = sorted(posts, key=lambda post: (post.published, post.path))
        self.slugs = Counter(post.slug for post in self.posts)
        self.former = Former(scene.site, scene.channels, ledger.receipts, self.slugs)
        self.sent: Counter[str] = Counter()
        self.refused = _refused(ledger, now)
        self.quiet = {
            id_: quiet_until(channel.hours, now, scene.zone)
            for id_, channel in scene.channels.items()
        }

    def steps(self) -> Iterator[Step]:
        for (slug, channel), finding in sorted(self.ledger.broken.items()):
            yield Step(Act.UNKNOWN, slug, channel, finding.message)
        receipts, broken = self.ledger.receipts, self.ledger.broken
        for post in self.posts:
            # Two files of one slug would pass for one post that is edited to and fro.
            fault = _unusable(post, self.slugs)
            for id_ in self.scene.channels:
                pair = (post.slug, id_)
                if pair in broken:
                    continue
                receipt = receipts.get(pair)
                if fault:
                    yield Step(Act.HOLD, *pair, fault)
                elif receipt is None:
                    yield self._fresh(post, pair)
                else:
                    yield self._begun(post, pair, receipt)
        for pair in sorted(pair for pair in receipts if pair[0] not in self.slugs):
            if pair[1] in self.scene.channels:
                yield self._orphan(pair, receipts[pair])

    def _fresh(self, post: Post, pair: Pair) -> Step:
        """Decide about a pair of which nothing was ever sent."""
        channel = self.scene.channels[pair[1]]
        if post.meta.draft:
            return Step(Act.SKIP, *pair, _DRAFT)
        if channel.since is None:
            return Step(Act.SKIP, *pair, _NO_HORIZON)
        if post.published.astimezone(self.scene.zone).date() < channel.since:
            return Step(Act.SKIP, *pair, _BEFORE)
        if post.published > self.now:
            return Step(Act.HOLD, *pair, say("Its time has not come."), when=post.published)
        note = self.notes(post, pair[1])
        if isinstance(note, Silence):
            return Step(note.act, *pair, note.reason, when=note.when)
        return self._renamed(pair) or self._permitted(Step(Act.SEND, *pair, _READY))

    def _renamed(self, pair: Pair) -> Step | None:
        """Hold what was announced under another name of the post, for a rename is on its way."""
        later, left = self.former.later(pair[0]), self.former.left(pair)
        if later and later not in self.slugs:
            reason = say("It is being renamed to {slug}, and that is not published yet.",
                         slug=later)  # fmt: skip
            return Step(Act.HOLD, *pair, reason)
        if left and self.ledger.receipts[left, pair[1]].url:
            return Step(Act.SKIP, *pair, say("It stands under its former name, {slug}.", slug=left))
        if left:
            reason = say("The receipt of its former name has to be settled: {pair}",
                         pair=f"{left}/{pair[1]}")  # fmt: skip
            return Step(Act.HOLD, *pair, reason)
        return None

    def _begun(self, post: Post, pair: Pair, receipt: Receipt) -> Step:
        """Decide about a pair that has a receipt."""
        at = first_open(receipt)
        if at < len(receipt.parts):
            part = receipt.parts[at]
            if part.state in (State.RESERVED, State.UNKNOWN):
                return self._unknown(pair, part, at)
            return self._failed(post, pair, part, at)
        last = receipt.parts[-1].state
        if last is State.SEEDED:
            return Step(Act.SKIP, *pair, _SEEDED)
        if last is State.GONE:
            return Step(Act.SKIP, *pair, _GONE)
        if post.meta.draft or post.published > self.now:
            return self._withdrawn(pair, receipt, say("The post is no longer published."))
        if at < receipt.total:
            return self._resumed(post, pair, receipt, at)
        if receipt.version in ("", self.scene.versions.get(post.slug, "")):
            return Step(Act.SKIP, *pair, _SENT)
        return self._edited(post, pair, receipt)

    def _unknown(self, pair: Pair, part: PartReceipt, at: int) -> Step:
        asks = self.scene.abilities[pair[1]].find
        if not asks:
            reason = say("Nobody knows whether it was sent, and the network cannot tell.")
            return Step(Act.UNKNOWN, *pair, reason, at)
        when = part.reserved + self.scene.grace if part.reserved else None
        reason = say("Nobody knows whether it was sent; the network will be asked.")
        return Step(Act.UNKNOWN, *pair, reason, at, when, asks=True)

    def _failed(self, post: Post, pair: Pair, part: PartReceipt, at: int) -> Step:
        if post.meta.draft or post.published > self.now:
            return Step(Act.SKIP, *pair, say("The post is no longer published."))
        if at == 0 and post.published.astimezone(self.scene.zone).date() < (
            self.scene.channels[pair[1]].since or dt.date.max
        ):
            return Step(Act.SKIP, *pair, _BEFORE)
        note = self.notes(post, pair[1])
        if isinstance(note, Silence):
            return Step(note.act, *pair, note.reason, when=note.when)
        if at >= len(note.parts):
            return Step(Act.SKIP, *pair, _SENT)
        if part.trouble == "content" and digest(note, at) == part.digest:
            reason = say("The network refused the text, which is still the same: {words}",
                         words=part.error)  # fmt: skip
            return Step(Act.HOLD, *pair, reason, at)
        if part.trouble != "content" and part.again is not None and part.again > self.now:
            reason = say("It failed and will be tried again: {words}", words=part.error)
            return Step(Act.HOLD, *pair, reason, at, part.again)
        return self._permitted(Step(Act.SEND, *pair, say("It failed and is tried again."), at))

    def _resumed(self, post: Post, pair: Pair, receipt: Receipt, at: int) -> Step:
        note = self.notes(post, pair[1])
        if isinstance(note, Silence):
            return Step(note.act, *pair, note.reason, at, note.when)
        if at >= len(note.parts):
            return Step(Act.SKIP, *pair, _SENT)
        reason = say("{done} of {total} parts stand.", done=at, total=receipt.total)
        return self._permitted(Step(Act.SEND, *pair, reason, at))

    def _edited(self, post: Post, pair: Pair, receipt: Receipt) -> Step:
        note = self.notes(post, pair[1])
        if isinstance(note, Silence) or same(note, receipt):
            return Step(Act.SKIP, *pair, _SENT)
        if not self.scene.abilities[pair[1]].edit:
            return Step(Act.SKIP, *pair, say("The text changed since; the network cannot edit."))
        return self._allowed(Step(Act.EDIT, *pair, say("The text changed since it was sent.")))

    def _orphan(self, pair: Pair, receipt: Receipt) -> Step:
        if receipt.parts[-1].state in (State.GONE, State.SEEDED):
            return Step(Act.SKIP, *pair, _GONE)
        later = self.former.later(pair[0])
        if later in self.slugs:
            return Step(Act.SKIP, *pair, say("The post is now {slug}.", slug=later))
        earlier = self.former.earlier(pair)
        if earlier:
            reason = say("It is the receipt of {slug}, whose new name is not published yet.",
                         slug=earlier)  # fmt: skip
            return Step(Act.HOLD, *pair, reason)
        if not self.scene.whole:
            reason = say("The post is not there, or cannot be read; look at cmflow check.")
            return Step(Act.HOLD, *pair, reason)
        at = first_open(receipt)
        if at < len(receipt.parts) and receipt.parts[at].state in (State.RESERVED, State.UNKNOWN):
            return self._unknown(pair, receipt.parts[at], at)
        return self._withdrawn(pair, receipt, say("The post is gone."))

    def _withdrawn(self, pair: Pair, receipt: Receipt, reason: Message) -> Step:
        if not any(part.state is State.SENT for part in receipt.parts):
            return Step(Act.SKIP, *pair, reason)
        if not self.scene.abilities[pair[1]].delete:
            reason = say("{reason} Take the note back by hand: {url}",
                         reason=reason, url=receipt.url)  # fmt: skip
            return Step(Act.HOLD, *pair, reason)
        return self._allowed(Step(Act.DELETE, *pair, reason))

    def _permitted(self, step: Step) -> Step:
        """Let a part be sent, unless something holds it."""
        step = self._allowed(step)
        if step.act is not Act.SEND:
            return step
        live = self.live.get(step.slug)
        if live is not None and not live.ok:
            return _held(step, live.reason, live.when)
        if step.channel in self.scene.by_hand:
            return _held(step, PASTE)
        if self.sent[step.channel] >= self.scene.channels[step.channel].ceiling:
            return _held(step, _CEILING)
        self.sent[step.channel] += 1
        return step

    def _allowed(self, step: Step) -> Step:
        """Let anything happen on a channel, unless the channel is silent now."""
        channel = self.scene.channels[step.channel]
        pause = holding(self.pauses, step.channel, self.now)
        if pause is not None:
            return _held(step, pause.words, pause.until)
        if channel.paused:
            return _held(step, _PAUSED)
        if step.channel in self.refused:
            part = self.refused[step.channel]
            reason = say("The channel waits: {words}", words=part.error)
            return _held(step, reason, part.again)
        until = self.quiet[step.channel]
        return _held(step, _QUIET, until) if until else step


def same(note: Note, receipt: Receipt) -> bool:
    """Tell whether a note says what was sent."""
    return len(note.parts) == len(receipt.parts) and all(
        part.digest in ("", digest(note, at)) for at, part in enumerate(receipt.parts)
    )


def _held(step: Step, reason: Message, when: dt.datetime | None = None) -> Step:
    return Step(Act.HOLD, step.slug, step.channel, reason, step.at, when)


def _unusable(post: Post, claims: Mapping[str, int]) -> Message | None:
    if claims[post.slug] > 1:
        return say("Several files have this slug; look at cmflow check.")
    if not fits(post.slug):
        return say("The slug cannot name a file; give the post another: slug: …")
    return None


def _refused(ledger: Ledger, now: dt.datetime) -> Mapping[str, PartReceipt]:
    """Find the channels whose token was refused, or that were told to wait, not long ago."""
    found: dict[str, PartReceipt] = {}
    for (_, channel), receipt in ledger.receipts.items():
        part = receipt.parts[-1]
        if part.state is not State.FAILED or part.trouble not in ("auth", "rate"):
            continue
        if part.again is not None and part.again > now:
            before = found.get(channel)
            if before is None or before.again is None or before.again < part.again:
                found[channel] = part
    return found
