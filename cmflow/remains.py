"""What remains of a person where cmflow must not reach: files that people wrote, and history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow import frontmatter
from cmflow.errors import Message, say
from cmflow.git import Git, GitError
from cmflow.settings import Settings

CACHE = ".cmflow"
"""The folder of what can be made again, below the root of the site."""

_MARKS = "marks.json"
# The sandbox is a network of its own; the others follow their branches.
_NOT_OURS = ("sandbox", "answers", "review", "ledger")


class Place(msgspec.Struct, frozen=True):
    """A line that names a person; `path` is relative to the root of the site."""

    path: str
    line: int


class History(msgspec.Struct, frozen=True):
    """What git still holds: `commands` squash a branch of our own, where there is one."""

    words: Message
    commands: tuple[str, ...] = ()


def written(settings: Settings, pattern: re.Pattern[str]) -> tuple[Place, ...]:
    """Find a person in what people wrote, and in whatever cannot be read as a comment."""
    folders = [settings.content, *([settings.theme] if settings.theme else [])]
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return tuple(
        Place(settings.below_root(path), line)
        for path in dict.fromkeys((settings.config, *files))
        for line in _lines(path, pattern)
    )


def published(settings: Settings, pattern: re.Pattern[str]) -> int:
    """Count the files of the site, as it was last built, that name a person."""
    return sum(1 for path in settings.site.rglob("*") if any(_lines(path, pattern)))


def sweep(settings: Settings, pattern: re.Pattern[str] | None) -> None:
    """Remove what is kept for speed and may name a person: it is made again."""
    cache = settings.root / CACHE
    (cache / _MARKS).unlink(missing_ok=True)
    for path in sorted(cache.rglob("*")) if pattern else ():
        ours = path.relative_to(cache).parts[0] not in _NOT_OURS
        if ours and path.is_file() and any(_lines(path, pattern)):
            path.unlink()


def _lines(path: Path, pattern: re.Pattern[str] | None) -> Iterator[int]:
    try:
        if pattern is None or not path.is_file() or path.stat().st_size > frontmatter.LARGEST:
            return
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return
    if "\0" in text:
        return
    for found in pattern.finditer(text):
        yield text.count("\n", 0, found.start()) + 1


def history(settings: Settings) -> History:
    """Say what git still holds of what was erased, and how to take it out of there."""
    git, where = Git(settings.root), settings.cmflow.ledger
    try:
        top = Path(git.line("rev-parse", "--show-toplevel"))
        own = Git(settings.community) if settings.community.is_dir() else git
        mounted = not Path(own.line("rev-parse", "--show-toplevel")).samefile(top)
        branch = own.line("symbolic-ref", "--quiet", "--short", "HEAD") if mounted else where.branch
        main = "" if mounted else _current(git)
    except GitError:
        return History(
            say("There is no git here; copies of this folder still hold what was erased.")
        )
    if not mounted and (not branch or branch == main):
        return History(
            say("The history of this branch still holds what was erased, for whoever has a copy of"
                " it. To take it out, the whole history has to be written anew (git filter-repo),"
                " and everybody has to clone again. With a branch of its own for what came back"
                " (“ledger: branch:” in the settings), it takes a few commands.")
        )  # fmt: skip
    folder = settings.below_root(settings.community) if mounted else f"{CACHE}/squash"
    return History(
        say("The history of the branch {branch} still holds what was erased. It is yours alone, so"
            " it can be squashed; run these one by one, while no workflow runs:", branch=branch),
        tuple(_squash(git, where.remote, branch, folder, mounted=mounted)),
    )  # fmt: skip


def _squash(git: Git, remote: str, branch: str, folder: str, *, mounted: bool) -> Iterator[str]:
    pushed = remote in git.line("remote").split()
    if mounted and pushed:
        yield f"git -C {folder} pull --ff-only {remote} {branch}"
    elif pushed:
        yield f"git fetch {remote} {branch}"
        yield f"git worktree add -B {branch} {folder} FETCH_HEAD"
    yield f"git -C {folder} checkout --orphan squashed"
    yield f"git -C {folder} add --all"
    yield f'git -C {folder} commit --quiet --allow-empty -m "What came back"'
    yield f"git -C {folder} branch -M {branch}"
    if pushed:
        yield f"git -C {folder} push --force {remote} {branch}"
    if not mounted:
        yield f"git worktree remove --force {folder}"
    for ref in _own_refs(git):
        yield f"git update-ref -d {ref}"
    yield "git reflog expire --expire=now --all"
    yield "git gc --prune=now"


def _own_refs(git: Git) -> list[str]:
    """Return the refs with which cmflow follows branches; the next run makes them again."""
    try:
        return git.line("for-each-ref", "--format=%(refname)", "refs/cmflow").split()
    except GitError:
        return []


def _current(git: Git) -> str:
    try:
        return git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    except GitError:
        return ""
