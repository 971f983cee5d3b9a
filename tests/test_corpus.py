"""A real blog of 566 posts moves in: it builds with both engines, alike, and with few complaints."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from feed_judges import judged
from sites import NOW, built, pages

from cmflow import calendar_desk, library, mkdocs_yml, scaffold, urls
from cmflow.check import check
from cmflow.errors import Level
from cmflow.plot import plot
from cmflow.schedule import Kind
from cmflow.weeks import missing

CORPUS = Path(
    os.environ.get("CMFLOW_CORPUS", Path(__file__).parent.parent.parent / "shared" / "corpus")
)

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("corpus"),
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not here"),
]

SEEN = {
    "broken-link": 273,  # the corpus comes without its pictures, and some links were of an older site
    "slug-duplicate": 55,
    "broken-anchor": 46,
    "third-party": 4,
    "missing-alt": 2,
}
"""What is really wrong in the corpus: every kind was read and held against the posts by hand."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new blog into which the real posts and authors were copied, as a company would."""
    folder = tmp_path_factory.mktemp("moved")
    blog = scaffold.Blog("en", "A real blog", "https://blog.example/", "Somebody")
    scaffold.init(folder, blog, NOW)
    docs = folder / "content" / "blog"
    for post in (docs / "posts").rglob("*.md"):
        post.unlink()
    shutil.copytree(CORPUS / "posts", docs / "posts", dirs_exist_ok=True)
    shutil.copy(CORPUS / ".authors.yml", docs / ".authors.yml")
    return folder / "mkdocs.yml"


@pytest.fixture(scope="module")
def site(config: Path) -> Path:
    return built(config)


def test_every_post_has_its_page_where_we_say(config, site):
    read, _ = mkdocs_yml.load(config)
    books = library.load(read)
    assert len(books.posts) == 566
    missing = [
        p.path for p in books.posts if not (site / urls.output(urls.post_url(p, read))).is_file()
    ]
    assert missing == []


def test_every_feed_is_valid_and_full(site):
    feeds = sorted(site.rglob("feed.xml"))
    assert len(feeds) > 100
    for feed in feeds:
        _, data = judged(feed.read_bytes(), feed.with_suffix(".json").read_bytes())
        assert 1 <= len(data["items"]) <= 20
        assert all(item["content_html"] for item in data["items"])


def test_each_engine_makes_the_same_addresses(config, site):
    ours = pages(site)
    zensical = pages(built(config, "zensical"))
    shutil.rmtree(config.parent / "site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "-f", str(config)]
    subprocess.run(command, check=True, capture_output=True)
    assert ours == pages(config.parent / "site") == zensical
    assert len(ours) > 700


def test_check_reports_only_what_is_really_wrong(config):
    findings = check(config, NOW)
    told = Counter(finding.rule for finding in findings)
    assert told == SEEN
    # Two posts must not share an identity, and 25 slugs of the corpus do: really wrong, each named.
    slugs = {f.message.values["slug"] for f in findings if f.rule == "slug-duplicate"}
    assert len(slugs) == 25
    assert all(f.line > 0 and f.path for f in findings if f.level is Level.ERROR)


def test_its_history_becomes_a_calendar(config, tmp_path):
    shutil.copytree(config.parent / "content", tmp_path / "content")
    config = Path(shutil.copy(config, tmp_path))
    plan = tmp_path / "content" / "plan"
    (plan / "cadences.yml").write_text(
        "weekly:\n  title: The weekly post\n  every: Thursday 09:00\n"
    )
    then = dt.datetime(2024, 6, 1, 12, 0, tzinfo=dt.UTC)
    desk = calendar_desk.opened(config, then, "en")
    made = desk.calendar(desk.span("html", None, None))
    posts = [entry for entry in made.entries if entry.kind is Kind.POST]
    assert len(posts) == 566
    drawn = plot(posts)
    assert sum(bar.done + bar.ahead for bar in drawn.bars) == 566
    assert sum(bar.ahead for bar in drawn.bars) > 0
    assert len(missing(made, dt.date(2025, 6, 1))) > 10
    html = desk.page(desk.span("html", None, None))
    assert html.count('<rect class="bar-done"') == sum(bar.done > 0 for bar in drawn.bars)
    entries = json.loads(html.partition('id="data">')[2].partition("</script>")[0])["items"]
    assert sum(entry["kind"] == "post" for entry in entries) == 566
