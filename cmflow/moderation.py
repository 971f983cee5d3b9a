"""Which comments wait for a person, and why: rules that only ever hold, and never delete."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from cmflow.errors import Message, say
from cmflow.post import Post
from cmflow.settings import Settings
from cmflow.source import Comments
from cmflow.team import Colleague
from cmflow.text import fold
from cmflow.thread import Comment, Status

WHY: Mapping[str, Message] = {
    "all": say("everybody waits"),
    "new-voice": say("nobody we know yet"),
    "words": say("a word to look at"),
    "links": say("many links"),
    "domain": say("a host to look at"),
    "language": say("another language"),
    "closed": say("the conversation was closed"),
    "returned": say("it was deleted and came back"),
    "edited": say("it was edited"),
    "hand": say("held by one of us"),
}
"""Why a comment waits, in words, by the name of the rule that a file keeps."""

_HREF = re.compile(r'<a href="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")


class Voice(msgspec.Struct, frozen=True):
    """What is known of who speaks, beside the comment itself.

    `vouched` says that the place has made sure of it: anybody may write any address under a comment
    on a blog. `ours` is the company's own account.
    """

    language: str = ""
    vouched: bool = False
    ours: bool = False


class Rules(msgspec.Struct, frozen=True):
    """How one site moderates. Addresses are as `same_profile` writes them."""

    hold: str = "all"
    trusted: frozenset[str] = frozenset()
    team: frozenset[str] = frozenset()
    approved: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    links: int = 2
    languages: tuple[str, ...] = ()

    def is_team(self, comment: Comment, voice: Voice) -> bool:
        """Tell whether our own people speak."""
        return voice.ours or (voice.vouched and same_profile(comment.author.url) in self.team)

    def reasons(self, comment: Comment, voice: Voice) -> tuple[str, ...]:
        """Name the rules that hold a comment; none lets it pass."""
        if self.is_team(comment, voice):
            return ()
        return (*self._of_voice(comment, voice), *self.of_content(comment, voice))

    def _of_voice(self, comment: Comment, voice: Voice) -> Iterator[str]:
        profile = same_profile(comment.author.url) if voice.vouched else ""
        if profile and profile in self.trusted:
            return
        if self.hold == "all":
            yield "all"
        elif self.hold == "new" and (not profile or profile not in self.approved):
            yield "new-voice"

    def of_content(self, comment: Comment, voice: Voice) -> Iterator[str]:
        """Name the rules that hold what is said, whoever says it."""
        links = _HREF.findall(comment.text)
        hosts = [_host(url) for url in (*links, comment.author.url, comment.url)]
        said = fold(_TAG.sub(" ", f"{comment.author.name} {comment.text}"))
        if any(re.search(rf"(?<!\w){re.escape(fold(word))}(?!\w)", said) for word in self.words):
            yield "words"
        if len(links) > self.links:
            yield "links"
        if any(_below(host, domain) for host in hosts for domain in self.domains):
            yield "domain"
        spoken = voice.language.lower().split("-")[0]
        if spoken and self.languages and spoken not in self.languages:
            yield "language"


def rules_of(settings: Settings, team: Mapping[str, Colleague], approved: frozenset[str]) -> Rules:
    """Return the rules of a site; `approved` are the profiles that had a comment approved."""
    said: Comments = settings.cmflow.comments
    accounts = (account for one in team.values() for account in one.accounts)
    return Rules(
        hold=said.hold,
        trusted=frozenset(map(same_profile, said.trusted)) - {""},
        team=frozenset(map(same_profile, accounts)) - {""},
        approved=approved,
        words=said.words,
        domains=tuple(domain.lower().strip(".") for domain in said.domains),
        links=said.links,
        languages=tuple(language.lower().split("-")[0] for language in said.languages),
    )


def closes(post: Post, said: Comments) -> dt.datetime | None:
    """Return when the conversation under a post closes: as soon as it opens, on a day, or never."""
    if post.meta.comments in ("closed", False):
        return post.published
    return post.published + dt.timedelta(days=said.close) if said.close else None


def profiles_approved(comments: Iterator[Comment]) -> frozenset[str]:
    """Return the profiles of people of whom a comment was approved."""
    found = (same_profile(one.author.url) for one in comments if one.status is Status.APPROVED)
    return frozenset(found) - {""}


def same_profile(url: str) -> str:
    """Write the address of a profile so that two of one person are equal; nothing for no address.

    `https://host/@name` and `https://host/users/name` are the same on Mastodon.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    host = parts.hostname.removeprefix("www.")
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    path = re.sub(r"^/users/([^/]+)$", r"/@\1", parts.path.rstrip("/"))
    # Old forums name a person after the question mark alone.
    query = f"?{parts.query}" if parts.query else ""
    return f"{place}{path}{query}".lower()


_PORTS = {"http": 80, "https": 443}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _below(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
