"""What was put before a reviewer and is not settled yet, on a reference of the remote.

Whoever deletes a file in a review and merges at once, squashes, or lets the branch be deleted
leaves nothing behind from which it could be read later. So for each comment that waits, a file of
the same path stands here: what stays of it if it vanishes, without a word that anybody said.
"""

from __future__ import annotations

from cmflow.git import Files, Git, GitError, fast_import

_REF = "refs/cmflow/offered"
_NEXT = "refs/cmflow/offered-next"


class Offered:
    """Keeps those files on a remote; `run` is a word that no other run has."""

    def __init__(self, git: Git, remote: str, run: str) -> None:
        self._git = git
        self._remote = remote
        self._run = run
        self.files: dict[str, bytes] = {}

    def fetch(self) -> None:
        """Read them from the remote. Raises `GitError`."""
        try:
            self._git.run("fetch", "--quiet", "--no-tags", self._remote, f"+{_REF}:{_REF}")
        except GitError as error:
            if "couldn't find remote ref" not in str(error):
                raise
            self.files = {}
            return
        listed = self._git.line("ls-tree", "-r", "-z", "--name-only", "--full-tree", _REF)
        self.files = {
            path: self._git.run("cat-file", "blob", f"{_REF}:{path}")
            for path in listed.split("\0")
            if path
        }

    def put(self, files: dict[str, bytes]) -> None:
        """Keep these and no others. Raises `GitError`.

        Each time they have a history of their own, so that nothing outlives its purpose there.
        """
        if files == self.files:
            return
        commit = self._commit(files) if files else ""
        target = f"+{commit}:{_REF}" if commit else f":{_REF}"
        self._git.run("push", "--quiet", "--no-verify", self._remote, target)
        self.files = files

    def _commit(self, files: Files) -> str:
        return fast_import(self._git, f"Offered\n\nRun: {self._run}\n", "", files, _NEXT)
