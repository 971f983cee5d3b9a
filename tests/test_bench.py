"""The bench: what it measures, and that what goes wrong in a tool is said and not averaged."""

from __future__ import annotations

import datetime as dt
import sys
import threading
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

BENCH = Path(__file__).parent.parent / "bench"
sys.path.insert(0, str(BENCH))

import bars  # noqa: E402  # from bench/
import blogs  # noqa: E402
import building  # noqa: E402
import figures  # noqa: E402
import peers  # noqa: E402
import racing  # noqa: E402
import serving  # noqa: E402
import watching  # noqa: E402
from figures import Case, Size, State  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
AUTHORS = "authors:\n  ada: {name: Ada Lovelace, description: x, avatar: x}\n"
POST = """\
---
title: 'Nine: a {at}th'
date: 2026-03-0{at}
slug: post-{at}
authors: [ada]
categories: [News]
tags: [The Team, the team]
---

Words {at} \x1b[0m.
"""

# A generator of one line: it copies the post into its page, and counts its builds.
COPIES = (
    "import pathlib as p; o = p.Path('out'); o.mkdir(exist_ok=True); "
    "k = p.Path('kept'); k.write_text(k.read_text() + 'x' if k.exists() else 'x'); "
    "(o / 'post-2.html').write_text(p.Path('post-2.md').read_text())"
)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Give a corpus of three posts."""
    folder = tmp_path / "corpus"
    (folder / "posts").mkdir(parents=True)
    (folder / ".authors.yml").write_text(AUTHORS)
    for at in range(1, 4):
        (folder / "posts" / f"{at}.md").write_text(POST.format(at=at))
    monkeypatch.setattr(blogs, "CORPUS", folder)
    return folder


def tool(build: str, *, again: bool = True, serve: tuple[str, ...] = ()) -> peers.Tool:
    command = (sys.executable, "-c", build)

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        folder.mkdir()
        for post in posts:
            (folder / f"{post.slug}.md").write_text(post.body)

    return peers.Tool(
        name="Copies",
        write=write,
        build=command,
        again=command if again else (),
        serve=serve,
        output="out",
        kept=("out", "kept"),
        source="{slug}.md",
        page="{slug}.html",
    )


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def size(posts: int = 1000, **more: Case) -> Size:
    cases = [
        Case("mkdocs build", State.WHOLE, posts, [30.0, 28.0, 29.0], [28.0], [200.0], 1493),
        Case("mkdocs build", State.SERVE, posts, [40.0], [0.0], [210.0], 1493),
        Case("cmflow build", State.WHOLE, posts, [5.0, 4.0, 6.0], [8.0], [250.0], 1493),
        Case("cmflow build", State.EDIT, posts, [1.0], [1.2], [180.0], 1493),
        Case("cmflow build", State.SERVE, posts, [0.5], [0.0], [190.0], 1493),
        Case("Hugo", State.WHOLE, posts, [1.5], [1.5], [300.0], 1783),
        Case("Zensical", State.WHOLE, posts, [50.0], [80.0], [6001.0], fault="stopped at 6 GB"),
    ]
    return Size(posts, "2026-11-21", "a machine", [*cases, *more.values()], ["Eleventy"])


@pytest.mark.parametrize("name", [tool.name for tool in peers.tools(building.COMMENTS)])
def test_every_generator_gets_every_post_where_it_looks_for_it(corpus, tmp_path, name):
    found = next(tool for tool in peers.tools(building.COMMENTS) if tool.name == name)
    given = blogs.posts(5)
    found.write(tmp_path / "blog", given)
    for post in given:
        text = (tmp_path / "blog" / found.source.format(slug=post.slug)).read_text("utf-8")
        assert str(post.meta["title"]) in text
        assert post.body[:9] in text
        assert found.page_of(post).count(post.slug) == 1


def test_posts_that_repeat_have_slugs_titles_and_days_of_their_own(corpus):
    given = blogs.posts(7)
    assert len({post.slug for post in given}) == 7
    assert given[3].meta["title"] == "Nine: a 1th (2)"
    assert given[3].meta["date"] == dt.date(2026, 2, 28)


def test_comments_are_written_for_ours_alone(corpus, tmp_path):
    for number, found in enumerate(peers.tools([0, 10])):
        found.write(tmp_path / str(number), blogs.posts(3))
        there = len(list((tmp_path / str(number)).rglob("community/**/*.md")))
        assert there == 3 * (found.comments or 0)


def test_a_missing_corpus_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(blogs, "CORPUS", tmp_path / "nowhere")
    with pytest.raises(SystemExit, match="CMFLOW_CORPUS"):
        blogs.posts(3)


def test_memory_is_summed_over_children(tmp_path):
    child = (
        "x = bytearray(60_000_000); x[::4096] = b'1' * len(x[::4096]); __import__('time').sleep(1)"
    )
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    used = watching.run(python(code), tmp_path)
    assert 60 < used.memory < 200
    assert used.seconds > 1 > used.processor > 0
    assert not used.fault


def test_too_much_memory_stops_a_tool(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "MEMORY", 50.0)
    code = (
        "x = bytearray(90_000_000); x[::4096] = b'1' * len(x[::4096]); __import__('time').sleep(60)"
    )
    used = watching.run(python(code), tmp_path)
    assert used.fault.startswith("stopped at")
    assert used.seconds < 30


def test_too_long_stops_a_tool_and_its_children(tmp_path, monkeypatch):
    child = "import time, pathlib; time.sleep(1.5); pathlib.Path('late').touch()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    monkeypatch.setattr(watching, "PATIENCE", 0.4)
    used = watching.run(python(code), tmp_path)
    assert used.fault.startswith("stopped after")
    assert used.seconds < 1.5
    time.sleep(1.5)
    assert not (tmp_path / "late").exists()


def test_a_tool_that_fails_is_quoted(tmp_path):
    used = watching.run(python("import sys; sys.exit('no | theme')"), tmp_path)
    assert used.fault == "failed: no / theme"


def test_a_tool_may_keep_itself_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    used = watching.run(python("import sys; sys.exit(sys.dont_write_bytecode)"), tmp_path)
    assert not used.fault


def test_each_round_starts_from_the_right_state(corpus, tmp_path):
    racer = racing.Racer(tool(COPIES), tmp_path / "blog", blogs.posts(3))
    for number in (1, 2):
        racer.round(number, 2)
        # A cold build, and one on top of it.
        assert (tmp_path / "blog" / "kept").read_text() == "xx"
        assert f"Words of edit-{number}." in (tmp_path / "blog" / "out/post-2.html").read_text()
    assert [len(case.seconds) for case in racer.cases.values()] == [2, 2]
    assert set(racer.cases) == {State.WHOLE, State.EDIT}
    assert racer.cases[State.WHOLE].pages == 1
    # Nothing was deleted just before a build: some file systems are slow after that.
    assert (tmp_path / "blog-before-2" / "kept").read_text() == "xx"


def test_a_build_that_does_not_show_the_edit_is_no_build(corpus, tmp_path):
    lazy = f"import os; os.path.exists('out') or exec({COPIES!r})"
    racer = racing.Racer(tool(lazy), tmp_path / "blog", blogs.posts(3))
    racer.round(1, 5)
    assert racer.cases[State.EDIT].fault == "failed: the page does not hold the change"
    racer.round(2, 5)
    assert len(racer.cases[State.EDIT].seconds) == 1


def test_what_is_slow_is_measured_a_few_times_only(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(racing, "SLOW", 0.0)
    racer = racing.Racer(tool(COPIES, again=False), tmp_path / "blog", blogs.posts(3))
    for number in range(1, 6):
        racer.round(number, 5)
    assert len(racer.cases[State.WHOLE].seconds) == racing.FEW


def test_a_server_is_asked_until_it_shows_the_edit(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_LOOK", 0.05)
    page = tmp_path / "page.html"
    page.write_text("old")

    def edit() -> str:
        threading.Timer(0.4, page.write_text, ["new words"]).start()
        return "new words"

    words = (sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1")
    used = serving.measure(words, tmp_path, "page.html", edit)
    assert not used.fault
    assert 0.3 < used.seconds < 5


def test_a_server_that_ends_is_said(tmp_path):
    used = serving.measure((sys.executable, "-c", ""), tmp_path, "page.html", lambda: "")
    assert used.fault == "failed: the server ended"


def test_the_table_names_what_failed_and_who_was_absent():
    table = figures.table(size())
    assert (
        "| cmflow build | the whole site | 3 | 5.00 | 4.00 to 6.00 | 5.8 | 8.00 | 250 | 1493 |"
        in table
    )
    assert "| mkdocs serve | an edited post shown by the server | 1 | 40.00 |" in table
    assert "| Zensical | the whole site | 1 | stopped at 6 GB ||||6001 ||" in table
    assert "Not installed, so not measured: Eleventy." in table
    assert table.index("| Hugo") < table.index("| cmflow build") < table.index("| mkdocs build")


def test_ratios_are_held_against_the_aims():
    large = size(5000)
    slow = [msgspec.structs.replace(c, seconds=[5 * s for s in c.seconds]) for c in large.cases]
    text = figures.ratios([size(), msgspec.structs.replace(large, cases=slow)])
    assert "| The whole site, times as fast as `mkdocs build` | at least 5 | 5.8 | 5.8 |" in text
    assert "Hugo’s whole site | over 1 | 1.50 | 1.50 |" in text
    assert "| Server, times as fast as `mkdocs serve` | at least 20 | 80.0 | 80.0 |" in text
    assert "posts, the whole site | at most 5.5 (5,000) | | 5.00 |" in text
    assert figures.ratio(("Zensical", State.WHOLE), ("Hugo", State.WHOLE))(size()) is None
    assert "| Ten comments a post, times the time without | at most 1.1 | | |" in text
    assert "| Most memory of a build, MB | under 300 (5,000: 800) | 250 | 250 |" in text


def test_the_drawing_shows_who_did_not_fail_in_light_and_dark():
    drawn = bars.svg(size())
    root = ET.fromstring(drawn)
    names = [text.text for text in root.iter(f"{SVG}text") if text.get("text-anchor") == "end"]
    assert names.count("cmflow build") == 2
    assert "cmflow serve" in names
    assert "Zensical" not in names
    assert "prefers-color-scheme: dark" in drawn
    wide = float(root.get("width") or 0)
    assert all(
        float(r.get("x", 0)) + float(r.get("width", 0)) < wide for r in root.iter(f"{SVG}rect")
    )


def test_figures_of_one_size_take_the_place_of_the_former(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "KEPT", tmp_path / "figures.json")
    figures.keep(size(5000))
    figures.keep(size(1000))
    newer = msgspec.structs.replace(size(5000), day="2026-12-01")
    assert figures.keep(newer) == figures.kept() == [size(1000), newer]


def test_the_docs_show_the_figures_that_are_kept():
    sizes = figures.kept()
    said = (building.DOCS / "speed.md").read_text("utf-8").partition(building.MARK)[2]
    assert said.strip() == (building.page(sizes) if sizes else "")
