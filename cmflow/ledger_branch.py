"""Where receipts lie in git: the remote, the branch, the folder, and the branch in a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cmflow.errors import failure, say
from cmflow.git import Git, GitError

_HEAD = re.compile(r"^ref: refs/heads/(\S+)\tHEAD$", re.MULTILINE)

_KEEP = ".gitkeep"

LEDGER = "refs/cmflow/ledger"
"""The reference that follows the tip of the branch on the remote."""


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


def branch_of(community: Path, root: Path, name: str, remote: str) -> Branch:
    """Find where receipts are kept; a branch of their own is made by what is first kept there.

    `community` is the folder that receipts belong to, `root` that of the site, `name` the branch
    that the settings name, if any. Raises `CmflowError`.
    """
    try:
        top = _top(Git(root))
        if community.is_dir() and not _top(Git(community)).samefile(top):
            own = Git(community)
            return Branch(own, top, community, remote, name or current(own, remote), "receipts")
        git = Git(top)
        if not name or name == current(git, remote):
            folder = (community / "receipts").resolve().relative_to(top.resolve()).as_posix()
            return Branch(git, top, community, remote, name or current(git, remote), folder)
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
    keep = community / _KEEP
    try:
        source = f"+refs/heads/{branch.name}:{LEDGER}"
        git.run("fetch", "--quiet", "--no-tags", branch.remote, source)
        if community.exists() and git.folder.samefile(community):
            git.run("merge", "--quiet", "--ff-only", LEDGER)
        elif all(entry == keep for entry in _entries(community)):
            # Git mounts a branch only where the folder is empty.
            keep.unlink(missing_ok=True)
            git.run("worktree", "prune")
            git.run("worktree", "add", "--quiet", "-B", branch.name, str(community), LEDGER)
            _exclude(branch)
        else:
            return False
    except (GitError, OSError):
        return False
    return True


def follow(branch: Branch) -> bool:
    """Bring the checkout of a branch that receipts share with the site to its tip, if it may be.

    One with commits of its own is left alone; whoever pulls next gets the receipts.
    """
    git = branch.git
    try:
        if git.line("symbolic-ref", "--quiet", "--short", "HEAD") != branch.name:
            return False
        source = f"+refs/heads/{branch.name}:{LEDGER}"
        git.run("fetch", "--quiet", "--no-tags", branch.remote, source)
        git.run("merge", "--quiet", "--ff-only", LEDGER)
    except GitError:
        return False
    return True


def _exclude(branch: Branch) -> None:
    """Keep the folder out of what is committed on the branch of the site, in this clone alone.

    https://git-scm.com/docs/gitignore
    """
    common = branch.top / branch.git.line("rev-parse", "--git-common-dir")
    inside = branch.community.resolve().relative_to(branch.top.resolve()).as_posix()
    path, line = common / "info" / "exclude", f"/{inside}/"
    said = path.read_text("utf-8") if path.is_file() else ""
    if line not in said.splitlines():
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{said.rstrip()}\n{line}\n".lstrip(), "utf-8", newline="\n")


def _entries(folder: Path) -> Iterator[Path]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _top(git: Git) -> Path:
    return Path(git.line("rev-parse", "--show-toplevel"))


def current(git: Git, remote: str) -> str:
    """Return the branch that is checked out; where none is, the main one of the remote.

    Many a CI checks out a commit and no branch. Raises `GitError`.
    """
    try:
        return git.line("symbolic-ref", "--quiet", "--short", "HEAD")
    except GitError:
        found = _HEAD.search(git.line("ls-remote", "--symref", remote, "HEAD"))
        if found is None:
            raise GitError("no branch is checked out, and the settings name none") from None
        return found[1]
