"""Read what a company wrote into nouns: one bad file is a finding, never the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from cmflow import frontmatter
from cmflow.decode import decode
from cmflow.errors import Finding
from cmflow.frontmatter import Source
from cmflow.post import Author, Page, PageMeta, Persona, Post, PostMeta
from cmflow.reading import decoded, misled, plain_yaml, read
from cmflow.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)


class Library(msgspec.Struct, frozen=True):
    """All that a company wrote, and the findings met while reading it.

    Posts are in order of publication, the newest first. `sources` maps the path of every Markdown
    file below `docs_dir` to what was read of it, `versions` that of every post to the digest of its
    file.
    """

    posts: tuple[Post, ...]
    pages: tuple[Page, ...]
    authors: Mapping[str, Author]
    personas: Mapping[str, Persona]
    sources: Mapping[str, Source]
    findings: tuple[Finding, ...]
    versions: Mapping[str, str] = {}

    def post(self, slug: str) -> Post | None:
        """Return the post of a slug."""
        return next((post for post in self.posts if post.slug == slug), None)


def load(settings: Settings) -> Library:
    """Read every Markdown file below `docs_dir`, the authors, and the personas of the plan."""
    findings: list[Finding] = []
    posts: list[Post] = []
    pages: list[Page] = []
    sources: dict[str, Source] = {}
    for path in _markdown(settings.docs, findings, settings):
        relative = path.relative_to(settings.docs).as_posix()
        is_post = relative.startswith(f"{settings.posts}/")
        source = read(path, settings, findings, strict=is_post)
        if source is None:
            continue
        sources[relative] = source
        if is_post:
            post, found = read_post(relative, source, settings.zone)
            posts += [post] if post else []
            findings += found
        else:
            page, found = _page(relative, source)
            pages += [page] if page else []
            findings += found
    return Library(
        posts=tuple(sorted(posts, key=lambda post: (post.published, post.path), reverse=True)),
        pages=tuple(pages),
        authors=_authors(settings, findings),
        personas=_personas(settings, findings),
        sources=sources,
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        versions={post.path: sources[post.path].version for post in posts},
    )


def lean(read: Library) -> Library:
    """Return a library without the texts of its posts, which are most of it."""
    posts = {post.path for post in read.posts}
    kept = {path: source for path, source in read.sources.items() if path not in posts}
    return msgspec.structs.replace(read, sources=kept)


def read_post(path: str, source: Source, zone: dt.tzinfo) -> tuple[Post | None, list[Finding]]:
    """Make a post of a source; `path` is relative to `docs_dir`, the findings name the source's."""
    data = dict(source.meta)
    if data.get("date") is None:
        data.pop("date", None)
    elif not isinstance(data["date"], Mapping):
        data["date"] = {"created": data["date"]}
    meta, findings = decoded(source, data, PostMeta)
    if meta is None:
        return None, findings
    return Post(
        path=path,
        slug=meta.slug or Path(path).stem,
        title=meta.title or _heading(source.body) or Path(path).stem,
        published=_aware(meta.date.created, zone),
        updated=_aware(meta.date.updated or meta.date.created, zone),
        meta=meta,
    ), findings


def _markdown(docs: Path, findings: list[Finding], settings: Settings) -> Iterator[Path]:
    for path in sorted(docs.rglob("*.md")):
        # What begins with a dot is not published by MkDocs, so it is no page.
        if any(part.startswith(".") for part in path.relative_to(docs).parts):
            continue
        finding = misled(path, settings)
        if finding is not None:
            findings.append(finding)
        elif path.is_file():
            yield path


def _page(path: str, source: Source) -> tuple[Page | None, list[Finding]]:
    meta, findings = decoded(source, source.meta, PageMeta)
    meta = meta or PageMeta()
    return Page(path, meta.title or _heading(source.body) or Path(path).stem, meta), findings


def _authors(settings: Settings, findings: list[Finding]) -> dict[str, Author]:
    path = settings.docs / settings.authors
    try:
        path.stat()
    except (OSError, ValueError):
        return {}
    return _register(path, "authors", Author, settings, findings)


def _register(
    path: Path, key: str, kind: type[T], settings: Settings, findings: list[Finding]
) -> dict[str, T]:
    """Read a YAML file that holds one mapping of ids to things."""
    data = plain_yaml(path, settings, findings)
    entries = data.get(key) if isinstance(data, dict) else None
    found: dict[str, T] = {}
    for id_, entry in (entries or {}).items() if isinstance(entries, dict) else ():
        value, problems = decode(entry if isinstance(entry, dict) else {}, kind)
        text = path.read_text("utf-8-sig")
        findings += [
            Finding(
                p.rule,
                settings.below_root(path),
                frontmatter.line_in(text, key, str(id_), *p.path),
                p.message,
                p.remedy,
            )
            for p in problems
        ]
        if value is not None:
            found[str(id_)] = value
    return found


class _PersonaMeta(msgspec.Struct, frozen=True):
    name: str
    review: dt.date | None = None


def _personas(settings: Settings, findings: list[Finding]) -> dict[str, Persona]:
    found: dict[str, Persona] = {}
    for path in sorted((settings.plan / "personas").glob("*.md")):
        source = read(path, settings, findings, strict=True)
        meta, problems = decoded(source, source.meta, _PersonaMeta) if source else (None, [])
        findings += problems
        found[path.stem] = Persona(
            path.stem, meta.name if meta else path.stem, meta.review if meta else None
        )
    return found


def _heading(body: str) -> str:
    first = next((line for line in body.splitlines() if line.strip()), "")
    return first.removeprefix("# ").strip() if first.startswith("# ") else ""


def _aware(when: dt.datetime | dt.date, zone: dt.tzinfo) -> dt.datetime:
    if not isinstance(when, dt.datetime):
        return dt.datetime(when.year, when.month, when.day, tzinfo=zone)
    try:
        return when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
    except OverflowError:  # the first hours of year 1, the last ones of year 9999
        return when.replace(tzinfo=zone)
