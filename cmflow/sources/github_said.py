"""What GitHub's two APIs have in common: who speaks, what is said, and a thread about a post."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from cmflow import safe
from cmflow.errors import say
from cmflow.heard import Heard
from cmflow.networks.seen import plain
from cmflow.sources import base
from cmflow.sources.github_api import Api
from cmflow.thread import Speaker, Tally

HOUSE = ("OWNER", "MEMBER", "COLLABORATOR")
"""Who opens a thread so that others may speak; what anybody else opens it with is a comment."""

_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_GHOST = "ghost"


class Thread(msgspec.Struct, frozen=True):
    """An issue or a discussion about a post.

    `key` is how the API asks for it, `state` changes when something is said in it (or is empty),
    `opening` is its own text where a reader wrote it.
    """

    slug: str
    key: str
    url: str
    state: str = ""
    tally: Tally | None = None
    opening: Heard | None = None

    @property
    def answered(self) -> str:
        """The id of what stands at the top of the thread: its opening, or the post itself."""
        return self.opening.id if self.opening else ""


class Said(msgspec.Struct, frozen=True):
    """One text with its author, as either API has it. `rendered` is HTML, else `markdown` is read.

    `login` is empty for a person who left.
    """

    path: str
    url: str
    login: str
    home: str
    avatar: str
    bot: bool
    rendered: str
    markdown: str
    created: Any
    edited: Any


def heard(api: Api, said: Said, reply_to: str = "") -> Heard | None:
    """Make a comment of it; nothing where a machine speaks. Raises `UnreadableError`."""
    if said.bot or said.login.endswith("[bot]"):
        return None
    published = base.moment(said.created)
    edited = base.moment(said.edited)
    html = _html(said)
    if not html or published is None:
        raise base.UnreadableError(say("{url} has no words, or no date.", url=said.url))
    return Heard(
        id=f"{api.place}/{said.path}",
        author=Speaker(said.login or _GHOST, base.web(said.home)),
        html=html,
        published=published,
        url=base.web(said.url),
        reply_to=reply_to,
        edited=edited if edited and edited > published else None,
        avatar=base.web(said.avatar),
        ours=bool(said.login) and said.login.lower() == api.owner.lower(),
    )


def opening(api: Api, said: Said) -> Heard | None:
    """Make a comment of what a thread was opened with; nothing where that is the form alone."""
    try:
        return heard(api, said)
    except base.UnreadableError:
        return None


def tally(threads: list[Thread]) -> Tally | None:
    """Add the reactions to the threads about one post."""
    return base.summed(one.tally for one in threads if one.tally is not None)


def _html(said: Said) -> str:
    html = said.rendered or base.linked(_HIDDEN.sub("", said.markdown).strip())
    # A picture alone: it is not shown here, and still somebody answered.
    return (
        html
        if not html.strip() or plain(safe.kept(html)).strip()
        else (base.attachment(said.url, ""))
    )
