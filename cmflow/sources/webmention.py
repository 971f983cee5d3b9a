"""What other sites say of a post: mentions that a service received, or files of one's own endpoint.

https://www.w3.org/TR/webmention/, https://github.com/aaronpk/webmention.io#api. Read in November
2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from cmflow.errors import Message, say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, Answer, NetworkError, Secret, Trouble
from cmflow.networks.base import is_loopback, variable
from cmflow.sources import base, jf2, outside
from cmflow.sources.jf2 import Mention
from cmflow.sources.outside import Posts
from cmflow.thread import Tally

SERVICE = "https://webmention.io"
"""The service that is asked where `url:` names no other."""

_NEWEST = "newest"
_ROWS = 100
_PAGES = 500
_WHERE: Message = say("On webmention.io: Settings, API Key. A folder of files needs none.")
_WRONG: Message = say("Look at url: and account: of the source.")


class Webmention:
    """The mentions of a domain. Likes and boosts that Bridgy passes on are not counted twice."""

    name = "webmention"
    title = "Webmention"
    secrets = (
        Secret(
            "TOKEN",
            say("On webmention.io: Settings, API Key. A folder needs none."),
            required=False,
        ),
    )
    needs_note = False
    vouches = False

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`; everything is read anew as soon as one is new."""
        told = _Told(topics, _place(account))
        if account.settings.folder:
            yield from _of_folder(account, told)
        else:
            yield from _of_service(account, told, marks)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`."""
        told = _Told((topic,), _place(account))
        if account.settings.folder:
            _read_folder(account, told)
        else:
            number = id.rpartition("/")[2]
            if not number.isdecimal():
                return Answer.CANNOT_TELL
            # Those with a greater number, oldest first: it is the first, or not there.
            told.hear(_page(account, {"since_id": str(int(number) - 1), "sort-dir": "up"}), "")
        # What is there and cannot be read is not gone.
        return told.heard.get(id, Answer.CANNOT_TELL if told.unread else Answer.ABSENT)


class _Told:
    """What was told so far, by post."""

    def __init__(self, topics: tuple[Topic, ...], place: str) -> None:
        self.posts = Posts(topics)
        self.topics = topics
        self.place = place
        self.heard: dict[str, Heard] = {}
        self.slugs: dict[str, str] = {}
        self.unread: list[Unread] = []
        self._tallies: dict[str, Tally] = {}

    def hear(self, entries: Iterable[Any], where: str) -> None:
        """Take entries, each once; what cannot be read is told."""

        def read(entry: Any) -> Heard | None:
            mention = jf2.read(entry, self.posts, self.place)
            return self._take(mention) if mention else None

        heard, unread = base.read_each(entries, read, where)
        self.heard |= {one.id: one for one in heard}
        self.unread += unread

    def _take(self, mention: Mention) -> Heard | None:
        if mention.heard:
            self.slugs[mention.heard.id] = mention.slug
        elif mention.slug:
            before = self._tallies.get(mention.slug, Tally())
            self._tallies[mention.slug] = Tally(
                before.likes + mention.likes, before.boosts + mention.boosts
            )
        return mention.heard

    def batches(self, marks: Marks, *, whole: bool) -> Iterator[Batch]:
        """Yield what was told, a batch for each post, then what is about none that we know.

        Only when everything was told is a post without mentions known to have none.
        """
        by_slug: dict[str, list[Heard]] = {}
        for id_, one in self.heard.items():
            by_slug.setdefault(self.slugs[id_], []).append(one)
        slugs = [topic.slug for topic in self.topics if whole or topic.slug in by_slug]
        for step, slug in enumerate(slugs, 1):
            tally = self._tallies.get(slug, Tally()) if whole else None
            heard = tuple(by_slug.get(slug, ()))
            yield Batch(slug, heard, tally, whole=whole, step=step, of=len(slugs))
        yield Batch(
            heard=tuple(by_slug.get("", ())), unread=tuple(self.unread), marks=marks,
            step=len(slugs), of=len(slugs),
        )  # fmt: skip


def _of_service(account: Account, told: _Told, marks: Marks) -> Iterator[Batch]:
    """Read page by page, the ones last changed first; a first page as it was ends it.

    A mention that is sent again keeps its number, so that the newest number tells nothing.
    """
    newest, whole = "", False
    seen: set[str] = set()
    where = _service(account)
    try:
        for number in range(_PAGES):
            entries = _page(account, {"sort-by": "updated", "page": str(number)})
            if number == 0:
                newest = outside.digest([[topic.url for topic in told.topics], entries])
                if newest == marks.get(_NEWEST):
                    yield Batch(step=1, of=1)
                    return
            fresh = {outside.digest(one): one for one in entries if outside.digest(one) not in seen}
            seen |= fresh.keys()
            told.hear(fresh.values(), where)
            whole = len(entries) < _ROWS
            if whole or not fresh:
                break
            yield Batch(step=number + 1)
    except NetworkError:
        yield from told.batches({}, whole=False)
        raise
    # What cannot be read is told at every run.
    kept = "" if told.unread or not whole else newest
    yield from told.batches({_NEWEST: kept}, whole=whole)


def _page(account: Account, wanted: dict[str, str]) -> list[Any]:
    """Ask the service for some of its mentions."""
    token = account.secrets.get("TOKEN", "").strip()
    if not token:
        missing = variable(account.channel, "TOKEN")
        raise account.http.refusal(Trouble.AUTH, f"{missing} is not set", remedy=_WHERE)
    url = f"{_service(account)}/api/mentions.jf2"
    domain = {"domain": account.settings.account} if account.settings.account else {}
    params = {**domain, "token": token, "per-page": str(_ROWS), **wanted}
    try:
        said = account.http.ask("GET", url, params=params, most=base.LARGE)
    except NetworkError as error:
        raise outside.of_source(error, _WHERE) from None
    if not isinstance(said, dict) or not isinstance(said.get("children"), list):
        raise account.http.refusal(
            Trouble.CONTENT, f"{outside.host_of(url)}: no list of mentions", remedy=_WRONG
        )
    entries: list[Any] = said["children"]
    return entries


def _service(account: Account) -> str:
    """Return the address of the service; the token goes only over TLS, or to this machine."""
    url: str = (account.settings.url or SERVICE).rstrip("/")
    host = outside.host_of(url)
    if host and (url.startswith("https://") or is_loopback(host)):
        return url
    words = f"{account.channel}: no usable service"
    raise account.http.refusal(Trouble.AUTH, words, remedy=_WRONG)


def _place(account: Account) -> str:
    """Return how ids begin: the numbers of another service are others."""
    host = outside.host_of(account.settings.url or SERVICE)
    own = account.settings.folder or host == outside.host_of(SERVICE)
    return "webmention" if own else f"webmention/{host}"


def _of_folder(account: Account, told: _Told) -> Iterator[Batch]:
    _read_folder(account, told)
    yield from told.batches({}, whole=True)


def _read_folder(account: Account, told: _Told) -> None:
    folder = account.settings.folder
    for name, data in outside.texts(account, folder, ".json"):
        if isinstance(data, Unread):
            told.unread.append(data)
            continue
        try:
            told.hear(jf2.entries(msgspec.json.decode(data)), f"{folder}/{name}")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            told.unread.append(outside.spoilt(f"{folder}/{name}", str(error)))


LISTENER = Webmention()
