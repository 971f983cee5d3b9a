"""Git as a program: run without a shell and without questions, and a commit made of files."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT = 180
_FULL = re.compile("no space left|quota exceeded|file too large", re.IGNORECASE)
_CREDENTIALS = re.compile(r"//[^/@\s]+@")
_CONFIG = ("gc.auto=0", "maintenance.auto=false", "core.autocrlf=false")
_OURS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}


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


class GitError(Exception):
    """What git said."""

    @property
    def is_full(self) -> bool:
        """Tell whether there was no room on a disk."""
        return bool(_FULL.search(str(self)))


Files = Mapping[str, bytes | None]
"""What a commit makes of paths: their new contents, or nothing where it takes a file away."""


def fast_import(
    git: Git, words: str, parent: str, files: Files, ref: str = "refs/cmflow/next"
) -> str:
    """Make a commit of files on a parent, or the first of a branch; returns its name.

    `ref` is a reference to write it with, which no other process writes at the same time.
    """
    lines = [
        f"commit {ref}\nmark :1\ncommitter cmflow <cmflow@localhost> now\n".encode(),
        _data(words.encode()),
        f"from {parent}\n".encode() if parent else b"",
        *(_change(path, data) for path, data in files.items()),
        b"get-mark :1\n",
    ]
    stream = b"".join(lines)
    return git.line("fast-import", "--quiet", "--force", "--date-format=now", stdin=stream)


def _change(path: str, data: bytes | None) -> bytes:
    if data is None:
        return f"D {path}\n".encode()
    return f"M 100644 inline {path}\n".encode() + _data(data)


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)
