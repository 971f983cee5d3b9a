"""What a publish costs: one with a new post, and one with nothing new but comments.

    python bench/publishing.py [--posts 1000] [--runs 5] [--cold]

The steps are those of publish.yml, each in a fresh clone as on a runner: fetch, restore what the
run before kept, build, keep that for the next run, pack, hand over, put online; after a post one
machine more, which fetches everything and finds out what each channel is to be told (nothing is
sent: how long a network takes is its own affair). A run with comments only is the one that
collect.yml calls: it tells nobody. Not here is what a network or GitHub takes its time for:
starting machines, installing, carrying files.

Prints the median of every step in seconds of the clock and of processors, the sums, and what a run
with comments costs of one with a post: the whole, and without what every run does alike.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cmflow.workflows import CACHED


class Cost(NamedTuple):
    """What a step cost: seconds of the clock, and seconds of all processors."""

    clock: float
    processors: float


Costs = dict[str, Cost]

ALIKE = frozenset({"fetch", "restore", "pack", "hand over", "online"})
"""The steps that every publish takes, and that no change in what is published shortens."""

ROOT = Path(__file__).parent.parent
POST, ANSWERS, COLD = "a new post", "new comments", ", nothing restored"

TEXT = (
    "On coud le matin, on vend l’après-midi, et le soir on note ce qui n’a pas marché : la toile"
    " trop claire, un fil qui casse, deux boutons perdus, la commande d’une école, le prix du lin,"
    " les heures de l’atelier, une cliente contente, trois sacs refaits pour rien."
)
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
        self.kept, self.web = root / "kept.tar.zst", root / "web"
        self.count = 0
        self.random = random.Random(1)  # noqa: S311  # texts, no secrets
        self.told = root / "told.txt"
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "GITHUB_OUTPUT": str(self.told)}
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
        parts = (f"## Partie {n}\n\n{self.words()}" for n in range(4))
        text = f"{self.words()}\n\n<!-- more -->\n\n" + "\n\n".join(parts)
        self.write(
            f"blog/posts/sac-{self.count}.md", f"---\n{front}summary: Un sac.\n---\n\n{text}\n"
        )

    def words(self) -> str:
        """Write some 200 words that stand nowhere else: what is all alike packs too well."""
        said = self.random.choices(TEXT.split(), k=200)
        return " ".join(
            word if at % 8 else f"{word} {at * self.count}" for at, word in enumerate(said)
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

    def publish(self, *, quiet: bool, cached: bool = True) -> Costs:
        """Publish as the workflow does; returns what each step cost.

        Without `cached` nothing is restored, and what is kept serves no later run.
        """
        work = self.root / "work"  # the same for all runs, as on a runner
        costs: Costs = {}

        def step(name: str, do: Callable[[], object]) -> None:
            began, worked = time.perf_counter(), processors()
            do()
            costs[name] = Cost(time.perf_counter() - began, processors() - worked)

        step("fetch", lambda: self.fetched(work / "build", "--depth", "1"))
        if cached and self.kept.is_file():
            step("restore", lambda: unpack_kept(self.kept, work / "build"))
        step("build", lambda: self.cmflow(work / "build", "build"))
        kept = self.kept if cached else self.root / "other.tar.zst"
        if "woven=true" not in self.told.read_text("utf-8"):
            step("keep", lambda: keep(work / "build", kept))
        step("pack", lambda: pack(work / "build" / "site", work / "artifact.tar"))
        step("hand over", lambda: squeezed(work / "artifact.tar", work / "artifact.zip"))
        step("online", lambda: unpack(work / "artifact.tar", self.web))
        if not quiet:
            step("fetch all", lambda: self.fetched(work / "speak"))
            step("plan", lambda: self.cmflow(work / "speak", "syndicate", "--dry-run"))
        shutil.rmtree(work)
        return costs

    def fetched(self, folder: Path, *words: str) -> None:
        """Clone the remote as checkout does."""
        git(self.root, "clone", "--quiet", *words, self.remote.as_uri(), str(folder))

    def cmflow(self, work: Path, *words: str) -> None:
        """Run a command of cmflow as a step does."""
        self.told.write_text("", "utf-8")
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


def processors() -> float:
    """Return how long this process and all that it waited for have worked."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def keep(work: Path, target: Path) -> None:
    """Pack what a build keeps as actions/cache does: times to the nanosecond, and zstd."""
    there = [path for path in (*CACHED, "site") if (work / path).exists()]
    run("tar", "--posix", "--use-compress-program", "zstd -T0", "-cf", str(target), "-C", str(work),
        *there)  # fmt: skip


