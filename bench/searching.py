"""Whether our search answers as well as Material's, and what a reader's browser fetches for it.

    python bench/searching.py [--posts 566]

One blog, built by Material; both scripts answer the same questions in one browser. For each
question, the page that Material's puts first is looked for among our first five. Bytes are those of
a host that compresses by gzip.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import http.server
import json
import random
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import blogs
import msgspec

from cmflow.engines import material, material_search
from cmflow.search import writing

SESSION = ("borrow checker", "error handling", "release notes")
"""What a reader asks for, three times."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_TAG = re.compile(r"<[^>]*>|&\w+;")
_OURS = "ours"

_ASK = """async ([script, index, questions]) => {
  const { config, docs } = await (await fetch(index)).json();
  const worker = new Worker(script);
  const heard = () => new Promise(resolve => worker.onmessage = event => resolve(event.data));
  worker.postMessage({ type: 0, data: { config, docs, options: { suggest: false } } });
  await heard();
  const answers = [];
  for (const question of questions) {
    worker.postMessage({ type: 2, data: question });
    const { data: { items } } = await heard();
    answers.push(items.slice(0, 5).map(
      group => group.map(item => item.location).find(location => !location.includes("#"))));
  }
  worker.terminate();
  return answers;
}"""


class Kind(msgspec.Struct):
    """Questions of one kind: how many Material answers, and how many of its answers we have."""

    name: str
    asked: int = 0
    among_five: int = 0
    first: int = 0


def questions(entries: list[dict[str, Any]], seed: int = 7) -> list[tuple[str, str]]:
    """Draw questions of each kind from what a blog says; the same for the same blog and seed."""
    chance = random.Random(seed)  # noqa: S311  # no secret is made of it
    posts = [
        entry for entry in entries if "#" not in entry["location"] and len(entry["text"]) > 200
    ]
    titles = [_words(entry["title"]) for entry in posts]
    spread = Counter(word for entry in entries for word in set(_words(entry["text"])))
    of_titles = sorted({word for title in titles for word in title})
    rare = [word for word, count in spread.items() if count <= 3]
    middling = [word for word, count in spread.items() if 4 <= count <= 60]
    common = [word for word, count in spread.items() if count > 60]
    telling = [[w for w in _words(entry["text"]) if spread[w] < 300] for entry in posts]
    drawn = {
        "a word of a title": chance.sample(of_titles, min(80, len(of_titles))),
        "two words of a title": _pairs(titles, 80, chance),
        "a rare word": chance.sample(rare, min(80, len(rare))),
        "a middling word": chance.sample(middling, min(80, len(middling))),
        "a common word": chance.sample(common, min(60, len(common))),
        "two words of a text": _pairs(telling, 100, chance),
        "a beginning of four letters or more": [
            word[: chance.randint(4, max(4, len(word) - 1))]
            for word in chance.choices(of_titles, k=40) + chance.choices(middling, k=40)
        ],
        "a word with accents": [word for word in spread if not word.isascii()][:60],
    }
    return [(kind, question) for kind, all_ in drawn.items() for question in all_]


def _words(html: str) -> list[str]:
    return _WORD.findall(_TAG.sub(" ", html).lower())


def _pairs(texts: list[list[str]], count: int, chance: random.Random) -> list[str]:
    enough = [words for words in texts if len(set(words)) > 1]
    return [" ".join(chance.sample(sorted(set(chance.choice(enough))), 2)) for _ in range(count)]


def prepare(site: Path) -> None:
    """Put our index and our script beside those of Material, for the same pages."""
    index = json.loads((site / "search" / "search_index.json").read_bytes())
    made = writing.make(index["docs"], index["config"])
    writing.write(lambda _: made, index["config"], site / _OURS)
    script = (material_search.script()[1]).read_text("utf-8")
    target = site / _OURS / "assets" / "cmflow" / "search.js"
    target.parent.mkdir(parents=True)
    # Nobody types here.
    target.write_text(re.sub(r"(const PAUSE = )\d+", r"\g<1>0", script), "utf-8")


def compare(page: Any, address: str, asked: list[tuple[str, str]]) -> list[Kind]:
    """Ask both scripts, in a browser's page of the site at `address`."""
    page.goto(f"{address}404.html")
    source = page.evaluate("JSON.parse(document.getElementById('__config').textContent).search")
    every = [question for _, question in asked]
    scripts = (
        (source, "search/search_index.json"),
        (f"{_OURS}/assets/cmflow/search.js", f"{_OURS}/search/search_index.json"),
    )
    theirs, ours = (
        page.evaluate(_ASK, [f"{address}{script.lstrip('/')}", f"{address}{index}", every])
        for script, index in scripts
    )
    kinds: dict[str, Kind] = {}
    for (name, _), wanted, found in zip(asked, theirs, ours, strict=True):
        kind = kinds.setdefault(name, Kind(name))
        if wanted:
            kind.asked += 1
            kind.among_five += wanted[0] in found
            kind.first += wanted[0] == found[0] if found else 0
    return list(kinds.values())


def session(page: Any, address: str, site: Path, *, every_key: bool) -> tuple[int, int]:
    """Return how many files a session fetches, and their bytes, compressed; the script included."""
    own = f"{address}{_OURS}/"
    fetched: list[str] = []
    page.goto(f"{address}404.html", wait_until="networkidle")
    page.context.on("request", lambda request: fetched.append(request.url.partition(own)[2]))
    asked = [
        question[:end]
        for question in SESSION
        for end in (range(1, len(question) + 1) if every_key else [len(question)])
    ]
    page.evaluate(_ASK, [f"{own}assets/cmflow/search.js", f"{own}search/search_index.json", asked])
    files = [site / _OURS / path for path in fetched if path]
    return len(files), sum(len(gzip.compress(file.read_bytes())) for file in files)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; yields the address with its final slash."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base has it
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Build a blog, ask, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=566)
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        site = Path(name) / "site"
        material.build(
            blogs.write(Path(name), given.posts), site, strict=False, talk=lambda _: None
        )
        prepare(site)
        asked = questions(json.loads((site / "search" / "search_index.json").read_bytes())["docs"])
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        with serving(site) as address:
            page = browser.new_context().new_page()
            for line in report(compare(page, address, asked)):
                sys.stdout.write(f"{line}\n")
            for every_key in (False, True):
                page = browser.new_context().new_page()
                files, size = session(page, address, site, every_key=every_key)
                keys = ", every letter waited for" if every_key else ""
                sys.stdout.write(f"{files} files, {size / 1000:.0f} kB{keys}\n")
        browser.close()


def report(kinds: list[Kind]) -> Iterator[str]:
    """Write the figures as a table in Markdown."""
    yield "| Question | Asked | Material’s first among our first five | Ours first too |"
    yield "|---|---|---|---|"
    total = Kind("all")
    for kind in kinds:
        total.asked += kind.asked
        total.among_five += kind.among_five
        total.first += kind.first
    for kind in [*kinds, total]:
        share = [f"{100 * n / kind.asked:.0f} %" for n in (kind.among_five, kind.first)]
        yield f"| {kind.name} | {kind.asked} | {share[0]} | {share[1]} |"


if __name__ == "__main__":
    main()
