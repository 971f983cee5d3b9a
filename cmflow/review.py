"""Moderation by pull request: what is held goes to a branch of its own, where merging approves it.

On that branch a new comment is a new file that says `approved`: whoever merges it approves it,
whoever changes the line to `rejected` rejects it, and whoever deletes the file rejects it too. The
branch only grows, so that what a reviewer did there stays; once all is merged, it begins anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from cmflow import comment_file, offered
from cmflow.community import Filed, Shelved
from cmflow.errors import COMMAND, Finding, Level, say
from cmflow.git import Files, GitError
from cmflow.gitshelf import GitShelf, mirror_of, mirrored, refused, root_of
from cmflow.ledger_branch import Branch
from cmflow.offered import Offered
from cmflow.settings import Settings
from cmflow.shelf import FileShelf
from cmflow.thread import Comment, Speaker, Status, Tally
from cmflow.tip import Tip

BRANCH = "cmflow/answers"
"""The branch of the pull request."""

_HELD = b"\nstatus: held\n"
_APPROVED = b"\nstatus: approved\n"


class ReviewShelf:
    """Keeps what is held on the branch of a pull request, and everything else where it belongs.

    `waiting` tells, after a run, how many files the branch adds.
    """

    at_once = False

    def __init__(self, branch: Branch, settings: Settings, run: str) -> None:
        self._branch = branch
        self._settings = settings
        self._main = GitShelf(branch, settings, run)
        self._tip = Tip(
            branch.git, branch.remote, BRANCH, root_of(branch),
            mirror_of(settings, "review") / "community",
            name="review", run=run,
        )  # fmt: skip
        self._files = FileShelf(mirrored(settings, "review"))
        self._offered = Offered(branch.git, branch.remote, run)

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock, read both tips, and take up what reviewers decided."""
        with self._main.opened():
            try:
                self._tip.clear()
                self._tip.fetch()
                self._offered.fetch()
                self._settle()
                self._offered.put(self._left())
            except GitError as error:
                raise refused(self._branch, error) from error
            yield

    @property
    def base(self) -> str:
        """The branch into which it is merged."""
        return self._branch.name

    @property
    def apart(self) -> bool:
        """Tell whether that branch holds nothing but what came back."""
        return not root_of(self._branch)

    @property
    def forgetful(self) -> Finding | None:
        """What is to be told where the remote keeps nothing of what a reviewer may delete."""
        if not self._offered.refused:
            return None
        message = say(
            "{remote} takes neither {reference} nor the branch {branch}, so a comment that a "
            "reviewer deletes is not remembered, and comes again: {words}",
            remote=self._branch.remote, reference=offered.REF, branch=offered.BRANCH,
            words=self._offered.refused,
        )  # fmt: skip
        remedy = say(
            "Let it take one of the two; till then write “status: rejected” into the file, and do "
            "not delete it."
        )
        return Finding(COMMAND, BRANCH, 0, message, remedy, Level.WARNING)

    @property
    def waiting(self) -> Mapping[str, int]:
        """Return how many comments the branch adds, by the slug of their post."""
        found: dict[str, int] = {}
        for path in self._added():
            slug = path.split("/")[1]
            found[slug] = found.get(slug, 0) + 1
        return found

    def slugs(self) -> tuple[str, ...]:
        """Return the slugs of all posts with comments, here or there."""
        return tuple(sorted({*self._main.slugs(), *self._files.slugs()}))

    def last_word(self, slug: str) -> dt.date | None:
        """Return the day of the newest comment of a post."""
        days = (self._main.last_word(slug), self._files.last_word(slug))
        return max((day for day in days if day), default=None)

    def count(self, source: str) -> int:
        """Return how many comments there are of a source."""
        added = sum(f"-{source}-" in path for path in self._added())
        return self._main.count(source) + added

    def comments(self, slug: str) -> Shelved:
        """Read the comments of a post; what stands on the main branch counts more."""
        main, review = self._main.comments(slug), self._files.comments(slug)
        mine: dict[str, Filed] = dict(review.kept) | dict(main.kept)
        return Shelved(mine, main.broken | review.broken, (*main.findings, *review.findings))

    def tallies(self, slug: str) -> Mapping[str, Tally]:
        """Read the reactions to a post, by channel."""
        return self._main.tallies(slug)

    def forgotten(self) -> frozenset[str]:
        """Read the digests of who was forgotten."""
        return self._main.forgotten()

    def has(self, path: str) -> bool:
        """Tell whether there is a file."""
        return self._main.has(path)

    def keep(self, make: Callable[[], Files], words: str, *, show: bool = False) -> Files:
        """Keep what is held, and what waits there already, on the branch; the rest on main."""
        kept = dict(self._main.keep(lambda: self._split(make())[0], words, show=show))
        try:
            if self._split(make())[1]:
                # Nothing can be merged into a branch that is not there.
                self._main.tip.begin("What came back")
            # Without a word to skip workflows: a squash would take it along onto the main branch.
            added = self._tip.push(lambda: self._split(make())[1], words, self._main.tip.commit)
            self._offered.put(self._left())
        except GitError as error:
            raise refused(self._branch, error) from error
        return kept | dict(added)

    def _split(self, files: Files) -> tuple[Files, Files]:
        """Part what goes to the main branch from what waits for a review."""
        main: dict[str, bytes | None] = {}
        review: dict[str, bytes | None] = {}
        for path, data in files.items():
            is_new = _is_comment(path) and not self._main.has(path)
            if is_new and (self._files.has(path) or (data is not None and _is_held(data))):
                review[path] = _approved(data) if data is not None else None
            else:
                main[path] = data
        return main, review

    def _added(self) -> list[str]:
        """Return the comments of the branch that are not on the main one."""
        folder = self._tip.mirror
        found = sorted((folder / comment_file.FOLDER).glob("*/*.md"))
        paths = (path.relative_to(folder).as_posix() for path in found)
        return [path for path in paths if not self._main.has(path)]

    def _settle(self) -> None:
        """Reject what a reviewer deleted, and take a branch away of which all was merged.

        Where the branch was taken away and nothing of it was merged, nobody decided anything.
        """
        if not self._is_merged():
            if self._tip.commit:
                self._tip.push(self._deleted, "Rejected by deletion")
            return
        self._main.keep(self._deleted, "Rejected by deletion")
        if self._tip.commit:
            self._tip.remove()

    def _is_merged(self) -> bool:
        """Tell whether all that the branch holds was merged, however it was merged."""
        if self._added():
            return False
        return any(map(self._main.has, self._offered.files)) or not self._deleted()

    def _deleted(self) -> Files:
        """Return, for every comment that a reviewer deleted, a file that says it was rejected."""
        return {
            path: data
            for path, data in self._offered.files.items()
            if not self._main.has(path) and not self._files.has(path)
        }

    def _left(self) -> dict[str, bytes]:
        """Return what would stay of each comment that the branch adds, if it were deleted."""
        found: dict[str, bytes] = {}
        for path in self._added():
            comment = comment_file.load(self._tip.mirror / path, self._settings, [])
            if comment is not None:
                found[path] = comment_file.text(_rejected(comment)).encode()
        return found


def _rejected(before: Comment) -> Comment:
    """Return what stays of a comment that was deleted in a review: nothing that anybody said."""
    return Comment(
        id=before.id,
        author=Speaker(""),
        published=before.published,
        status=Status.REJECTED,
        text="",
        reply_to=before.reply_to,
        source=before.source,
        reason="deleted",
    )


def _is_comment(path: str) -> bool:
    return path.startswith(f"{comment_file.FOLDER}/")


def _is_held(data: bytes) -> bool:
    return _HELD in data.partition(b"\n---\n")[0] + b"\n"


def _approved(data: bytes) -> bytes:
    head, fence, body = data.partition(b"\n---\n")
    return (head + b"\n").replace(_HELD, _APPROVED)[:-1] + fence + body
