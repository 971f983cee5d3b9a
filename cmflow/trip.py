"""Open a trip: from the settings, the files and the environment to all that a run needs."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cmflow import gitstore, ledger_branch, library, live, mkdocs_yml, networks, urls
from cmflow.accounts import Accounts, Owner
from cmflow.compose import Facts
from cmflow.errors import CmflowError, Finding, Level, Message, say
from cmflow.http import Client
from cmflow.library import Library
from cmflow.network import Account, Network, NetworkError
from cmflow.pause import FILE
from cmflow.post import Post
from cmflow.run import Trip
from cmflow.settings import Settings
from cmflow.steps import Live, Scene
from cmflow.store import FileStore, Store
from cmflow.voice import voice
from cmflow.wording import Wording

Clock = Callable[[], dt.datetime]


class Desk(msgspec.Struct, frozen=True):
    """A trip with the things it was made of, and what is wrong with them.

    `guest` opens a channel with whatever secrets there are, for what may be asked without.
    """

    trip: Trip
    facts: Facts
    findings: tuple[Finding, ...]
    guest: Callable[[str], Account]


@contextlib.contextmanager
def opened(config: Path, environ: Mapping[str, str], clock: Clock) -> Iterator[Desk]:
    """Read a site and make ready to speak; closes every connection afterwards.

    Raises `CmflowError` where the settings cannot be used: a plan made of half of them would hold
    back, or send, what it should not.
    """
    settings, findings = mkdocs_yml.load(config)
    if findings:
        raise CmflowError(*findings)
    read = library.load(settings)
    made, unknown = _networks(settings)
    facts = Facts(settings, read, made, _files(settings), Wording(settings, read))
    with contextlib.ExitStack() as stack:
        accounts = Accounts(settings, environ, clock, stack)

        def owner(id_: str) -> Owner:
            return Owner(id_, settings.cmflow.channels[id_], made[id_].secrets)

        def guest(id_: str) -> Account:
            return accounts.guest(owner(id_))

        trip = Trip(
            posts=read.posts,
            site=settings.site_url,
            scene=_scene(settings, read, made),
            voice=voice(facts, clock),
            networks=made,
            accounts=lambda id_: accounts.open(owner(id_)),
            store=store_of(settings),
            live=_looker(settings, read, accounts.stranger(), clock),
            clock=clock,
        )
        yield Desk(
            trip, facts, (*unknown, *_horizonless(settings)), lambda id_: accounts.guest(owner(id_))
        )


def unlike(desk: Desk) -> Iterator[Finding]:
    """Ask each server how many characters it takes; yield where the settings say otherwise."""
    settings = desk.facts.settings
    for id_, network in desk.facts.networks.items():
        own = settings.cmflow.channels[id_].limit
        planned = own or network.limits.text
        try:
            told = network.limit_at(desk.guest(id_))
        except NetworkError as error:
            words = say("“{id}” cannot be asked: {words}", id=id_, words=error.words)
            remedy = say("Look at “server” of the channel, or try again later.")
            yield _finding(settings, id_, "server", words, remedy, Level.WARNING)
            continue
        if told is None or told == planned:
            continue
        words = say("“{id}” takes {told} characters; its notes are made for {planned}.",
                    id=id_, told=told, planned=planned)  # fmt: skip
        default = told == network.limits.text
        remedy = say("Take “limit” out.") if default else say("Write limit: {told}", told=told)
        level = Level.ERROR if told < planned else Level.WARNING
        yield _finding(settings, id_, "limit" if own else "", words, remedy, level)


def store_of(settings: Settings) -> Store:
    """Return the store that the settings name; raises `CmflowError`."""
    where, cache = settings.cmflow.ledger, settings.root / ".cmflow"
    pause = settings.plan / FILE
    if where.store == "git":
        branch = ledger_branch.branch_of(
            settings.community, settings.root, where.branch, where.remote
        )
        return gitstore.GitStore(branch, pause, cache, uuid.uuid4().hex)
    folder = settings.community / "receipts"
    return FileStore(folder, pause, cache, settings.below_root(folder))


def _scene(settings: Settings, read: Library, made: Mapping[str, Network]) -> Scene:
    channels = {id_: one for id_, one in settings.cmflow.channels.items() if id_ in made}
    return Scene(
        channels=channels,
        abilities={id_: network.abilities for id_, network in made.items()},
        versions={post.slug: read.versions[post.path] for post in read.posts},
        zone=settings.zone,
        whole=_whole(settings, read),
        by_hand=frozenset(id_ for id_, network in made.items() if network.name == "assisted"),
        site=settings.site_url,
    )


def _whole(settings: Settings, read: Library) -> bool:
    """Tell whether every file of a post gave a post."""
    folder = settings.docs / settings.posts
    known = {post.path for post in read.posts}
    return all(
        path.relative_to(settings.docs).as_posix() in known
        for path in folder.rglob("*.md")
        if not any(part.startswith(".") for part in path.relative_to(settings.docs).parts)
    )


def _files(settings: Settings) -> dict[str, int]:
    return {
        path.relative_to(settings.docs).as_posix(): path.stat().st_size
        for path in settings.docs.rglob("*")
        if path.is_file()
    }


def _networks(settings: Settings) -> tuple[dict[str, Network], tuple[Finding, ...]]:
    made: dict[str, Network] = {}
    findings: list[Finding] = []
    for id_, channel in settings.cmflow.channels.items():
        try:
            made[id_] = networks.load(channel.network)
        except LookupError:
            message = say("The network “{network}” is unknown.", network=channel.network)
            remedy = say("Write one of: {known}.", known=", ".join(networks.names()))
            findings.append(_finding(settings, id_, "network", message, remedy))
    return made, tuple(findings)


def _horizonless(settings: Settings) -> Iterator[Finding]:
    for id_, channel in settings.cmflow.channels.items():
        if channel.since is None:
            message = say("The channel “{id}” has no “since”, so nothing is sent there.", id=id_)
            remedy = say("Add the day from which on posts are announced: since: 2026-11-21")
            yield _finding(settings, id_, "", message, remedy)


def _finding(
    settings: Settings,
    id_: str,
    key: str,
    message: Message,
    remedy: Message,
    level: Level = Level.ERROR,
) -> Finding:
    path = ("channels", id_, key) if key else ("channels", id_)
    line = mkdocs_yml.line_of(settings.config.read_text("utf-8-sig"), path, "cmflow")
    return Finding("settings", settings.config.name, line, message, remedy, level)


def _looker(
    settings: Settings, read: Library, client: Client, clock: Clock
) -> Callable[[Post], Live]:
    def fetch(url: str) -> tuple[int, str]:
        # One's own site may be on this machine, as in a demonstration.
        reply = client.page(url, private=frozenset({urlsplit(url).hostname or ""}))
        return reply.status, reply.text

    def look(post: Post) -> Live:
        url = urls.absolute(urls.post_url(post, settings), settings)
        return live.look(url, read.versions[post.path], fetch, clock())

    return look
