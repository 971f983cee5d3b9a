"""Comments for those who moderate: as a table, as plain lines, one in full, and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cmflow import visible
from cmflow.catalogue import Catalogue
from cmflow.community import Filed
from cmflow.errors import Message, say
from cmflow.moderation import WHY
from cmflow.thread import Comment, Status

_FIRST = 80
_NAME = 24
_STATUS: Mapping[Status, Message] = {
    Status.HELD: say("waits"),
    Status.APPROVED: say("approved"),
    Status.REJECTED: say("rejected"),
    Status.GONE: say("deleted"),
}


class Row(msgspec.Struct, frozen=True):
    """A comment on a terminal: what is said, below it what it is about, and how it is marked."""

    kept: Filed
    about: tuple[str, ...]
    faint: bool = False


def drawn(rows: Iterable[Row], words: Catalogue, now: dt.datetime) -> Table:
    """Draw comments for a terminal of any width: id, age, and who says what."""
    made = Table.grid(padding=(0, 2))
    for at in range(3):
        side: Literal["left", "right"] = "right" if at == 1 else "left"
        made.add_column(no_wrap=at < 2, justify=side, overflow="fold")
    for row in rows:
        comment = row.kept.comment
        says = Text(f"{author(comment, words)}: ", style="bold")
        says.append(first_words(comment), style="not bold")
        for line in row.about:
            says.append(f"\n{line}", style="not bold dim")
        style = "dim" if row.faint else ""
        since = Text(age(comment.published, now, words))
        made.add_row(Text(row.kept.short), since, says, style=style)
    return made


def table(comments: Iterable[Filed], words: Catalogue, now: dt.datetime) -> Table:
    """Draw comments and where moderation stands with them."""
    rows = (Row(one, (_about(one, words),)) for one in comments)
    return drawn(rows, words, now)


def _about(one: Filed, words: Catalogue) -> str:
    state = words.show(_STATUS[one.comment.status])
    reasons = why(one.comment, words)
    parts = (one.slug, visible.line(one.comment.source), state, reasons)
    return " · ".join(filter(None, parts))


def text(comments: Iterable[Filed], words: Catalogue) -> str:
    """Write a line a comment, for a pipe: id, day, status, source, post, author, first words."""
    return "\n".join(
        "\t".join(
            (
                one.short,
                f"{one.comment.published:%Y-%m-%d}",
                one.comment.status.value,
                visible.line(one.comment.source),
                one.slug,
                author(one.comment, words),
                first_words(one.comment),
            )
        )
        for one in comments
    )


def as_json(comments: Iterable[Filed]) -> str:
    """Write for programs.

    An object with `version` (1; a key that changes its meaning makes it 2) and `comments`, a list
    of objects with `short`, `path` (below content/community) and `post` (its slug), and the keys
    of a comment's file; `text` is harmless HTML, `words` the same as plain text.
    """
    data = {"version": 1, "comments": [object_of(one) for one in comments]}
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()


def object_of(one: Filed) -> dict[str, Any]:
    """Return a comment as the keys and values of its file, with where it is."""
    about = {"short": one.short, "path": one.path, "post": one.slug}
    words = {"words": visible.lines(one.comment.text)}
    found: dict[str, Any] = about | msgspec.to_builtins(one.comment) | words
    return found


def full(one: Filed, above: Comment | None, title: str, words: Catalogue, zone: dt.tzinfo) -> str:
    """Write one comment in full, under what it answers, as plain text."""
    return "\n".join([*_head(one, above, title, words, zone), "", visible.lines(one.comment.text)])


def _head(
    one: Filed, above: Comment | None, title: str, words: Catalogue, zone: dt.tzinfo
) -> Iterator[str]:
    comment = one.comment
    profile = comment.author.url and f" ({visible.address(comment.author.url)})"
    yield f"{one.short}  {author(comment, words)}{profile}"
    when = words.moment(comment.published.astimezone(zone))
    yield words.show(say("{when}, from {source}, under “{title}”",
                         when=when, source=visible.line(comment.source),
                         title=title or one.slug))  # fmt: skip
    if comment.url:
        yield visible.address(comment.url)
    if above is not None:
        yield words.show(say("In answer to {name}: {words}",
                             name=author(above, words), words=first_words(above)))  # fmt: skip
    if comment.edited:
        day = words.moment(comment.edited.astimezone(zone))
        yield words.show(say("Edited {when}", when=day))
    state = words.show(_STATUS[comment.status])
    reasons = why(comment, words)
    yield words.show(say("{where}: {words}", where=state, words=reasons)) if reasons else state


def author(comment: Comment, words: Catalogue) -> str:
    """Return the name of who speaks; our own people are marked."""
    name = visible.line(comment.author.name, _NAME) or words.gettext("nobody")
    ours = words.gettext("team")
    return f"{name} ({ours})" if comment.team else name


def first_words(comment: Comment) -> str:
    """Return the beginning of what is said."""
    return visible.line(visible.lines(comment.text, links=False), _FIRST)


def why(comment: Comment, words: Catalogue) -> str:
    """Return the reason of a rejection, or what holds a comment, in words."""
    if comment.reason:
        return visible.line(comment.reason)
    known = (WHY.get(rule, Message("{rule}", {"rule": rule})) for rule in comment.held_for)
    return ", ".join(visible.line(words.show(one)) for one in known)


def age(when: dt.datetime, now: dt.datetime, words: Catalogue) -> str:
    """Say for how long something is there: 3 min, 5 h, 12 d."""
    minutes = max(0, int((now - when).total_seconds() // 60))
    if minutes < 60:
        return words.gettext("{count} min").format(count=minutes)
    if minutes < 48 * 60:
        return words.gettext("{count} h").format(count=minutes // 60)
    return words.gettext("{count} d").format(count=minutes // (24 * 60))


def render(made: Table) -> None:
    """Print a table on a terminal."""
    Console().print(made)
