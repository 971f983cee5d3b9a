"""The desk of the third trip: asks every source, and keeps what people answer as files.

What is heard is kept before the next thing is asked for; one source that fails does not stop the
others; whatever cuts a run off, the next one makes the same files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec

from cmflow import comment_file, faces, hearing, tally_file, topics
from cmflow.community import Shelved
from cmflow.errors import Message
from cmflow.git import Files
from cmflow.heard import Batch, Heard, Listener, Topic, Unread
from cmflow.hearing import Change, House, Place
from cmflow.marks import MarkFile
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.shelf import Shelf
from cmflow.thread import Status, Tally

Faces = Callable[[Iterable[Heard]], tuple[Mapping[str, str], Files]]
"""Fetches pictures of people: the name of the file of each address, and the new files."""


class Ear(msgspec.Struct, frozen=True):
    """One source, ready to be asked: by a channel's id or a source's own.

    `account` is a message where a secret is missing.
    """

    id: str
    listener: Listener
    topics: tuple[Topic, ...]
    account: Callable[[], Account | Message]


class Round(msgspec.Struct, frozen=True):
    """Everything a run needs from the world."""

    ears: tuple[Ear, ...]
    shelf: Shelf
    house: House
    register: topics.Register
    marks: MarkFile
    faces: Faces
    now: dt.datetime


class Progress(msgspec.Struct, frozen=True):
    """How far a source is: `step` of `of` threads; nought of nought where it cannot say."""

    source: str
    step: int
    of: int


class Gathered(msgspec.Struct, frozen=True):
    """What one source brought, and why it brought no more.

    `deaf` says which secret is missing to hear it; a channel may be one that we only speak on.
    """

    source: str
    changes: tuple[Change, ...] = ()
    unread: tuple[Unread, ...] = ()
    elsewhere: int = 0
    deaf: Message | None = None
    trouble: Message | None = None
    remedy: Message | None = None

    def count(self, status: Status, *, new: bool) -> int:
        """Return how many comments have a status now, among the new ones or the changed ones."""
        return sum(1 for c in self.changes if c.after.status is status and (not c.before) is new)


def collect(round_: Round, tell: Callable[[Progress], None]) -> tuple[Gathered, ...]:
    """Ask every source and keep what is heard; `tell` is told after every step.

    The shelf is open.
    """
    return tuple(_Desk(round_, ear).listen(tell) for ear in round_.ears)


class _About(msgspec.Struct):
    """What is heard of one post and not kept yet."""

    heard: dict[str, Heard]
    gone: set[str]
    tally: Tally | None = None


class _Desk:
    """Listens to one source."""

    def __init__(self, round_: Round, ear: Ear) -> None:
        self.round = round_
        self.ear = ear
        self.topics = {topic.slug: topic for topic in ear.topics}
        self.waiting: dict[str, _About] = {}
        self.marks: dict[str, str] = {}
        self.changes: list[Change] = []
        self.unread: list[Unread] = []
        self.elsewhere = 0

    def listen(self, tell: Callable[[Progress], None]) -> Gathered:
        ear, shelf = self.ear, self.round.shelf
        account = ear.account()
        if isinstance(account, Message):
            # A source is there to be heard; a channel may be one that only speaks.
            heard = ear.listener.needs_note
            return Gathered(ear.id, deaf=account) if heard else Gathered(ear.id, trouble=account)
        failed: NetworkError | None = None
        marks = self.round.marks.of(ear.id, shelf.count(ear.id))
        try:
            for batch in ear.listener.listen(account, ear.topics, marks):
                self._take(batch, account)
                if shelf.at_once or batch.fleeting:
                    self._keep()
                tell(Progress(ear.id, batch.step, batch.of))
        except NetworkError as error:
            failed = error
        self._keep()
        return Gathered(
            ear.id, tuple(self.changes), tuple(self.unread), self.elsewhere,
            trouble=_words(failed), remedy=failed.remedy if failed else None,
        )  # fmt: skip

    def _take(self, batch: Batch, account: Account) -> None:
        self.unread += batch.unread
        self.marks |= dict(batch.marks)
        for heard in batch.heard:
            slug = batch.slug or self.round.register.slug(heard.about) or self._beside(heard)
            if slug:
                self._about(slug).heard[heard.id] = heard
            else:
                self.elsewhere += 1
        if batch.slug and batch.tally is not None:
            self._about(batch.slug).tally = batch.tally
        if batch.slug and batch.whole:
            self._missing(batch, account)

    def _about(self, slug: str) -> _About:
        return self.waiting.setdefault(slug, _About({}, set()))

    def _beside(self, heard: Heard) -> str:
        """Find the post of an answer that names only what it answers."""
        if not heard.reply_to:
            return ""
        for slug, about in self.waiting.items():
            if heard.reply_to in about.heard:
                return slug
        shelf = self.round.shelf
        return next((s for s in shelf.slugs() if heard.reply_to in shelf.comments(s).kept), "")

    def _missing(self, batch: Batch, account: Account) -> None:
        """Ask for what a source told before and does not tell now: absent is not deleted."""
        topic = self.topics[batch.slug]
        about = self._about(batch.slug)
        known = topics.known(self.round.shelf, batch.slug, self.ear.id)
        for id_ in sorted(known - {heard.id for heard in batch.heard} - about.heard.keys()):
            try:
                answer = self.ear.listener.ask(account, topic, id_)
            except NetworkError as error:
                self.unread.append(Unread(id_, _words(error) or error.remedy, error.remedy))
                if error.trouble in (Trouble.AUTH, Trouble.RATE):
                    # No other would fare better; they are asked for again by the next run.
                    break
                continue
            if isinstance(answer, Heard):
                about.heard[id_] = answer
            elif answer is Answer.ABSENT:
                about.gone.add(id_)

    def _keep(self) -> None:
        """Keep what is waiting, then the marks: a mark before its comments would lose them."""
        shelf = self.round.shelf
        if self.waiting:
            lost = self.round.house.forgotten
            every = (one for about in self.waiting.values() for one in about.heard.values())
            heard = [one for one in every if not lost.knows(one.id, one.author.url)]
            names, pictures = self.round.faces(heard)
            house = msgspec.structs.replace(self.round.house, avatars=names)
            # By path, for what is to be kept is made anew after a race.
            changed: dict[str, Change] = {}

            def make() -> Files:
                files: dict[str, bytes | None] = {}
                for slug, about in self.waiting.items():
                    files |= self._files(slug, about, house, changed)
                return {**files, **self._pictures(pictures, changed)}

            shelf.keep(make, f"Answers from {self.ear.id}")
            self.changes += changed.values()
            self.waiting = {}
        if self.marks:
            self.round.marks.keep(self.ear.id, shelf.count(self.ear.id), self.marks)
            self.marks = {}

    def _pictures(self, fetched: Files, changed: Mapping[str, Change]) -> Files:
        """Keep the pictures that a comment shows, and take away those that none shows any more."""
        shelf = self.round.shelf
        shown = {c.after.author.avatar for c in changed.values()}
        known = (one for slug in self.waiting for one in shelf.comments(slug).kept.values())
        used = shown | {one.comment.author.avatar for one in known if one.path not in changed}
        files = {path: data for path, data in fetched.items() if path.rpartition("/")[2] in used}
        left = {c.before.author.avatar for c in changed.values() if c.before} - used - {""}
        return {**files, **(faces.unused(left, shelf, frozenset(changed)) if left else {})}

    def _files(self, slug: str, about: _About, house: House, changed: dict[str, Change]) -> Files:
        known = self.round.shelf.comments(slug)
        place = Place(slug, self.ear.id, self.ear.listener.vouches)
        heard = hearing.merge(known, about.heard.values(), place, house, self.round.now)
        gone = [hearing.gone(known.kept[id_]) for id_ in about.gone if _stands(known, id_)]
        files: dict[str, bytes | None] = {}
        for change in (*heard, *gone):
            changed[change.path] = change
            files[change.path] = comment_file.text(change.after).encode()
        if about.tally is not None:
            before = self.round.shelf.tallies(slug)
            after = {**before, self.ear.id: about.tally}
            if after != before and (about.tally != Tally() or self.ear.id in before):
                files[tally_file.path_of(slug)] = tally_file.text(after).encode()
        return files


def _stands(known: Shelved, id_: str) -> bool:
    return id_ in known.kept and known.kept[id_].comment.status is not Status.GONE


def _words(error: NetworkError | None) -> Message | None:
    return Message("{words}", {"words": error.words}) if error else None
