"""A small blog with a plan, as files, for tests of the calendar: what it says is changed by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cmflow import calendar, library, mkdocs_yml

NOW = dt.datetime(2026, 11, 21, 10, 0, tzinfo=dt.UTC)
"""A Saturday."""

CONFIG = """\
site_name: Les Ateliers
site_url: https://ateliers.example/
docs_dir: content/blog
theme: {name: material, language: fr}
plugins:
  - blog: {blog_dir: ., post_url_format: "articles/{slug}", draft_if_future_date: true}
  - cmflow:
      timezone: Europe/Paris
      series:
        quatre-mots: {title: Quatre mots}
      channels:
        mastodon: {network: mastodon, server: "https://m.example", since: 2026-11-01}
"""
AUTHORS = """\
authors:
  lea: {name: Léa, description: Voilière, avatar: assets/lea.png}
  yann: {name: Yann, description: Voilier, avatar: assets/yann.png}
"""
CADENCES = """\
mardi:
  title: L’article du mardi
  every: mardi 09:00
  from: 2026-11-03
"""


def a_post(slug: str, date: str, *lines: str) -> str:
    """Write a post; `lines` are more of its front matter."""
    head = [f"title: {slug.capitalize()}", f"slug: {slug}", f"date: {date}", *lines]
    return "\n".join(["---", *head, "---", "", "Du texte.", ""])


def an_idea(title: str, *lines: str) -> str:
    """Write an idea."""
    return "\n".join(["---", f"title: {title}", *lines, "---", "", "D’où elle vient.", ""])


class Blog:
    """A blog in a folder; a name without a folder is that of a post."""

    def __init__(self, root: Path, **files: str | bytes) -> None:
        self.root = root
        self.config = root / "mkdocs.yml"
        self.put("mkdocs.yml", CONFIG)
        self.put("content/blog/.authors.yml", AUTHORS)
        self.put("content/blog/index.md", "# Le journal\n")
        for name, text in files.items():
            self.put(name, text)

    def put(self, name: str, text: str | bytes) -> Path:
        """Write a file."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def path(self, name: str) -> Path:
        """Return the path of a file: `post`, `ideas/one.md` of the plan, or below the root."""
        if name == "mkdocs.yml" or name.startswith("content/"):
            return self.root / name
        if "." in name:
            return self.root / "content" / "plan" / name
        return self.root / "content" / "blog" / "posts" / f"{name}.md"

    def text(self, name: str) -> str:
        """Read a file."""
        return self.path(name).read_bytes().decode()

    def read(self, since="2026-11-01", until="2027-02-01", now=NOW, **more):
        """Return the calendar and the findings."""
        settings, found = mkdocs_yml.load(self.config)
        assert found == ()
        days = {"since": dt.date.fromisoformat(since), "until": dt.date.fromisoformat(until)}
        return calendar.read(settings, library.load(settings), now, **days, **more)

    def calendar(self, *args, **more):
        """Return the calendar of files without a mistake."""
        made, found = self.read(*args, **more)
        assert [finding.message.show() for finding in found] == []
        return made
