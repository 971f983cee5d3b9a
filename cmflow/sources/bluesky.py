"""What people answer on Bluesky, as the app view shows it to everybody.

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread, and the lexicons `app.bsky.feed.*`.
Read in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, Answer, NetworkError, Sent, Trouble
from cmflow.networks.base import account_of, is_loopback, rows, server_of, text_at
from cmflow.networks.bluesky import NETWORK
from cmflow.reply import Reply
from cmflow.sources import base, bluesky_post

_PUBLIC = "https://public.api.bsky.app"
_DEPTH = 80
_FURTHER = 20
_SESSION = "bluesky-listening"
_AUTH = {"InvalidToken", "ExpiredToken", "AuthMissing", "AuthenticationRequired", "AccountTakedown"}
_KNOWN = "app.bsky.feed.defs#threadViewPost"
_HIDDEN = "app.bsky.feed.defs#blockedPost"


class Bluesky:
    """The answers to the posts of one account.

    With the channel's password its own server is asked, so that nobody whom the account blocks is
    heard; without it, the public app view. What people hide from those who are not signed in, and
    what the account hides in its thread, is not for everybody, and never heard.
    """

    name = NETWORK.name
    title = NETWORK.title
    secrets = tuple(replace(secret, required=False) for secret in NETWORK.secrets)
    needs_note = True
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        return base.tour(account, topics, marks, self._hear)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`; what is hidden, or below something hidden, is gone."""
        said = _thread(account, id, depth=0, above=_DEPTH)
        if said is None:
            return Answer.ABSENT
        view, hidden = base.table(said, "thread"), _gate(said)
        if view.get("$type") == _HIDDEN:
            mine = base.table(view, "author", "viewer")
            return (
                Answer.ABSENT
                if mine.get("blocking") or mine.get("blockedBy")
                else Answer.CANNOT_TELL
            )
        above: dict[str, Any] = view
        while above:
            if base.text(above, "post", "uri") in hidden:
                return Answer.ABSENT
            above = base.table(above, "parent")
        parts = {one.id for one in topic.sent}
        try:
            return bluesky_post.read(account, base.table(view, "post"), parts) or Answer.ABSENT
        except base.UnreadableError:
            return Answer.CANNOT_TELL

    def _hear(self, account: Account, topic: Topic) -> Batch:
        thread = _Thread(account)
        for part in topic.sent:
            thread.follow(part)
        parts = {part.id for part in topic.sent}
        where = topic.sent[0].url if topic.sent else topic.url
        heard, unread = base.read_each(
            (post for post in thread.posts if base.text(post, "uri") not in parts),
            lambda post: bluesky_post.read(account, post, parts),
            where,
        )
        return Batch(
            slug=topic.slug,
            heard=heard,
            tally=base.summed(
                bluesky_post.tally(thread.known[id_]) for id_ in parts if id_ in thread.known
            ),
            whole=thread.whole,
            unread=(*unread, *thread.faults),
        )


class _Thread:
    """What the app view shows of the thread of a note, without what the account hides in it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.posts: list[dict[str, Any]] = []
        self.known: dict[str, dict[str, Any]] = {}
        self.faults: list[Unread] = []
        self.whole = True

    def follow(self, part: Sent) -> None:
        """Gather a part that is not yet known, and everything below it."""
        if part.id in self.known:
            return
        try:
            deeper = [part.id]
            for at, uri in enumerate(deeper):
                if at > _FURTHER:
                    self.whole = False
                    return
                said = _thread(self.account, uri, depth=_DEPTH, above=0)
                if said is not None:
                    deeper += self._gather(base.table(said, "thread"), _gate(said))
        except NetworkError as error:
            # What was gathered before is kept; the thread is not whole then.
            if not self.posts or error.trouble in (Trouble.AUTH, Trouble.RATE):
                raise
            self.whole = False
            self.faults.append(base.failed(part.url, error))

    def _gather(self, top: dict[str, Any], hidden: frozenset[str]) -> list[str]:
        """Take the posts out of a tree; returns those whose answers lie deeper than it goes."""
        deeper: list[str] = []
        waiting = [top]
        while waiting:
            view = waiting.pop()
            post = base.table(view, "post")
            uri = base.text(post, "uri")
            # What is blocked or not found is a view without a post.
            if uri in hidden or view.get("$type", _KNOWN) != _KNOWN:
                continue
            if uri not in self.known or not uri:
                self.posts.append(post)
                self.known[uri] = post
            waiting += reversed(rows(view, "replies"))
            if uri and "replies" not in view and base.count(post, "replyCount"):
                deeper.append(uri)
        return deeper


def _thread(account: Account, uri: str, *, depth: int, above: int) -> Any:
    """Ask for a post and what stands below and above it; nothing where it is not there."""
    asked = {"uri": uri, "depth": str(depth), "parentHeight": str(above)}
    place, headers = _door(account)
    try:
        return account.http.ask(
            "GET", f"{place}/xrpc/app.bsky.feed.getPostThread", params=asked, headers=headers,
            judge=_judge, most=base.LARGE,
        )  # fmt: skip
    except NetworkError as error:
        if "NotFound" in error.words and error.trouble is Trouble.CONTENT:
            return None
        raise


def _door(account: Account) -> tuple[str, dict[str, str]]:
    """Return who is asked, and as whom."""
    server = server_of(account, bluesky_post.SERVER)
    if account.secrets.get("PASSWORD"):
        return server, {"Authorization": f"Bearer {_session(account, server)}"}
    return (server if is_loopback(base.host_of(server)) else _PUBLIC), {}


def _session(account: Account, server: str) -> str:
    """Open a session, once for each client: a server allows 300 a day."""
    kept = account.http.kept
    if _SESSION not in kept:
        said = account.http.ask(
            "POST", f"{server}/xrpc/com.atproto.server.createSession", judge=_judge,
            json={
                "identifier": account_of(account).removeprefix("@"),
                "password": account.secrets["PASSWORD"],
            },
        )  # fmt: skip
        kept[_SESSION] = text_at(account, said, "accessJwt")
        for token in ("accessJwt", "refreshJwt"):
            account.http.hide(base.text(said, token))
    token_: str = kept[_SESSION]
    return token_


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort by the name of the error, which XRPC writes beside the status."""
    name = base.text(said, "error")
    if name in _AUTH:
        return Trouble.AUTH
    return Trouble.CONTENT if reply.status in (400, 404) and name else None


def _gate(said: Any) -> frozenset[str]:
    """Return what the account hides in its thread."""
    hidden = base.table(said, "threadgate", "record").get("hiddenReplies")
    return frozenset(base.text(one) for one in hidden) if isinstance(hidden, list) else frozenset()


LISTENER = Bluesky()
