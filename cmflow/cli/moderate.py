"""`cmflow moderate`: see what waits, and decide about it."""

from __future__ import annotations

import datetime as dt
import functools
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import click

from cmflow import library, mkdocs_yml, moderate, moderate_report
from cmflow.cli import ask, skin, speech
from cmflow.cli.commands import COMMANDS
from cmflow.cli.skin import Command, Group
from cmflow.cli.speech import N_, gettext
from cmflow.community import Filed
from cmflow.errors import CmflowError, say
from cmflow.moderate import Decision
from cmflow.shelves import shelf_of
from cmflow.thread import Comment, Status

_STATUSES = [status.value for status in Status]
_KEYS = N_("a: approve, r: reject, s: spam, n: next, q: quit")


@click.group("moderate", cls=Group, invoke_without_command=True, help=COMMANDS["moderate"])
@click.pass_context
def command(context: click.Context) -> int:
    """Without a subcommand: on a terminal one comment after the other, else the list."""
    if context.invoked_subcommand is not None:
        return 0
    if not ask.somebody():
        return _listed((Status.HELD,), as_json=False)
    return Desk().one_by_one()


command.details = N_(
    "Alone, it shows on a terminal what waits, one after the other. An ID is what the list shows,"
    " a file, or the address of a comment. docs/moderation.md says how all of it works."
)


def _sub(name: str, words: str) -> Callable[[Callable[..., int]], Command]:
    def make(function: Callable[..., int]) -> Command:
        made = click.command(name, cls=Command, help=words)(function)
        command.add_command(made)
        return made

    return make


@_sub("list", N_("Show what waits, the oldest first."))
@skin.option("--all", "every", is_flag=True, help=N_("Show all comments, whatever was decided."))
@skin.option(
    "--status", "statuses", multiple=True, type=click.Choice(_STATUSES),
    help=N_("Show these; may be given several times."),
)  # fmt: skip
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def _list(*, every: bool, statuses: tuple[str, ...], as_json: bool) -> int:
    chosen = tuple(Status) if every else tuple(map(Status, statuses)) or (Status.HELD,)
    return _listed(chosen, as_json=as_json)


def _listed(statuses: Sequence[Status], *, as_json: bool) -> int:
    found = moderate.waiting(Desk().everything(), statuses)
    words = speech.words()
    if as_json:
        click.echo(moderate_report.as_json(found))
    elif not found:
        speech.tell(say("Nothing waits."))
    elif sys.stdout.isatty():
        moderate_report.render(moderate_report.table(found, words, _now()))
    else:
        click.echo(moderate_report.text(found, words))
    return 0


@_sub("show", N_("Show a comment in full, as plain text."))
@skin.argument("ids", metavar="ID...", nargs=-1, required=True)
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
def _show(ids: tuple[str, ...], *, as_json: bool) -> int:
    desk = Desk()
    found = desk.find(ids)
    text = "\n\n".join(map(desk.full, found))
    click.echo(moderate_report.as_json(found) if as_json else text)
    return 0


@_sub("approve", N_("Let comments stand under their posts."))
@skin.argument("ids", metavar="ID...", nargs=-1, required=True)
def _approve(ids: tuple[str, ...]) -> int:
    desk = Desk()
    return desk.decide(desk.find(ids), moderate.approved)


@_sub("reject", N_("Keep comments from being shown, for a reason."))
@skin.argument("ids", metavar="ID...", nargs=-1, required=True)
@skin.option(
    "--reason", "number", type=click.IntRange(1), metavar="NUMBER",
    help=N_("The number of the reason, as the charter has it."),
)  # fmt: skip
def _reject(ids: tuple[str, ...], number: int | None) -> int:
    desk = Desk()
    found = desk.find(ids)
    return desk.decide(found, moderate.rejected(desk.reason(number)))


@_sub("spam", N_("Reject comments as spam."))
@skin.argument("ids", metavar="ID...", nargs=-1, required=True)
def _spam(ids: tuple[str, ...]) -> int:
    desk = Desk()
    return desk.decide(desk.find(ids), desk.spam())


@_sub("restore", N_("Let comments wait again, whatever was decided."))
@skin.argument("ids", metavar="ID...", nargs=-1, required=True)
def _restore(ids: tuple[str, ...]) -> int:
    desk = Desk()
    return desk.decide(desk.find(ids), moderate.restored)


