"""Open a round of listening: from the settings, the files and the environment to what it needs."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cmflow import library, mkdocs_yml, moderation, sources, team, topics
from cmflow.accounts import Accounts, Owner
from cmflow.collect import Ear, Round
from cmflow.errors import CmflowError, Finding, failure, say
from cmflow.faces import Faces
from cmflow.forgotten import KEY, recall
from cmflow.heard import Listener, Topic
from cmflow.hearing import House
from cmflow.ledger import Ledger
from cmflow.library import Library
from cmflow.marks import MarkFile
from cmflow.moderation import Rules
from cmflow.settings import Settings
from cmflow.shelf import Shelf
from cmflow.shelves import review_of, shelf_of
from cmflow.team import Colleague
from cmflow.topics import Register
from cmflow.trip import store_of

Clock = Callable[[], dt.datetime]


class Wish(msgspec.Struct, frozen=True):
    """What a person asked for: some sources only, threads that lived since a day, a review."""

    sources: tuple[str, ...] = ()
    since: dt.date | None = None
    review: bool = False


class Opened(msgspec.Struct, frozen=True):
    """A round, and what is wrong with what it was made of."""

    round: Round
    findings: tuple[Finding, ...]


@contextlib.contextmanager
def opened(config: Path, environ: Mapping[str, str], clock: Clock, wish: Wish) -> Iterator[Opened]:
    """Read a site and make ready to listen; closes every connection afterwards.

    Raises `CmflowError` where the settings cannot be used, or where a source is asked for that
    there is not.
    """
    settings, findings = mkdocs_yml.load(config)
    if findings:
        raise CmflowError(*findings)
    read = library.load(settings)
    shelf = review_of(settings) if wish.review else shelf_of(settings)
    with contextlib.ExitStack() as stack:
        stack.enter_context(shelf.opened())
        accounts = Accounts(settings, environ, clock, stack)
        now = clock()
        colleagues, unread = team.load(settings)
        yield Opened(
            Round(
                ears=_ears(settings, read, shelf, wish, now, accounts),
                shelf=shelf,
                house=House(
                    rules=_rules(settings, colleagues, shelf),
                    forgotten=recall(shelf.forgotten(), environ.get(KEY, "").strip()),
                    vouching=_vouching(settings),
                    closes=_closes(settings, read),
                ),
                register=Register(read.posts, settings),
                marks=MarkFile(settings.root / ".cmflow" / "marks.json"),
                faces=Faces(settings, shelf, accounts.stranger()),
                now=now,
            ),
            unread,
        )


def _ears(
    settings: Settings,
    read: Library,
    shelf: Shelf,
    wish: Wish,
    now: dt.datetime,
    accounts: Accounts,
) -> tuple[Ear, ...]:
    known = _known(settings, wish)
    since = wish.since or (now - dt.timedelta(days=settings.cmflow.comments.window)).date()
    ledger = _ledger(settings)
    made: list[Ear] = []
    for id_, (listener, said) in known.items():
        about: Iterable[Topic] = (
            topics.of_channel(id_, read.posts, ledger, shelf, since, settings)
            if listener.needs_note
            else topics.of_site(read.posts, settings)
        )
        account = functools.partial(accounts.open, Owner(id_, said, listener.secrets))
        made.append(Ear(id_, listener, tuple(about), account))
    return tuple(made)


def _known(settings: Settings, wish: Wish) -> dict[str, tuple[Listener, Any]]:
    """Return what is to be asked: every channel that can be heard, and every source."""
    found: dict[str, tuple[Listener, Any]] = {}
    for id_, channel in settings.cmflow.channels.items():
        listener = sources.of_channel(channel.network)
        if listener is not None:
            found[id_] = listener, channel
    for id_, source in settings.cmflow.sources.items():
        found[id_] = _of_kind(settings, id_, source.kind), source
    for id_ in wish.sources:
        if id_ not in found:
            raise failure(
                settings.config.name,
                say("Nothing can be heard from “{id}”.", id=id_),
                say("Write one of: {known}.", known=", ".join(found)),
            )
    return {id_: one for id_, one in found.items() if not wish.sources or id_ in wish.sources}


def _of_kind(settings: Settings, id_: str, kind: str) -> Listener:
    try:
        return sources.of_kind(kind)
    except LookupError:
        text = settings.config.read_text("utf-8-sig")
        raise failure(
            settings.config.name,
            say("The kind of source “{kind}” is unknown.", kind=kind),
            say("Write one of: {known}.", known=", ".join(sources.KINDS)),
            line=mkdocs_yml.line_of(text, ("sources", id_, "kind"), "cmflow"),
        ) from None


def _ledger(settings: Settings) -> Ledger:
    if not settings.cmflow.channels:
        return Ledger()
    store = store_of(settings)
    with store.opened():
        return store.load()


def _rules(settings: Settings, colleagues: Mapping[str, Colleague], shelf: Shelf) -> Rules:
    known: frozenset[str] = frozenset()
    if settings.cmflow.comments.hold == "new":
        every = (shelf.comments(slug).kept.values() for slug in shelf.slugs())
        known = moderation.profiles_approved(one.comment for some in every for one in some)
    return moderation.rules_of(settings, colleagues, known)


def _vouching(settings: Settings) -> frozenset[str]:
    """Return the ids of the channels and sources that vouch for who speaks."""
    return frozenset(id_ for id_, (one, _) in _known(settings, Wish()).items() if one.vouches)


def _closes(settings: Settings, read: Library) -> Mapping[str, dt.datetime]:
    """Return when the conversations close that ever do, by slug."""
    found = {post.slug: moderation.closes(post, settings.cmflow.comments) for post in read.posts}
    return {slug: when for slug, when in found.items() if when is not None}
