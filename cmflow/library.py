"""Read the three rooms of `content/` into nouns: one bad file is a finding, never the end."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from cmflow import correct, frontmatter
from cmflow.decode import Problem, decode
from cmflow.errors import Finding, Level, say
from cmflow.frontmatter import Source
from cmflow.ledger import Receipt
from cmflow.post import Author, Page, PageMeta, Persona, Post, PostMeta
from cmflow.settings import Settings
from cmflow.thread import Comment, Speaker, Status

T = TypeVar("T", bound=msgspec.Struct)


class Library(msgspec.Struct, frozen=True):
    """All that a company wrote, and the findings met while reading it.

    Posts are in order of publication, the newest first. `sources` maps the path of every Markdown
    file below `docs_dir` to what was read of it.
    """

    posts: tuple[Post, ...]
    pages: tuple[Page, ...]
    authors: Mapping[str, Author]
    personas: Mapping[str, Persona]
    sources: Mapping[str, Source]
    findings: tuple[Finding, ...]

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
        source = _read(path, settings, findings, strict=is_post)
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
    )


def read_post(path: str, source: Source, zone: dt.tzinfo) -> tuple[Post | None, list[Finding]]:
    """Make a post of a source; `path` is relative to `docs_dir`, the findings name the source's."""
    data = dict(source.meta)
    if data.get("date") is None:
        data.pop("date", None)
    elif not isinstance(data["date"], Mapping):
        data["date"] = {"created": data["date"]}
    meta, findings = _decoded(source, data, PostMeta)
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


def comments(settings: Settings, slug: str) -> tuple[tuple[Comment, ...], tuple[Finding, ...]]:
    """Read the comments of one post, in the order of their file names."""
    findings: list[Finding] = []
    found: list[Comment] = []
    for path in sorted((settings.community / "comments" / slug).glob("*.md")):
        source = _read(path, settings, findings, strict=True)
        meta, problems = _decoded(source, source.meta, _CommentMeta) if source else (None, [])
        findings += problems
        if source is not None and meta is not None:
            found.append(
                Comment(
                    id=meta.id,
                    author=meta.author,
                    published=meta.published,
                    status=meta.status,
                    text=source.body.strip(),
                    url=meta.url,
                    reply_to=meta.reply_to,
                )
            )
    return tuple(found), tuple(findings)


def receipts(settings: Settings, slug: str) -> tuple[tuple[Receipt, ...], tuple[Finding, ...]]:
    """Read the receipts of one post: where its copies stand, sorted by channel."""
    findings: list[Finding] = []
    found: list[Receipt] = []
    for path in sorted((settings.community / "receipts" / slug).glob("*.yml")):
        data = _yaml(path, settings, findings)
        record = data if isinstance(data, dict) else {}
        if record.get("state") == "sent" and record.get("url"):
            network = str(record.get("network") or path.stem)
            found.append(Receipt(slug, path.stem, network, str(record["url"])))
    return tuple(found), tuple(findings)


class _CommentMeta(msgspec.Struct, frozen=True):
    id: str
    author: Speaker
    published: dt.datetime
    status: Status = Status.HELD
    url: str = ""
    reply_to: str = ""


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


def misled(path: Path, settings: Settings) -> Finding | None:
    """Say what is wrong with a symbolic link: it leaves the blog, or leads nowhere."""
    if not path.is_symlink():
        return None
    # Unlike Path.resolve, this survives a link to itself.
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(settings.docs)):
        return Finding(
            "outside-tree",
            settings.below_root(path),
            0,
            say("The file is a link that leaves the folder of the blog."),
            say("Copy the file into the folder; whatever lies outside is not yours to publish."),
        )
    if not path.exists():
        return Finding(
            "unreadable",
            settings.below_root(path),
            0,
            say("The file is a link to something that is not there."),
            say("Delete it, or put the file itself in its place."),
        )
    return None


