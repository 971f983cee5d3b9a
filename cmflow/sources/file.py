"""What a person copied by hand: one Markdown file for each answer, in a folder of the plan.

It is for every place that tells nothing to machines: LinkedIn, a forum, a letter.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections.abc import Iterator

import msgspec

from cmflow import frontmatter
from cmflow.decode import When, decode
from cmflow.errors import Message, say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, Answer, Secret
from cmflow.sources import outside
from cmflow.sources.outside import Posts
from cmflow.thread import Speaker

FOLDER = "content/plan/heard"
"""Where the files are, if `folder:` names no other place; it is never published."""


class Pasted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The front matter of such a file.

    `post` is a slug or an address, `url` where the answer stands, `profile` whose it is, `reply_to`
    the name of another file of the folder or the id of a comment. `team` marks our own words.
    """

    post: str
    name: str
    date: When | None = None
    url: str = ""
    profile: str = ""
    reply_to: str = ""
    team: bool = False


class File:
    """One folder. A file that is deleted takes nothing back: the comment is a file of its own."""

    name = "file"
    title = "File"
    secrets: tuple[Secret, ...] = ()
    needs_note = False
    vouches = False

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        del marks
        folder = account.settings.folder or FOLDER
        if not account.settings.folder and account.files(folder) is None:
            return
        found = dict(outside.texts(account, folder, ".md"))
        shelf = _Folder(account.channel, folder, frozenset(found), topics)
        heard, unread = [], []
        for name, data in found.items():
            one, faults = shelf.read(name, data)
            heard += [one] if one else []
            unread += faults
        yield Batch(heard=tuple(heard), unread=tuple(unread), step=1, of=1)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`; whoever tidied the folder took no comment back."""
        del account, topic, id
        return Answer.CANNOT_TELL


class _Folder:
    """Reads the files of a folder, which may name each other."""

    def __init__(
        self, source: str, folder: str, names: frozenset[str], topics: tuple[Topic, ...]
    ) -> None:
        self.source = source
        self.folder = folder
        self.names = names
        self.slugs = frozenset(topic.slug for topic in topics)
        self.posts = Posts(topics)

    def read(self, name: str, data: bytes | Unread) -> tuple[Heard | None, list[Unread]]:
        """Read one file; nothing, and what is wrong with it, where it says too little."""
        where = f"{self.folder}/{name}"
        if isinstance(data, Unread):
            return None, [data]
        source, finding = frontmatter.read(where, data)
        if source is None:
            assert finding is not None  # noqa: S101  # there is one of both
            return None, [Unread(f"{where}:{finding.line}", finding.message, finding.remedy)]
        meta, problems = decode(source.meta, Pasted)
        unread = [
            Unread(f"{where}:{source.line_of(*one.path)}", one.message, one.remedy)
            for one in problems
        ]
        if meta is None:
            return None, unread
        faults = [*self._faults(meta), *_of_time(meta.date), *_of_words(source.body)]
        unread += [
            Unread(f"{where}:{source.line_of(key)}", why, remedy) for key, why, remedy in faults
        ]
        # What a comment never loses must be right from the beginning.
        wrong = {key for key, _, _ in faults} | {one.path[0] for one in problems if one.path}
        if wrong & {"post", "date", ""}:
            return None, unread
        return self._heard(name, meta, source.body), unread

    def _heard(self, name: str, meta: Pasted, body: str) -> Heard:
        return Heard(
            id=self._id(name),
            author=Speaker(outside.shown_name(meta.name, meta.profile, meta.url), meta.profile),
            html=outside.written(body),
            published=_moment(meta.date),
            url=meta.url,
            reply_to=self._above(meta),
            about=meta.post if meta.post in self.slugs else self.posts.at(meta.post) or meta.post,
            ours=meta.team,
        )

    def _id(self, name: str) -> str:
        """Return the id of a file, which is its name: no person's name is in it."""
        return f"file/{hashlib.sha256(f'{self.source}/{name}'.encode()).hexdigest()[:32]}"

    def _above(self, meta: Pasted) -> str:
        for name in (meta.reply_to, f"{meta.reply_to}.md"):
            if name in self.names:
                return self._id(name)
        return meta.reply_to if "/" in meta.reply_to else ""

    def _faults(self, meta: Pasted) -> Iterator[tuple[str, Message, Message]]:
        """Find what is named and is not there."""
        named = meta.post.startswith(("https://", "http://"))
        if meta.post not in self.slugs and not named:
            near = difflib.get_close_matches(meta.post, self.slugs, n=1, cutoff=0.6)
            remedy = (
                say("Did you mean “{near}”?", near=near[0])
                if near
                else say("Write the slug of a post, or its address.")
            )
            yield "post", say("There is no post “{slug}”.", slug=meta.post), remedy
        if meta.reply_to and not self._above(meta):
            why = say("There is no file “{name}” in this folder.", name=meta.reply_to)
            yield "reply_to", why, say("Write the name of one, or the id of a comment.")


def _of_time(date: When | None) -> Iterator[tuple[str, Message, Message]]:
    if isinstance(date, dt.datetime) and date.tzinfo is None:
        why = say("The time has no offset, so nobody knows when it was.")
        yield "date", why, say("Write it like 2026-10-06T09:00:00+02:00, or the day alone.")


def _of_words(body: str) -> Iterator[tuple[str, Message, Message]]:
    if not body.strip():
        yield "", say("There are no words."), say("Write them below the front matter.")


def _moment(date: When | None) -> dt.datetime | None:
    """Return when it was; a day alone is meant by its noon, which is that day nearly everywhere."""
    if isinstance(date, dt.datetime) or date is None:
        return date
    return dt.datetime.combine(date, dt.time(12), dt.UTC)


LISTENER = File()
