"""The API of GitHub as far as we read it: pages, single things, GraphQL, and its rate.

https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api,
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api,
https://docs.github.com/en/graphql/guides/forming-calls-with-graphql. Read in November 2026.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

from cmflow import forge
from cmflow.errors import Message, say
from cmflow.network import Account, NetworkError, Trouble
from cmflow.networks.base import is_loopback, variable
from cmflow.reply import Reply, pause
from cmflow.sources import base

PUBLIC = "https://api.github.com"
"""The API of github.com."""

_PAGES = 200
_SPENT = "github-spent"
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,<]*\brel="?next"?')
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
# Numbers of errors in GraphQL: https://docs.github.com/en/graphql/overview/resource-limitations
_OF_RATE = ("RATE_LIMITED", "RATE_LIMIT")
_NOWHERE = say(
    "Look at account: of the source, written owner/repository; a private one needs a token."
)


def site_of(api: str) -> str:
    """Return the address of the site that people see, for the address of its API."""
    parts = urlsplit(api or PUBLIC)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


class Api:
    """One repository, as its API tells of it. Every question may raise `NetworkError`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._base = _base(account)
        self.repository: str = str(account.settings.account).strip().strip("/")
        if not _REPOSITORY.fullmatch(self.repository):
            raise self.nowhere()
        site = urlsplit(site_of(self._base)).netloc
        self.place = f"{site}/{self.repository}".lower()
        self.owner, _, self.name = self.repository.partition("/")

    @property
    def has_token(self) -> bool:
        """Whether we say who we are."""
        return bool(self._token)

    def nowhere(self) -> NetworkError:
        """Make the error of a repository that is not there, or not for us."""
        words = f"{self._account.channel}: there is no repository “{self.repository}”"
        error: NetworkError = self._account.http.refusal(Trouble.AUTH, words, remedy=_NOWHERE)
        return error

    def pages(self, path: str, **params: str) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of a list, page by page."""
        url: str = self._url(path)
        query: dict[str, str] | None = {**params, "per_page": "100"}
        for _ in range(_PAGES):
            reply, said = self._call("GET", url, params=query)
            yield [row for row in said if isinstance(row, dict)] if isinstance(said, list) else []
            url, query = self._next(reply), None
            if not url:
                return
        remedy = say("Give the threads a label, and write label: of the source.")
        words = f"{self.place}: more than {_PAGES * 100} in one list"
        raise self._account.http.refusal(Trouble.CONTENT, words, remedy=remedy)

    def one(self, path: str) -> dict[str, Any] | None:
        """Return one thing; nothing where it is deleted."""
        try:
            return base.table(self._call("GET", self._url(path))[1])
        except NetworkError as error:
            if error.trouble is Trouble.CONTENT:
                return None
            raise

    def graph(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask by GraphQL; what is not found is `None` in the answer."""
        if not self._token:
            name = variable(self._account.channel, "TOKEN")
            remedy = say("GitHub shows discussions only to a token: set {name}.", name=name)
            raise self._account.http.refusal(Trouble.AUTH, f"{name} is not set", remedy=remedy)
        url = f"{self._base.removesuffix('/v3')}/graphql"
        content = {"query": query, "variables": variables}
        _, said = self._call("POST", url, json=content, repeatable=True)
        self._graph_errors(said)
        return base.table(said, "data")

    def _graph_errors(self, said: Any) -> None:
        errors = said.get("errors") if isinstance(said, dict) else None
        for error in errors if isinstance(errors, list) else ():
            kind = base.text(error, "type")
            if kind == "NOT_FOUND":
                continue
            trouble = Trouble.RATE if kind in _OF_RATE else Trouble.TRANSIENT
            if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES"):
                trouble = Trouble.AUTH
            words = f"{self.place}: {kind} {base.text(error, 'message')}"
            raise self._account.http.refusal(trouble, words, remedy=self._remedy(trouble))

    @property
    def _token(self) -> str:
        return self._account.secrets.get("TOKEN", "").strip()

    def _url(self, path: str) -> str:
        return f"{self._base}/repos/{quote(self.repository)}/{path}"

    def _call(self, method: str, url: str, **content: Any) -> tuple[Reply, Any]:
        """Ask once GitHub allows it; what is left of the rate is told by every answer."""
        kept = self._account.http.kept
        if _SPENT in kept:
            words = f"{self.place}: the rate limit is used up"
            raise self._account.http.refusal(Trouble.RATE, words, again=kept[_SPENT])
        headers = {
            "Accept": "application/vnd.github.full+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            reply, said = self._account.http.call(
                method, url, headers=headers, judge=_judge, most=base.LARGE, **content
            )
        except NetworkError as error:
            raise NetworkError(
                error.trouble, error.words, remedy=self._remedy(error.trouble),
                certain=error.certain, again=error.again,
            ) from None  # fmt: skip
        if reply.headers.get("x-ratelimit-remaining") == "0":
            kept[_SPENT] = _wait(reply)
        return reply, said

    def _next(self, reply: Reply) -> str:
        """Return the address of the next page; a token goes to no other server."""
        found = (match[1] for link in reply.links for match in _NEXT.finditer(link))
        return next((url for url in found if url.startswith(f"{self._base}/")), "")

    def _remedy(self, trouble: Trouble) -> Message:
        name = variable(self._account.channel, "TOKEN")
        if trouble is Trouble.AUTH:
            return say("Make a new token, and store it as {name}.", name=name)
        if trouble is Trouble.CONTENT:
            return _NOWHERE
        if trouble is Trouble.RATE and not self._token:
            return say("Set {name}: with a token, GitHub answers far more often.", name=name)
        return say("The next run asks again.")


def _base(account: Account) -> str:
    """Return the address of the API; a token goes only over TLS, or to this machine."""
    url = str(account.settings.url or PUBLIC).rstrip("/")
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if safe and parts.hostname:
        return url
    remedy = say("Write url: of the source like https://github.example/api/v3, or leave it out.")
    raise account.http.refusal(Trouble.AUTH, f"{account.channel}: no usable url", remedy=remedy)


def _judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort what GitHub says, also by 404: it is not there for us."""
    gone = Trouble.CONTENT if reply.status in (301, 404, 410) else None
    return forge.judge(reply, said) or gone


def _wait(reply: Reply) -> float | None:
    """Return for how many seconds the limit holds, by the server's own clock."""
    try:
        now = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return pause(reply, None, now if now.tzinfo else now.replace(tzinfo=dt.UTC))
