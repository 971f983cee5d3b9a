"""How long a calendar takes: 10,000 posts of ten years, 20 cadences, two channels, all as files.

    python bench/calendar_of_years.py [--posts 10000]

It runs `cmflow calendar` as a person does, process and all, and then writes every entry of the ten
years as JSON; the posts are read anew each time, from no cache. It prints the times for a quarter,
half and all of the posts, so that one sees the growth, and fails above 3 s for the command.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET = 3.0
YEARS = 10
DAYS = ("MO", "TU", "WE", "TH", "FR")
CONFIG = """\
site_name: Les Ateliers
site_url: https://ateliers.example/
docs_dir: content/blog
theme: {name: material, language: fr}
plugins:
  - blog: {blog_dir: ., post_url_format: "articles/{slug}", draft_if_future_date: true}
  - cmflow:
      timezone: Europe/Paris
      series: {quatre-mots: {title: Quatre mots}}
      channels:
        mastodon: {network: mastodon, server: "https://m.example", since: 2015-01-01}
        bluesky: {network: bluesky, account: ateliers.example, since: 2015-01-01}
"""
POST = """\
---
title: "L’article numéro {at}"
slug: article-{at}
date: {when}
authors: [lea]
categories: [Atelier]
tags: [voile, couture]
summary: "Une ou deux phrases sur ce que dit l’article numéro {at}."
persona: navigatrice
objective: confiance
intent: inform
series: {series}
---

{text}
"""


def write(root: Path, count: int, today: dt.date) -> None:
    """Write a blog whose posts are spread over ten years, the last of them in the coming weeks."""
    posts, plan = root / "content/blog/posts", root / "content/plan"
    posts.mkdir(parents=True)
    plan.mkdir(parents=True)
    (root / "mkdocs.yml").write_text(CONFIG, "utf-8")
    (root / "content/blog/index.md").write_text("# Le journal\n", "utf-8")
    first = dt.datetime.combine(today - dt.timedelta(days=365 * YEARS), dt.time(9), dt.UTC)
    step = dt.timedelta(days=365 * YEARS + 30) / count
    for at in range(count):
        when = (first + at * step).replace(microsecond=0).isoformat()
        series = "quatre-mots" if at % 5 == 0 else '""'
        text = "Une phrase comme une autre. " * 120
        words = POST.format(at=at, when=when, series=series, text=text)
        (posts / f"article-{at}.md").write_text(words, "utf-8")
    cadences = [
        f"c{at}:\n  title: Le rythme {at}\n  rule: FREQ=WEEKLY;BYDAY={DAYS[at % 5]}\n"
        f'  at: "{8 + at // 5:02}:00"\n  from: {first.date()}\n'
        + ("  series: quatre-mots\n" if at % 4 == 0 else "")
        for at in range(20)
    ]
    (plan / "cadences.yml").write_text("".join(cadences), "utf-8")


def timed(root: Path, *words: str) -> float:
    """Return the seconds that the command takes, at its best of three."""
    command = [sys.executable, "-m", "cmflow", "--config-file", str(root / "mkdocs.yml"), *words]
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own command
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> int:
    """Measure, print, and tell whether it is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    most = parser.parse_args().posts
    today = dt.datetime.now(dt.UTC).date()
    first = (today - dt.timedelta(days=365 * YEARS)).isoformat()
    agenda = 0.0
    with tempfile.TemporaryDirectory() as name:
        for share in (4, 2, 1):
            root = Path(name) / str(share)
            write(root, most // share, today)
            agenda = timed(root, "calendar")
            whole = timed(root, "calendar", "--format", "json", "--since", first)
            sys.stdout.write(
                f"{most // share:>6} posts, 20 cadences, {YEARS} years: cmflow calendar"
                f" {agenda:.2f} s, all of it as JSON {whole:.2f} s\n"
            )
    return 0 if agenda < BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
