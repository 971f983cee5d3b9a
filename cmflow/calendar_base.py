"""The site as it is on another branch, so that two calendars can be compared."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cmflow import calendar, calendar_diff, judgement, library, mkdocs_yml
from cmflow.catalogue import Catalogue
from cmflow.errors import CmflowError, Finding, failure, say
from cmflow.git import Git, GitError
from cmflow.library import Library
from cmflow.schedule import Calendar
from cmflow.settings import Settings

# What a calendar is made of: texts and registers, never pictures.
_ENDS = (".md", ".yml", ".yaml", ".ics")
_YEAR = dt.timedelta(days=366)


def changes(config: Path, base: str, now: dt.datetime, words: Catalogue) -> str:
    """Say in Markdown what the checkout changes in the calendar of the coming year.

    `base` is a branch or a commit; compared is with the point at which the checkout left it. A post
    that is not on it yet has at most been approved. Raises `CmflowError` where git cannot give it.
    """
    settings, _ = mkdocs_yml.load(config)
    read = library.load(settings)
    with _checkout(settings.root, base) as folder:
        former, _ = mkdocs_yml.load(folder / config.name)
        past = library.load(former)
        landed = frozenset(post.slug for post in past.posts)
        before, known = _judged(former, past, now)
    after, found = _judged(settings, read, now, landed)
    return calendar_diff.compare(before, after, words, calendar_diff.added(known, found))


def _judged(
    settings: Settings, read: Library, now: dt.datetime, landed: frozenset[str] | None = None
) -> tuple[Calendar, tuple[Finding, ...]]:
    since, until = judgement.window(now, settings)
    seen, wrong = calendar.read(settings, read, now, since=since, until=until, landed=landed)
    today = now.astimezone(settings.zone).date()
    made, _ = calendar.read(settings, read, now, since=today, until=today + _YEAR, landed=landed)
    config = settings.config.read_text("utf-8-sig")
    return made, (*wrong, *judgement.judge(seen, settings, read, config))


@contextlib.contextmanager
def _checkout(root: Path, base: str) -> Iterator[Path]:
    """Write what a calendar is made of, as it was, to a folder that is removed afterwards."""
    git = Git(root)
    try:
        tip = git.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
        # A shallow clone does not reach back to the fork.
        with contextlib.suppress(GitError):
            tip = git.line("merge-base", "HEAD", tip)
        names = git.run("ls-tree", "-r", "-z", "--name-only", tip).decode("utf-8", "replace")
        # A pattern that matches nothing would be an error.
        ends = [end for end in _ENDS if any(name.endswith(end) for name in names.split("\0"))]
        data = git.run("archive", "--format=tar", tip, "--", *(f":(glob)**/*{e}" for e in ends))
    except GitError as error:
        raise failure(
            base,
            say("Git cannot give this branch or commit: {words}", words=str(error) or base),
            say("Fetch it first: git fetch origin {base}", base=base),
        ) from None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            # Debian 12's Python knows no filters; links are left out, and git names no way up.
            filters = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(folder, members=_plain(archive), **filters)  # type: ignore[arg-type]  # noqa: S202  # as above
        try:
            yield folder
        except CmflowError as error:
            raise failure(
                base,
                say("The site cannot be read as it was: {words}", words=str(error)),
                say("Compare with another commit."),
            ) from None


def _plain(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield files and folders; a link could lead out of the folder."""
    return (member for member in archive if member.isfile() or member.isdir())
