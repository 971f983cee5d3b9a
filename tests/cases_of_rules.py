"""Sites for the rules: a small one that is fine, and the changes to it that `cases/rules/*.yml` name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from cmflow.catalogue import catalogue
from cmflow.errors import Finding

CASES = Path(__file__).parent / "cases" / "rules"
NOW = dt.datetime(2026, 10, 1, 12, 0, tzinfo=dt.UTC)

CONFIG = """\
site_name: Les Ateliers
site_url: https://ateliers.example/
docs_dir: content/blog
theme:
  name: material
  language: fr
plugins:
  - blog:
      blog_dir: .
      post_url_format: articles/{slug}
      draft_if_future_date: true
  - cmflow:
      timezone: Europe/Paris
      series:
        quatre-mots: {title: Quatre mots}
      objectives:
        confiance: Que l’on nous croie.
"""

FINE: Mapping[str, str | bytes] = {
    "mkdocs.yml": CONFIG,
    "content/blog/index.md": "# Le journal\n",
    "content/blog/assets/voile.jpg": b"picture",
    "content/blog/.authors.yml": (
        "authors:\n  lea:\n    name: Léa\n    description: Voilière\n    avatar: assets/voile.jpg\n"
    ),
    "content/blog/posts/atelier.md": (
        "---\ntitle: L’atelier\nslug: atelier\ndate: 2026-09-01\nauthors: [lea]\n---\n\n"
        "## Le fil\n\nDu texte.\n"
    ),
    "content/plan/personas/couturiere.md": "---\nname: La couturière\n---\n",
}


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Return every case with the name of its rule, in the order of the files."""
    return [
        (path.stem, case)
        for path in sorted(CASES.glob("*.yml"))
        for case in yaml.safe_load(path.read_text("utf-8"))
    ]


def build(root: Path, files: Mapping[str, str | bytes], encoding: str = "utf-8") -> Path:
    """Write the fine site with some files changed; those not below the root lie in the blog.

    Returns the path of `mkdocs.yml`.
    """
    files = {n: d if isinstance(d, bytes) else d.encode(encoding) for n, d in files.items()}
    for name, data in {**FINE, **{_place(name): data for name, data in files.items()}}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return root / "mkdocs.yml"


def _place(name: str) -> str:
    return name if name.startswith(("mkdocs.yml", "content/")) else f"content/blog/{name}"


def shown(finding: Finding) -> str:
    """Write a finding on one line, as the cases do."""
    words = catalogue("en")
    path = finding.path.removeprefix("content/blog/")
    message = f"{words.show(finding.message)} → {words.show(finding.remedy)}"
    return f"{path}:{finding.line} {finding.level.value} {finding.rule} {message}"
