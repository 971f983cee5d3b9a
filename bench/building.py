"""How long builds take, against `mkdocs build` and other generators, in one run on one corpus.

    python bench/building.py [--posts 100 --posts 1000] [--runs 5] [--tools cmflow,Hugo] [--write]

The tools take turns, round by round, so that whatever else the machine does meets them all alike;
what counts is the ratio of the medians. Memory is the peak of all processes of a tool, summed, each
page that they share counted once. `--write` puts the figures into docs/speed.md, in the place of
those with the same number of posts. `make bench` installs the other generators first. What a round
made is kept until all have ended: with 5,000 posts that takes up to 20 GB of the disk.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import tempfile
from pathlib import Path

import bars
import blogs
import figures
import peers
import psutil
import racing

DOCS = Path(__file__).parent.parent / "docs"
SIZES = (100, 566, 1000, 5000)
COMMENTS = [0, 10]
MARK = "<!-- bench/building.py -->"


def measure(posts: int, runs: int, asked: list[str]) -> figures.Size:
    """Measure the tools whose name begins as one that was asked for, or all."""
    wanted = [tool for tool in peers.tools(COMMENTS) if _asked(tool.name, asked)]
    absent = [tool.name for tool in wanted if peers.missing(tool)]
    given = blogs.posts(posts)
    with tempfile.TemporaryDirectory() as name:
        racers = [
            racing.Racer(tool, Path(name) / f"blog-{at}", given)
            for at, tool in enumerate(wanted)
            if tool.name not in absent
        ]
        for number in range(1, runs + 1):
            for racer in racers:
                _talk(f"{posts:,} posts, round {number} of {runs}: {racer.tool.name}")
                racer.round(number, runs)
    cases = [case for racer in racers for case in racer.cases.values()]
    day = dt.datetime.now(dt.UTC).date().isoformat()
    return figures.Size(posts, day, _machine(), cases, absent)


def page(sizes: list[figures.Size]) -> str:
    """Return what docs/speed.md says of the figures."""
    chosen = next((size for size in sizes if size.posts == 1000), sizes[-1])
    return "\n\n".join(
        [
            f"![{bars.title(chosen)}](images/speed.svg)",
            figures.ratios(sizes),
            *map(figures.table, sizes),
        ]
    )


def write(sizes: list[figures.Size]) -> None:
    """Put the figures into the docs."""
    chosen = next((size for size in sizes if size.posts == 1000), sizes[-1])
    (DOCS / "images" / "speed.svg").write_text(bars.svg(chosen), "utf-8")
    path = DOCS / "speed.md"
    before = path.read_text("utf-8").partition(MARK)[0]
    path.write_text(f"{before}{MARK}\n\n{page(sizes)}\n", "utf-8")


def _asked(name: str, asked: list[str]) -> bool:
    return not asked or any(name.lower().startswith(word.lower()) for word in asked)


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1e9
    python = platform.python_version()
    return f"{os.cpu_count()} processors, {memory:.0f} GB, {platform.system()}, Python {python}"


def _talk(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """Measure, print, and with `--write` put the figures into the docs after each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, action="append")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tools", default="", help="names, or how they begin, with commas")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.write and asked.tools:
        parser.error("the docs compare all tools: leave --tools or --write out")
    sizes = []
    for posts in asked.posts or SIZES:
        sizes.append(measure(posts, asked.runs, [one for one in asked.tools.split(",") if one]))
        sys.stdout.write(figures.table(sizes[-1]) + "\n\n")
        if asked.write:
            write(figures.keep(sizes[-1]))
    sys.stdout.write(figures.ratios(sizes) + "\n")


if __name__ == "__main__":
    main()
