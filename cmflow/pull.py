"""The pull request in which answers wait for a review: opened once, and kept true.

https://docs.github.com/en/rest/pulls/pulls. Nothing that a stranger wrote stands in it but in the
files: a name in its text would call that person.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cmflow.catalogue import Catalogue
from cmflow.forge import Forge, judge
from cmflow.http import Client


class _Head(msgspec.Struct, frozen=True):
    ref: str = ""


class _Pull(msgspec.Struct, frozen=True):
    number: int
    head: _Head = _Head()
    title: str | None = ""
    body: str | None = ""
    html_url: str = ""


def ensure(
    forge: Forge,
    http: Client,
    head: str,
    base: str,
    waiting: Mapping[str, int],
    words: Catalogue,
    *,
    apart: bool = False,
) -> str:
    """Open the pull request, or bring its words up to date; returns its address.

    `waiting` is how many comments it adds, by post; `apart` tells that `base` is a branch that
    holds nothing but what came back. Raises `NetworkError`.
    """
    said = {"title": _title(waiting, words), "body": _body(waiting, words, apart=apart)}
    standing = _standing(forge, http, head)
    if standing is None:
        made = http.ask(
            "POST", f"{forge.url}/pulls", headers=forge.headers,
            json={**said, "head": head, "base": base}, judge=judge,
        )  # fmt: skip
        return str(made.get("html_url") or "") if isinstance(made, dict) else ""
    if (standing.title, standing.body) != (said["title"], said["body"]):
        url = f"{forge.url}/pulls/{standing.number}"
        http.ask("PATCH", url, headers=forge.headers, json=said, repeatable=True, judge=judge)
    return standing.html_url


def _standing(forge: Forge, http: Client, head: str) -> _Pull | None:
    url = f"{forge.url}/pulls"
    wanted = {"state": "open", "head": f"{forge.owner}:{head}", "per_page": "100"}
    found = http.ask("GET", url, headers=forge.headers, params=wanted, judge=judge)
    # Some servers do not know the parameter `head`.
    pulls = msgspec.convert(found, list[_Pull], strict=False) if isinstance(found, list) else []
    return next((pull for pull in pulls if pull.head.ref == head), None)


def _title(waiting: Mapping[str, int], words: Catalogue) -> str:
    count = sum(waiting.values())
    return words.ngettext(
        "{count} answer waits to be read", "{count} answers wait to be read", count
    ).format(count=count)


def _body(waiting: Mapping[str, int], words: Catalogue, *, apart: bool) -> str:
    explained = words.gettext(
        "To merge is to approve: the answers then stand under their posts.\n\n"
        "To reject one, delete its file here, or write “rejected” in the place of “approved”. "
        "What you decide outlives every later collection."
    )
    if apart:
        explained += "\n\n" + words.gettext(
            "Once it is merged, delete its branch, as GitHub offers to do: that publishes the "
            "answers. Otherwise they wait for the next hour at which the blog is published."
        )
    lines = [f"- `{slug}`: {count}" for slug, count in sorted(waiting.items())]
    return "\n".join([explained, "", *lines, ""])
