"""Who spoke: the people behind the comments, found by name, handle, profile or a comment. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from cmflow.community import Filed
from cmflow.forgotten import did_of, handle
from cmflow.moderation import same_profile
from cmflow.thread import Comment

_MENTION = re.compile(r'<a href="([^"]*)"[^>]*>(@[^<\s]+)</a>')
_BLUESKY = re.compile(r".*/profile/([^/]+)")
_MASTODON = re.compile(r"([^/]+)/@([^/@]+)")
_PLAIN = re.compile(
    r"(bitbucket\.org|codeberg\.org|github\.com|gitlab\.com|t\.me|twitter\.com|x\.com)/([\w.-]+)"
)


class Person(msgspec.Struct, frozen=True):
    """Somebody as one place knows them, and what they said.

    `profile` is as `same_profile` writes it, and `did` the permanent name in the AT protocol; both
    are empty for somebody of whom only a name is known. `handles` name this person everywhere,
    `nicks` only at one place: another person may bear them elsewhere.
    """

    names: tuple[str, ...] = ()
    profile: str = ""
    did: str = ""
    handles: frozenset[str] = frozenset()
    nicks: frozenset[str] = frozenset()
    said: tuple[Filed, ...] = ()

    @property
    def url(self) -> str:
        """The address of the profile as it was written where this person spoke last."""
        return next((one.comment.author.url for one in reversed(self.said)), "")


def people(comments: Iterable[Filed]) -> tuple[Person, ...]:
    """Return everybody who spoke: of whom only a name is known, one for each source."""
    found: dict[tuple[str, ...], list[Filed]] = {}
    for one in comments:
        key = _key(one.comment)
        if key:
            found.setdefault(key, []).append(one)
    return tuple(_person(said) for said in found.values())


def _key(comment: Comment) -> tuple[str, ...]:
    did, profile = did_of(comment.id), same_profile(comment.author.url)
    if did or profile:
        return (did or profile,)
    return (comment.source, folded(comment.author.name)) if comment.author.name else ()


def _person(said: list[Filed]) -> Person:
    names = dict.fromkeys(one.comment.author.name for one in said if one.comment.author.name)
    profiles = (same_profile(one.comment.author.url) for one in reversed(said))
    profile = next(filter(None, profiles), "")
    return Person(
        names=tuple(name for name in names if not name.startswith("@")),
        profile=profile,
        did=did_of(said[0].comment.id),
        handles=frozenset(_handles(profile)),
        nicks=frozenset(
            (*_nicks(profile), *(handle(name) for name in names if name.startswith("@")))
        ),
        said=tuple(said),
    )


def _handles(profile: str) -> Iterator[str]:
    """Yield the handles that an address tells of, valid everywhere."""
    if found := _BLUESKY.fullmatch(profile):
        if not found[1].startswith("did:") and "." in found[1]:
            yield found[1]
    elif found := _MASTODON.fullmatch(profile):
        yield f"{found[2]}@{found[1]}"


def _nicks(profile: str) -> Iterator[str]:
    """Yield the handles that an address tells of, valid at its own place."""
    if found := _MASTODON.fullmatch(profile) or _PLAIN.fullmatch(profile):
        yield unquote(found[2]).casefold()


def find(word: str, everybody: Iterable[Person]) -> tuple[Person, ...]:
    """Return whom a person means by a name, a handle, an address, or a comment's id or file."""
    asked = word.strip()
    known = tuple(everybody) if asked else ()
    for tells in (_is_comment, _is_profile, _has_handle, _has_name):
        found = tuple(one for one in known if tells(one, asked))
        if found:
            return found
    return _unheard(asked)


def _is_comment(one: Person, word: str) -> bool:
    names = (
        (k.comment.id, k.comment.url, k.path, f"content/community/{k.path}", k.short)
        for k in one.said
    )
    return any(word in some for some in names)


def _is_profile(one: Person, word: str) -> bool:
    return bool(one.profile) and one.profile == profile_of(word)


def _has_handle(one: Person, word: str) -> bool:
    return "@" in word and handle(word) in one.handles | one.nicks


def _has_name(one: Person, word: str) -> bool:
    return folded(word) in map(folded, one.names)


def _unheard(word: str) -> tuple[Person, ...]:
    """Return somebody who never spoke here, and who may want to be left alone all the same."""
    profile = profile_of(word)
    if not profile:
        return ()
    return (Person((), profile, "", frozenset(_handles(profile)), frozenset(_nicks(profile))),)


def profile_of(word: str) -> str:
    """Return the profile that an address or a handle with its server means, or nothing.

    The address at which a server shows somebody of another server means the latter.
    """
    profile = same_profile(word)
    # What has no sign before it is an e-mail address, and we keep none.
    told = re.fullmatch(r"(?:[^/]+/)?@([^/@\s]+)@([^/@\s]+\.[^/@\s]+)", profile or word.strip())
    return f"{told[2]}/@{told[1]}".lower() if told else profile


def folded(name: str) -> str:
    """Write a name so that two spellings of one are equal."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def known_as(one: Person, comments: Iterable[Filed]) -> Person:
    """Return a person with the handles under which others call them in what they said."""
    if not one.profile:
        return one
    called = {
        handle(unescape(words))
        for kept in comments
        for url, words in _MENTION.findall(kept.comment.text)
        if same_profile(unescape(url)) == one.profile
    }
    return replace(one, nicks=one.nicks | called)


def describe(one: Person) -> Mapping[str, object]:
    """Return what tells one person from another."""
    name = " / ".join(one.names) or next(iter(sorted(one.handles | one.nicks)), "")
    return {"name": name, "profile": one.url or one.profile, "count": len(one.said)}
