"""Discussions on GitHub as threads, read whole in every run: they are few, and come many at once.

https://docs.github.com/en/graphql/guides/using-the-graphql-api-for-discussions,
https://docs.github.com/en/graphql/reference/objects#discussioncomment. Read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Answer
from cmflow.networks.base import rows
from cmflow.sources import base
from cmflow.sources.github_api import Api
from cmflow.sources.github_said import HOUSE, Said, Thread, heard, opening, tally
from cmflow.sources.naming import Names
from cmflow.thread import Tally

_LIKES = ("THUMBS_UP", "HEART", "HOORAY", "ROCKET")
_THREAD = "thread/"
_AT_ONCE = 20
_PAGES = 200
_ID = re.compile(r"discussions/(?:comments/)?([A-Za-z0-9_=-]+)")

_SAID = """
fragment said on Comment {
  author { __typename login url avatarUrl }
  authorAssociation body bodyHTML createdAt lastEditedAt
}
"""
_COMMENT = "fragment comment on DiscussionComment { id url deletedAt isMinimized ...said }"
_OPENING = "fragment opening on Discussion { id url ...said }"
_REPLIES = "replies(first: 50, after: $replies) { pageInfo { ...page } nodes { ...comment } }"
_PAGE = "fragment page on PageInfo { hasNextPage endCursor }"

LIST = f"""
query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 50, after: $after, orderBy: {{field: CREATED_AT, direction: ASC}}) {{
      pageInfo {{ ...page }}
      nodes {{
        title category {{ name slug }}
        reactionGroups {{ content reactors {{ totalCount }} }}
        ...opening
      }}
    }}
  }}
}}
{_PAGE}{_OPENING}{_SAID}"""
"""Asks for the discussions of a repository."""

COMMENTS = f"""
query($ids: [ID!]!, $after: String, $replies: String) {{
  nodes(ids: $ids) {{
    ... on Discussion {{
      id
      comments(first: 50, after: $after) {{
        pageInfo {{ ...page }}
        nodes {{ ...comment {_REPLIES} }}
      }}
    }}
  }}
}}
{_PAGE}{_COMMENT}{_SAID}"""
"""Asks for the comments of some discussions, with the answers to each."""

REPLIES = f"""
query($ids: [ID!]!, $replies: String) {{
  nodes(ids: $ids) {{ ... on DiscussionComment {{ id {_REPLIES} }} }}
}}
{_PAGE}{_COMMENT}{_SAID}"""
"""Asks for further answers to a comment."""

ONE = f"""
query($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename ...comment ...opening }} }}
{_COMMENT}{_OPENING}{_SAID}"""
"""Asks for one comment, or for what a discussion was opened with."""


class Row(msgspec.Struct, frozen=True):
    """One comment as it was told, and the id of the comment that it answers, if any."""

    said: dict[str, Any]
    above: str = ""


def listen(api: Api, label: str, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
    """Yield what was said, post by post; see `cmflow.heard.Listener.listen`."""
    names = Names(topics)
    threads: dict[str, list[Thread]] = {}
    for row in _discussions(api, label):
        thread = _thread(api, row, names)
        if thread:
            threads.setdefault(thread.slug, []).append(thread)
    then = {names.known(key.removeprefix(_THREAD)) for key, mark in marks.items() if mark}
    # Without marks nobody knows which threads there were: every post may have lost one.
    known = then - {""} if marks else {topic.slug for topic in topics}
    slugs = sorted(threads) + sorted(known - threads.keys())
    told: dict[str, list[Row]] = {}
    for step, slug in enumerate(slugs):
        if step % _AT_ONCE == 0:
            some = slugs[step : step + _AT_ONCE]
            told = _told(api, [one.key for s in some for one in threads.get(s, ())])
        batch = _batch(api, slug, threads.get(slug, []), told)
        yield replace(batch, step=step + 1, of=len(slugs))


def ask(api: Api, path: str) -> Heard | Answer:
    """Ask for one comment, or for what a discussion was opened with."""
    found = _ID.fullmatch(path)
    if not found:
        return Answer.CANNOT_TELL
    row = next(iter(rows(api.graph(ONE, ids=[found[1]]), "nodes")), {})
    if not row.get("id") or _is_hidden(row):
        return Answer.ABSENT
    try:
        return heard(api, _said(row, path)) or Answer.ABSENT
    except base.UnreadableError:
        return Answer.CANNOT_TELL


def _discussions(api: Api, label: str) -> Iterator[dict[str, Any]]:
    variables: dict[str, Any] = {"owner": api.owner, "name": api.name}
    for _ in range(_PAGES):
        said = api.graph(LIST, **variables)
        if not said.get("repository"):
            raise api.nowhere()
        listed = base.table(said, "repository", "discussions")
        for row in rows(listed, "nodes"):
            category = base.table(row, "category")
            if not label or label in (base.text(category, "name"), base.text(category, "slug")):
                yield row
        if not base.table(listed, "pageInfo").get("hasNextPage"):
            return
        variables["after"] = base.text(listed, "pageInfo", "endCursor")


def _told(api: Api, keys: list[str]) -> dict[str, list[Row]]:
    """Read what is said in some discussions, by their keys."""
    found: dict[str, list[Row]] = {key: [] for key in keys}
    if not keys:
        return found
    for said in rows(api.graph(COMMENTS, ids=keys), "nodes"):
        key = base.text(said, "id")
        further = _further(api, COMMENTS, said, "comments", "after")
        found[key] = [row for one in further for row in _with_replies(api, one)]
    return found


def _with_replies(api: Api, said: dict[str, Any]) -> Iterator[Row]:
    yield Row(said)
    for reply in _further(api, REPLIES, said, "replies", "replies"):
        yield Row(reply, base.text(said, "id"))


def _further(
    api: Api, query: str, holder: dict[str, Any], name: str, cursor: str
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a list that a thing holds, those on later pages too."""
    yield from rows(holder, name, "nodes")
    for _ in range(_PAGES):
        page = base.table(holder, name, "pageInfo")
        if not page.get("hasNextPage"):
            return
        variables = {"ids": [base.text(holder, "id")], cursor: base.text(page, "endCursor")}
        holder = next(iter(rows(api.graph(query, **variables), "nodes")), {})
        yield from rows(holder, name, "nodes")


