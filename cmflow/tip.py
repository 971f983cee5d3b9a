"""The tip of a branch of a remote, read into a mirror and written by commits of our own.

Nothing of the checkout is touched. A refused push means that another machine was quicker: then the
tip is read again, and what is to be written is made anew. https://git-scm.com/docs/git-push
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from cmflow.git import Files, Git, GitError, fast_import

_TRIES = 8


class Tip:
    """One branch: `folder` in it (empty: all of it) is mirrored into `mirror`.

    `name` tells the mirrors of one checkout apart; `run` is a word that no other run has.
    """

    def __init__(
        self,
        git: Git,
        remote: str,
        branch: str,
        folder: str,
        mirror: Path,
        *,
        name: str,
        run: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.git = git
        self.branch = branch
        self.mirror = mirror
        self.commit = ""
        self._remote = remote
        self._folder = folder
        self._index = mirror.parent / f"{mirror.name}.index"
        self._ref = f"refs/cmflow/{name}"
        self._next = f"refs/cmflow/{name}-next"
        self._run = run
        self._sleep = sleep
        self._git_dir = ""

    def clear(self) -> None:
        """Remove the locks of a git that was killed: whoever holds the machine's lock owns them."""
        common = self.git.folder / self.git.line("rev-parse", "--git-common-dir")
        refs = (common / f"{ref}.lock" for ref in (self._ref, self._next))
        for path in (*refs, self._index.with_name(f"{self._index.name}.lock")):
            path.unlink(missing_ok=True)

    def fetch(self) -> None:
        """Read the tip from the remote into the mirror; a branch that is not there is empty."""
        source = f"+refs/heads/{self.branch}:{self._ref}"
        try:
            self.git.run("fetch", "--quiet", "--no-tags", self._remote, source)
        except GitError as error:
            if "couldn't find remote ref" not in str(error):
                raise
            self._move("")
        else:
            self._move(self.git.line("rev-parse", self._ref))

    def push(self, make: Callable[[], Files], words: str, base: str = "") -> Files:
        """Commit what `make` returns, by paths below the folder, and push it; returns it.

        `base` is the commit on which a branch begins that is not there yet. Raises `GitError`.
        """
        last = GitError()
        for turn in range(_TRIES):
            files = {path: data for path, data in make().items() if self._differs(path, data)}
            if not files:
                return files
            commit = self._commit(files, words, self.commit or base)
            try:
                if self._pushed(commit):
                    return files
            except GitError as error:
                last = error
            self._sleep(0.1 * turn)
        raise last

    def begin(self, words: str) -> None:
        """Make the branch where there is none, with nothing on it yet. Raises `GitError`."""
        if self.commit:
            return
        try:
            self._pushed(self._commit({}, words, ""))
        except GitError:
            self.fetch()
            if not self.commit:
                raise

    def remove(self) -> None:
        """Take the branch away from the remote, unless another machine has moved it meanwhile."""
        lease = f"--force-with-lease=refs/heads/{self.branch}:{self.commit}"
        with contextlib.suppress(GitError):
            target = f":refs/heads/{self.branch}"
            self.git.run("push", "--quiet", "--no-verify", lease, self._remote, target)
        self.fetch()

    def _differs(self, path: str, data: bytes | None) -> bool:
        target = self.mirror / path
        there = target.read_bytes() if target.is_file() else None
        return there != data

    def _commit(self, files: Files, words: str, parent: str) -> str:
        placed = {self._place(path): data for path, data in files.items()}
        return fast_import(self.git, f"{words}\n\nRun: {self._run}\n", parent, placed, self._next)

    def _place(self, path: str) -> str:
        return f"{self._folder}/{path}" if self._folder else path

    def _pushed(self, commit: str) -> bool:
        """Push a commit; returns whether the remote has it, whatever became of its answer."""
        refused = None
        try:
            target = f"{commit}:refs/heads/{self.branch}"
            self.git.run("push", "--quiet", "--no-verify", self._remote, target)
        except GitError as error:
            refused = error
        if refused is None:
            self._move(commit)
            return True
        before = self.commit
        self.fetch()
        if self.commit and self.has(commit):
            return True
        if self.commit == before:
            # Nobody was quicker, so it is refused for another reason.
            raise refused
        return False

    def has(self, commit: str) -> bool:
        """Tell whether a commit is part of the branch."""
        try:
            self.git.run("merge-base", "--is-ancestor", commit, self.commit)
        except GitError:
            return False
        return True

    def _move(self, commit: str) -> None:
        """Bring the mirror to a commit."""
        if commit and commit == self.commit:
            return
        self.mirror.mkdir(parents=True, exist_ok=True)
        tree = self._tree(commit) if commit else ""
        self.git.run(
            "--git-dir", self._where(),
            "--work-tree", str(self.mirror),
            "read-tree", "--reset", "-u", tree or self.git.line("mktree"),
            env={"GIT_INDEX_FILE": str(self._index)},
        )  # fmt: skip
        self.commit = commit

    def _where(self) -> str:
        self._git_dir = self._git_dir or self.git.line("rev-parse", "--absolute-git-dir")
        return self._git_dir

    def _tree(self, commit: str) -> str:
        if not self._folder:
            return f"{commit}^{{tree}}"
        entry = self.git.line("ls-tree", "-d", "--full-tree", commit, "--", self._folder).split()
        return entry[2] if entry else ""
