"""Who was forgotten: keyed digests that name nobody, and yet keep a person from coming back.

A digest without a key could be undone by trying every name, so there is no digest without the
secret `CMFLOW_FORGET_KEY`. https://www.rfc-editor.org/rfc/rfc2104
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Iterable, Iterator

import msgspec

from cmflow.errors import failure, say
from cmflow.moderation import same_profile

FILE = "forgotten.txt"
"""Its name, below `content/community`: a sorted digest a line."""

KEY = "CMFLOW_FORGET_KEY"
"""The environment variable of the secret."""

COMMIT = "Forgotten"
"""The message of a commit that takes people out: it is no decision of a reviewer."""

MARK = "[…]"
"""What stands in a text where a person was named who is forgotten."""

_PIECES = re.compile(r'(<a href="[^"]*"[^>]*>.*?</a>)|(<[^>]*>)', re.DOTALL)
_HREF = re.compile(r'<a href="([^"]*)"')
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]’»]")
_MENTION = re.compile(r"(?<![\w/])@\w(?:[\w.-]*\w)?(?:@\w(?:[\w.-]*\w)?)?")


class Forgotten(msgspec.Struct, frozen=True):
    """The digests of a site, and the key that they were made with (empty where there are none)."""

    digests: frozenset[str] = frozenset()
    key: str = ""

    def digest(self, kind: str, value: str) -> str:
        """Return the digest of a thing: `kind` is `id`, `did`, `profile`, `handle` or `key`."""
        said = f"{kind}\n{value}".encode(errors="replace")
        return hmac.new(self.key.encode(), said, hashlib.sha256).hexdigest()[:32]

    @property
    def fits(self) -> bool:
        """Tell whether the key is the one that the digests were made with."""
        return not self.digests or self.digest("key", "") in self.digests

    def knows(self, id_: str, profile: str = "") -> bool:
        """Tell whether a comment, or who wrote it, was forgotten."""
        if not self.digests:
            return False
        address = same_profile(profile)
        return (
            (bool(address) and self.digest("profile", address) in self.digests)
            or self.digest("id", id_) in self.digests
            or self.digest("did", did_of(id_)) in self.digests
        )

    def redacted(self, text: str) -> str:
        """Return a stored text without links to, and mentions of, people who were forgotten."""
        return redacted(text, self) if self.digests else text

    def leads(self, url: str) -> bool:
        """Tell whether an address is the profile of someone forgotten, or lies below it."""
        places = above(same_profile(url)) if self.digests else ()
        return any(self.digest("profile", one) in self.digests for one in places)

    def names(self, mention: str) -> bool:
        """Tell whether a mention names someone forgotten."""
        return self.digest("handle", handle(mention)) in self.digests


def redacted(text: str, forgotten: Forgotten) -> str:
    """Return a stored text in which whatever names someone forgotten is a mark."""
    parts: list[str] = []
    at = 0
    for found in _PIECES.finditer(text):
        parts.append(_plain(text[at : found.start()], forgotten))
        link = _HREF.match(found[0])
        # The words of a link to somebody else are that person's.
        parts.append(MARK if link and forgotten.leads(html.unescape(link[1])) else found[0])
        at = found.end()
    parts.append(_plain(text[at:], forgotten))
    return "".join(parts)


def _plain(text: str, forgotten: Forgotten) -> str:
    def address(found: re.Match[str]) -> str:
        return MARK if forgotten.leads(html.unescape(found[0])) else found[0]

    def mention(found: re.Match[str]) -> str:
        return MARK if forgotten.names(found[0]) else found[0]

    return _MENTION.sub(mention, _ADDRESS.sub(address, text))


def above(profile: str) -> Iterator[str]:
    """Yield a profile as `same_profile` writes it, and every address that it lies below."""
    yield profile
    path = profile.partition("?")[0]
    while path:
        yield path
        path = path.rpartition("/")[0]


def did_of(id_: str) -> str:
    """Return the permanent name of who wrote something in the AT protocol, or nothing."""
    return id_.removeprefix("at://").partition("/")[0] if id_.startswith("at://") else ""


def handle(text: str) -> str:
    """Write a handle so that two of one person are equal: no sign before it, small letters."""
    return text.strip().lstrip("@").casefold()


def recall(digests: frozenset[str], key: str) -> Forgotten:
    """Return who was forgotten; raises `CmflowError` where nobody of them could be recognised."""
    found = Forgotten(digests, key)
    if digests and not key:
        raise failure(
            FILE,
            say("People were forgotten here, and {key} is not set.", key=KEY),
            say("Set the key with which they were forgotten: without it, they would come back."),
        )
    if not found.fits:
        raise failure(
            FILE,
            say("{key} is not the key with which people were forgotten here.", key=KEY),
            say("Set that one: with another, they would come back."),
        )
    return found


def parse(written: str) -> frozenset[str]:
    """Read the file."""
    lines = (line.strip() for line in written.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def text(digests: Iterable[str]) -> str:
    """Write the file."""
    return "".join(f"{digest}\n" for digest in sorted(set(digests)))
