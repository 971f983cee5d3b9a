"""One mail as a comment: whose words, which words, in answer to what; and never an address.

https://www.rfc-editor.org/rfc/rfc5322, https://www.rfc-editor.org/rfc/rfc2045,
https://www.rfc-editor.org/rfc/rfc3834 (what machines answer).
"""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime
from typing import Any, cast

from cmflow.errors import say
from cmflow.heard import Heard
from cmflow.sources import mail_html, mail_text
from cmflow.sources.base import UnreadableError
from cmflow.sources.mail_box import Found
from cmflow.thread import Speaker

_ID = re.compile(r"<[^<>\s]{1,1000}>")
_TO = re.compile(r"([^\s<>@,;:\"]{1,64})\+([a-z0-9-]{1,200})@([a-z0-9.-]{1,255})")
_IN_NAME = re.compile(r"([^\s<>@,;:\"']{1,100})@[^\s<>@,;:\"']{1,300}")
_BY_MACHINE = ("bulk", "junk", "list", "auto_reply")
_LISTS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond")
_NOBODY = ("mailer-daemon", "postmaster", "no-reply", "noreply")
_SECRET = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
# What Python knows as encodings and no mail is written in; some take forever.
_NO_CHARSETS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
_DAY = dt.timedelta(days=1)
_INSTEAD = ("Date", "From", "Subject")
_ABOVE = 5
_LONGEST = 4000
_LONGEST_OF_PART = 500
_PARTS = 200
_LONGEST_NAME = 500


def _letters(value: str) -> str:
    """Read the bytes of a header that should have been encoded and are not: RFC 6532, or Latin."""
    raw = value.encode("utf-8", "surrogateescape")
    for charset in ("utf-8", "cp1252"):
        with contextlib.suppress(ValueError):
            return raw.decode(charset)
    return raw.decode("latin-1")


def _whole(text: str) -> str:
    """Replace halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


class _Bounded(policy.EmailPolicy):
    """Reads headers only so far: the time that their grammar takes grows with the square."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        longest = _LONGEST_OF_PART if name.lower().startswith("content-") else _LONGEST
        return super().header_fetch_parse(name, _letters(value[:longest]))


_POLICY = cast("policy.Policy[EmailMessage]", _Bounded())


def parsed(data: bytes) -> EmailMessage:
    """Take a mail apart; whatever it is, it is a mail, if only of nonsense."""
    return message_from_bytes(data, policy=_POLICY)


def said(message: EmailMessage, name: str) -> str:
    """Return a header as one line; empty where there is none that can be read."""
    header = _header(message, name)
    return "" if header is None else _whole(" ".join(str(header).split()))


def _header(message: EmailMessage, name: str) -> Any:
    try:
        return message[name]
    except Exception:  # The standard library stumbles in many ways over malformed ones.
        return None


def plus_slugs(message: EmailMessage, mailbox: str) -> Iterable[str]:
    """Yield the slugs of the addresses blog+slug@example.org to which a mail was sent."""
    local, _, domain = mailbox.lower().rpartition("@")
    for name in ("To", "Cc", "Delivered-To", "X-Original-To"):
        for found in _TO.finditer(said(message, name).lower()):
            if not local or (found[1], found[3]) == (local, domain):
                yield found[2]


def identity(message: EmailMessage) -> str:
    """Return the id of the comment that a mail is; empty where it has no Message-ID.

    Who saw an answer knows the Message-ID of what was answered, and may write it above a mail of
    their own: that must not become the same comment. So the sender and the second count too.
    """
    named = _ID.search(said(message, "Message-ID"))
    return _digest(named[0], _sender(message), said(message, "Date")) if named else ""


def answered(found: Found) -> tuple[str, ...]:
    """Return the Message-IDs of what a mail answers, in angle brackets, the nearest first."""
    message = parsed(found.data)
    near = _ID.findall(said(message, "In-Reply-To"))[:1]
    far = reversed(_ID.findall(said(message, "References")))
    return tuple(dict.fromkeys([*near, *far]))[:_ABOVE]


