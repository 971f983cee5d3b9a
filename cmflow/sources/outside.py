"""What listeners to places that are no network share: the post that is meant, names, failures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec
from markupsafe import Markup

from cmflow import safe
from cmflow.errors import Message, say
from cmflow.heard import Topic, Unread
from cmflow.network import Account, NetworkError, Trouble
from cmflow.networks.seen import plain, same_address
from cmflow.sources import base
from cmflow.text import fold, shorten

_MAILBOX = re.compile(r"([^\s@<>()]+)@[^\s@<>()]+\.[^\s@<>()]+")
_BLOCK = re.compile(r"(?=</?(?:h[1-6]|p|div|li|tr|td|br|section|article|header)\b)", re.IGNORECASE)
_LONGEST = 30_000
_LARGEST = 2_000_000
_EXCERPT = 300
_OPENING = re.compile(r"\b(?:on|sur|re)\b[\s:]+|:\s+")
_CLOSING = re.compile(r"\s+(?:by|par)\s")
_BRACKETS = " \t\n()<>[]\"',;:@"
_QUOTES = " \t\n\"'“”«»‘’:"


class Posts:
    """The posts of a site, to find the one that something outside is about."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._addresses: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        for topic in topics:
            self._addresses[same_address(topic.url)] = topic.slug
            title = _plain(topic.title)
            # Two posts of one title cannot be told apart by it.
            self._titles[title] = topic.slug if title not in self._titles else ""

    def at(self, url: str) -> str:
        """Return the slug of the post at an address, whatever its fragment; or nothing."""
        return self._addresses.get(same_address(url), "") if url else ""

    def titled(self, title: str) -> str:
        """Return the slug of the post that a title names: “Comment on …”, “Re: … by …”."""
        said = _plain(title[:500])
        starts = [0, *(match.end() for match in _OPENING.finditer(said))]
        ends = [len(said), *(match.start() for match in _CLOSING.finditer(said))]
        parts = (said[start:end].strip(_QUOTES) for start in starts for end in ends if start < end)
        found = {slug for part in parts if part and (slug := self._titles.get(part, ""))}
        return found.pop() if len(found) == 1 else ""


def _plain(title: str) -> str:
    """Reduce a title to what every system keeps of it; many write other quotes and spaces."""
    return " ".join(fold(plain(title)).replace("’", "'").split()).strip(_QUOTES)


def shown_name(name: str, *addresses: str) -> str:
    """Return a name that can be shown: never a mailbox; without one, the host of an address."""
    found = _MAILBOX.search(name[:1000])
    rest = _MAILBOX.sub("", name[:1000]).strip(_BRACKETS if found else None)
    seen = rest or (found[1] if found else "")
    return seen or next((host for url in addresses if (host := host_of(url))), "")


def host_of(url: str) -> str:
    """Return the host of an address, or nothing where it has none."""
    try:
        return base.host_of(url)
    except ValueError:
        return ""


def written(words: str) -> str:
    """Write a stranger's plain text as HTML; what nobody would read is left out."""
    return base.linked(words[:_LONGEST])


def excerpt(title: str, html: str) -> str:
    """Write what another page says of a post as its title and its first words, without markup."""
    words = " ".join(plain(safe.clean(_BLOCK.sub(" ", html[:_LONGEST]))).split())
    title = " ".join(title[:_LONGEST].split())
    # Where a page names itself by its first words, they are no title.
    named = title and not fold(words).startswith(fold(title.rstrip(".…")))
    head = Markup("<p><strong>{}</strong></p>").format(shorten(title, _EXCERPT)) if named else ""
    body = Markup("<p>{}</p>").format(shorten(words, _EXCERPT)) if words else ""
    return f"{head}{body}"


def linked(url: str) -> str:
    """Write the address of a page that has no words as a link."""
    shown = shorten(url.partition("//")[2].rstrip("/"), 60)
    return str(Markup('<p><a href="{}">{}</a></p>').format(url, shown))


def private_of(settings: Any) -> frozenset[str]:
    """Return the host that may be inside one's own network, by the settings of a source."""
    return frozenset({urlsplit(settings.url).hostname or ""} - {""} if settings.private else ())


def of_source(error: NetworkError, refused: Message) -> NetworkError:
    """Return the same failure with a remedy for someone who listens; `refused` is a lasting one."""
    passing = error.trouble in (Trouble.RATE, Trouble.TRANSIENT)
    remedy = say("The next run asks again.") if passing else refused
    return NetworkError(
        error.trouble, error.words, remedy=remedy, certain=error.certain, again=error.again
    )


def texts(account: Account, folder: str, suffix: str) -> Iterator[tuple[str, bytes | Unread]]:
    """Yield the files of a folder with a suffix: the path of each in it, and its bytes.

    What cannot be read is told in place of its bytes. Raises `NetworkError` where there is no such
    folder.
    """
    found = account.files(folder)
    if found is None:
        remedy = say("Make the folder, or correct folder: of the source.")
        raise account.http.refusal(Trouble.CONTENT, f"{folder}: no such folder", remedy=remedy)
    for name, path in found.items():
        if path.suffix.lower() != suffix:
            continue
        try:
            large = path.stat().st_size > _LARGEST
            yield name, _too_large(f"{folder}/{name}") if large else path.read_bytes()
        except OSError as error:
            yield name, spoilt(f"{folder}/{name}", error.strerror or str(error))


def spoilt(where: str, words: str) -> Unread:
    """Tell that a file of one's own cannot be read."""
    why = say("The file is broken: {words}.", words=words)
    return Unread(where, why, say("Correct the file, or delete it."))


def _too_large(where: str) -> Unread:
    why = say("The file is longer than {most} MB.", most=_LARGEST // 1_000_000)
    return Unread(where, why, say("Look whether it is an answer at all."))


def digest(said: Any) -> str:
    """Return a short digest of plain data, to see whether it is as it was."""
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]
