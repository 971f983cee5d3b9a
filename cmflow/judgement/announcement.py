"""Public events to which no post points."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import Desk
from cmflow.schedule import Entry, Kind

NAME = "event-unannounced"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield the public events to come without an announcement."""
    for event in desk.calendar.entries if desk.speaks else ():
        if event.kind is not Kind.EVENT or not event.public or not desk.ahead(event.start):
            continue
        if not _announced(event, desk):
            message = say("No post points to “{title}”, which is on {day}.",
                          title=event.title, day=event.start.isoformat()[:10])  # fmt: skip
            remedy = say("Link to its page from a post that appears before it.")
            yield Finding(NAME, event.path, event.line, message, remedy, Level.WARNING)


def _announced(event: Entry, desk: Desk) -> bool:
    """Look for a link, by the name of the page's file or by its address."""
    file = event.path.rpartition("/")[2]
    for post in desk.library.posts:
        if post.published >= desk.begins(event):
            continue
        body = desk.library.sources[post.path].body
        if f"/{file}" in body or f"({file}" in body or (event.url and event.url in body):
            return True
    return False
