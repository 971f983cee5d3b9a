"""What a writer sees while writing: every edit at once, mistakes named, drafts shown."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sites import NOW, a_post, front, make_site

PATIENCE = 60.0


class Shown:
    """A running `cmflow serve`."""

    def __init__(self, root: Path, port: int, log: Path) -> None:
        self.root, self.log = root, log
        self._address = f"http://127.0.0.1:{port}/"

    def page(self, name: str) -> str:
        """Return a page, or nothing while there is none."""
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return urllib.request.urlopen(self._address + name, timeout=5).read().decode()
        return ""

    def until(self, name: str, words: str, *, gone: bool = False) -> str:
        """Wait until a page has, or has no longer, certain words."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            html = self.page(name)
            if (html and words not in html) if gone else words in html:
                return html
            time.sleep(0.1)
        raise AssertionError((name, words, self.log.read_text("utf-8")[-2000:]))

    def said(self, words: str) -> None:
        """Wait until the server says something."""
        end = time.monotonic() + PATIENCE
        while words not in self.log.read_text("utf-8"):
            assert time.monotonic() < end, self.log.read_text("utf-8")[-2000:]
            time.sleep(0.1)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a text of the site."""
        path = self.root / "content" / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@pytest.fixture
def shown(tmp_path):
    make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post("a"),
            "blog/posts/b.md": a_post("b", draft=True),
            "community/comments/a/20261120-m-1.md": comment("held"),
        },
    )
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cmflow", "serve", "--address", f"127.0.0.1:{port}"],
            cwd=tmp_path,
            stdout=out,
            stderr=out,
            env=os.environ | {"LANG": "C.UTF-8", "LANGUAGE": "en"},
            # A shell lets what it starts in the background ignore Ctrl-C, and so all below it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  # no threads here
        )
        try:
            yield Shown(tmp_path, port, log)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def comment(status: str) -> str:
    return front(
        "<p>Bravo pour la couture</p>",
        id="m.example/1",
        source="mastodon",
        author={"name": "Zoé"},
        url="https://m.example/1",
        published=NOW,
        status=status,
    )


@pytest.mark.slow
def test_an_edit_is_shown_and_a_page_that_is_open_loads_again(shown):
    html = shown.until("articles/a/", "La suite.")
    epoch = int(re.search(r"livereload\(([0-9]+)", html)[1])
    assert "Essai" in shown.page("articles/b/")  # a draft is shown to who writes it
    shown.edit("blog/posts/a.md", "La suite.", "Une autre suite.")
    html = shown.until("articles/a/", "Une autre suite.")
    assert int(re.search(r"livereload\(([0-9]+)", html)[1]) > epoch
    shown.edit("blog/posts/a.md", "title: A", "title: Alpha")
    shown.until("", "Alpha")
    shown.edit("community/comments/a/20261120-m-1.md", "status: held", "status: approved")
    shown.until("articles/a/", "Bravo pour la couture")
    (shown.root / "content/blog/posts/c.md").write_text(a_post("c"), "utf-8")
    shown.until("articles/c/", "La suite.")
    (shown.root / "content/blog/posts/c.md").unlink()
    shown.until("", "articles/c/", gone=True)


@pytest.mark.slow
def test_a_mistake_is_named_and_what_was_shown_stays_until_it_is_mended(shown):
    shown.until("articles/a/", "La suite.")
    shown.edit("blog/posts/a.md", "title: A", "title: A: b: c")
    shown.said("content/blog/posts/a.md:2")
    assert "Traceback" not in shown.log.read_text("utf-8")
    assert "La suite." in shown.page("articles/a/")
    shown.edit("blog/posts/a.md", "title: A: b: c", "title: Bravo")
    shown.until("articles/a/", "Bravo")


@pytest.mark.slow
def test_a_build_that_ends_calls_for_no_other(shown):
    shown.until("articles/a/", "La suite.")
    shown.edit("blog/posts/a.md", "La suite.", "Une autre suite.")
    shown.until("articles/a/", "Une autre suite.")
    first = re.search(r"livereload\(([0-9]+)", shown.page(""))[1]
    time.sleep(5)  # longer than the slow look
    assert re.search(r"livereload\(([0-9]+)", shown.page(""))[1] == first
