"""Small sites made of a few files, for tests that build them with the real engines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from cmflow import build
from cmflow.errors import CmflowError

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)

# 1×1 PNG
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8ffff3f0005fe02fea135813e0000000049454e44ae426082"
)

CONFIG = {
    "site_name": "Essai",
    "site_url": "https://essai.example/",
    "docs_dir": "content/blog",
    "theme": {"name": "material", "language": "fr", "font": False},
    "plugins": [
        "search",
        {
            "blog": {
                "blog_dir": ".",
                "post_url_format": "articles/{slug}",
                "draft_if_future_date": True,
                "authors_profiles": True,
            }
        },
        "tags",
        {"cmflow": {"timezone": "Europe/Paris", "cards": {"enabled": False}}},
    ],
    "markdown_extensions": ["attr_list", "footnotes", {"toc": {"permalink": True}}],
}

AUTHORS = {
    "authors": {"lea": {"name": "Léa", "description": "Voilière", "avatar": "assets/lea.png"}}
}


def front(text: str = "Un paragraphe.", **meta: object) -> str:
    """Write a Markdown file with front matter."""
    return f"---\n{yaml.safe_dump(meta, allow_unicode=True, sort_keys=False)}---\n\n{text}\n"


def a_post(
    slug: str, text: str = "Un paragraphe.\n\n<!-- more -->\n\nLa suite.", **meta: object
) -> str:
    """Write a post that is fine; `meta` adds to its front matter or replaces parts of it."""
    base = {
        "title": slug.replace("-", " ").title(),
        "slug": slug,
        "date": dt.datetime(2026, 10, 6, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "authors": ["lea"],
        "categories": ["Atelier"],
        "summary": f"Résumé de {slug}.",
    }
    return front(text, **(base | meta))


def make_site(root: Path, files: dict[str, str | bytes], **config: object) -> Path:
    """Write a site of these files, its paths below `content/`; returns its `mkdocs.yml`."""
    everything = {
        "blog/index.md": "# Accueil\n",
        "blog/.authors.yml": yaml.safe_dump(AUTHORS, allow_unicode=True),
        "blog/assets/lea.png": PICTURE,
        **files,
    }
    for name, data in everything.items():
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    path = root / "mkdocs.yml"
    path.write_text(yaml.safe_dump(CONFIG | config, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def built(config: Path, engine: str = "material", *, strict: bool = False) -> Path:
    """Build a site and return its output folder; a failure shows its findings."""
    try:
        return build.build(config, engine=engine, strict=strict, now=NOW, talk=print).site
    except CmflowError as error:
        raise AssertionError(
            [(f.path, f.line, f.message.show()) for f in error.findings]
        ) from error


def pages(site: Path) -> set[str]:
    """Return the addresses of all pages of an output folder."""
    return {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
