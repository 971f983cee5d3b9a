"""A mailbox, only looked at: nothing in it is marked as read, moved or deleted.

https://www.rfc-editor.org/rfc/rfc3501 (EXAMINE, BODY.PEEK, UIDVALIDITY, folder names in 5.1.3).
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import msgspec

from cmflow.errors import Message, say
from cmflow.network import Account, NetworkError, Trouble
from cmflow.networks.base import account_of, is_loopback, variable

LARGEST = 1_000_000
"""How many bytes of a mail are fetched: its words come first, its attachments after them."""

_STEP = 20.0
_SLACK = 100_000
_PORTS = {"imap": 143, "imaps": 993}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_RECEIVED = re.compile(rb'INTERNALDATE "([^"]+)"', re.IGNORECASE)
_PLAIN_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.@:-]{1,400}>")
_HEADER = "(UID BODY.PEEK[HEADER.FIELDS ({})])"
_ADDRESSED = "SUBJECT TO CC DELIVERED-TO X-ORIGINAL-TO"
_TELLING = "MESSAGE-ID FROM DATE"


class _Bounded(imaplib.IMAP4):
    """A connection that refuses to be told more than it asked for."""

    def read(self, size: int) -> bytes:
        if size > LARGEST + _SLACK:
            raise self.abort(f"an answer of {size} bytes")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    pass


class Found(msgspec.Struct, frozen=True):
    """What was fetched of one mail: bytes, and when the server received it."""

    uid: int
    data: bytes
    received: dt.datetime | None = None


class Mailbox:
    """One folder. Every question may raise `NetworkError`."""

    def __init__(self, account: Account, server: imaplib.IMAP4) -> None:
        self._account = account
        self._server = server
        self.validity = ""

    def since(self, day: dt.date, uid: int) -> list[int]:
        """Return the numbers of the mails that came on a day or later and after a number."""
        # Without the “n:*”, a server answers with the last mail even where it is not after n.
        when = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = self._search("SINCE", when, "UID", f"{uid + 1}:*")
        return sorted(one for one in found if one > uid)

    def named(self, message_id: str) -> Found | None:
        """Fetch what tells the mail of a Message-ID, in angle brackets, from any other."""
        if not _PLAIN_ID.fullmatch(message_id):
            return None
        uids = self._search("HEADER", "MESSAGE-ID", f'"{message_id}"')[:1]
        return next(iter(self._fetch(uids, _HEADER.format(_TELLING)) if uids else ()), None)

    def addressed(self, uids: Sequence[int]) -> list[Found]:
        """Fetch what some mails are called and to whom they were sent, and nothing else."""
        return self._fetch(uids, _HEADER.format(_ADDRESSED))

    def mail(self, uid: int) -> Found | None:
        """Fetch a mail, up to `LARGEST` bytes of it; nothing where it was just deleted."""
        parts = f"(UID INTERNALDATE BODY.PEEK[]<0.{LARGEST}>)"
        return next(iter(self._fetch([uid], parts)), None)

    def _search(self, *criteria: str) -> list[int]:
        with self._asking():
            _, answer = self._server.uid("SEARCH", *criteria)
        return [int(one) for line in answer if line for one in line.split() if one.isdigit()]

    def _fetch(self, uids: Sequence[int], parts: str) -> list[Found]:
        with self._asking():
            _, answer = self._server.uid("FETCH", ",".join(map(str, uids)), parts)
        found = []
        for at, one in enumerate(answer):
            if not isinstance(one, tuple):
                continue
            # Some servers say the rest of a line behind the bytes.
            after = answer[at + 1] if at + 1 < len(answer) else b""
            around = one[0] + b" " + (after if isinstance(after, bytes) else b"")
            uid, received = _UID.search(around), _RECEIVED.search(around)
            if uid and int(uid[1]) in uids:
                found.append(Found(int(uid[1]), one[1], _moment(received[1]) if received else None))
        return found

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        with _sorted(self._account, Trouble.TRANSIENT, say("The next run asks again.")):
            yield


@contextlib.contextmanager
def opened(account: Account) -> Iterator[Mailbox]:
    """Open the mailbox of a source, to read; raises `NetworkError`."""
    with contextlib.ExitStack() as stack:
        server = _connected(account)
        stack.callback(_farewell, server)
        box = Mailbox(account, server)
        _signed_in(account, server)
        folder = str(account.settings.folder or "INBOX")
        remedy = say("Look at folder: of the source; the server has none of that name.")
        with _sorted(account, Trouble.AUTH, remedy):
            kind, told = server.select(f'"{_written(folder)}"', readonly=True)
            if kind != "OK":
                raise server.error(f"{folder}: {_words(told)}")
        box.validity = _words(server.response("UIDVALIDITY")[1])
        yield box


def _connected(account: Account) -> imaplib.IMAP4:
    """Open a connection that nobody else can read; only this machine is asked without TLS."""
    host, port, scheme = _place(account)
    remedy = say("Look at server: of the source, written imap.example.org.")
    with _sorted(account, Trouble.TRANSIENT, remedy):
        if scheme == "imaps":
            return _BoundedTls(host, port, ssl_context=_tls(host), timeout=_STEP)
        server = _Bounded(host, port, timeout=_STEP)
        try:
            if "STARTTLS" in server.capabilities or not is_loopback(host):
                server.starttls(_tls(host))
        except BaseException:
            server.shutdown()
            raise
        return server


def _place(account: Account) -> tuple[str, int, str]:
    """Return host, port and scheme: imaps (TLS from the first byte) or imap (STARTTLS)."""
    written = str(account.settings.server)
    place = urlsplit(written if "://" in written else f"//{written}", scheme="imaps")
    with contextlib.suppress(ValueError):
        port = place.port
        scheme = "imap" if port == _PORTS["imap"] else place.scheme
        if place.hostname and scheme in _PORTS:
            return place.hostname, port or _PORTS[scheme], scheme
    remedy = say("Write server: of the source like imap.example.org.")
    raise account.http.refusal(Trouble.AUTH, f"{account.channel}: no usable server", remedy=remedy)


def _tls(host: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if is_loopback(host):
        # A server on this very machine has a certificate of its own making.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _signed_in(account: Account, server: imaplib.IMAP4) -> None:
    name = variable(account.channel, "PASSWORD")
    remedy = say("Look at account: of the source, and at the password in {name}.", name=name)
    person, password = account_of(account), account.secrets.get("PASSWORD", "")
    said = f"\0{person}\0{password}"
    account.http.hide(base64.b64encode(said.encode()).decode())
    with _sorted(account, Trouble.AUTH, remedy):
        if "AUTH=PLAIN" in server.capabilities:
            # Unlike LOGIN, it takes any letters: https://www.rfc-editor.org/rfc/rfc4616
            server.authenticate("PLAIN", lambda _challenge: said.encode())
        else:
            server.login(person, password)


@contextlib.contextmanager
def _sorted(account: Account, refused: Trouble, remedy: Message) -> Iterator[None]:
    """Turn what goes wrong into what a person can do; `refused` is a “no” of the server."""
    host = _place(account)[0]
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        words, trouble = f"{host}: {error.verify_message}", Trouble.AUTH
    except (imaplib.IMAP4.abort, OSError, EOFError) as error:
        words, trouble = f"{host}: {type(error).__name__}: {error}", Trouble.TRANSIENT
    except (imaplib.IMAP4.error, ValueError) as error:
        words, trouble = f"{host}: {error}", refused
    else:
        return
    made: NetworkError = account.http.refusal(trouble, words, remedy=remedy)
    raise made from None


def _farewell(server: imaplib.IMAP4) -> None:
    # What fails while we take leave changes nothing.
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        server.logout()


def _written(folder: str) -> str:
    """Write the name of a folder as servers have it: RFC 3501, section 5.1.3."""

    def shifted(match: re.Match[str]) -> str:
        code = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return f"&{code.replace('/', ',')}-"

    name = re.sub(r"[^\x20-\x7e]+", shifted, folder.replace("&", "&-"))
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _words(told: Sequence[bytes | None]) -> str:
    return b" ".join(one for one in told if isinstance(one, bytes)).decode("utf-8", "replace")


def _moment(written: bytes) -> dt.datetime | None:
    """Read a server's time: 17-Jul-2026 02:44:25 +0200."""
    try:
        when = parsedate_to_datetime(written.decode("ascii", "replace").replace("-", " ", 2))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=dt.UTC)
