"""Issues on GitHub as threads: who answers a post in one is heard.

Every run looks at the list of issues, and at what changed among all comments since the last run;
only issues in which something happened are read again, and then whole.
https://docs.github.com/en/rest/issues/issues#list-repository-issues,
https://docs.github.com/en/rest/issues/comments. Read in November 2026.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from cmflow.errors import say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Answer, NetworkError, Trouble
from cmflow.sources import base
from cmflow.sources.github_api import Api
from cmflow.sources.github_said import HOUSE, Said, Thread, heard, opening, tally
from cmflow.sources.naming import Names
from cmflow.thread import Tally

_SINCE = "since"
_ISSUE = "issue/"
_LIKES = ("+1", "heart", "hooray", "rocket")
_PATH = re.compile(r"issues/(comments/)?\d+")
_SILENCES = 3


def listen(api: Api, label: str, topics: tuple[Topic, ...], marks: Marks) -> Iterator[Batch]:
    """Yield what was said, post by post; see `cmflow.heard.Listener.listen`."""
    names = Names(topics)
    newest = ""
    threads: dict[str, list[Thread]] = {}
    for row in _issues(api, label):
        newest = max(newest, base.text(row, "updated_at"))
        thread = _thread(api, row, names)
        if thread:
            threads.setdefault(thread.slug, []).append(thread)
    changed, newest = _changed(api, marks.get(_SINCE, ""), newest)
    lost = _lost(marks, threads, names)
    # Without marks nobody knows which threads there were: every post may have lost one.
    also = lost.values() if marks.get(_SINCE) else (topic.slug for topic in topics)
    slugs = sorted({*threads, *also})
    round_ = _Round(api, marks, changed)
    for step, slug in enumerate(slugs, 1):
        batch = round_.batch(slug, threads.get(slug, []))
        emptied = {key: "" for key, former in lost.items() if former == slug}
        yield replace(batch, marks={**batch.marks, **emptied}, step=step, of=len(slugs))
    yield Batch(marks={_SINCE: newest} if newest else {}, step=len(slugs), of=len(slugs))


def ask(api: Api, path: str) -> Heard | Answer:
    """Ask for one comment, or for what an issue was opened with."""
    if not _PATH.fullmatch(path):
        return Answer.CANNOT_TELL
    row = api.one(path)
    if row is None or row.get("minimized"):
        return Answer.ABSENT
    try:
        return heard(api, _said(row, path)) or Answer.ABSENT
    except base.UnreadableError:
        return Answer.CANNOT_TELL


class _Round:
    """One run: reads the threads in which something happened."""

    def __init__(self, api: Api, marks: Marks, changed: frozenset[str] | None) -> None:
        self._api = api
        self._marks = marks
        self._changed = changed
        self._silences = 0

    def batch(self, slug: str, threads: list[Thread]) -> Batch:
        """Read the threads of one post; what cannot be asked for is told."""
        if threads and all(map(self._is_old, threads)):
            return Batch(slug, tally=tally(threads))
        try:
            said, unread = _whole(self._api, threads)
        except NetworkError as error:
            self._silences += error.trouble is Trouble.TRANSIENT
            if error.trouble in (Trouble.AUTH, Trouble.RATE) or self._silences == _SILENCES:
                raise
            message = say("The answers could not be asked for: {words}", words=error.words)
            return Batch(slug, unread=(Unread(threads[0].url, message, error.remedy),))
        self._silences = 0
        # What cannot be read is told in every run, until somebody looks at it.
        kept = {} if unread else {_ISSUE + one.key: f"{one.state} {slug}" for one in threads}
        return Batch(slug, said, tally(threads), whole=True, unread=unread, marks=kept)

    def _is_old(self, thread: Thread) -> bool:
        then = self._marks.get(_ISSUE + thread.key)
        same = then == f"{thread.state} {thread.slug}"
        return same and self._changed is not None and thread.key not in self._changed


def _issues(api: Api, label: str) -> Iterator[dict[str, Any]]:
    params = {"state": "all", "sort": "created", "direction": "asc"}
    if label:
        params["labels"] = label
    for page in api.pages("issues", **params):
        yield from (row for row in page if not row.get("pull_request"))


def _changed(api: Api, since: str, newest: str) -> tuple[frozenset[str] | None, str]:
    """Return the issues of which a comment is new or edited, and when the last thing happened.

    Nothing instead of the issues says that nobody knows: on the first run, and on servers that do
    not tell.
    """
    if not since:
        return None, newest
    found: set[str] = set()
    try:
        pages = api.pages("issues/comments", sort="updated", direction="asc", since=since)
        for row in itertools.chain.from_iterable(pages):
            newest = max(newest, base.text(row, "updated_at"))
            found.add(base.text(row, "issue_url").rpartition("/")[2])
    except NetworkError as error:
        if error.trouble is not Trouble.CONTENT:
            raise
        return None, newest or since
    return frozenset(found), newest or since


def _lost(marks: Marks, threads: Mapping[str, list[Thread]], names: Names) -> dict[str, str]:
    """Map the marks of issues that are no thread of their post any more to that post."""
    now = {(_ISSUE + one.key, slug) for slug, some in threads.items() for one in some}
    then = {
        key: names.known(mark.partition(" ")[2])
        for key, mark in marks.items()
        if key.startswith(_ISSUE)
    }
    return {key: slug for key, slug in then.items() if slug and (key, slug) not in now}


def _whole(api: Api, threads: Iterable[Thread]) -> tuple[tuple[Heard, ...], tuple[Unread, ...]]:
    """Read everything that is said in some threads."""
    said: list[Heard] = []
    unread: list[Unread] = []
    for thread in threads:
        said += [thread.opening] if thread.opening else []
        for page in api.pages(f"issues/{thread.key}/comments"):
            read, faults = base.read_each(page, _Reader(api, thread), thread.url)
            said += read
            unread += faults
    return tuple(said), tuple(unread)


class _Reader:
    """Reads the comments of one thread."""

    def __init__(self, api: Api, thread: Thread) -> None:
        self._api = api
        self._above = thread.answered

    def __call__(self, row: dict[str, Any]) -> Heard | None:
        number = base.text(row, "id")
        if not number.isdecimal():
            raise base.UnreadableError(say("A comment has no id."))
        if row.get("minimized"):
            return None
        return heard(self._api, _said(row, f"issues/comments/{number}"), self._above)


def _thread(api: Api, row: dict[str, Any], names: Names) -> Thread | None:
    """Make a thread of an issue that is about one of the posts."""
    number, title = base.text(row, "number"), base.text(row, "title")
    slug = names.about(title, base.text(row, "body"), base.text(row, "body_html"))
    if not slug or not number.isdecimal():
        return None
    by_reader = base.text(row, "author_association") not in HOUSE
    reactions = base.table(row, "reactions")
    return Thread(
        slug=slug,
        key=number,
        url=base.web(base.text(row, "html_url")),
        state=f"{base.text(row, 'updated_at')}/{base.text(row, 'comments')}",
        tally=Tally(sum(base.count(reactions, one) for one in _LIKES)) if reactions else None,
        opening=opening(api, _said(row, f"issues/{number}")) if by_reader else None,
    )


def _said(row: dict[str, Any], path: str) -> Said:
    person = base.table(row, "user")
    is_comment = "/comments/" in path
    return Said(
        path=path,
        url=base.text(row, "html_url"),
        login=base.text(person, "login"),
        home=base.text(person, "html_url"),
        avatar=base.text(person, "avatar_url"),
        bot=base.text(person, "type") == "Bot",
        rendered=base.text(row, "body_html"),
        markdown=base.text(row, "body"),
        created=row.get("created_at"),
        # An issue is "updated" by whatever happens in it.
        edited=row.get("updated_at") if is_comment else None,
    )
