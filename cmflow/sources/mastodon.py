"""What people answer on Mastodon, and on what speaks its API: GoToSocial, Hollo, Takahē, snac.

https://docs.joinmastodon.org/methods/statuses/#context,
https://docs.joinmastodon.org/entities/Status/, https://docs.joinmastodon.org/api/rate-limits/.
Read in November 2026 (Mastodon 4.7).
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from markupsafe import escape
from msgspec.structs import replace

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, Answer, NetworkError, Sent, Trouble
from cmflow.networks.base import rows, server_of
from cmflow.networks.mastodon import NETWORK
from cmflow.reply import Reply, pause, words_of
from cmflow.sources import base
from cmflow.thread import Speaker, Tally

_SHOWN = ("public", "unlisted")
# Without a token Mastodon shows 60 answers, 20 deep, with one 4096: statuses_controller.rb. It
# counts before it hides what one may not see, so that a list may be cut and a little shorter.
_FULL = {False: 20, True: 3000}
_FURTHER = 20
_RESERVE = 5
_SPENT = "mastodon-spent"
_ME = "mastodon-me"


class Mastodon:
    """The answers to the statuses of one account; without a token only the first of many."""

    name = NETWORK.name
    title = NETWORK.title
    secrets = tuple(replace(secret, required=False) for secret in NETWORK.secrets)
    needs_note = True
    vouches = True

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        return base.tour(account, topics, marks, self._hear)

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`; what is not public any more is gone for us."""
        host, _, number = id.partition("/")
        if host != base.host_of(server_of(account)):
            return Answer.CANNOT_TELL
        status = _status(account, number)
        if status is None:
            return Answer.ABSENT
        parts = {one.id for one in topic.sent}
        try:
            return _read(status, host, parts, _mine(account, ())) or Answer.ABSENT
        except base.UnreadableError:
            return Answer.CANNOT_TELL

    def _hear(self, account: Account, topic: Topic) -> Batch:
        """Hear the thread of a note: of its first part, and of those that do not hang on it."""
        thread = _Thread(account)
        for part in topic.sent:
            thread.follow(part)
        parts = {part.id for part in topic.sent}
        standing = [thread.known[id_] for id_ in parts if id_ in thread.known]
        host, mine = base.host_of(server_of(account)), _mine(account, standing)
        where = topic.sent[0].url if topic.sent else topic.url
        heard, unread = base.read_each(
            (row for row in thread.rows if base.text(row, "id") not in parts),
            lambda row: _read(row, host, parts, mine),
            where,
        )
        return Batch(
            slug=topic.slug,
            heard=heard,
            tally=base.summed(_tally(status) for status in standing),
            whole=thread.whole,
            unread=(*unread, *thread.faults, *_hidden(account, thread, where)),
        )


class _Thread:
    """What a server shows of the thread of a note, gathered with as few requests as can be."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.rows: list[dict[str, Any]] = []
        self.known: dict[str, dict[str, Any]] = {}
        self.faults: list[Unread] = []
        self.whole = True
        self.lost = 0

    def follow(self, part: Sent) -> None:
        """Gather a part that is not yet known, and everything below it."""
        if part.id in self.known:
            return
        try:
            status = _status(self.account, part.id)
            if status is not None:
                self._add(status)
                self._below(part.id)
        except NetworkError as error:
            # What was gathered before is kept; the thread is not whole then.
            if not self.rows or error.trouble in (Trouble.AUTH, Trouble.RATE):
                raise
            self.whole = False
            self.faults.append(base.failed(part.url, error))

    def _add(self, row: dict[str, Any]) -> None:
        id_ = base.text(row, "id")
        if not id_ or id_ not in self.known:
            self.rows.append(row)
        if id_:
            self.known.setdefault(id_, row)

    def _below(self, id_: str) -> None:
        """Gather what is below a status; where the list was cut, also below those that lack it."""
        full = _FULL[bool(_token(self.account))]
        asked: set[str] = set()
        waiting, cut = [id_], False
        while waiting and len(asked) <= _FURTHER:
            asked.add(waiting[0])
            below = _context(self.account, waiting[0])
            for row in below:
                self._add(row)
            cut = cut or len(below) >= full
            short = self._short() if cut else {}
            waiting = [one for one in short if one not in asked]
            self.lost = sum(short.values())
        self.whole = self.whole and not self.lost

    def _short(self) -> dict[str, int]:
        """Tell how many answers each status has more than we know, the first ones first."""
        known = Counter(base.text(row, "in_reply_to_id") for row in self.known.values())
        short = {
            id_: base.count(row, "replies_count") - known[id_] for id_, row in self.known.items()
        }
        return {id_: more for id_, more in short.items() if more > 0}


def _hidden(account: Account, thread: _Thread, where: str) -> Iterator[Unread]:
    """Tell of answers that the server counts and does not show."""
    if not thread.lost:
        return
    message = say("The server counts {count} more answers than it shows.", count=thread.lost)
    remedy = (
        say("They may be private, or too many: look at them on the network itself.")
        if _token(account)
        else say("Set the channel's secret: without it, the server shows only the first ones.")
    )
    yield Unread(where, message, remedy)


def _token(account: Account) -> dict[str, str]:
    """Return the header of the token, if there is one."""
    token = account.secrets.get("TOKEN", "").strip()
    return {"Authorization": f"Bearer {token}"} if token else {}


def _ask(account: Account, path: str) -> Any:
    """Ask the server; stops a little before it would refuse."""
    kept = account.http.kept
    if _SPENT in kept:
        raise account.http.refusal(
            Trouble.RATE, f"{account.channel}: the rate limit is nearly used up", again=kept[_SPENT]
        )
    url = f"{server_of(account)}/api/v1/{path}"
    reply, said = account.http.call(
        "GET", url, headers=_token(account), judge=_judge, most=base.LARGE
    )
    left = reply.headers.get("x-ratelimit-remaining", "")
    if left.isdecimal() and int(left) < _RESERVE:
        kept[_SPENT] = _wait(reply)
    return said


def _wait(reply: Reply) -> float | None:
    """Return for how many seconds the limit holds, by the server's own clock."""
    try:
        now = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return pause(reply, None, now if now.tzinfo else now.replace(tzinfo=dt.UTC))


