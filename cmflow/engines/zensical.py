"""Zensical, the successor of Material: the same `mkdocs.yml`, but no plugin, so we weave after.

See https://zensical.org/docs/compatibility/mkdocs/.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import yaml

from cmflow import urls
from cmflow.errors import CmflowError, failure, say
from cmflow.library import Library
from cmflow.outline import text_of
from cmflow.safe import escape_name
from cmflow.settings import Settings
from cmflow.written import Made

_ARTICLE = re.compile(
    r'<article class="md-content__inner md-typeset"[^>]*>(.*?)</article>', re.DOTALL
)
_BEFORE = re.compile(r"\A.*?(?=<h1\b)", re.DOTALL)
_AFTER = re.compile(
    r'<nav class="md-tags"|<aside class="md-source-file"'
    r'|<form class="md-feedback"|<h2 id="__comments"'
)


def build(settings: Settings, library: Library, *, strict: bool) -> None:
    """Build a site into its output folder; raises `CmflowError` with the engine's words.

    Zensical is run as a process of its own: it keeps its state in globals, and a panic in its core
    must not take ours along.
    """
    overlay = settings.root / ".cmflow-zensical.yml"
    staged = _stage(settings, library)
    relative = staged.relative_to(settings.root).as_posix()
    site = settings.site.relative_to(settings.root).as_posix()
    words = f"INHERIT: {settings.config.name}\ndocs_dir: {relative}\nsite_dir: {site}\n"
    overlay.write_text(words, "utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "-f", str(overlay)]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter, no shell
            [*command, "--strict"] if strict else command,
            cwd=settings.root,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        overlay.unlink(missing_ok=True)
    if done.returncode:
        raise _failure(settings, done.stderr.strip() or done.stdout.strip())


def _failure(settings: Settings, words: str) -> CmflowError:
    if "No module named zensical" in words:
        return failure(
            settings.config.name,
            say("Zensical is not installed."),
            say("Install it with: pip install mkdocs-cmflow[zensical]"),
        )
    return failure(
        settings.config.name,
        # The last line is the reason; what stands above it is for those who build engines.
        say("The site could not be built: {words}", words=words.splitlines()[-1]),
        say("Run cmflow check: it names the file and the line."),
    )


def made(settings: Settings, library: Library) -> Made:
    """Read from the output folder which pages there are, and the text of each post."""
    found: dict[str, str] = {}
    contents: dict[str, str] = {}
    for page in library.pages:
        url = urls.page_url(page.path, settings)
        if (settings.site / urls.output(url)).is_file():
            found[page.path] = url
    for post in library.posts:
        url = urls.post_url(post, settings)
        path = settings.site / urls.output(url)
        if path.is_file():
            found[post.path] = url
            contents[post.path] = _text(path.read_text("utf-8"))
    return Made(found, contents)


def _text(html: str) -> str:
    """Return the text of a post out of its finished page."""
    article = _ARTICLE.search(html)
    inner = article[1] if article else ""
    after = _AFTER.search(inner)
    return text_of(_BEFORE.sub("", inner[: after.start()] if after else inner))


def _stage(settings: Settings, library: Library) -> Path:
    """Copy what is to be published, names escaped in the copy: the engine's templates do not."""
    staged = settings.root / ".cmflow" / "zensical"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(settings.docs, staged)
    for path, source in library.sources.items():
        meta = source.meta | {
            key: escape_name(source.meta[key])
            for key in ("title", "description")
            if isinstance(source.meta.get(key), str)
        }
        if meta != source.meta:
            block = yaml.safe_dump(meta, allow_unicode=True, sort_keys=False)
            (staged / path).write_text(f"---\n{block}---\n\n{source.body}", "utf-8")
    authors = staged / settings.authors
    if authors.is_file():
        entries = {
            id_: {
                key: escape_name(value) if key in ("name", "description") else value
                for key, value in msgspec.to_builtins(author).items()
                if value
            }
            for id_, author in library.authors.items()
        }
        authors.write_text(yaml.safe_dump({"authors": entries}, allow_unicode=True), "utf-8")
        _stage_profiles(settings, library, staged)
    return staged


def _stage_profiles(settings: Settings, library: Library, staged: Path) -> None:
    """Give an author whose name holds markup a page with a title.

    The engine unescapes a title that it takes from a heading.
    """
    if not settings.blog.authors_profiles:
        return
    for id_, author in library.authors.items():
        url = urls.author_url(id_, author.name, author.slug, settings)
        page = staged / f"{url.removesuffix('.html').strip('/')}.md"
        if "<" in author.name and not page.exists():
            name = escape_name(author.name)
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(f"---\n{yaml.safe_dump({'title': name})}---\n\n# {name}\n", "utf-8")
