"""The repository on GitHub that a workflow runs for: one comment, one issue, its workflows.

https://docs.github.com/en/rest. What is written there is found again by a mark in its text that no
reader sees, so that it is changed and not written twice. Servers that speak the same API serve too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cmflow.http import Client
from cmflow.network import NetworkError, Trouble
from cmflow.reply import Reply, words_of

_API = "https://api.github.com"
_PAGE = 100
_PAGES = 30

LONGEST = 60_000
"""How many characters we write at most; GitHub takes 65,536."""


class Forge(msgspec.Struct, frozen=True):
    """A repository on GitHub, and the right to write there."""

    repository: str
    token: str
    api: str = _API

    @property
    def owner(self) -> str:
        """The owner of the repository."""
        return self.repository.partition("/")[0]

    @property
    def url(self) -> str:
        """The address of the repository in the API."""
        return f"{self.api}/repos/{self.repository}"

    @property
    def headers(self) -> dict[str, str]:
        """What every request says."""
        return {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }


def forge_of(environ: Mapping[str, str]) -> Forge | None:
    """Return the repository that a GitHub workflow runs for; nothing where there is none.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """
    repository, token = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_TOKEN", "")
    if not repository or not token:
        return None
    return Forge(repository, token, environ.get("GITHUB_API_URL", "").rstrip("/") or _API)


class Change(msgspec.Struct, frozen=True):
    """A pull request as its event tells it: its number, and whether it comes from elsewhere."""

    number: int
    foreign: bool


def change_of(environ: Mapping[str, str]) -> Change | None:
    """Return the pull request that a workflow runs for; nothing where it runs for something else.

    https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
    """
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_bytes())
        pull = event["pull_request"]
        head = pull["head"]["repo"] or {}  # nothing where the fork was deleted
        foreign = str(head.get("full_name", "")) != environ.get("GITHUB_REPOSITORY", "")
        return Change(int(pull["number"]), foreign)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def judge(reply: Reply, said: Any) -> Trouble | None:
    """Sort a refusal of GitHub's: by 403, too, it says that a rate is used up.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
    """
    limited = reply.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in reply.headers
    if reply.status in (403, 429) and (limited or "rate limit" in words_of(said).lower()):
        return Trouble.RATE
    return None


def keep_comment(forge: Forge, http: Client, number: int, mark: str, text: str) -> str:
    """Write a comment under an issue or a pull request, or bring ours up to date.

    Returns its address. Raises `NetworkError`.
    """
    body = _marked(mark, text)
    comments = _all(forge, http, f"{forge.url}/issues/{number}/comments")
    ours = _ours(forge, http, comments, mark)
    if ours is None:
        said = _write(forge, http, "POST", f"{forge.url}/issues/{number}/comments", body=body)
    elif ours.get("body") == body:
        said = ours
    else:
        place = f"{forge.url}/issues/comments/{ours['id']}"
        said = _write(forge, http, "PATCH", place, body=body)
    return str(said.get("html_url") or "")


def keep_issue(forge: Forge, http: Client, mark: str, title: str, text: str) -> str:
    """Open an issue, or bring the open one with this mark up to date; returns its address.

    Raises `NetworkError`.
    """
    body = _marked(mark, text)
    standing = standing_issue(forge, http, mark)
    if standing is None:
        said = _write(forge, http, "POST", f"{forge.url}/issues", title=title, body=body)
    elif (standing.get("title"), standing.get("body")) == (title, body):
        said = standing
    else:
        place = f"{forge.url}/issues/{standing['number']}"
        said = _write(forge, http, "PATCH", place, title=title, body=body)
    return str(said.get("html_url") or "")


def close_issue(forge: Forge, http: Client, mark: str) -> str:
    """Close the open issue with this mark, where there is one; returns its address."""
    standing = standing_issue(forge, http, mark)
    if standing is None:
        return ""
    place = f"{forge.url}/issues/{standing['number']}"
    said = _write(forge, http, "PATCH", place, state="closed", state_reason="completed")
    return str(said.get("html_url") or "")


def standing_issue(forge: Forge, http: Client, mark: str) -> dict[str, Any] | None:
    """Return the open issue of ours with this mark. Raises `NetworkError`."""
    issues = _all(forge, http, f"{forge.url}/issues", state="open")
    return _ours(forge, http, (one for one in issues if "pull_request" not in one), mark)


def workflows(forge: Forge, http: Client) -> Mapping[str, str]:
    """Return the state of every workflow by its file, like `disabled_inactivity`.

    https://docs.github.com/en/rest/actions/workflows#list-repository-workflows. Raises
    `NetworkError`.
    """
    found = _all(forge, http, f"{forge.url}/actions/workflows", rows=lambda said: said["workflows"])
    return {str(one.get("path", "")): str(one.get("state", "")) for one in found}


def _all(
    forge: Forge,
    http: Client,
    url: str,
    *,
    rows: Callable[[Any], Any] = lambda said: said,
    **params: str,
) -> Iterator[dict[str, Any]]:
    for page in range(1, _PAGES + 1):
        asked = {**params, "per_page": str(_PAGE), "page": str(page)}
        found = rows(http.ask("GET", url, headers=forge.headers, params=asked, judge=judge))
        yield from found
        if len(found) < _PAGE:
            return


def _write(forge: Forge, http: Client, method: str, url: str, **body: str) -> dict[str, Any]:
    repeatable = method == "PATCH"
    said = http.ask(
        method, url, headers=forge.headers, json=body, repeatable=repeatable, judge=judge
    )
    return said if isinstance(said, dict) else {}


def _marked(mark: str, text: str) -> str:
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n\n…"
    return f"{_line(mark)}\n{shown.strip()}\n"


def _line(mark: str) -> str:
    return f"<!-- cmflow: {mark} -->"


def _ours(
    forge: Forge, http: Client, things: Iterable[dict[str, Any]], mark: str
) -> dict[str, Any] | None:
    """Find what we wrote: anybody can copy the mark, but not the name under which we write."""
    marked = [one for one in things if str(one.get("body") or "").startswith(_line(mark))]
    me = _me(forge, http) if marked else ""
    return next((one for one in marked if _is_by(one, me)), None)


def _is_by(thing: Mapping[str, Any], me: str) -> bool:
    author = thing.get("user") or {}
    return bool(author.get("login") == me if me else author.get("type") == "Bot")


def _me(forge: Forge, http: Client) -> str:
    """Return whose token it is; empty for the token of a workflow, which belongs to nobody."""
    try:
        said = http.ask("GET", f"{forge.api}/user", headers=forge.headers)
    except NetworkError:
        return ""
    return str(said.get("login") or "") if isinstance(said, dict) else ""