def _status(account: Account, id_: str) -> dict[str, Any] | None:
    """Return a status; nothing where there is none, or none for us."""
    try:
        return base.table(_ask(account, f"statuses/{quote(id_, safe='')}"))
    except NetworkError as error:
        if error.trouble is Trouble.CONTENT:
            return None
        raise


def _context(account: Account, id_: str) -> list[dict[str, Any]]:
    return rows(_ask(account, f"statuses/{quote(id_, safe='')}/context"), "descendants")


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort what concerns one status only: it is deleted, or not for us.

    A page in HTML says so too where the API is out of order, and then nobody knows. Takahē answers
    400 to a wrong token.
    """
    if reply.status in (404, 410):
        return Trouble.CONTENT if words_of(said) or not reply.body else Trouble.TRANSIENT
    token = reply.status in (400, 422) and "token" in words_of(said).lower()
    return Trouble.AUTH if token else None


def _mine(account: Account, standing: Iterable[dict[str, Any]]) -> str:
    """Return the id of our own account: whose notes these are, or whose token it is."""
    kept = account.http.kept
    if not kept.get(_ME):
        kept[_ME] = next((id_ for one in standing if (id_ := base.text(one, "account", "id"))), "")
    if not kept[_ME] and _token(account):
        with contextlib.suppress(NetworkError):
            kept[_ME] = base.text(_ask(account, "accounts/verify_credentials"), "id")
    mine: str = kept[_ME]
    return mine


def _tally(status: dict[str, Any]) -> Tally:
    return Tally(
        likes=base.count(status, "favourites_count"),
        boosts=base.count(status, "reblogs_count"),
        quotes=base.count(status, "quotes_count"),
    )


def _read(row: dict[str, Any], host: str, parts: set[str], mine: str) -> Heard | None:
    """Read a status; nothing where it is not for everybody, and raises where it is no status."""
    id_, visibility = base.text(row, "id"), base.text(row, "visibility")
    if not id_ or not visibility:
        raise base.UnreadableError(say("A status has no id, or does not say who may see it."))
    if visibility not in _SHOWN or row.get("reblog"):
        return None
    person = base.table(row, "account")
    name = base.text(person, "display_name") or base.text(person, "acct")
    html = _html(row)
    if not name or not html:
        raise base.UnreadableError(say("The status {id} has no author, or no words.", id=id_))
    above = base.text(row, "in_reply_to_id")
    return Heard(
        id=f"{host}/{id_}",
        author=Speaker(name, base.web(base.text(person, "url"))),
        html=html,
        published=base.moment(row.get("created_at")),
        url=base.web(base.text(row, "url")) or base.web(base.text(row, "uri")),
        reply_to="" if not above or above in parts else f"{host}/{above}",
        edited=base.moment(row.get("edited_at")),
        language=base.text(row, "language"),
        avatar=base.text(person, "avatar_static") or base.text(person, "avatar"),
        ours=bool(mine) and base.text(person, "id") == mine,
    )


def _html(row: dict[str, Any]) -> str:
    """Return what a status says: its warning, its words, the answers of a poll, what is attached.

    What is attached is a link with the words that its author gave it; nothing is embedded.
    """
    warning = base.text(row, "spoiler_text").strip()
    said = [f"<p><strong>{escape(warning)}</strong></p>"] if warning else []
    said.append(base.text(row, "content"))
    answers = [base.text(one, "title") for one in rows(row, "poll", "options")]
    if answers:
        said.append("<ul>" + "".join(f"<li>{escape(one)}</li>" for one in answers) + "</ul>")
    for one in rows(row, "media_attachments"):
        url = base.text(one, "url") or base.text(one, "remote_url")
        said.append(base.attachment(url, base.text(one, "description") or base.text(one, "type")))
    return "".join(said)


LISTENER = Mastodon()
