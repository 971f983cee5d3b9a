"""What was put before a reviewer and is not settled yet, on a reference of the remote.

Whoever deletes a file in a review and merges at once, squashes, or lets the branch be deleted
leaves nothing behind from which it could be read later. So for each comment that waits, a file of
the same path stands here: what stays of it if it vanishes, without a word that anybody said.

Some remotes take branches and tags alone; there the reference is a branch.
"""

from __future__ import annotations

from cmflow.git import Files, Git, GitError, fast_import

REF = "refs/cmflow/offered"
"""Where they are kept."""

BRANCH = "cmflow/offered"
"""Where they are kept by a remote that takes no such reference; read first where both are."""

_PLACES = (f"refs/heads/{BRANCH}", REF)
_NEXT = "refs/cmflow/offered-next"


class Offered:
    """Keeps those files on a remote; `run` is a word that no other run has.

    `refused` is what a remote said that takes them nowhere; empty where it does.
    """

    def __init__(self, git: Git, remote: str, run: str) -> None:
        self._git = git
        self._remote = remote
        self._run = run
        self._there: tuple[str, ...] = ()
        self.files: dict[str, bytes] = {}
        self.refused = ""

    def fetch(self) -> None:
        """Read them from the remote. Raises `GitError`."""
        listed = self._git.line("ls-remote", self._remote, *_PLACES).split()
        self._there = tuple(place for place in _PLACES if place in listed)
        self.files = {}
        if not self._there:
            return
        source = f"+{self._there[0]}:{REF}"
        self._git.run("fetch", "--quiet", "--no-tags", self._remote, source)
        paths = self._git.line("ls-tree", "-r", "-z", "--name-only", "--full-tree", REF)
        self.files = {
            path: self._git.run("cat-file", "blob", f"{REF}:{path}")
            for path in paths.split("\0")
            if path
        }

    def put(self, files: dict[str, bytes]) -> None:
        """Keep these and no others. Raises `GitError` where this machine is at fault.

        Each time they have a history of their own, so that nothing outlives its purpose there.
        """
        if files == self.files:
            return
        commit = self._commit(files) if files else ""
        kept = self._placed(commit) if commit else ""
        if commit and not kept:
            return
        self.refused = ""
        for place in self._there:
            if place != kept:
                self._taken_away(place, needed=not kept)
        self._there = (kept,) if kept else ()
        self.files = files

    def _placed(self, commit: str) -> str:
        """Push a commit to the first place that the remote takes; returns that, if any."""
        for place in reversed(_PLACES):
            try:
                self._push(f"+{commit}:{place}")
            except GitError as error:
                self.refused = str(error)
            else:
                return place
        return ""

    def _taken_away(self, place: str, *, needed: bool) -> None:
        """Delete a reference; one that is not read any more may stay, if it must."""
        try:
            self._push(f":{place}")
        except GitError as error:
            self.refused = str(error) if needed else ""

    def _push(self, what: str) -> None:
        self._git.run("push", "--quiet", "--no-verify", self._remote, what)

    def _commit(self, files: Files) -> str:
        return fast_import(self._git, f"Offered\n\nRun: {self._run}\n", "", files, _NEXT)