def _read(
    path: Path, settings: Settings, findings: list[Finding], *, strict: bool
) -> Source | None:
    name = settings.below_root(path)
    try:
        data = path.read_bytes() if path.stat().st_size <= frontmatter.LARGEST else b""
        oversized = path.stat().st_size > frontmatter.LARGEST
    except OSError as error:
        findings.append(_unreadable(name, error))
        return None
    if oversized:
        findings.append(frontmatter.too_large(name, path.stat().st_size))
        return None
    source, finding = frontmatter.read(name, data)
    if finding is not None:
        findings.append(finding)
    elif strict and source is not None and not source.meta:
        findings.append(
            Finding(
                "front-matter",
                name,
                1,
                say("The file has no front matter."),
                say("Begin it with a line ---, the keys, and another line ---."),
            )
        )
        return None
    return source


def _unreadable(name: str, error: OSError) -> Finding:
    return Finding(
        "unreadable", name, 0,
        say("The file cannot be read: {words}.", words=error.strerror or str(error)),
        say("Look at its permissions."),
    )  # fmt: skip


def _page(path: str, source: Source) -> tuple[Page | None, list[Finding]]:
    meta, findings = _decoded(source, source.meta, PageMeta)
    meta = meta or PageMeta()
    return Page(path, meta.title or _heading(source.body) or Path(path).stem, meta), findings


def _decoded(
    source: Source, data: Mapping[str, Any], kind: type[T]
) -> tuple[T | None, list[Finding]]:
    value, problems = decode(data, kind)
    return value, [_finding(source, problem) for problem in problems]


def _finding(source: Source, problem: Problem) -> Finding:
    """Give a problem its place, and what the author typed where YAML read something else."""
    path = problem.path
    if path[:1] == ("date",) and not isinstance(source.meta.get("date"), Mapping):
        # The date may stand alone; only Material's own decoding calls it `created`.
        path = ("date",)
        values = {**problem.message.values, "key": "date"}
        message = msgspec.structs.replace(problem.message, values=values)
        problem = msgspec.structs.replace(problem, message=message)
    found = Finding(
        problem.rule, source.path, source.line_of(*path), problem.message, problem.remedy
    )
    if problem.rule == "unknown-key" and "near" not in problem.remedy.values:
        # Another plugin may read a key that is not like one of ours.
        return msgspec.structs.replace(found, level=Level.WARNING)
    typed = source.raw(*path)
    if problem.rule != "yaml-surprise" or not typed:
        return found
    message = say("YAML reads {typed} as {value}, not as a text.",
                  typed=typed, value=problem.message.values["value"])  # fmt: skip
    fix = correct.quote(source, path)
    if fix is None:
        return msgspec.structs.replace(found, message=message)
    remedy = say("Put it in quotes: {line}", line=fix.new.strip())
    return msgspec.structs.replace(found, message=message, remedy=remedy, fix=fix)


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
    data = _yaml(path, settings, findings)
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


def _yaml(path: Path, settings: Settings, findings: list[Finding]) -> Any:
    name = settings.below_root(path)
    try:
        return frontmatter.load_yaml(path.read_bytes())
    except OSError as error:
        findings.append(_unreadable(name, error))
        return None
    except frontmatter.UNREADABLE as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        words = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
        findings.append(
            Finding(
                "front-matter",
                name,
                mark.line + 1 if mark else 0,
                say("The file is not valid YAML: {words}.", words=words),
                say("Look for a missing quote, bracket or indentation on this line or above it."),
            )
        )
        return None


class _PersonaMeta(msgspec.Struct, frozen=True):
    name: str


def _personas(settings: Settings, findings: list[Finding]) -> dict[str, Persona]:
    found: dict[str, Persona] = {}
    for path in sorted((settings.plan / "personas").glob("*.md")):
        source = _read(path, settings, findings, strict=True)
        meta, problems = _decoded(source, source.meta, _PersonaMeta) if source else (None, [])
        findings += problems
        found[path.stem] = Persona(path.stem, meta.name if meta else path.stem)
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
