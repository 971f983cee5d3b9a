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
from typing import Any

import msgspec
import yaml

CORPUS = Path(
    os.environ.get("CMFLOW_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus")
)

_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_ROUND = dt.timedelta(days=1)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

MATERIAL: dict[str, Any] = {
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

I read this twice, and have **one question** about it: is it so with [older releases][1] too?{words}

[1]: https://releases.example/
"""


class Post(msgspec.Struct, frozen=True):
    """A post to be written for some generator: its slug, its front matter and its body."""

    slug: str
    meta: dict[str, Any]
    body: str


def posts(count: int) -> list[Post]:
    """Return so many posts of the corpus, the oldest first, each with a slug of its own."""
    if not CORPUS.is_dir():
        raise SystemExit(f"{CORPUS} is not there: CMFLOW_CORPUS has to name a folder of real posts")
    sources = sorted((CORPUS / "posts").rglob("*.md"))
    taken: set[str] = set()
    return [
        _another(source.read_text("utf-8"), turn, taken)
        for turn, source in itertools.islice(_endless(sources), count)
    ]


def authors() -> dict[str, str]:
    """Return the names of the authors of the corpus."""
    known = yaml.safe_load((CORPUS / ".authors.yml").read_text("utf-8"))["authors"]
    return {key: author["name"] for key, author in known.items()}


def write(folder: Path, count: int, *, comments: int = 0, plain: bool = True) -> Path:
    """Write a blog into a folder and return its `mkdocs.yml`; `plain` leaves our plugin out."""
    return pour(folder, posts(count), comments=comments, plain=plain)


def pour(folder: Path, given: list[Post], *, comments: int = 0, plain: bool = True) -> Path:
    """Write these posts as a blog of Material and return its `mkdocs.yml`."""
    docs = folder / "content" / "blog"
    (docs / "posts").mkdir(parents=True)
    (docs / "index.md").write_text("# A real blog\n", "utf-8")
    (docs / "tags.md").write_text("# Tags\n\n<!-- material/tags -->\n", "utf-8")
    (docs / ".authors.yml").write_bytes((CORPUS / ".authors.yml").read_bytes())
    for at, post in enumerate(given):
        (docs / "posts" / f"{post.slug}.md").write_text(front(post.meta) + post.body, "utf-8")
        for number in range(comments):
            comment(folder, post.slug, at * 1000 + number, number)
    settings = dict(MATERIAL)
    if not plain:
        own = {"timezone": "Europe/Paris", "cards": {"enabled": False}}
        settings["plugins"] = [*MATERIAL["plugins"], {"cmflow": own}]
    config = folder / "mkdocs.yml"
    config.write_text(yaml.safe_dump(settings, sort_keys=False), "utf-8")
    return config


def front(meta: dict[str, Any]) -> str:
    """Return front matter as most generators read it."""
    block = yaml.dump(meta, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
    return f"---\n{block}---\n"


def comment(folder: Path, slug: str, id_: int, number: int, words: str = "") -> None:
    """Write one comment under a post; its text ends in the words (a space before them)."""
    place = folder / "content" / "community" / "comments" / slug
    place.mkdir(parents=True, exist_ok=True)
    day = number % 28 + 1
    text = COMMENT.format(id=id_, at=number, day=day, words=words)
    (place / f"2026-10-{day:02}-mastodon-{id_}.md").write_text(text, "utf-8")


def _endless(sources: list[Path]) -> itertools.chain[tuple[int, Path]]:
    return itertools.chain.from_iterable(
        ((turn, source) for source in sources) for turn in itertools.count()
    )


def _another(text: str, turn: int, taken: set[str]) -> Post:
    """Return a post with a slug that is not taken, another date and another title."""
    match = _FRONT.match(text)
    meta = yaml.load(match[1], Loader=_Loader) if match else {}  # noqa: S506  # the safe one
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
    return Post(slug, meta, text[match.end() if match else 0 :])


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
