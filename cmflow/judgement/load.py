"""Authors with too many posts to finish in one week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import Desk
from cmflow.schedule import Entry
from cmflow.walltime import day

NAME = "author-load"

MOST = 2
"""How many posts one author can be asked to finish in a week."""


def find(desk: Desk) -> Iterator[Finding]:
    """Yield one finding for each author and week, at the last post of it."""
    weeks: dict[tuple[dt.date, str], list[Entry]] = {}
    for entry in desk.coming if desk.speaks else ():
        monday = day(entry.start) - dt.timedelta(days=day(entry.start).weekday())
        for author in dict.fromkeys(entry.authors):
            weeks.setdefault((monday, author), []).append(entry)
    for (monday, author), posts in sorted(weeks.items()):
        if len(posts) <= MOST:
            continue
        known = desk.library.authors.get(author)
        message = say("{author} signs {count} posts in the week of {day}: {titles}.",
                      author=known.name if known else author, count=len(posts),
                      day=monday.isoformat(),
                      titles=" · ".join(post.title for post in posts))  # fmt: skip
        remedy = say("Share them, or move one: cmflow schedule {slug} next-slot",
                     slug=posts[-1].slug)  # fmt: skip
        yield Finding(NAME, posts[-1].path, posts[-1].line, message, remedy, Level.WARNING)
