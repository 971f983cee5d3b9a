"""Posts that say two things of how far they have come."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, Message, say
from cmflow.judgement.desk import Desk
from cmflow.post import Post
from cmflow.schedule import Kind, Stage
from cmflow.walltime import begin

NAME = "state-contradiction"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield what contradicts itself."""
    for post in desk.library.posts:
        if post.meta.approved is not None and post.meta.approved > desk.today:
            message = say("The post is approved on {day}, which is to come.",
                          day=post.meta.approved.isoformat())  # fmt: skip
            remedy = say("Write the day on which it was approved, or take the line out.")
            yield _finding(desk, post, ("approved",), message, remedy)
        yield from _early(desk, post)
    yield from _announced(desk)


def _early(desk: Desk, post: Post) -> Iterator[Finding]:
    """Yield the notes that want to be sent before their post appears."""
    for id_, note in post.meta.notes.items():
        if note is False or note.at is None:
            continue
        if begin(note.at, desk.settings.zone) < post.published and post.published > desk.now:
            message = say("The note for “{channel}” is to be sent before the post appears.",
                          channel=id_)  # fmt: skip
            remedy = say("Write a later time, or take the line out: it then goes with the post.")
            yield _finding(desk, post, ("notes", id_, "at"), message, remedy)


def _announced(desk: Desk) -> Iterator[Finding]:
    posts = {post.slug: post for post in desk.library.posts}
    sent = (e for e in desk.calendar.entries if e.kind is Kind.NOTE and e.stage is Stage.PUBLISHED)
    for entry in sent:
        post = posts.get(entry.slug)
        if post is not None and post.meta.draft:
            message = say("The post is a draft, and was announced on “{channel}”.",
                          channel=entry.channel)  # fmt: skip
            remedy = say("Take “draft: true” out, or take the note back: cmflow syndicate.")
            yield _finding(desk, post, ("draft",), message, remedy)


def _finding(
    desk: Desk, post: Post, keys: tuple[str, ...], message: Message, remedy: Message
) -> Finding:
    source = desk.library.sources[post.path]
    return Finding(NAME, source.path, source.line_of(*keys), message, remedy, Level.WARNING)