def unpack_kept(source: Path, work: Path) -> None:
    """Bring it back."""
    run("tar", "--use-compress-program", "unzstd", "-xf", str(source), "-C", str(work))


def run(*words: str) -> None:
    """Run a program of the machine: Python's own tar rounds the times of files."""
    subprocess.run(words, check=True)  # noqa: S603  # our own words


def pack(folder: Path, target: Path) -> None:
    """Pack a site as upload-pages-artifact does."""
    run("tar", "--dereference", "--hard-dereference", "-cf", str(target), "-C", str(folder), ".")


def squeezed(source: Path, target: Path) -> None:
    """Squeeze it for the way as upload-artifact does."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        file.write(source, source.name)


def unpack(source: Path, target: Path) -> None:
    """Put a packed site online."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    run("tar", "-xf", str(source), "-C", str(target))


def main() -> int:
    """Measure both kinds in turn, and compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cold", action="store_true", help="also with nothing restored")
    given = parser.parse_args()
    kinds: dict[str, list[Costs]] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "blog"
        root.mkdir()
        blog = Blog(root, given.posts)
        blog.publish(quiet=False)
        for _ in range(given.runs):
            for cached in (True, False) if given.cold else (True,):
                words = "" if cached else COLD
                blog.post("2026-11-20")
                blog.push()
                kinds.setdefault(f"{POST}{words}", []).append(
                    blog.publish(quiet=False, cached=cached)
                )
                blog.comments()
                blog.push()
                kinds.setdefault(f"{ANSWERS}{words}", []).append(
                    blog.publish(quiet=True, cached=cached)
                )
    medians = {kind: median(runs) for kind, runs in kinds.items()}
    sys.stdout.write(table(medians, given.posts, given.runs))
    return 0


def median(runs: list[Costs]) -> Costs:
    """Return the median of every step."""
    return {
        name: Cost(*(statistics.median(run[name][at] for run in runs) for at in range(2)))
        for name in runs[-1]
    }


def table(medians: dict[str, Costs], posts: int, runs: int) -> str:
    """Write all steps and sums, and the ratios, as Markdown."""
    kinds = list(medians)
    names = list(dict.fromkeys(name for costs in medians.values() for name in costs))
    lines = [f"{posts:,} posts, medians of {runs} runs; seconds of the clock / of processors", ""]
    lines += [f"| Step | {' | '.join(kinds)} |", f"|---|{'---|' * len(kinds)}"]
    for name in names:
        cells = (shown(medians[kind].get(name)) for kind in kinds)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    for words, left_out in (("the whole", frozenset()), ("without what all do alike", ALIKE)):
        sums = {kind: total(costs, left_out) for kind, costs in medians.items()}
        lines.append(f"| **{words}** | {' | '.join(shown(sums[kind]) for kind in kinds)} |")
        clock, used = (sums[ANSWERS][at] / sums[POST][at] for at in range(2))
        lines.append(
            f"| new comments, of a new post | {clock:.2f} / {used:.2f} |{' |' * (len(kinds) - 1)}"
        )
    return "\n".join(lines) + "\n"


def total(costs: Costs, left_out: frozenset[str]) -> Cost:
    """Add up what steps cost."""
    counted = [cost for name, cost in costs.items() if name not in left_out]
    return Cost(sum(cost.clock for cost in counted), sum(cost.processors for cost in counted))


def shown(cost: Cost | None) -> str:
    """Write a cost; nothing where a step is not taken."""
    return f"{cost.clock:.2f} / {cost.processors:.2f}" if cost else ""


if __name__ == "__main__":
    sys.exit(main())
