"""One run: the world it is given, and what all of its steps share, whatever they do.

A run tells what came of each step, leaves a channel that failed alone, looks at the pause before
each call, and keeps what became of a part over whatever another run has made of it meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from cmflow import receipts
from cmflow.errors import CmflowError, Message, say
from cmflow.ledger import Ledger, PartReceipt, Receipt, State
from cmflow.network import Account, Network, NetworkError, Trouble
from cmflow.outcome import ANOTHER, DECIDE, REPORT, TROUBLES, Outcome, Result
from cmflow.pause import holding
from cmflow.plan import plan
from cmflow.post import Post
from cmflow.steps import Act, Live, Scene, Step, Voice
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


class Run:
    """A run on its way: `outcomes` so far, and why channels are `stopped` for the rest of it."""

    def __init__(self, trip: Trip) -> None:
        self.trip = trip
        self.posts = {post.slug: post for post in trip.posts}
        self.stopped: dict[str, Message] = {}
        self.outcomes: list[Outcome] = []

    def plan(self, ledger: Ledger, live: Mapping[str, Live]) -> tuple[Step, ...]:
        """Plan with what is known of the pages; a post that `live` does not know is live."""
        trip, now = self.trip, self.trip.clock()
        pauses = trip.store.pauses()
        scene = replace(trip.scene, grace=trip.store.grace)
        return plan(trip.posts, trip.voice, ledger, live, pauses, now, scene)

    def silenced(self, step: Step) -> bool:
        """Look at `pause.yml` once more: somebody may have written it a second ago."""
        try:
            pause = holding(self.trip.store.pauses(), step.channel, self.trip.clock())
        except CmflowError as error:
            self.unkept(step, error)
            return True
        if pause is not None:
            self.tell(Result.HELD, step, pause.words)
        return pause is not None

    def account(self, step: Step) -> Account | None:
        """Return the account of a step's channel; tells why where there is none."""
        if step.channel in self.stopped:
            self.tell(Result.HELD, step, self.stopped[step.channel])
            return None
        account = self.trip.accounts(step.channel)
        if isinstance(account, Message):
            self.stopped[step.channel] = account
            self.tell(Result.FAILED, step, account)
            return None
        return account

    # Keeping

    def keep(self, receipt: Receipt, at: int, part: PartReceipt) -> Receipt:
        """Save what became of a part, over what another run has made of the receipt meanwhile."""
        step = Step(Act.SEND, receipt.slug, receipt.channel, Message(""), at)
        for _ in range(4):
            done = receipts.put(receipt, at, part)
            try:
                self.trip.store.save(done, receipt, commit_words(step, part.state))
            except Conflict:
                now = self.trip.store.read((receipt.slug, receipt.channel))
                if isinstance(now, Receipt) and at < len(now.parts):
                    receipt = now
                    if now.parts[at].state is State.SENT:
                        return now
                continue
            except CmflowError as error:
                self.unkept(step, error)
            return done
        self.tell(Result.UNKNOWN, step, ANOTHER, remedy=DECIDE)
        return receipt

    def save(self, receipt: Receipt, before: Kept, step: Step) -> None:
        """Save a receipt in place of another one; tells where that cannot be."""
        try:
            self.trip.store.save(receipt, before, commit_words(step, receipt.parts[0].state))
        except Conflict:
            self.tell(Result.UNKNOWN, step, ANOTHER, remedy=DECIDE)
        except CmflowError as error:
            self.unkept(step, error)

    # Telling

    def unkept(self, step: Step, error: CmflowError) -> None:
        """Tell that the ledger could not be written: nothing more is sent on any channel."""
        finding = error.findings[0]
        self.tell(Result.FAILED, step, finding.message, remedy=finding.remedy)
        self.stopped |= dict.fromkeys(self.trip.scene.channels, finding.message)

    def trouble(self, step: Step, error: Exception) -> None:
        """Tell what a network, or a mistake in an adapter, made of a step."""
        if not isinstance(error, NetworkError):
            # Its words might hold a secret, and nobody has taken it out.
            words = type(error).__name__
            error = NetworkError(Trouble.TRANSIENT, words, remedy=REPORT, certain=False)
        result = Result.FAILED if error.certain else Result.UNKNOWN
        told = say("{trouble}: {words}", trouble=TROUBLES[error.trouble], words=error.words)
        if error.trouble is not Trouble.CONTENT:
            # What is wrong with the channel is wrong with its next note as well.
            self.stopped[step.channel] = say("The channel waits: {words}", words=error.words)
        self.tell(result, step, told, remedy=error.remedy)

    def tell(
        self,
        result: Result,
        step: Step,
        words: Message,
        *,
        url: str = "",
        remedy: Message | None = None,
    ) -> None:
        """Note down what came of a step."""
        outcome = Outcome(result, step.slug, step.channel, step.at, words, url, remedy)
        self.outcomes.append(outcome)


def commit_words(step: Step, state: State) -> str:
    """Say in one line what is kept, as the history of a ledger shows it."""
    return f"{step.slug} on {step.channel}, part {step.at + 1}: {state.value}"
