"""A real blog of 566 posts moves in: it builds with both engines, alike, and with few complaints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from feed_judges import judged
from sites import NOW, built, pages

from cmflow import library, mkdocs_yml, scaffold, urls
from cmflow.check import check
from cmflow.errors import Level

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
