"""How long a build takes, against `mkdocs build` and other generators, in one run on one corpus.

    python bench/building.py [--posts 100 --posts 1000] [--runs 5] [--comments 10] [--write]

The tools take turns, round by round, so that whatever else the machine does meets them all alike;
what counts is the ratio of the medians. Memory is the peak of all processes of a tool, summed, each
page that they share counted once. Pelican takes part where `pelican` is on the path.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import blogs
import psutil

DOCS = Path(__file__).parent.parent / "docs" / "speed.md"
_MARK = "<!-- bench/building.py -->"

PELICAN = """
SITENAME = "A real blog"
PATH = "content/blog/posts"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""


class Run:
    """One tool on one blog: its name, its command and the folder of its output."""

    def __init__(self, name: str, command: list[str], folder: Path, output: Path) -> None:
        self.name = name
        self.seconds: list[float] = []
        self.memory: list[float] = []
        self._command, self._folder, self._output = command, folder, output

    def once(self) -> None:
        """Build into an empty folder, and note the seconds and the megabytes."""
        shutil.rmtree(self._output, ignore_errors=True)
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603  # commands of our own
            self._command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        peak = [0.0]
        watch = threading.Thread(target=_watch, args=(process.pid, peak))
        watch.start()
        code = process.wait()
        self.seconds.append(time.perf_counter() - begun)
        watch.join()
        self.memory.append(peak[0])
        if code or not any(self._output.rglob("*.html")):
            sys.exit(f"{self.name} did not build")


def _watch(pid: int, peak: list[float]) -> None:
    """Look at a process and its children ten times a second until it ends."""
    try:
        process = psutil.Process(pid)
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for one in (process, *process.children(recursive=True)):
                try:
                    total += one.memory_full_info().pss
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], total / 1e6)
            time.sleep(0.1)
    except psutil.Error:
        return


def runs(folder: Path, posts: int, comments: int) -> list[Run]:
    """Write the blogs, and return who builds them."""
    plain = blogs.write(folder / "plain", posts).parent
    woven = blogs.write(folder / "woven", posts, comments=comments, plain=False).parent
    python = sys.executable
    quick = (
        "from pathlib import Path; from cmflow.engines import material;"
        "material.build(Path('mkdocs.yml'), Path('fast'), strict=False, talk=lambda line: None)"
    )
    found = [
        Run("mkdocs build", [python, "-m", "mkdocs", "build", "-q"], plain, plain / "site"),
        Run("the same bytes by cmflow", [python, "-c", quick], plain, plain / "fast"),
        Run("cmflow build", [python, "-m", "cmflow", "build"], woven, woven / "site"),
    ]
    if pelican := shutil.which("pelican"):
        (plain / "pelicanconf.py").write_text(PELICAN, "utf-8")
        command = [pelican, "-q", "-s", "pelicanconf.py", "-o", "pelican"]
        found.append(Run("Pelican", command, plain, plain / "pelican"))
    return found


def table(posts: int, comments: int, done: list[Run]) -> str:
    """Return what was measured as Markdown."""
    base = statistics.median(done[0].seconds)
    lines = [
        f"{posts:,} posts, {comments} comments each with cmflow build:",
        "",
        "| Tool | Median, s | Lowest to highest | Times as fast as mkdocs build | Memory, MB |",
        "|---|---:|---|---:|---:|",
    ]
    for run in done:
        middle = statistics.median(run.seconds)
        span = f"{min(run.seconds):.2f} to {max(run.seconds):.2f}"
        memory = statistics.median(run.memory)
        lines.append(f"| {run.name} | {middle:.2f} | {span} | {base / middle:.1f} | {memory:.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and with `--write` put the tables into the docs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, action="append")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--comments", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    tables: list[str] = []
    for posts in asked.posts or [100, 566, 1000]:
        with tempfile.TemporaryDirectory() as name:
            done = runs(Path(name), posts, asked.comments)
            for _ in range(asked.runs):
                for run in done:
                    run.once()
        tables.append(table(posts, asked.comments, done))
        sys.stdout.write(tables[-1] + "\n\n")
    if asked.write:
        before = DOCS.read_text("utf-8").partition(_MARK)[0]
        DOCS.write_text(f"{before}{_MARK}\n\n" + "\n\n".join(tables) + "\n", "utf-8")


if __name__ == "__main__":
    main()
