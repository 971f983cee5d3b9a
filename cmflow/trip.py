"""Open a trip: from the settings, the files and the environment to all that a run needs."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cmflow import gitstore, library, live, mkdocs_yml, networks, urls
from cmflow.compose import Facts
from cmflow.errors import CmflowError, Finding, Message, say
from cmflow.http import Client
from cmflow.library import Library
from cmflow.network import Account, Network
from cmflow.networks.base import variable
from cmflow.pause import FILE
from cmflow.plan import Live, Scene
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.store import FileStore, Store
from cmflow.syndicate import Trip
from cmflow.voice import voice
from cmflow.wording import Wording

Clock = Callable[[], dt.datetime]


class Desk(msgspec.Struct, frozen=True):
    """A trip with the things it was made of, and what is wrong with them."""

    trip: Trip
    facts: Facts
    findings: tuple[Finding, ...]


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
        accounts = _Accounts(settings, made, environ, clock, stack)
        trip = Trip(
            posts=read.posts,
            site=settings.site_url,
            scene=_scene(settings, read, made),
            voice=voice(facts, clock),
            networks=made,
            accounts=accounts.open,
            store=store_of(settings),
            live=_looker(settings, read, clock, stack),
            clock=clock,
        )
        yield Desk(trip, facts, (*unknown, *_horizonless(settings)))


def store_of(settings: Settings) -> Store:
    """Return the store that the settings name; raises `CmflowError`."""
    where, cache = settings.cmflow.ledger, settings.root / ".cmflow"
    pause = settings.plan / FILE
    if where.store == "git":
        branch = gitstore.branch_of(settings.community, settings.root, where.branch, where.remote)
        return gitstore.GitStore(branch, pause, cache, uuid.uuid4().hex)
    folder = settings.community / "receipts"
    return FileStore(folder, pause, cache, settings.below_root(folder))


def _scene(settings: Settings, read: Library, made: Mapping[str, Network]) -> Scene:
    channels = {id_: one for id_, one in settings.cmflow.channels.items() if id_ in made}
    return Scene(
        channels=channels,
        abilities={id_: network.abilities for id_, network in made.items()},
        versions={post.slug: read.sources[post.path].version for post in read.posts},
        zone=settings.zone,
        whole=_whole(settings, read),
        by_hand=frozenset(id_ for id_, network in made.items() if network.name == "assisted"),
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


def _finding(settings: Settings, id_: str, key: str, message: Message, remedy: Message) -> Finding:
    path = ("channels", id_, key) if key else ("channels", id_)
    line = mkdocs_yml.line_of(settings.config.read_text("utf-8-sig"), path, "cmflow")
    return Finding("settings", settings.config.name, line, message, remedy)


class _Accounts:
    """Opens each channel once, when it first speaks."""

    def __init__(
        self,
        settings: Settings,
        made: Mapping[str, Network],
        environ: Mapping[str, str],
        clock: Clock,
        stack: contextlib.ExitStack,
    ) -> None:
        self._settings = settings
        self._networks = made
        self._environ = environ
        self._clock = clock
        self._stack = stack
        self._known: dict[str, Account | Message] = {}

    def open(self, id_: str) -> Account | Message:
        if id_ not in self._known:
            self._known[id_] = self._opened(id_)
        return self._known[id_]

    def _opened(self, id_: str) -> Account | Message:
        network = self._networks[id_]
        secrets: dict[str, str] = {}
        for secret in network.secrets:
            name = variable(id_, secret.name)
            value = self._environ.get(name, "").strip()
            if value:
                secrets[secret.name] = value
            elif secret.required:
                return say("{name} is not set: {where}", name=name, where=secret.where)
        client = Client(secrets=secrets.values(), now=self._clock)
        self._stack.callback(client.close)
        channel = self._settings.cmflow.channels[id_]
        return Account(id_, channel, secrets, client, self._read)

    def _read(self, path: str) -> bytes:
        return (self._settings.docs / path).read_bytes()


def _looker(
    settings: Settings, read: Library, clock: Clock, stack: contextlib.ExitStack
) -> Callable[[Post], Live]:
    client = Client(now=clock)
    stack.callback(client.close)

    def fetch(url: str) -> tuple[int, str]:
        # One's own site may be on this machine, as in a demonstration.
        reply = client.page(url, private=frozenset({urlsplit(url).hostname or ""}))
        return reply.status, reply.text

    def look(post: Post) -> Live:
        url = urls.absolute(urls.post_url(post, settings), settings)
        return live.look(url, read.sources[post.path].version, fetch, clock())

    return look
