"""What a publish costs: one with a new post, and one with nothing new but comments.

    python bench/publishing.py [--posts 300] [--runs 3]

The steps are those of publish.yml, each in a fresh clone as on a runner: fetch, restore what the
run before kept, build, keep that for the next run, pack, put online, and after a post find out what
each channel is to be told (nothing is sent: how long a network takes is its own affair). A run with
comments only is the one that collect.yml calls: it tells nobody. Prints the median of every step,
the sum, and what a run with comments costs of one with a post, with and without anything restored.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cmflow.workflows import CACHED

ROOT = Path(__file__).parent.parent
WORDS = "On coud le matin, on vend l’après-midi, et le soir on note ce qui n’a pas marché. " * 12
COMMENT = """---
id: mastodon.example/{id}
source: toot
author:
  name: Zoé
  url: https://mastodon.example/@zoe
url: https://mastodon.example/@zoe/{id}
published: 2026-11-20T09:{minute:02}:00Z
status: approved
---

<p>Bravo pour la couture, {id}.</p>
"""


class Blog:
    """A remote with a blog of some posts, and a runner that publishes it again and again."""

    def __init__(self, root: Path, posts: int) -> None:
        self.root, self.remote, self.clone = root, root / "remote.git", root / "clone"
        self.kept, self.web = root / "kept.tar", root / "web"
        self.count = 0
        self.env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.clone.mkdir()
        config = (ROOT / "bench" / "publishing.yml").read_text("utf-8")
        (self.clone / "mkdocs.yml").write_text(config, "utf-8")
        (self.clone / ".gitignore").write_text(".cmflow/\nsite/\n")
        self.write("blog/index.md", "# Accueil\n")
        for _ in range(posts):
            self.post("2025-10-06")
        git(root, "init", "--quiet", "--bare", "-b", "main", str(self.remote))
        git(self.clone, "init", "--quiet", "-b", "main")
        git(self.clone, "remote", "add", "origin", str(self.remote))
        self.push()

    def write(self, name: str, text: str) -> None:
        """Write a file below `content`."""
        path = self.clone / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def post(self, day: str) -> None:
        """Write one more post."""
        self.count += 1
        title = f"Le sac numéro {self.count}"
        front = f'title: "{title}"\nslug: sac-{self.count}\ndate: {day}T09:00:00Z\n'
        front += f"categories: [Atelier {self.count % 7}]\ntags: [toile {self.count % 23}]\n"
        text = f"{WORDS}\n\n<!-- more -->\n\n" + "\n\n".join(
            f"## Partie {n}\n\n{WORDS}" for n in range(4)
        )
        self.write(
            f"blog/posts/sac-{self.count}.md", f"---\n{front}summary: Un sac.\n---\n\n{text}\n"
        )

    def comments(self) -> None:
        """Let five answers come in under three posts."""
        for at in range(5):
            self.count += 1
            name = f"20261120T09{at:02}00-toot-{self.count}.md"
            text = COMMENT.format(id=self.count, minute=at)
            self.write(f"community/comments/sac-{1 + at % 3}/{name}", text)

    def push(self) -> None:
        """Commit everything and push it."""
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "--quiet", "-m", "Blog")
        if any((self.remote / "refs/heads").iterdir()):
            git(self.clone, "pull", "--quiet", "--rebase", "origin", "main")
        git(self.clone, "push", "--quiet", "-u", "origin", "main")

    def publish(self, *, quiet: bool, cached: bool = True) -> dict[str, float]:
        """Publish as the workflow does; returns the seconds of each step.

        Without `cached` nothing is restored, and what is kept serves no later run.
        """
        work = Path(tempfile.mkdtemp(dir=self.root))
        times: dict[str, float] = {}

        def step(name: str, do: Callable[[], object]) -> None:
            began = time.perf_counter()
            do()
            times[name] = time.perf_counter() - began

        step(
            "fetch",
            lambda: git(work, "clone", "--quiet", "--depth", "1", self.remote.as_uri(), "."),
        )
        if cached and self.kept.is_file():
            step("restore", lambda: unpack_kept(self.kept, work))
        step("build", lambda: self.cmflow(work, "build"))
        kept = self.kept if cached else self.root / "other.tar"
        step("keep", lambda: keep(work, kept))
        step("pack", lambda: pack(work / "site", work / "site.tar"))
        step("deploy", lambda: unpack(work / "site.tar", self.web))
        if not quiet:
            step("plan", lambda: self.cmflow(work, "syndicate", "--dry-run"))
        shutil.rmtree(work)
        return times

    def cmflow(self, work: Path, *words: str) -> None:
        """Run a command of cmflow as a step does."""
        command = [sys.executable, "-m", "cmflow", *words]
        done = subprocess.run(  # noqa: S603  # our own words
            command, cwd=work, env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)


def git(folder: Path, *words: str) -> None:
    """Run git as a person."""
    command = ["git", "-c", "user.name=b", "-c", "user.email=b@localhost", *words]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  # our own words


def keep(work: Path, target: Path) -> None:
    """Pack what a build keeps as actions/cache does: with times to the nanosecond."""
    there = [path for path in (*CACHED, "site") if (work / path).exists()]
    run_tar("--posix", "-cf", str(target), "-C", str(work), *there)


def unpack_kept(source: Path, work: Path) -> None:
    """Bring it back."""
    run_tar("-xf", str(source), "-C", str(work))


def run_tar(*words: str) -> None:
    """Run the tar of the machine: that of Python rounds the times of files."""
    subprocess.run(["tar", *words], check=True)  # noqa: S603, S607  # our own words


def pack(folder: Path, target: Path) -> None:
    """Pack a site as upload-pages-artifact does."""
    with tarfile.open(target, "w") as tar:
        tar.add(folder, arcname=".")


def unpack(source: Path, target: Path) -> None:
    """Put a packed site online."""
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(source) as tar:
        tar.extractall(target, filter="data")


def main() -> int:
    """Measure both kinds in turn, and compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    kinds: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "blog"
        root.mkdir()
        blog = Blog(root, given.posts)
        blog.publish(quiet=True)
        for _, cached in itertools.product(range(given.runs), (True, False)):
            words = "" if cached else ", nothing restored"
            blog.post("2026-11-20")
            blog.push()
            kinds.setdefault(f"a new post{words}", []).append(
                blog.publish(quiet=False, cached=cached)
            )
            blog.comments()
            blog.push()
            kinds.setdefault(f"new comments{words}", []).append(
                blog.publish(quiet=True, cached=cached)
            )
    sums = {kind: _shown(kind, runs) for kind, runs in kinds.items()}
    for other in ("a new post", "a new post, nothing restored"):
        ratio = sums["new comments"] / sums[other]
        sys.stdout.write(f"new comments cost {ratio:.2f} of {other}\n")
    return 0


def _shown(kind: str, runs: list[dict[str, float]]) -> float:
    medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    steps = "  ".join(f"{name} {seconds:6.2f}" for name, seconds in medians.items())
    total = sum(medians.values())
    sys.stdout.write(f"{kind:30} {total:7.2f} s   {steps}\n")
    return total


if __name__ == "__main__":
    sys.exit(main())
