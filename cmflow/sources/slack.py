"""What people answer on Slack: in the thread of a message of ours.

https://docs.slack.dev/reference/methods/conversations.replies,
https://docs.slack.dev/reference/methods/users.info,
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages. Read in November 2026.
"""

from __future__ import annotations

import html as html_
import re
from collections.abc import Iterator
from typing import Any

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.networks.base import account_of, rows, secret_of, server_of
from cmflow.networks.slack import NETWORK
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

_LIMIT = 200
_PAGES = 50
_ABSENT = {"thread_not_found", "message_not_found"}
_AGAIN = {"ratelimited", "rate_limited"}
_LATER = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", ""}
# A word of a person in a thread; every other subtype tells an event.
_BY_PEOPLE = ("", "thread_broadcast", "file_share")
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_PEOPLE = "slack-people"


class Slack:
    """The answers to the messages of an app in one conversation."""

    name = NETWORK.name
    title = NETWORK.title
    secrets = NETWORK.secrets
    needs_note = True
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        return base.tour(account, topics, marks, self._hear)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`."""
        stamp = id.rpartition("/")[2]
        said, _ = _replies(account, topic.sent[0].id, oldest=stamp, latest=stamp, inclusive="true")
        row = next((one for one in said if base.text(one, "ts") == stamp), None)
        if row is None:
            return Answer.ABSENT
        try:
            return _Reader(account, topic).read(row) or Answer.ABSENT
        except base.UnreadableError:
            return Answer.CANNOT_TELL

    def _hear(self, account: Account, topic: Topic) -> Batch:
        """Hear the thread; its first message is the first part of the note, other parts follow."""
        said, complete = _replies(account, topic.sent[0].id)
        parts = {one.id for one in topic.sent}
        heard, unread = base.read_each(
            (row for row in said if base.text(row, "ts") not in parts),
            _Reader(account, topic).read,
            topic.sent[0].url,
        )
        tally = base.summed(_tally(row) for row in said if base.text(row, "ts") in parts)
        return Batch(slug=topic.slug, heard=heard, unread=unread, tally=tally, whole=complete)


def _tally(row: dict[str, Any]) -> Tally:
    return Tally(likes=sum(base.count(one, "count") for one in rows(row, "reactions")))


def _replies(account: Account, first: str, **params: str) -> tuple[list[dict[str, Any]], bool]:
    """Return the messages of a thread and whether these are all; none where it is not there."""
    asked = {"channel": account_of(account), "ts": first, "limit": str(_LIMIT), **params}
    found: list[dict[str, Any]] = []
    for _ in range(_PAGES):
        try:
            said = _ask(account, "conversations.replies", asked)
        except NetworkError as error:
            if error.trouble is Trouble.CONTENT:
                return [], True
            raise
        found += rows(said, "messages")
        cursor = base.text(said, "response_metadata", "next_cursor")
        if not cursor:
            return found, True
        asked["cursor"] = cursor
    return found, False


def _ask(account: Account, method: str, params: dict[str, str]) -> Any:
    """Call a method. Slack says 200 to everything, and `ok: false` to what it refuses."""
    said = account.http.ask(
        "GET", f"{server_of(account, 'https://slack.com')}/api/{method}", params=params,
        headers={"Authorization": f"Bearer {secret_of(account, NETWORK, 'TOKEN')}"},
        most=base.LARGE,
    )  # fmt: skip
    if isinstance(said, dict) and said.get("ok") is True:
        return said
    code = base.text(said, "error")
    raise account.http.refusal(_sorted(code), f"{method}: {code or 'no answer'}")


def _sorted(code: str) -> Trouble:
    if code in _ABSENT:
        return Trouble.CONTENT
    if code in _AGAIN:
        return Trouble.RATE
    return Trouble.TRANSIENT if code in _LATER else Trouble.AUTH


class _Reader:
    """Reads messages; asks for the names of people, each once."""

    def __init__(self, account: Account, topic: Topic) -> None:
        self.account = account
        self.topic = topic
        self.people: dict[str, str] = account.http.kept.setdefault(_PEOPLE, {})

    def read(self, row: dict[str, Any]) -> Heard | None:
        """Read a message; nothing where a machine wrote it, or where it only tells an event."""
        if row.get("bot_id") or base.text(row, "subtype") not in _BY_PEOPLE:
            return None
        stamp, user = base.text(row, "ts"), base.text(row, "user")
        html = self._html(row)
        if not stamp or not user or not html:
            raise base.UnreadableError(say("A message has no id, no author, or no words."))
        place, home = account_of(self.account), _home(self.topic)
        thread = self.topic.sent[0].id
        return Heard(
            id=f"slack/{place}/{stamp}",
            author=Speaker(self._name(user, row), f"{home}/team/{user}" if home else ""),
            html=html,
            published=_when(stamp),
            url=f"{home}/archives/{place}/p{stamp.replace('.', '')}?thread_ts={thread}&cid={place}",
            edited=_when(base.text(row, "edited", "ts")),
        )

    def _name(self, user: str, row: dict[str, Any] | None = None) -> str:
        """Return the name that someone chose; their id where the app may not ask (users:read)."""
        if user not in self.people:
            told = base.text(row, "user_profile", "display_name") or base.text(
                row, "user_profile", "real_name"
            )
            self.people[user] = told or self._asked(user) or user
        return self.people[user]

    def _asked(self, user: str) -> str:
        try:
            said = base.table(_ask(self.account, "users.info", {"user": user}), "user")
        except NetworkError as error:
            if error.trouble in (Trouble.AUTH, Trouble.CONTENT):
                return ""
            raise
        names = (
            base.text(said, "profile", "display_name"),
            base.text(said, "real_name"),
            base.text(said, "name"),
        )
        return next((name for name in names if name), "")

    def _html(self, row: dict[str, Any]) -> str:
        """Return the words, their marks read, and what is attached, which only members can open."""
        links: list[tuple[int, int, str]] = []
        plain, at, said = "", 0, base.text(row, "text")
        for mark in _MARK.finditer(said):
            plain += html_.unescape(said[at : mark.start()])
            words, url = self._marked(html_.unescape(mark[1]), html_.unescape(mark[2] or ""))
            if url:
                links.append((len(plain), len(plain) + len(words), url))
            plain += words
            at = mark.end()
        plain += html_.unescape(said[at:])
        html = base.marked_up(plain, links, codec="utf-32-le", width=4)
        for one in rows(row, "files"):
            html += base.attachment(base.text(one, "permalink"), base.text(one, "title"))
        return html

    def _marked(self, target: str, label: str) -> tuple[str, str]:
        """Return the words of a mark and where it leads: a person, a place or an address."""
        if target.startswith("@"):
            return f"@{self._name(target[1:])}", ""
        if target.startswith(("#", "!")):
            return label or f"{target[0].replace('!', '@')}{target[1:]}", ""
        return label or target, base.web(target)


def _home(topic: Topic) -> str:
    """Return the address of the workspace, which that of our message begins with."""
    return topic.sent[0].url.partition("/archives/")[0]


def _when(stamp: str) -> Any:
    seconds = stamp.partition(".")[0]
    return base.moment(int(seconds)) if seconds.isdecimal() and len(seconds) < 12 else None


LISTENER = Slack()
