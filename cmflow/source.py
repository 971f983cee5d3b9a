"""The settings of listening: sources that are no channel, and how comments are moderated.

The words under a field go into the JSON Schema and the documentation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

import msgspec

from cmflow.errors import Message, say

Remark = tuple[tuple[str | int, ...], Message, Message]
"""The path of a value below `plugins: - cmflow:`, what is wrong with it, and what to do."""

HOLDS = ("all", "new", "none")
"""Who is held: everyone but the trusted, voices without an approved comment, or nobody."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place where answers come from and nothing is sent; its id is the key under `sources:`."""

    kind: str
    """What it is: webmention, feed, github, mail or file."""
    url: str = ""
    """Its address: the feed, the webmention service, or the GitHub API of a company of its own."""
    server: str = ""
    """The mail server, with its port where it is not 993: imap.example.org."""
    account: str = ""
    """What names the account there: a mailbox, owner/repository, a domain."""
    folder: str = ""
    """The folder of a mailbox; or of files, below the root of the site."""
    label: str = ""
    """On GitHub, the label of the issues, or the category of the discussions, that are threads."""
    discussions: bool = False
    """On GitHub, true listens to discussions instead of issues."""
    door: bool = True
    """false does not offer it under the posts."""
    private: bool = False
    """true allows an address inside one's own network."""
    owner: str = ""
    """Who answers there."""
    expires: dt.date | None = None
    """The day on which its token ends; cmflow doctor speaks of it 21, 7 and 1 day before."""


class Comments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the conversation is moderated and shown. A rule only ever holds; it deletes nothing."""

    hold: str = "all"
    """Who waits for a person: all, new (voices not approved before), or none."""
    trusted: tuple[str, ...] = ()
    """The addresses of people whose words need not wait."""
    words: tuple[str, ...] = ()
    """Words that make any comment wait."""
    domains: tuple[str, ...] = ()
    """Hosts that make any comment with a link there wait."""
    links: int = 2
    """How many links a comment may have before it waits."""
    languages: tuple[str, ...] = ()
    """The languages that are read here, like fr; a comment in another one waits."""
    reasons: tuple[str, ...] = ()
    """The numbered reasons for a rejection, as the charter of the site has them."""
    spam: int = 1
    """Which of the reasons is meant by spam."""
    charter: str = ""
    """The page of the charter, below docs_dir: charte.md."""
    close: int = 0
    """After how many days the conversation under a post closes; 0: never."""
    window: int = 90
    """For how many days after the last word a thread is looked at in every run."""
    avatars: bool = False
    """true keeps the faces of people who speak, on your own site; else their initials are drawn."""


def unfit(
    sources: Mapping[str, Source], channels: Mapping[str, object], comments: Comments
) -> Iterator[Remark]:
    """Name what sources and comments say and cannot mean."""
    for id_ in sources:
        if not _ID.fullmatch(id_):
            # It becomes the name of a file and of an environment variable.
            remedy = say("Write small ASCII letters, digits and hyphens, like mastodon-fr.")
            yield ("sources", id_), say("“{id}” cannot be the id of a source.", id=id_), remedy
        elif id_ in channels:
            message = say("“{id}” is the id of a channel as well.", id=id_)
            yield ("sources", id_), message, say("Give the source another one.")
    if comments.hold not in HOLDS:
        message = say("“{value}” cannot be held.", value=comments.hold)
        yield ("comments", "hold"), message, say("Write one of: {known}.", known=", ".join(HOLDS))
    if comments.reasons and not 0 < comments.spam <= len(comments.reasons):
        message = say("There is no reason {number}.", number=comments.spam)
        remedy = say("Write the number of one of the {count} reasons.", count=len(comments.reasons))
        yield ("comments", "spam"), message, remedy
    for at, url in enumerate(comments.trusted):
        if not url.startswith(("http://", "https://")):
            message = say("“{value}” is no address of a profile.", value=url)
            remedy = say("Write it like https://mastodon.example/@lea.")
            yield ("comments", "trusted", at), message, remedy
    for key in ("links", "close", "window"):
        if getattr(comments, key) < 0:
            message = say("“{key}” is less than nothing.", key=key)
            yield ("comments", key), message, say("Write 0 or more.")
