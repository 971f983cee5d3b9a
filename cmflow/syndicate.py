"""The desk of the second trip: carries out a plan, part by part: reserve, send, settle.

A part is reserved durably before the call and settled after it, so whatever cuts a run off leaves a
trace; and before anything new, what such runs left unknown is asked for. Every text comes from a
file that a person committed; a part answers nothing but the part before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from cmflow import receipts
from cmflow.errors import CmflowError, Finding, Message, say
from cmflow.ledger import Ledger, PartReceipt, Receipt, State
from cmflow.network import Account, Answer, Network, NetworkError, Sent, Trouble
from cmflow.note import Note, digest
from cmflow.outcome import (
    ANOTHER,
    CANNOT_TELL,
    DECIDE,
    LONG_AGO,
    MAY_APPEAR,
    OTHER_TEXT,
    REPORT,
    SLEPT,
    TROUBLES,
    Outcome,
    Result,
)
from cmflow.pause import holding
from cmflow.plan import BELIEVED, PASTE, Act, Live, Scene, Silence, Step, Voice, first_open, plan
from cmflow.post import Post
from cmflow.store import Conflict, Kept, Store


class Trip(msgspec.Struct, frozen=True):
    """Everything a run needs from the world; `networks` and `accounts` are by channel.

    `accounts` returns a message where a secret is missing. `live` looks at the page of a post.
    """

    posts: tuple[Post, ...]
    site: str
    scene: Scene
    voice: Voice
    networks: Mapping[str, Network]
    accounts: Callable[[str], Account | Message]
    store: Store
    live: Callable[[Post], Live]
    clock: Callable[[], dt.datetime]


class Report(msgspec.Struct, frozen=True):
    """The plan as it was carried out, and what came of its steps."""

    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]


def foresee(trip: Trip, *, live: bool) -> tuple[Step, ...]:
    """Return the plan and do nothing; with `live`, look whether the pages are there."""
    with trip.store.opened():
        return _Desk(trip).planned() if live else _Desk(trip).plan(trip.store.load(), {})


def syndicate(trip: Trip, *, edit: bool = False, delete: bool = False) -> Report:
    """Do what is due; with `edit` and `delete`, also what the plan only shows."""
    allowed = {Act.SEND} | ({Act.EDIT} if edit else set()) | ({Act.DELETE} if delete else set())
    with trip.store.opened():
        desk = _Desk(trip)
        desk.settle()
        steps = desk.planned()
        for step in steps:
            if step.act in allowed:
                desk.carry_out(step)
        return Report(steps, tuple(desk.outcomes))


class _Desk:
    def __init__(self, trip: Trip) -> None:
        self.trip = trip
        self.posts = {post.slug: post for post in trip.posts}
        self.stopped: dict[str, Message] = {}
        self.outcomes: list[Outcome] = []

    # Planning

    def plan(self, ledger: Ledger, live: Mapping[str, Live]) -> tuple[Step, ...]:
        trip, now = self.trip, self.trip.clock()
        pauses = trip.store.pauses()
        scene = replace(trip.scene, grace=trip.store.grace)
        return plan(trip.posts, trip.voice, ledger, live, pauses, now, scene)

    def planned(self) -> tuple[Step, ...]:
        """Plan, looking at the page of whatever is due, until no new one is."""
        ledger = self.trip.store.load()
        live: dict[str, Live] = {}
        while True:
            steps = self.plan(ledger, live)
            due = (step for step in steps if step.act is Act.SEND or step.reason == PASTE)
            new = {step.slug for step in due} - live.keys()
            if not new:
                return steps
            live |= {slug: self.trip.live(self.posts[slug]) for slug in sorted(new)}

    # What runs before left unknown

    def settle(self) -> None:
        for step in self.plan(self.trip.store.load(), {}):
            if step.act is Act.UNKNOWN:
                self._settle(step)

    def _settle(self, step: Step) -> None:
        before = self.trip.store.read((step.slug, step.channel))
        post = self.posts.get(step.slug)
        note = self.trip.voice(post, step.channel) if post and step.asks else None
        askable = isinstance(note, Note) and step.at < len(note.parts)
        if not isinstance(before, Receipt) or not isinstance(note, Note) or not askable:
            return self._tell(Result.UNKNOWN, step, step.reason, remedy=DECIDE)
        account = self._account(step)
        if account is None:
            return None
        part = before.parts[step.at]
        key = receipts.reservation(part, self.trip.clock())
        try:
            answer = self.trip.networks[step.channel].find(account, note, step.at, key)
        except Exception as error:  # one failing channel does not stop the others
            return self._trouble(step, _as_error(error))
        return self._answered(step, before, note, answer)

    def _answered(self, step: Step, before: Receipt, note: Note, answer: Sent | Answer) -> None:
        part, now = before.parts[step.at], self.trip.clock()
        if isinstance(answer, Sent):
            self._keep(before, step.at, receipts.sent(part, answer))
            return self._tell(Result.FOUND, step, say("It stands after all."), url=answer.url)
        if answer is Answer.CANNOT_TELL:
            return self._tell(Result.UNKNOWN, step, CANNOT_TELL, remedy=DECIDE)
        if digest(note, step.at) != part.digest:
            # Some networks recognise a note by its text, and so would not recognise this one.
            return self._tell(Result.UNKNOWN, step, OTHER_TEXT, remedy=DECIDE)
        age = now - (part.reserved or now)
        if age <= self.trip.store.grace:
            return self._tell(Result.HELD, step, MAY_APPEAR)
        if age > BELIEVED:
            return self._tell(Result.UNKNOWN, step, LONG_AGO, remedy=DECIDE)
        self._keep(before, step.at, receipts.absent(part))
        return None

    # What is due

    def carry_out(self, step: Step) -> None:
        if step.channel in self.stopped:
            return self._tell(Result.HELD, step, self.stopped[step.channel])
        account = self._account(step)
        if account is None:
            return None
        if step.act is Act.DELETE:
            return self._delete(step, account)
        note = self.trip.voice(self.posts[step.slug], step.channel)
        if isinstance(note, Silence):
            return self._tell(Result.HELD, step, note.reason)
        if step.act is Act.EDIT:
            return self._edit(step, account, note)
        for at in range(step.at, len(note.parts)):
            if not self._send(replace(step, at=at), account, note):
                break
        return None

    def _send(self, step: Step, account: Account, note: Note) -> bool:
        """Send one part; returns whether the next may follow."""
        if self._silenced(step):
            return False
        store, at, now = self.trip.store, step.at, receipts.whole_second(self.trip.clock())
        before = store.read((step.slug, step.channel))
        if isinstance(before, Finding):
            self._tell(Result.UNKNOWN, step, before.message, remedy=before.remedy)
            return False
        if not _open(before, at):
            self._tell(Result.HELD, step, ANOTHER)
            return False
        network = self.trip.networks[step.channel]
        receipt = receipts.reserve(
            before, note, at, now,
            network=network.name,
            version=self.trip.scene.versions.get(step.slug, ""),
            key=receipts.key_of(self.trip.site, step.slug, step.channel, at),
        )  # fmt: skip
        try:
            store.save(receipt, before, _commit_words(step, State.RESERVED))
        except Conflict:
            self._tell(Result.HELD, step, ANOTHER)
            return False
        except CmflowError as error:
            return self._unkept(step, error)
        part = self._call(step, account, note, receipt)
        self._keep(receipt, at, part)
        return part.state is State.SENT

    def _call(self, step: Step, account: Account, note: Note, receipt: Receipt) -> PartReceipt:
        """Make the call that was reserved; returns what became of the part."""
        part, now = receipt.parts[step.at], self.trip.clock()
        if now - (part.reserved or now) > self.trip.store.grace / 4:
            # A machine that slept: by now another one may have taken the reservation for lost.
            self._tell(Result.HELD, step, SLEPT)
            return receipts.unsent(part)
        above = tuple(Sent(one.id, one.url) for one in receipt.parts[: step.at])
        network = self.trip.networks[step.channel]
        try:
            proof = network.send(account, note, step.at, receipts.reservation(part, now), above)
        except NetworkError as error:
            self._trouble(step, error)
            return receipts.failed(part, error, receipts.whole_second(self.trip.clock()))
        except Exception as error:  # a mistake in an adapter, or bytes nobody foresaw
            self._trouble(step, _as_error(error))
            return receipts.unknown(part, type(error).__name__, self.trip.clock())
        self._tell(Result.SENT, step, say("Sent."), url=proof.url)
        return receipts.sent(part, proof)

    # What a person asked for

    def _edit(self, step: Step, account: Account, note: Note) -> None:
        receipt = self.trip.store.read((step.slug, step.channel))
        if not isinstance(receipt, Receipt) or self._silenced(step):
            return None
        network = self.trip.networks[step.channel]
        try:
            for at in range(min(len(note.parts), len(receipt.parts))):
                part = receipt.parts[at]
                if part.digest == digest(note, at):
                    continue
                proof = network.edit(account, note, at, Sent(part.id, part.url))
                part = replace(receipts.sent(part, proof), digest=digest(note, at))
                receipt = self._keep(receipt, at, part)
            for part in reversed(receipt.parts[len(note.parts) :]):
                network.delete(account, Sent(part.id, part.url))
        except Exception as error:  # one failing channel does not stop the others
            return self._trouble(step, _as_error(error))
        version = self.trip.scene.versions.get(step.slug, "")
        kept = receipt.parts[: len(note.parts)]
        whole = replace(receipt, parts=kept, total=len(note.parts), version=version)
        self._save(whole, receipt, step)
        return self._tell(Result.EDITED, step, say("Edited."), url=whole.url)

    def _delete(self, step: Step, account: Account) -> None:
        receipt = self.trip.store.read((step.slug, step.channel))
        if not isinstance(receipt, Receipt) or self._silenced(step):
            return None
        network = self.trip.networks[step.channel]
        try:
            for part in reversed(receipt.parts):
                if part.state is State.SENT:
                    network.delete(account, Sent(part.id, part.url))
        except Exception as error:  # one failing channel does not stop the others
            return self._trouble(step, _as_error(error))
        self._save(receipts.gone(receipt), receipt, step)
        return self._tell(Result.DELETED, step, say("Taken back."), url=receipt.url)

    # What they share

    def _silenced(self, step: Step) -> bool:
        """Look at `pause.yml` once more: somebody may have written it a second ago."""
        try:
            pause = holding(self.trip.store.pauses(), step.channel, self.trip.clock())
        except CmflowError as error:
            self._unkept(step, error)
            return True
        if pause is not None:
            self._tell(Result.HELD, step, pause.words)
        return pause is not None

    def _account(self, step: Step) -> Account | None:
        if step.channel in self.stopped:
            self._tell(Result.HELD, step, self.stopped[step.channel])
            return None
        account = self.trip.accounts(step.channel)
        if isinstance(account, Message):
            self.stopped[step.channel] = account
            self._tell(Result.FAILED, step, account)
            return None
        return account

    def _keep(self, receipt: Receipt, at: int, part: PartReceipt) -> Receipt:
        """Save what became of a part, over what another run has made of the receipt meanwhile."""
        step = Step(Act.SEND, receipt.slug, receipt.channel, Message(""), at)
        for _ in range(4):
            done = receipts.put(receipt, at, part)
            try:
                self.trip.store.save(done, receipt, _commit_words(step, part.state))
            except Conflict:
                now = self.trip.store.read((receipt.slug, receipt.channel))
                if isinstance(now, Receipt) and at < len(now.parts):
                    receipt = now
                    if now.parts[at].state is State.SENT:
                        return now
                continue
            except CmflowError as error:
                self._unkept(step, error)
            return done
        self._tell(Result.UNKNOWN, step, ANOTHER, remedy=DECIDE)
        return receipt

    def _save(self, receipt: Receipt, before: Kept, step: Step) -> None:
        try:
            self.trip.store.save(receipt, before, _commit_words(step, receipt.parts[0].state))
        except Conflict:
            self._tell(Result.UNKNOWN, step, ANOTHER, remedy=DECIDE)
        except CmflowError as error:
            self._unkept(step, error)

    def _unkept(self, step: Step, error: CmflowError) -> bool:
        """Tell that the ledger could not be written: nothing more is sent on any channel."""
        finding = error.findings[0]
        self._tell(Result.FAILED, step, finding.message, remedy=finding.remedy)
        self.stopped |= dict.fromkeys(self.trip.scene.channels, finding.message)
        return False

    def _trouble(self, step: Step, error: NetworkError) -> None:
        result = Result.FAILED if error.certain else Result.UNKNOWN
        words = say("{trouble}: {words}", trouble=TROUBLES[error.trouble], words=error.words)
        if error.trouble is not Trouble.CONTENT:
            # What is wrong with the channel is wrong with its next note as well.
            self.stopped[step.channel] = say("The channel waits: {words}", words=error.words)
        self._tell(result, step, words, remedy=error.remedy)

    def _tell(
        self,
        result: Result,
        step: Step,
        words: Message,
        *,
        url: str = "",
        remedy: Message | None = None,
    ) -> None:
        outcome = Outcome(result, step.slug, step.channel, step.at, words, url, remedy)
        self.outcomes.append(outcome)


def _open(before: Receipt | None, at: int) -> bool:
    """Tell whether part `at` is the next to be sent: absent, or failed for certain."""
    if before is None:
        return at == 0
    if first_open(before) != at:
        return False
    return at == len(before.parts) or before.parts[at].state is State.FAILED


def _as_error(error: Exception) -> NetworkError:
    if isinstance(error, NetworkError):
        return error
    # Its words might hold a secret, and nobody has taken it out.
    return NetworkError(Trouble.TRANSIENT, type(error).__name__, remedy=REPORT, certain=False)


def _commit_words(step: Step, state: State) -> str:
    return f"{step.slug} on {step.channel}, part {step.at + 1}: {state.value}"
