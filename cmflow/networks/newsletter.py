"""A newsletter as a draft: a mail to the team's own address, or a file; a person sends it on.

https://www.rfc-editor.org/rfc/rfc5322, https://www.rfc-editor.org/rfc/rfc3207 (STARTTLS). There is
deliberately no list of readers here. Read in November 2026.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cmflow import lengths
from cmflow.errors import say
from cmflow.network import Abilities, Account, Answer, Limits, NetworkError, Secret, Sent, Trouble
from cmflow.networks.base import Base, account_of, is_loopback, secret_of
from cmflow.note import Note, Reservation

_WHERE = say("The name and password with which your mail program sends mail.")
_STEP = 20.0


class Newsletter(Base):
    """Drafts to `account:`, the team's address, through `server:`.

    `server:` is smtp://host:587 (STARTTLS), smtps://host:465, or file:folder for `.eml` files,
    which a mail program opens as a draft.
    """

    name = "newsletter"
    title = "Newsletter"
    secrets = (Secret("USER", _WHERE, required=False), Secret("PASSWORD", _WHERE, required=False))
    limits = Limits(
        text=1_000_000,
        count=lengths.characters,
        source="https://www.rfc-editor.org/rfc/rfc5322",
        checked=dt.date(2026, 11, 21),
        media=10,
        media_bytes=5_000_000,
        media_kinds=("image/jpeg", "image/png", "image/gif", "image/webp"),
        alt=1000,
    )
    abilities = Abilities(alt=True, find=True)

    def send(
        self,
        account: Account,
        note: Note,
        at: int,
        reservation: Reservation,
        above: tuple[Sent, ...],
    ) -> Sent:
        """Write the draft, or mail it to the team; never to anybody else."""
        del above
        mail = draft(account, note, at, reservation)
        file = _file(account, reservation)
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            scratch = file.with_name(f".{file.name}")
            scratch.write_bytes(mail.as_bytes(policy=SMTP))
            scratch.replace(file)
        else:
            self._mail(account, mail)
        return Sent(mail["Message-ID"], "")

    def find(
        self, account: Account, note: Note, at: int, reservation: Reservation
    ) -> Sent | Answer:
        """Look for the file; a mail server cannot be asked."""
        del at
        file = _file(account, reservation)
        if not file:
            return Answer.CANNOT_TELL
        found = file.is_file()
        return Sent(_message_id(note, reservation), "") if found else Answer.ABSENT

    def _mail(self, account: Account, mail: EmailMessage) -> None:
        """Hand the mail over; until the server has it whole, it is certain that nothing stands."""
        place = _place(account)
        handed = False
        try:
            server = _connected(place)
            try:
                if account.secrets.get("USER"):
                    server.login(
                        secret_of(account, self, "USER"), secret_of(account, self, "PASSWORD")
                    )
                handed = True
                server.send_message(mail)
            finally:
                # What fails while we take leave changes nothing.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except smtplib.SMTPNotSupportedError as error:
            remedy = say("Name a server with STARTTLS, or its port for smtps://.")
            raise account.http.refusal(Trouble.AUTH, str(error), remedy=remedy) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(account, *next(iter(error.recipients.values()))) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(account, error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            words = f"{place.hostname}: {type(error).__name__}: {error}"
            raise account.http.refusal(Trouble.TRANSIENT, words, certain=not handed) from None


def draft(account: Account, note: Note, at: int, reservation: Reservation) -> EmailMessage:
    """Make the mail; of the same note and reservation always the same one.

    `X-Unsent` makes mail programs open the file as a draft.
    """
    team = account_of(account)
    mail = EmailMessage(policy=SMTP.clone(max_line_length=78))
    mail["From"] = mail["To"] = team
    mail["Subject"] = " ".join(note.title.split())
    mail["Date"] = format_datetime(reservation.created)
    mail["Message-ID"] = _message_id(note, reservation)
    mail["X-Unsent"] = "1"
    mail.set_content(note.parts[at].text)
    mail["Content-Language"] = note.language
    for media in note.parts[at].media:
        kind, _, sub = media.kind.partition("/")
        mail.add_attachment(
            account.read(media.path), maintype=kind, subtype=sub,
            filename=media.path.rpartition("/")[2],
        )  # fmt: skip
        list(mail.iter_attachments())[-1]["Content-Description"] = " ".join(media.alt.split())
    if note.parts[at].media:
        # Else a chance one, and a draft written again would be another file.
        mail.set_boundary(f"cmflow-{_hash(reservation)}")
    return mail


def _place(account: Account) -> SplitResult:
    place = urlsplit(str(account.settings.server))
    if place.scheme in ("smtp", "smtps") and place.hostname:
        return place
    remedy = say("Write server: of the channel like smtp://mail.example:587, or file:drafts.")
    raise account.http.refusal(Trouble.AUTH, f"{account.channel}: no usable server", remedy=remedy)


def _file(account: Account, reservation: Reservation) -> Path | None:
    """Return the file of a draft, below the folder that `server:` names, if it names one."""
    scheme, _, folder = account.settings.server.partition(":")
    if scheme != "file" or not folder:
        return None
    return Path(folder) / f"{_hash(reservation)}.eml"


def _hash(reservation: Reservation) -> str:
    return hashlib.sha256(reservation.key.encode()).hexdigest()[:24]


def _message_id(note: Note, reservation: Reservation) -> str:
    return f"<{_hash(reservation)}@{urlsplit(note.url).hostname or 'localhost'}>"


def _connected(place: SplitResult) -> smtplib.SMTP:
    """Open a connection that nobody else can read; only this machine is asked without TLS."""
    host, safe = place.hostname or "", ssl.create_default_context()
    if place.scheme == "smtps":
        return smtplib.SMTP_SSL(host, place.port or 465, timeout=_STEP, context=safe)
    server = smtplib.SMTP(host, place.port or 587, timeout=_STEP)
    try:
        server.ehlo()
        if server.has_extn("starttls") or not is_loopback(host):
            server.starttls(context=_lenient() if is_loopback(host) else safe)
    except BaseException:
        server.close()
        raise
    return server


def _lenient() -> ssl.SSLContext:
    """Trust what this machine itself says: a server here has a certificate of its own making."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _refused(account: Account, code: int, words: bytes | str) -> NetworkError:
    """Sort a refusal: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.2 and RFC 4954."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if code in (530, 534, 535, 538):
        trouble = Trouble.AUTH
    else:
        trouble = Trouble.RATE if code // 100 == 4 else Trouble.CONTENT
    error: NetworkError = account.http.refusal(trouble, f"{code} {said}")
    return error


NETWORK = Newsletter()
