"""The places to which a reader can carry a post: a list that is data, for networks come and go."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import msgspec

from cmflow.decode import decode
from cmflow.errors import Finding
from cmflow.frontmatter import line_in, load_yaml

DEFAULT = Path(__file__).parent / "share.yml"
NAME = ".share.yml"
"""The file, in `docs_dir`, by which a site chooses its own."""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place: its name, and an address with `{url}`, `{title}` and `{text}` to fill in."""

    name: str
    address: str


def links(targets: tuple[Target, ...], url: str, title: str) -> list[tuple[str, str]]:
    """Return the name of each place, and the address for a page with every part percent-encoded."""
    url, title = quote(url, safe=""), quote(title, safe="")
    return [
        (
            target.name,
            target.address.replace("{url}", url)
            .replace("{title}", title)
            .replace("{text}", f"{title}%20{url}"),
        )
        for target in targets
    ]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    share: tuple[Target, ...] = ()


def load(docs: Path, name: str = NAME) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """Read the site's list, or ours where it has none; `name` is the path for messages."""
    path = docs / NAME if (docs / NAME).is_file() else DEFAULT
    data = load_yaml(path.read_bytes())
    value, problems = decode(data if isinstance(data, dict) else {}, _File)
    text = path.read_text("utf-8-sig")
    findings = tuple(
        Finding(p.rule, name, line_in(text, *p.path), p.message, p.remedy) for p in problems
    )
    return (value.share if value else ()), findings