def read(found: Found, slug: str) -> Heard | None:
    """Make a comment of a mail; nothing where a machine wrote it. Raises `UnreadableError`."""
    if found.data.count(b"\n--") > _PARTS:
        raise UnreadableError(say("It has too many parts."))
    try:
        message = parsed(found.data)
        return None if _is_automatic(message) else _read(message, found, slug)
    except UnreadableError:
        raise
    except Exception:
        # Malformed mails make the standard library raise whatever there is.
        raise UnreadableError(say("It is malformed.")) from None


def _read(message: EmailMessage, found: Found, slug: str) -> Heard:
    if any(part.get_content_type() in _SECRET for part in message.walk()):
        raise UnreadableError(say("It is encrypted."))
    name, html = _name(message), _html(message)
    if not name:
        raise UnreadableError(say("It does not say who wrote it."))
    if not html:
        raise UnreadableError(say("It has no words of its own."))
    return Heard(
        id=identity(message) or _digest(*(said(message, one) for one in _INSTEAD), html),
        author=Speaker(name),
        html=html,
        published=_published(said(message, "Date"), found.received),
        about=slug,
    )


def _digest(*words: str) -> str:
    written = "\n".join(words).encode("utf-8", "replace")
    return f"mail/{hashlib.sha256(written).hexdigest()[:32]}"


def _is_automatic(message: EmailMessage) -> bool:
    """Tell whether a machine sent it: a bounce, a list, somebody who is away."""
    submitted = said(message, "Auto-Submitted").lower()
    return (
        (bool(submitted) and submitted.partition(";")[0].strip() != "no")
        or said(message, "Precedence").lower() in _BY_MACHINE
        or any(name in message for name in _LISTS)
        or said(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
        or _sender(message).startswith(_NOBODY)
    )


def _name(message: EmailMessage) -> str:
    """Return what the first author is called; of an address, what stands before the @."""
    addresses = getattr(_header(message, "From"), "addresses", ())
    called = _whole(addresses[0].display_name[:_LONGEST_NAME]) if addresses else ""
    shown = _IN_NAME.sub(lambda found: _before_plus(found[1]), " ".join(called.split()))
    return shown.strip(" '\"<>") or _before_plus(_sender(message).rpartition("@")[0])


def _sender(message: EmailMessage) -> str:
    """Return the address of the first author; it is compared, and never kept."""
    addresses = getattr(_header(message, "From"), "addresses", ())
    return _whole(addresses[0].addr_spec).lower() if addresses else ""


def _before_plus(name: str) -> str:
    return name.partition("+")[0]


def _published(written: str, received: dt.datetime | None) -> dt.datetime | None:
    """Return when it was written; when it was received, where that is absent or yet to come."""
    try:
        when = parsedate_to_datetime(written)
    except ValueError:
        return received
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return received if received and when > received + _DAY else when


def _html(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    own = ""
    if part is not None:
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        joined = str(part.get_param("delsp", "")).lower() == "yes"
        own = mail_text.own(_text(part), flowed=flowed, joined=joined)
    if not own and (part := message.get_body(("html",))) is not None:
        own = mail_text.own(mail_html.plain(_text(part)))
    attached = sum(1 for one in message.walk() if one.get_content_disposition() == "attachment")
    return f"{own}<p>📎 × {attached}</p>" if own and attached else own


def _text(part: MIMEPart) -> str:
    """Return a part as text. What it says of its own encoding may be wrong, or nonsense."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charsets = [str(part.get_content_charset("utf-8")), "utf-8", "cp1252"]
    if not data.isascii():
        # Bytes that are UTF-8 by chance are rare, and mails that lie about it are not.
        charsets = [charsets[1], charsets[0], charsets[2]]
    for charset in charsets:
        try:
            if codecs.lookup(charset).name.replace("_", "-") not in _NO_CHARSETS:
                return _whole(data.decode(charset))
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")