class Desk:
    """A site and its shelf, for a person who looks and decides."""

    def __init__(self) -> None:
        self.settings, findings = mkdocs_yml.load(skin.config())
        if findings:
            raise CmflowError(*findings)
        self.shelf = shelf_of(self.settings)

    @functools.cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles of the posts, by slug."""
        return {post.slug: post.title for post in library.load(self.settings).posts}

    def everything(self) -> tuple[Filed, ...]:
        """Read all comments."""
        with moderate.opened(self.shelf, to_write=False, sleep=time.sleep):
            return moderate.everything(self.shelf)

    def find(self, ids: Sequence[str]) -> tuple[Filed, ...]:
        """Return the comments that were named, each once."""
        every = self.everything()
        found = [moderate.find(word, every) for word in ids]
        return tuple({one.path: one for one in found}.values())

    def full(self, one: Filed) -> str:
        """Write a comment in full, with what it answers."""
        above = self.shelf.comments(one.slug).kept.get(one.comment.reply_to)
        return moderate_report.full(
            one, above.comment if above else None, self.titles.get(one.slug, ""),
            speech.words(), self.settings.zone,
        )  # fmt: skip

    def reason(self, number: int | None) -> str:
        """Return a reason by its number; asks for it on a terminal."""
        if number is None:
            known = moderate.reasons(self.settings)
            if ask.somebody():
                click.echo("\n".join(known), err=True)
            numbers = [str(at) for at in range(1, len(known) + 1)]
            number = int(ask.one_of("--reason", N_("Number of the reason"), numbers))
        return moderate.reason(self.settings, number)

    def spam(self) -> Decision:
        """Return the rejection as spam."""
        return moderate.rejected(self.reason(self.settings.cmflow.comments.spam))

    def decide(self, found: Sequence[Filed], decision: Decision, *, more: bool = False) -> int:
        """Decide, and say what came of it; 1 where something had changed meanwhile."""
        with moderate.opened(self.shelf, to_write=True, sleep=time.sleep):
            decided = moderate.decide(self.shelf, found, decision, "Moderation", more=more)
        for one in decided.done:
            click.echo(f"{one.short}\t{one.comment.status.value}\t{one.path}")
        for one in decided.stale:
            speech.tell(say("{id} has changed meanwhile; look at it again.", id=one.short))
        return 1 if decided.stale else 0

    def one_by_one(self) -> int:
        """Show what waits, one after the other, and take the decision of a key."""
        found = moderate.waiting(self.everything(), (Status.HELD,))
        if not found:
            speech.tell(say("Nothing waits."))
        sitting = _Sitting(self)
        try:
            for at, one in enumerate(found, 1):
                click.echo(f"\n── {at}/{len(found)} ──\n{self.full(one)}\n", err=True)
                decision = self._asked()
                if decision is None:
                    break
                if decision is not _skip:
                    sitting.take(one, decision)
        finally:
            sitting.end()
        return 0

    def _asked(self) -> Decision | None:
        """Wait for a key; nothing where a person has had enough."""
        while True:
            click.echo(f"{gettext(_KEYS)} ", nl=False, err=True)
            key = click.getchar().lower()
            click.echo(key if key.isprintable() else "", err=True)
            match key:
                case "a":
                    return moderate.approved
                case "r":
                    return moderate.rejected(self.reason(None))
                case "s":
                    return self.spam()
                case "n" | " ":
                    return _skip
                case "q" | "\x1b" | "\x03" | "\x04":
                    return None


class _Sitting:
    """The decisions of one sitting, of which the last that readers see has the site published.

    So it is published once, and not at each key. That one decision is kept a key later.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._last: tuple[Filed, Decision] | None = None

    def take(self, one: Filed, decision: Decision) -> None:
        if self._desk.shelf.at_once or not moderate.is_seen(one.comment, decision):
            self._desk.decide([one], decision)
            return
        if self._last:
            self._desk.decide([self._last[0]], self._last[1], more=True)
        self._last = one, decision

    def end(self) -> None:
        if self._last:
            self._desk.decide([self._last[0]], self._last[1])


def _skip(comment: Comment) -> Comment:
    """Stand for no decision."""
    return comment


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
