"""What people answer by mail: they need no account, and a mailbox is enough; and the way there.

Anybody may write any name above a mail, so nobody is trusted by it. A mail is about a post when its
subject has the post's `[slug]`, or when it was sent to blog+slug@example.org.
https://www.rfc-editor.org/rfc/rfc3501, https://www.rfc-editor.org/rfc/rfc6068 (mailto).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec.structs import replace

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, Answer, Secret
from cmflow.redact import redact
from cmflow.source import Source
from cmflow.sources import mail_message
from cmflow.sources.base import UnreadableError
from cmflow.sources.mail_box import Found, Mailbox, opened
from cmflow.sources.naming import Names, tag

_VALIDITY = "validity"
_LAST = "uid"
_AT_ONCE = 100
_DAY = dt.timedelta(days=1)


class Mail:
    """One folder of one mailbox."""

    name = "mail"
    title = "Mail"
    secrets = (
        Secret(
            "PASSWORD",
            say(
                "The password of the mailbox; some providers want one made for this program alone."
            ),
        ),
    )
    needs_note = False
    vouches = False

    def listen(self, account: Account, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
        """See `cmflow.heard.Listener.listen`."""
        if not topics:
            return
        first = min(topic.published for topic in topics).date() - _DAY
        with opened(account) as box:
            # Another validity says that the numbers were given anew.
            same = bool(box.validity) and marks.get(_VALIDITY) == box.validity
            last = marks.get(_LAST, "") if same else ""
            uids = box.since(first, int(last) if last.isdecimal() else 0)
            reader = _Reader(account, box, Names(topics))
            for step in range(0, len(uids), _AT_ONCE):
                some = uids[step : step + _AT_ONCE]
                heard, unread = reader.read(some)
                yield Batch(
                    heard=heard,
                    unread=unread,
                    marks={_VALIDITY: box.validity, _LAST: str(some[-1])},
                    step=step + len(some),
                    of=len(uids),
                )

    def ask(self, account: Account, topic: Topic, id: str) -> Heard | Answer:  # noqa: A002
        """See `cmflow.heard.Listener.ask`: who tidies a mailbox takes nothing back."""
        del account, topic, id
        return Answer.CANNOT_TELL


class _Reader:
    """Reads the mails of one run that are about a post."""

    def __init__(self, account: Account, box: Mailbox, names: Names) -> None:
        self._mailbox = str(account.settings.account)
        self._box = box
        self._names = names

    def read(self, uids: list[int]) -> tuple[tuple[Heard, ...], tuple[Unread, ...]]:
        """Read some mails; of one that is about no post, only subject and addressees are seen."""
        heard: list[Heard] = []
        unread: list[Unread] = []
        for addressed in self._box.addressed(uids):
            slug = self._slug(addressed)
            found = self._box.mail(addressed.uid) if slug else None
            if found is None:
                continue
            try:
                one = mail_message.read(found, slug)
            except UnreadableError as error:
                unread.append(_lost(addressed, error))
            else:
                heard += [self._threaded(one, found)] if one else []
        return tuple(heard), tuple(unread)

    def _slug(self, found: Found) -> str:
        message = mail_message.parsed(found.data)
        slug = self._names.tagged(mail_message.said(message, "Subject"))
        plus: Iterable[str] = mail_message.plus_slugs(message, self._mailbox)
        return slug or next((one for one in plus if self._names.known(one)), "")

    def _threaded(self, heard: Heard, found: Found) -> Heard:
        """Name what it answers: the nearest mail above it that is in the mailbox too."""
        for above in mail_message.answered(found):
            mail = self._box.named(above)
            id_ = mail_message.identity(mail_message.parsed(mail.data)) if mail else ""
            if id_ and id_ != heard.id:
                return replace(heard, reply_to=id_)
        return heard


def _lost(found: Found, error: UnreadableError) -> Unread:
    subject = redact(mail_message.said(mail_message.parsed(found.data), "Subject"), ())
    return Unread(f"“{subject}”", error.why, say("Read it in the mailbox."))


def door(source: Source, slug: str, title: str, url: str, known: Iterable[str] = ()) -> str:
    """Return the address that opens a reader's mail program; nothing where there is none."""
    del url, known
    if "@" not in source.account:
        return ""
    subject = " ".join(f"Re: {title} {tag(slug)}".split())
    return f"mailto:{quote(source.account, safe='@')}?subject={quote(subject, safe='')}"


LISTENER = Mail()
