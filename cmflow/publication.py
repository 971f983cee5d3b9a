"""Put files that the tool wrote onto a branch of the remote: once, and over nobody's work.

The checkout may be old, detached or shallow, and another job may push at the same time: so what is
pushed is made on the tip of the branch, anew whenever somebody was quicker. A file that somebody
else changed there meanwhile is left as it is; the next run writes it again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from cmflow.errors import CmflowError, Message, failure, say
from cmflow.git import Git, GitError, fast_import
from cmflow.ledger_branch import current

_TRIES = 8
_REF = "refs/cmflow/publication"
_PROTECTED = re.compile(r"protected branch|GH006|GH013|repository rule", re.IGNORECASE)


class Pushed(msgspec.Struct, frozen=True):
    """What was pushed to which branch, and what was left because somebody else had changed it."""

    branch: str
    paths: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def push(
    folder: Path,
    paths: tuple[Path, ...],
    words: str,
    *,
    run: str,
    remote: str = "origin",
    sleep: Callable[[float], None] = time.sleep,
) -> Pushed:
    """Commit files as they are in the checkout and push them; a file that is gone is taken away.

    `run` is a word that no other run has. Raises `CmflowError`.
    """
    try:
        git = Git(Path(Git(folder).line("rev-parse", "--show-toplevel")))
        if remote not in git.line("remote").split():
            raise _remoteless(remote)
        branch = current(git, remote)
        wanted = _wanted(git, paths)
        last = GitError()
        for turn in range(_TRIES):
            tip = _tip(git, remote, branch)
            todo, left = _parted(git, wanted, tip)
            if not todo:
                return Pushed(branch, (), left)
            commit = fast_import(git, f"{words}\n\nRun: {run}\n", tip, todo)
            try:
                git.run("push", "--quiet", "--no-verify", remote, f"{commit}:refs/heads/{branch}")
            except GitError as error:
                last = error
                if _PROTECTED.search(str(error)):
                    break
                sleep(0.2 * turn)
                continue
            return Pushed(branch, tuple(todo), left)
    except GitError as error:
        last = error
    raise _refused(last)


def _wanted(git: Git, paths: tuple[Path, ...]) -> Mapping[str, bytes | None]:
    """Return the bytes of every file by its path in the repository, a folder's files one by one."""
    top = git.folder.resolve()
    found: dict[str, bytes | None] = {}
    for path in paths:
        here = path.resolve()
        if not here.is_relative_to(top):
            raise GitError(f"{path} is outside of the repository")
        name = here.relative_to(top).as_posix()
        known = git.line("ls-files", "-z", "--", name).split("\0")
        there = [one for one in here.rglob("*") if one.is_file()] if here.is_dir() else [here]
        names = {one.relative_to(top).as_posix() for one in there} | {one for one in known if one}
        for one in sorted(names):
            found[one] = (top / one).read_bytes() if (top / one).is_file() else None
    return found


def _tip(git: Git, remote: str, branch: str) -> str:
    git.run("fetch", "--quiet", "--no-tags", remote, f"+refs/heads/{branch}:{_REF}")
    return git.line("rev-parse", _REF)


def _parted(
    git: Git, wanted: Mapping[str, bytes | None], tip: str
) -> tuple[dict[str, bytes | None], tuple[str, ...]]:
    """Part what is to be written from what somebody else has changed on the branch since HEAD."""
    todo: dict[str, bytes | None] = {}
    left: list[str] = []
    for path, mine in wanted.items():
        theirs = _blob(git, tip, path)
        if theirs == mine:
            continue
        if theirs == _blob(git, "HEAD", path):
            todo[path] = mine
        else:
            left.append(path)
    return todo, tuple(left)


def _blob(git: Git, commit: str, path: str) -> bytes | None:
    entry = git.line("ls-tree", "--full-tree", commit, "--", path).split()
    return git.run("cat-file", "blob", entry[2]) if entry else None


def _remoteless(remote: str) -> CmflowError:
    return failure(
        "git",
        say("There is no remote “{remote}” to push to.", remote=remote),
        say("Add one: git remote add {remote} ADDRESS", remote=remote),
    )


def _refused(error: GitError) -> CmflowError:
    remedy: Message = say("See whether this machine may push there; nothing is lost, and the next "
                          "run tries again.")  # fmt: skip
    if error.is_full:
        remedy = say("Make room, then run it again: nothing is lost.")
    elif _PROTECTED.search(str(error)):
        remedy = say(
            "The branch is protected. In the settings of the repository, under Rules, let a deploy "
            "key through, and keep it as the secret CMFLOW_DEPLOY_KEY; docs/ci/github.md says how."
        )
    return failure("git", say("It cannot be pushed: {words}", words=str(error)), remedy)
