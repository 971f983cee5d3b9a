"""Comments on a branch of a remote, for any number of machines: read from its tip, never lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from cmflow.errors import CmflowError, failure, say
from cmflow.git import Files, GitError
from cmflow.ledger_branch import Branch, mount
from cmflow.settings import Settings
from cmflow.shelf import FileShelf
from cmflow.store import locked
from cmflow.tip import Tip

SKIP = "\n\n[skip ci]"
"""Keeps a commit from starting a workflow; what follows is chained by hand."""

BELL = "cmflow/publish"
"""The branch that is made and at once deleted to have the site published.

A push to a branch that holds no workflow starts none; that a branch is deleted starts those of the
main one: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#delete
"""


class GitShelf(FileShelf):
    """Keeps everything on one branch, and reads it from a mirror; a commit a source."""

    at_once = False

    def __init__(self, branch: Branch, settings: Settings, run: str) -> None:
        super().__init__(mirrored(settings, "answers"))
        self._branch = branch
        self._cache = settings.root / ".cmflow"
        self.tip = Tip(
            branch.git, branch.remote, branch.name, root_of(branch),
            mirror_of(settings, "answers") / "community",
            name="answers", run=run,
        )  # fmt: skip

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock and read the tip of the branch."""
        with locked(self._cache / "collect.lock"):
            try:
                self.tip.clear()
                self.tip.fetch()
            except GitError as error:
                raise refused(self._branch, error) from error
            yield
            if root_of(self._branch) == "":
                mount(self._branch)

    def keep(self, make: Callable[[], Files], words: str, *, show: bool = False) -> Files:
        """Commit and push; after a race the tip is read anew and `make` asked again."""
        try:
            kept = self.tip.push(make, words if show else words + SKIP)
        except GitError as error:
            raise refused(self._branch, error) from error
        if kept and show and root_of(self._branch) == "":
            self._ring()
        return kept

    def _ring(self) -> None:
        """Have the site published; where the remote lets nobody ring, its next run does it."""
        git, remote = self._branch.git, self._branch.remote
        bell = f"refs/heads/{BELL}"
        with contextlib.suppress(GitError):
            git.run("push", "--quiet", "--no-verify", remote, f"+{self.tip.commit}:{bell}")
            git.run("push", "--quiet", "--no-verify", remote, f":{bell}")


def root_of(branch: Branch) -> str:
    """Return the folder of `content/community` in a branch; empty where it is all of it."""
    return branch.folder.removesuffix("receipts").rstrip("/")


def mirror_of(settings: Settings, name: str) -> Path:
    """Return the folder that stands for `content` in a mirror."""
    return settings.root / ".cmflow" / name


def mirrored(settings: Settings, name: str) -> Settings:
    """Return settings whose `community` is a mirror."""
    return replace(settings, docs=mirror_of(settings, name) / "blog")


def refused(branch: Branch, error: GitError) -> CmflowError:
    """Say that the remote did not take it, or that this machine has no room for it."""
    remedy = say(
        "See whether this machine may push to that branch; if the branch is protected, give "
        "the ledger one of its own in the settings, or let answers come as a pull request."
    )
    if error.is_full:
        remedy = say("Make room, then run it again: nothing is lost.")
    message = say("Answers cannot be kept on {remote}/{branch}: {words}",
                  remote=branch.remote, branch=branch.name, words=str(error))  # fmt: skip
    return failure(branch.folder, message, remedy)
