"""Our own people, `content/plan/team.yml`: who speaks for the company, and under which accounts.

```yaml
lea:
  name: Léa Kermadec
  accounts: [https://mastodon.example/@lea, https://github.com/lea]
```
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from cmflow import frontmatter
from cmflow.decode import decode
from cmflow.errors import Finding, Message, say
from cmflow.reading import plain_yaml
from cmflow.settings import Settings

FILE = "team.yml"
"""Its name, below `content/plan`."""


class Colleague(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of us: a name, and the addresses of the profiles under which this person answers."""

    name: str
    accounts: tuple[str, ...] = ()


def load(settings: Settings) -> tuple[Mapping[str, Colleague], tuple[Finding, ...]]:
    """Read the team, by id; empty where there is no file."""
    path = settings.plan / FILE
    findings: list[Finding] = []
    if not path.is_file():
        return {}, ()
    data = plain_yaml(path, settings, findings)
    name = settings.below_root(path)
    if data is not None and not isinstance(data, dict):
        message = say("The team is no list of keys.")
        remedy = say("Write an id a line, and below it “name:” and “accounts:”.")
        findings.append(Finding("settings", name, 1, message, remedy))
    found: dict[str, Colleague] = {}
    for id_, entry in data.items() if isinstance(data, dict) else ():
        one, problems = decode(entry if isinstance(entry, dict) else {}, Colleague)
        text = path.read_text("utf-8-sig")
        findings += [
            Finding(rule, name, frontmatter.line_in(text, str(id_), *keys), message, remedy)
            for rule, keys, message, remedy in (
                *((p.rule, p.path, p.message, p.remedy) for p in problems),
                *(_strange(one) if one else ()),
            )
        ]
        if one is not None:
            found[str(id_)] = one
    return found, tuple(findings)


def _strange(one: Colleague) -> Iterator[tuple[str, tuple[str | int, ...], Message, Message]]:
    """Name the accounts that are no address: nobody would be known by them."""
    for at, account in enumerate(one.accounts):
        if not account.startswith(("http://", "https://")):
            message = say("“{value}” is no address of a profile.", value=account)
            remedy = say("Write it like https://mastodon.example/@lea.")
            yield "settings", ("accounts", at), message, remedy
