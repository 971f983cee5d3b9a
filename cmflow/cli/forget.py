"""`cmflow forget`: erase a person everywhere in the files, for good."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Sequence

import click

from cmflow import forget, moderate, remains, visible
from cmflow.cli import ask, skin, speech
from cmflow.cli.moderate import Desk
from cmflow.cli.speech import N_, gettext
from cmflow.community import Filed
from cmflow.errors import Message, failure, say
from cmflow.forgotten import FILE, KEY, recall
from cmflow.person import Person, find, folded, known_as, people
from cmflow.shelf import Shelf
from cmflow.shelves import review_of, shelf_of

_MOST = 12


@skin.command(
    "forget",
    N_(
        "A PERSON is a name, a handle (@ada@mastodon.example), the address of a profile, or a"
        " comment of that person. It shows what it found and asks. What remains is a keyed digest,"
        " so that no later collection brings this person back; the key is the secret"
        " CMFLOW_FORGET_KEY."
    ),
)
@skin.argument("words", metavar="PERSON...", nargs=-1, required=True)
@skin.option("--yes", is_flag=True, help=N_("Do not ask."))
@skin.option("--dry-run", is_flag=True, help=N_("Show what would be erased, and erase nothing."))
def command(words: tuple[str, ...], yes: bool, dry_run: bool) -> int:  # noqa: FBT001  # Click's
    """Find, show, ask, erase, and say what remains."""
    desk = Desk()
    where = review_of if desk.settings.cmflow.ledger.store == "git" else shelf_of
    shelf: Shelf = where(desk.settings)
    with moderate.opened(shelf, to_write=False, sleep=time.sleep):
        every = moderate.everything(shelf)
        digests = shelf.forgotten()
    persons = _persons(words, every)
    key = "" if dry_run else _key(digests)
    _show(persons, forget.erasure(every, persons, key), every)
    if dry_run:
        return 0
    if not yes and not _agreed(words[0]):
        speech.tell(say("Nobody was erased."))
        return 1
    with moderate.opened(shelf, to_write=True, sleep=time.sleep):
        done = forget.erase(shelf, persons, key)
    pattern = forget.traces(persons)
    remains.sweep(desk.settings, pattern)
    speech.tell(say("Comments erased: {count}. Comments of others without the name: {others}.",
                    count=len(done.erased), others=len(done.touched)))  # fmt: skip
    _tell_what_remains(desk, persons, done)
    return 0


def _persons(words: Sequence[str], every: tuple[Filed, ...]) -> tuple[Person, ...]:
    """Return whom is meant; raises `CmflowError` where it is nobody, or one of several."""
    known = people(every)
    found: dict[str, Person] = {}
    for word in words:
        some = find(word, known)
        if not some:
            raise failure(
                visible.line(word),
                say("Nobody is known here by this name, handle or address."),
                say("No e-mail address is ever kept: take the name, or a comment of this person."),
            )
        if len(some) > 1:
            for one in some:
                click.echo(_line(one))
            raise failure(
                visible.line(word),
                say("{count} people bear this name.", count=len(some)),
                say("Give the addresses, or comments, of those that are meant."),
            )
        found[repr(some[0])] = known_as(some[0], every)
    return tuple(found.values())


def _key(digests: frozenset[str]) -> str:
    """Return the key; raises `CmflowError` where there is none, with a fresh one to take."""
    key = os.environ.get(KEY, "").strip()
    if key or digests:
        return recall(digests, key).key
    fresh = secrets.token_urlsafe(32)
    for line in (
        say("Whoever is forgotten is remembered by a digest that only this key can make:"),
        Message("\n    {key}\n", {"key": fresh}),
        say("Keep it as you keep passwords, for ever. Set it here and where workflows run:"),
        Message("\n    {name}={key}", {"name": KEY, "key": fresh}),
        Message("    gh secret set {name}\n", {"name": KEY}),
    ):
        speech.tell(line)
    raise failure(
        FILE,
        say("{key} is not set, so nobody was forgotten.", key=KEY),
        say("Set it, and run this once more."),
    )


def _show(persons: Iterable[Person], found: forget.Erasure, every: tuple[Filed, ...]) -> None:
    """Show whom it is about, and every file that changes."""
    for one in persons:
        click.echo(_line(one))
        if not one.said:
            speech.tell(say("Nothing of this person is kept; nothing will be taken, either."))
    for kept in found.erased:
        click.echo(
            f"  − {kept.path}  {visible.line(visible.lines(kept.comment.text, links=False), 60)}"
        )
    for kept, after in found.touched:
        shown = visible.line(visible.lines(after.text, links=False), 60)
        click.echo(f"  ± {kept.path}  {shown}")
    if len(found.touched) + len(found.erased) == 0 and every:
        speech.tell(say("No file changes."))


def _line(one: Person) -> str:
    name = visible.line(" / ".join(one.names)) or "—"
    handles = ", ".join(f"@{found}" for found in sorted(one.handles or one.nicks))
    shown = (name, visible.address(one.url or one.profile), visible.line(handles))
    first = one.said[0] if one.said else None
    where = f"{visible.line(first.comment.source)} {first.short}" if first else ""
    return "  ".join(filter(None, (*shown, where)))


def _agreed(word: str) -> bool:
    """Let a person write again who is meant: a key pressed in haste erases nobody."""
    if not ask.somebody():
        raise click.UsageError(gettext(ask.MISSING).format(option="--yes"))
    question = gettext(N_("To erase all of this for good, write once more: {word}\n"))
    answer = click.prompt(question.format(word=visible.line(word)), default="", prompt_suffix="> ",
                          show_default=False, err=True)  # fmt: skip
    return folded(str(answer)) == folded(word)


def _tell_what_remains(desk: Desk, persons: Sequence[Person], done: forget.Erasure) -> None:
    pattern = forget.traces(persons)
    places = remains.written(desk.settings, pattern) if pattern else ()
    if places:
        speech.tell(say("Your own files name this person; change them where it is right:"))
        for place in places:
            click.echo(f"{place.path}:{place.line}")
    if pattern and remains.published(desk.settings, pattern):
        speech.tell(say("The site as it was built last still shows this person: build it again."))
    urls = [one.comment.url for one in done.erased if one.comment.url]
    if urls:
        speech.tell(say("On the networks, only this person can delete what stands there:"))
        for url in urls[:_MOST]:
            speech.tell(Message("  {url}", {"url": visible.address(url)}))
        if len(urls) > _MOST:
            speech.tell(say("  and {count} more.", count=len(urls) - _MOST))
    history = remains.history(desk.settings)
    speech.tell(history.words)
    for line in history.commands:
        speech.tell(Message("  {line}", {"line": line}))