def _batch(api: Api, slug: str, threads: list[Thread], told: dict[str, list[Row]]) -> Batch:
    said = [one.opening for one in threads if one.opening]
    unread: list[Unread] = []
    for thread in threads:
        read, faults = base.read_each(told.get(thread.key, ()), _Reader(api, thread), thread.url)
        said += read
        unread += faults
    marks = {_THREAD + slug: "1" if threads else ""}
    return Batch(slug, tuple(said), tally(threads), whole=True, unread=tuple(unread), marks=marks)


class _Reader:
    """Reads the comments of one discussion."""

    def __init__(self, api: Api, thread: Thread) -> None:
        self._api = api
        self._top = thread.answered

    def __call__(self, row: Row) -> Heard | None:
        id_ = base.text(row.said, "id")
        if not id_:
            raise base.UnreadableError(say("A comment has no id."))
        if _is_hidden(row.said):
            return None
        above = f"{self._api.place}/{_path(row.above)}" if row.above else self._top
        return heard(self._api, _said(row.said, _path(id_)), above)


def _thread(api: Api, row: dict[str, Any], names: Names) -> Thread | None:
    """Make a thread of a discussion that is about one of the posts."""
    key, title = base.text(row, "id"), base.text(row, "title")
    slug = names.about(title, base.text(row, "body"), base.text(row, "bodyHTML"))
    if not slug or not key:
        return None
    groups = {base.text(one, "content"): one for one in rows(row, "reactionGroups")}
    likes = sum(base.count(groups.get(one), "reactors", "totalCount") for one in _LIKES)
    by_reader = base.text(row, "authorAssociation") not in HOUSE
    return Thread(
        slug=slug,
        key=key,
        url=base.web(base.text(row, "url")),
        tally=Tally(likes) if groups else None,
        opening=opening(api, _said(row, f"discussions/{key}")) if by_reader else None,
    )


def _path(id_: str) -> str:
    return f"discussions/comments/{id_}"


def _is_hidden(row: dict[str, Any]) -> bool:
    return bool(row.get("deletedAt") or row.get("isMinimized"))


def _said(row: dict[str, Any], path: str) -> Said:
    person = base.table(row, "author")
    return Said(
        path=path,
        url=base.text(row, "url"),
        login=base.text(person, "login"),
        home=base.text(person, "url"),
        avatar=base.text(person, "avatarUrl"),
        bot=base.text(person, "__typename") == "Bot",
        rendered=base.text(row, "bodyHTML"),
        markdown=base.text(row, "body"),
        created=row.get("createdAt"),
        edited=row.get("lastEditedAt"),
    )
