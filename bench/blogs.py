"""Blogs of any size for measurements: a real corpus, repeated with other slugs, dates and titles.

    python bench/blogs.py FOLDER [--posts 1000] [--comments 10] [--plain]

The corpus is a folder with `posts/*.md` and `.authors.yml`; CMFLOW_CORPUS names it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import re
from pathlib import Path

import yaml

CORPUS = Path(
    os.environ.get("CMFLOW_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus")
)

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_ROUND = dt.timedelta(days=1)

MATERIAL = {
    "site_name": "A real blog",
    "site_url": "https://blog.example/",
    "docs_dir": "content/blog",
    "theme": {"name": "material", "font": False},
    "plugins": ["search", {"blog": {"blog_dir": ".", "authors_profiles": True}}, "tags"],
    "markdown_extensions": ["admonition", "attr_list", "footnotes", {"toc": {"permalink": True}}],
}
"""A plain blog of Material, which `mkdocs build` builds as well."""

COMMENT = """---
id: mastodon.example/{id}
author: {{name: Reader {at}, url: https://mastodon.example/@reader{at}}}
url: https://mastodon.example/@reader{at}/{id}
published: 2026-10-{day:02}T09:41:07Z
status: approved
---

I read this twice, and have **one question** about it: does it hold for [older releases][1] too?

[1]: https://releases.example/
"""


def write(folder: Path, posts: int, *, comments: int = 0, plain: bool = True) -> Path:
    """Write a blog into a folder and return its `mkdocs.yml`; `plain` leaves our plugin out."""
    docs = folder / "content" / "blog"
    (docs / "posts").mkdir(parents=True)
    (docs / "index.md").write_text("# A real blog\n", "utf-8")
    (docs / "tags.md").write_text("# Tags\n\n<!-- material/tags -->\n", "utf-8")
    (docs / ".authors.yml").write_bytes((CORPUS / ".authors.yml").read_bytes())
    sources = sorted((CORPUS / "posts").rglob("*.md"))
    taken: set[str] = set()
    for at, (turn, source) in enumerate(itertools.islice(_endless(sources), posts)):
        slug, text = _another(source.read_text("utf-8"), turn, taken)
        (docs / "posts" / f"{slug}.md").write_text(text, "utf-8")
        for number in range(comments):
            _comment(folder / "content" / "community" / "comments" / slug, at, number)
    settings = dict(MATERIAL)
    if not plain:
        own = {"timezone": "Europe/Paris", "cards": {"enabled": False}}
        settings["plugins"] = [*MATERIAL["plugins"], {"cmflow": own}]  # type: ignore[misc]
    config = folder / "mkdocs.yml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    return config


def _endless(sources: list[Path]) -> itertools.chain[tuple[int, Path]]:
    return itertools.chain.from_iterable(
        ((turn, source) for source in sources) for turn in itertools.count()
    )


def _another(text: str, turn: int, taken: set[str]) -> tuple[str, str]:
    """Return a slug that is not taken, and a post with it, another date and another title."""
    match = _FRONT.match(text)
    meta = yaml.safe_load(match[1]) if match else {}
    base = slug = str(meta.get("slug", "post"))
    number = 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    meta["slug"] = slug
    if turn:
        meta["title"] = f"{meta['title']} ({turn + 1})"
        meta["date"] -= _ROUND * turn
    block = yaml.safe_dump(meta, allow_unicode=True, sort_keys=False)
    return slug, f"---\n{block}---\n{text[match.end() if match else 0 :]}"


def _comment(folder: Path, post: int, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    id_ = post * 1000 + number
    text = COMMENT.format(id=id_, at=number, day=number % 28 + 1)
    (folder / f"2026-10-{number % 28 + 1:02}-mastodon-{id_}.md").write_text(text, "utf-8")


def main() -> None:
    """Write one blog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--posts", type=int, default=1_000)
    parser.add_argument("--comments", type=int, default=0)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    write(asked.folder, asked.posts, comments=asked.comments, plain=asked.plain)


if __name__ == "__main__":
    main()
