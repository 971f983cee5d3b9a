"""Git as durable storage: every receipt is a commit, pushed before the call that it reserves.

A refused push is the lock. The ledger is read from the tip of its branch on the remote, never from
the checkout: a job that is run again has an old one. Nothing of the checkout is touched: commits
are made by `git fast-import` (https://git-scm.com/docs/git-fast-import) and read into a mirror.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cmflow import ledger_file, pause, receipts
from cmflow.errors import CmflowError, failure, say
from cmflow.git import Files, GitError
from cmflow.ledger import Ledger, Pair, Receipt, State
from cmflow.ledger_branch import Branch, follow, mount
from cmflow.pause import Pause
from cmflow.store import Conflict, Kept, locked
from cmflow.tip import Tip

_IN_DOUBT = (State.RESERVED, State.UNKNOWN)
_UNSETTLED = say("Nobody knows of a note of this post whether it stands.")
_SETTLE = say("Settle that first: cmflow syndicate, or cmflow syndicate --resolve.")
_TAKEN = say("There is a receipt of this name already.")
_ANOTHER = say("Look whether it is still needed; choose another slug.")
_MAIN = "refs/cmflow/main"


class GitStore:
    """Keeps receipts on a branch of a remote, for any number of machines.

    `run` is a word that no other run has: without it, two runs could make the very same commit, and
    both of their pushes would be accepted.
    """

    # Longer than a call may take: another machine may be in the middle of one.
    grace = dt.timedelta(minutes=15)

    def __init__(
        self,
        branch: Branch,
        pause_file: Path,
        cache: Path,
        run: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._branch = branch
        self._pause = pause_file
        self._cache = cache
        self._mirror = cache / "ledger"
        self._tip = Tip(
            branch.git, branch.remote, branch.name, branch.folder, self._mirror,
            name="ledger", run=run, sleep=sleep,
        )  # fmt: skip

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock and read the tip of the branch."""
        with locked(self._cache / "syndicate.lock"):
            try:
                self._tip.clear()
                self._tip.fetch()
            except GitError as error:
                raise self._failure(error) from error
            yield
            if self._branch.folder == "receipts":
                mount(self._branch)

    def load(self) -> Ledger:
        """Read all receipts of the tip."""
        return ledger_file.load(self._mirror, self._cache / "receipts.index", self._branch.folder)

    def read(self, pair: Pair) -> Kept:
        """Read one receipt of the tip that was last seen."""
        return ledger_file.read(self._mirror, pair, self._branch.folder)

    def save(self, receipt: Receipt, before: Kept, words: str) -> None:
        """Commit and push a receipt; a push in between does no harm if it was of another one."""
        pair = (receipt.slug, receipt.channel)

        def chosen() -> Files:
            if self.read(pair) != before:
                raise Conflict
            return self._files((receipt,))

        self._push(chosen, words)

    def add(self, receipts: tuple[Receipt, ...], words: str) -> int:
        """Keep receipts where there are none, in one commit."""

        def chosen() -> Files:
            return self._files(r for r in receipts if self.read((r.slug, r.channel)) is None)

        return self._push(chosen, words)

    def move(self, old: str, new: str, key: Callable[[str], str]) -> None:
        """Move the receipts of a post to its new slug, in one commit; nothing to move is no error.

        Each keeps its key, or gets the one that `key` returns for its channel: it tells for which
        slug it was made. Raises `CmflowError` where nobody knows of a note whether it stands.
        """
        self._push(lambda: self._moved(old, new, key), f"{old} is now {new}")
        if self._branch.folder != "receipts":
            follow(self._branch)

    def _moved(self, old: str, new: str, key: Callable[[str], str]) -> Files:
        changes: dict[str, bytes | None] = {}
        for path in sorted((self._mirror / old).glob("*.yml")):
            channel = path.stem
            place, target = (ledger_file.path_of(slug, channel) for slug in (old, new))
            kept = self.read((old, channel))
            if not isinstance(kept, Receipt) or kept.parts[-1].state in _IN_DOUBT:
                raise failure(self._place(old, channel), _UNSETTLED, _SETTLE)
            if self.read((new, channel)) is not None:
                raise failure(self._place(new, channel), _TAKEN, _ANOTHER)
            moved = ledger_file.text(receipts.named(kept, key(channel)))
            changes |= {place: None, target: moved.encode()}
        return changes

    def _place(self, slug: str, channel: str) -> str:
        return f"{self._branch.folder}/{ledger_file.path_of(slug, channel)}"

    def _files(self, receipts: Iterable[Receipt]) -> Files:
        return {
            ledger_file.path_of(r.slug, r.channel): ledger_file.text(r).encode() for r in receipts
        }

    def _push(self, choose: Callable[[], Files], words: str) -> int:
        """Push what is chosen, and choose anew whenever another machine was quicker."""
        try:
            return len(self._tip.push(choose, f"{words}\n\n[skip ci]"))
        except GitError as error:
            choose()
            raise self._failure(error) from error

    def pauses(self) -> tuple[Pause, ...]:
        """Read `pause.yml` here and on the remote's main branch, which may know more than we."""
        found = list(pause.read(self._pause))
        git = self._branch.git
        try:
            git.run("fetch", "--quiet", "--no-tags", self._branch.remote, f"+HEAD:{_MAIN}")
            path = self._pause.resolve().relative_to(self._branch.top.resolve()).as_posix()
            entry = git.line("ls-tree", "--full-tree", _MAIN, "--", path).split()
            if entry:
                found.append(pause.parse(git.run("cat-file", "blob", entry[2])))
        except GitError as error:
            raise self._failure(error) from error
        return tuple(found)

    def _failure(self, error: GitError) -> CmflowError:
        remedy = say(
            "Nothing is sent without it. See whether this machine may push to that branch; "
            "if the branch is protected, give the ledger one of its own in the settings."
        )
        if error.is_full:
            remedy = say("Nothing is sent without it. Make room, then run it again.")
        where = {"remote": self._branch.remote, "branch": self._branch.name}
        message = say(
            "The ledger cannot be kept on {remote}/{branch}: {words}", words=str(error), **where
        )
        return failure(self._branch.folder, message, remedy)
