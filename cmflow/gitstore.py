"""Git as durable storage: every receipt is a commit, pushed before the call that it reserves.

A refused push is the lock. The ledger is read from the tip of its branch on the remote, never from
the checkout: a job that is run again has an old one. Nothing of the checkout is touched: commits
are made by `git fast-import` (https://git-scm.com/docs/git-fast-import) and read into a mirror.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from cmflow import ledger_file, pause
from cmflow.errors import CmflowError, failure, say
from cmflow.ledger import Ledger, Pair, Receipt
from cmflow.pause import Pause
from cmflow.store import Conflict, Kept, locked

_TIMEOUT = 180
_TRIES = 8
_LEDGER = "refs/cmflow/ledger"
_MAIN = "refs/cmflow/main"
_NEXT = "refs/cmflow/next"
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
_CONFIG = ("gc.auto=0", "maintenance.auto=false", "core.autocrlf=false")


class Git:
    """Runs git in a folder, without a shell and without questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        inherited = {key: value for key, value in os.environ.items() if key not in _OURS}
        self._environment = inherited | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def run(self, *words: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Return what a command writes; raises `GitError` with what it says."""
        options = [word for setting in _CONFIG for word in ("-c", setting)]
        try:
            done = subprocess.run(  # noqa: S603  # no shell, our own words
                ["git", *options, *words],  # noqa: S607  # the git of whoever runs us
                cwd=self.folder, input=stdin, capture_output=True, timeout=_TIMEOUT, check=False,
                env=self._environment | dict(env or {}),
            )  # fmt: skip
        except FileNotFoundError:
            raise GitError("git is not installed") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {words[0]} did not end within {_TIMEOUT} s") from None
        if done.returncode:
            raise GitError(_CREDENTIALS.sub("//", done.stderr.decode("utf-8", "replace")).strip())
        return done.stdout

    def line(self, *words: str, stdin: bytes = b"") -> str:
        """Return the one line that a command writes."""
        return self.run(*words, stdin=stdin).decode("utf-8", "replace").strip()


_OURS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


class GitError(Exception):
    """What git said."""


class Branch:
    """Where receipts lie: remote, branch, and their folder in it.

    `top` is the site's checkout, `community` the folder in which the site looks for receipts.
    """

    def __init__(
        self, git: Git, top: Path, community: Path, remote: str, name: str, folder: str
    ) -> None:
        self.git = git
        self.community = community
        self.top = top
        self.remote = remote
        self.name = name
        self.folder = folder


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
        self._git = branch.git
        self._pause = pause_file
        self._top = branch.top
        self._cache = cache
        self._run = run
        self._sleep = sleep
        self._mirror = cache / "ledger"
        self._tip = ""
        self._folder: Path | None = None

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Hold the machine's lock and read the tip of the branch."""
        with locked(self._cache / "syndicate.lock"):
            self._mirror.mkdir(parents=True, exist_ok=True)
            self._clear()
            try:
                self._fetch()
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

        def chosen() -> tuple[Receipt, ...]:
            if self.read(pair) != before:
                raise Conflict
            return (receipt,)

        self._push(chosen, words)

    def add(self, receipts: tuple[Receipt, ...], words: str) -> int:
        """Keep receipts where there are none, in one commit."""

        def chosen() -> tuple[Receipt, ...]:
            return tuple(r for r in receipts if self.read((r.slug, r.channel)) is None)

        return self._push(chosen, words)

    def _push(self, choose: Callable[[], tuple[Receipt, ...]], words: str) -> int:
        """Push what is chosen, and choose anew whenever another machine was quicker."""
        last = GitError()
        for turn in range(_TRIES):
            receipts = choose()
            if not receipts:
                return 0
            try:
                if self._pushed(self._commit(receipts, words)):
                    return len(receipts)
            except GitError as error:
                last = error
            self._sleep(0.1 * turn)
        choose()
        raise self._failure(last) from last

    def pauses(self) -> tuple[Pause, ...]:
        """Read `pause.yml` here and on the remote's main branch, which may know more than we."""
        found = list(pause.read(self._pause))
        git = self._git
        try:
            git.run("fetch", "--quiet", "--no-tags", self._branch.remote, f"+HEAD:{_MAIN}")
            path = self._pause.resolve().relative_to(self._top.resolve()).as_posix()
            entry = git.line("ls-tree", "--full-tree", _MAIN, "--", path).split()
            if entry:
                found.append(pause.parse(git.run("cat-file", "blob", entry[2])))
        except GitError as error:
            raise self._failure(error) from error
        return tuple(found)

    def _commit(self, receipts: tuple[Receipt, ...], words: str) -> str:
        files = {
            f"{self._branch.folder}/{ledger_file.path_of(r.slug, r.channel)}": ledger_file.text(r)
            for r in receipts
        }
        said = f"{words}\n\n[skip ci]\nRun: {self._run}\n"
        return fast_import(self._git, said, self._tip, files)

    def _pushed(self, commit: str) -> bool:
        """Push a commit; returns whether the remote has it, whatever became of its answer."""
        refused = None
        try:
            target = f"{commit}:refs/heads/{self._branch.name}"
            self._git.run("push", "--quiet", "--no-verify", self._branch.remote, target)
        except GitError as error:
            refused = error
        if refused is None:
            self._move(commit)
            return True
        before = self._tip
        self._fetch()
        if self._has(commit):
            return True
        if self._tip == before:
            # Nobody was quicker, so it is refused for another reason.
            raise refused
        return False

    def _has(self, commit: str) -> bool:
        try:
            self._git.run("merge-base", "--is-ancestor", commit, self._tip)
        except GitError:
            return False
        return True

    def _fetch(self) -> None:
        source = f"+refs/heads/{self._branch.name}:{_LEDGER}"
        self._git.run("fetch", "--quiet", "--no-tags", self._branch.remote, source)
        self._move(self._git.line("rev-parse", _LEDGER))

    def _move(self, tip: str) -> None:
        """Bring the mirror to a commit."""
        if tip == self._tip:
            return
        entry = ("ls-tree", "-d", "--full-tree", tip, "--", self._branch.folder)
        tree = self._git.line(*entry).split()
        empty = self._git.line("mktree") if not tree else ""
        self._git.run(
            "--git-dir", str(self._where()),
            "--work-tree", str(self._mirror),
            "read-tree", "--reset", "-u", tree[2] if tree else empty,
            env={"GIT_INDEX_FILE": str(self._cache / "ledger.index")},
        )  # fmt: skip
        self._tip = tip

    def _where(self) -> Path:
        self._folder = self._folder or Path(self._git.line("rev-parse", "--absolute-git-dir"))
        return self._folder

    def _clear(self) -> None:
        """Remove the locks of a git that was killed: whoever holds the machine's lock owns them."""
        common = self._git.folder / self._git.line("rev-parse", "--git-common-dir")
        refs = (common / "refs" / "cmflow").glob("*.lock")
        for path in (*refs, self._cache / "ledger.index.lock"):
            path.unlink(missing_ok=True)

    def _failure(self, error: GitError) -> CmflowError:
        return failure(
            self._branch.folder,
            say("The ledger cannot be kept on {remote}/{branch}: {words}",
                remote=self._branch.remote, branch=self._branch.name, words=str(error)),
            say("Nothing is sent without it. See whether this machine may push to that branch; "
                "if the branch is protected, give the ledger one of its own in the settings."),
        )  # fmt: skip


def fast_import(git: Git, words: str, parent: str, files: Mapping[str, str]) -> str:
    """Make a commit of files on a parent, or the first of a branch; returns its name."""
    lines = [
        f"commit {_NEXT}\nmark :1\ncommitter cmflow <cmflow@localhost> now\n".encode(),
        _data(words),
        f"from {parent}\n".encode() if parent else b"",
        *(f"M 100644 inline {path}\n".encode() + _data(text) for path, text in files.items()),
        b"get-mark :1\n",
    ]
    stream = b"".join(lines)
    return git.line("fast-import", "--quiet", "--force", "--date-format=now", stdin=stream)


def _data(text: str) -> bytes:
    encoded = text.encode()
    return b"data %d\n%s\n" % (len(encoded), encoded)


def branch_of(community: Path, root: Path, name: str, remote: str) -> Branch:
    """Find where receipts are kept; a branch of their own is made where there is none.

    `community` is the folder that receipts belong to, `root` that of the site, `name` the branch
    that the settings name, if any. Raises `CmflowError`.
    """
    try:
        top = _top(Git(root))
        if community.is_dir() and not _top(Git(community)).samefile(top):
            own = Git(community)
            return Branch(own, top, community, remote, name or _current(own), "receipts")
        git = Git(top)
        if not name or name == _current(git, missing=""):
            folder = (community / "receipts").resolve().relative_to(top.resolve()).as_posix()
            return Branch(git, top, community, remote, name or _current(git), folder)
        _begin(git, remote, name)
    except GitError as error:
        raise failure(
            "mkdocs.yml",
            say("The ledger cannot be kept in git: {words}", words=str(error)),
            say("Correct “ledger” in the settings, or the repository."),
        ) from error
    return Branch(git, top, community, remote, name, "receipts")


def mount(branch: Branch) -> bool:
    """Bring a branch of its own to where the site looks for it; returns whether it is there now.

    A folder that holds other files is left alone, and so is one whose changes would be lost.
    """
    git, community = branch.git, branch.community
    try:
        source = f"+refs/heads/{branch.name}:{_LEDGER}"
        git.run("fetch", "--quiet", "--no-tags", branch.remote, source)
        if community.exists() and git.folder.samefile(community):
            git.run("merge", "--quiet", "--ff-only", _LEDGER)
        elif not any(_entries(community)):
            git.run("worktree", "prune")
            git.run("worktree", "add", "--quiet", "-B", branch.name, str(community), _LEDGER)
        else:
            return False
    except GitError:
        return False
    return True


def _entries(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _top(git: Git) -> Path:
    return Path(git.line("rev-parse", "--show-toplevel"))


def _current(git: Git, missing: str | None = None) -> str:
    try:
        return git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    except GitError:
        if missing is not None:
            return missing
        raise GitError("no branch is checked out, and the settings name none") from None


def _begin(git: Git, remote: str, name: str) -> None:
    """Make the branch on the remote where it has none."""
    if git.line("ls-remote", "--heads", remote, f"refs/heads/{name}"):
        return
    first = fast_import(git, "What came back\n", "", {})
    with contextlib.suppress(GitError):  # another run may have been quicker
        git.run("push", "--quiet", "--no-verify", remote, f"{first}:refs/heads/{name}")
