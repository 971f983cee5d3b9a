"""The same bytes: whatever `mkdocs build` makes, our fast build makes too, file by file."""

from __future__ import annotations

import datetime as dt
import filecmp
import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from mkdocs.commands import build as mkdocs_build
from mkdocs.config import load_config
from sites import PICTURE, front

from cmflow.engines import material
from cmflow.errors import Message
from cmflow.swift import faster, known, workers
from cmflow.swift.excerpts import SwiftExcerpt

BENCH = Path(__file__).parent.parent / "bench"
sys.path.insert(0, str(BENCH))

import blogs  # noqa: E402  # from bench/, that writes blogs of any size

EXTENSIONS = [
    "abbr",
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "tables",
    {"toc": {"permalink": "#", "toc_depth": 4, "title": "Contents"}},
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.details",
    {
        "pymdownx.emoji": {
            "emoji_index": "TAG:material.extensions.emoji.twemoji",
            "emoji_generator": "TAG:material.extensions.emoji.to_svg",
        }
    },
    {"pymdownx.highlight": {"anchor_linenums": True, "line_spans": "__span"}},
    "pymdownx.inlinehilite",
    "pymdownx.keys",
    "pymdownx.mark",
    "pymdownx.smartsymbols",
    {"pymdownx.snippets": {"base_path": ["snippets"]}},
    {
        "pymdownx.superfences": {
            "custom_fences": [
                {
                    "name": "mermaid",
                    "class": "mermaid",
                    "format": "TAG:pymdownx.superfences.fence_code_format",
                }
            ]
        }
    },
    {"pymdownx.tabbed": {"alternate_style": True}},
    {"pymdownx.tasklist": {"custom_checkbox": True}},
    "pymdownx.tilde",
]

CONFIG = {
    "site_name": "Everything",
    "site_url": "https://everything.example/blog/",
    "docs_dir": "docs",
    "repo_url": "https://git.example/everything",
    "edit_uri": "edit/main/docs/",
    "theme": {
        "name": "material",
        "font": False,
        "custom_dir": "overrides",
        "features": [
            "navigation.instant", "navigation.prune", "navigation.tabs", "navigation.indexes",
            "navigation.footer", "content.action.edit", "content.code.copy", "toc.follow",
        ],
    },
    "extra_css": ["assets/extra.css"],
    "extra": {"alternate": [{"name": "Français", "link": "/fr/", "lang": "fr"}]},
    "plugins": [
        "search",
        {"meta": {}},
        {
            "blog": {
                "blog_dir": "news",
                "archive_toc": True,
                "authors_profiles": True,
                "draft_if_future_date": True,
                "pagination_per_page": 3,
                "post_excerpt_max_authors": 1,
                "post_excerpt_max_categories": 1,
                "blog_toc": True,
            }
        },
        {"tags": {"tags": True}},
    ],
    "markdown_extensions": EXTENSIONS,
}  # fmt: skip

AUTHORS = {
    "authors": {
        name: {"name": name.title(), "description": "Writes", "avatar": "https://a.example/a.png"}
        for name in ("ann", "bob", "zoe")
    }
}

MORE = "\n\n<!-- more -->\n\n"

TEXTS = {
    "plain": "A paragraph.\n\n## Plain" + MORE + "## More\n\n[TOC]\n\nThe end.",
    "whole": "No separator here.\n\n## One\n\nSee [plain](plain.md#more) and [here](#one).",
    "notes": "A note[^1], and another[^b].[^1]" + MORE + "Rest[^c].\n\n[^1]: One.\n[^b]: Two.\n[^c]: C.",
    "once": "A note[^1]." + MORE + "Rest[^c].\n\n[^1]: One.\n[^c]: C *d*.",
    "whole-notes": "A note[^1] and[^2].\n\n[^1]: One.\n\n    Two paragraphs.\n[^2]: See [this](plain.md).",
    "own-title": "# A title of its own { #own .big data-toc-label='Own' }\n\nText" + MORE + "# Second\n\nx",
    "setext": "Set\n===\n\nText with `code` and ++ctrl+c++.\n\n#### Deep" + MORE + "Rest",
    "links": (
        "[page](../../page.md) [page2](../../page.md#part) ![p](../../assets/p.png) <ann@b.example>"
        " [gone](gone.md) [abs](/x/y/) [q](?a=1&b=2) [\\_](../a\\_b.md) [dir](../) <https://x.example/?a&b>"
        ' <a href="raw.html">raw</a> [ref] ![i](<../../assets/a b.png> "t")' + MORE + "[ref]: ../../page.md?x=1&y=2#part 'T'"
    ),
    "code": "```python title='a.py' linenums='1'\nprint('<!-- more -->')\n```\n\nText" + MORE + "```js\n1\n```",
    "code-later": "Text" + MORE + "```js\nconst a = 1\n```\n\n```mermaid\ngraph LR\n  A --> B\n```",
    "tabs": '=== "One"\n\n    Text\n\n=== "Two"\n\n    Text' + MORE + '=== "Three"\n\n    x',
    "boxes": '!!! note "A box"\n\n    Text\n\n    ## In a box\n\n??? tip\n\n    Text' + MORE + "!!! danger\n\n    x",
    "html": '<div class="a" markdown>\n\nText **bold**\n\n</div>\n\n<p id="intro">raw</p>' + MORE + '<h2 id="raw">R</h2>\n\n<div markdown="1">x</div>',
    "ids": "## Intro\n\n## Intro\n\nText" + MORE + "## Later {#intro_1}\n\n## Ids\n\nx {#ids}",
    "short": "The HTML is :smile: :material-account: ==m== (c) --> H~2~O ^^i^^ ~~d~~" + MORE + "*[HTML]: Hyper",
    "lists": "- [x] a\n- [ ] b\n\nTerm\n\n:   Def\n\n| a | b |\n|---|---|\n| 1 | 2 |" + MORE + "1. a\n2. b",
    "snippet": '--8<-- "part.md"\n\nText' + MORE + '--8<-- "part.md"',
    "last": "All.\n\n<!-- more -->",
    "inside": "- a\n\n    <!-- more -->\n\n- b",
    "twice": "a" + MORE + "b" + MORE + "c",
    "inline": "a <!-- more --> b",
    "toc-above": "[TOC]\n\n## A" + MORE + "## B",
    "boost": "Text" + MORE + "## Hidden { data-search-exclude }\n\nx\n\n<svg><text>t</text></svg><script>var a = '<p>';</script>",
    "picture": "![a](../../assets/p.png){ align=left loading=lazy } text\n{ .lead }" + MORE + "![b](x.png) ![c](y.png)",
    "empty": "",
    "escaped": "\\# \\* a\\_b &amp; &copy; & < > \\<b\\>" + MORE + "\\[x\\]",
    "code-first": "    code at once\n\nText" + MORE + "x",
}  # fmt: skip

TITLES = {
    "plain": "Plain",
    "whole": "Wörter & *Zeichen* `code` — “quoted”",
    "ids": "Intro",
    "short": "HTML at last",
    "once": "A [bracket] {.x} title",
    "boost": "R&amp;D <b>now</b> :smile:",
    "tabs": "C#",
    "empty": "Nothing",
}


def everything(root: Path, **changed: object) -> Path:
    """Write a site with every feature of Material that a blog is likely to use."""
    files: dict[str, str | bytes] = {
        "docs/index.md": "# Home\n\nWelcome to [news](news/index.md).\n",
        "docs/page.md": front("# Page\n\n## Part\n\nText.", tags=["Red"], icon="material/account"),
        "docs/tags.md": "# Tags\n\n<!-- material/tags -->\n",
        "docs/section/index.md": "# Section\n",
        "docs/section/.meta.yml": "tags: [Meta]\nhide: [toc]\n",
        "docs/section/one.md": front("# One\n\nText", status="new", template="own.html"),
        "docs/section/deep/two.md": "# Two\n\n[one](../one.md)\n",
        "docs/news/index.md": "# News\n\nOur news.\n",
        "docs/news/.authors.yml": yaml.safe_dump(AUTHORS),
        "docs/news/category/red.md": front("# Red things\n\nAll of them.", icon="material/brush"),
        "docs/assets/p.png": PICTURE,
        "docs/assets/a b.png": PICTURE,
        "docs/assets/extra.css": "p { margin: 0 }\n",
        "snippets/part.md": "A *part* from elsewhere.\n",
        "overrides/own.html": '{% extends "main.html" %}{% block content %}own {{ page.content }}{% endblock %}',
        "overrides/main.html": '{% extends "base.html" %}{% block announce %}Hear!{% endblock %}',
        "overrides/blog.html": (
            '{% extends "main.html" %}{% block content %}{{ page.content }}{% for post in posts %}'
            '{% include "partials/post.html" %}{% if post.more %}{{ post.more | length }}{{ post.more }}{% endif %}{% endfor %}'
            '{% if pagination %}{% include "partials/pagination.html" %}{% endif %}{% endblock %}'
        ),
    }
    start = dt.date(2026, 1, 20)
    for at, (slug, text) in enumerate(TEXTS.items()):
        meta: dict[str, object] = {
            "date": start + dt.timedelta(days=at * 11),
            "authors": [("ann", "bob", "zoe")[at % 3], "bob"][: 1 + at % 2],
            "categories": [("Red", "Blue")[at % 2], "Every thing"][: 1 + at % 3],
            "tags": [("Red", "x/y")[at % 2], "Z"],
        }
        if slug in TITLES:
            meta["title"] = TITLES[slug]
        meta |= {
            "links": {"links": ["page.md", {"Named": "page.md#part"}, "https://x.example/"]},
            "plain": {"pin": True, "slug": "very-plain"},
            "code": {"readtime": 15, "description": "Code & <more>"},
            "boost": {"search": {"boost": 2}},
            "last": {"search": {"exclude": True}, "hide": ["toc"]},
            "whole": {"date": {"created": dt.date(2025, 5, 1), "updated": dt.date(2026, 1, 1)}},
        }.get(slug, {})
        files[f"docs/news/posts/{slug}.md"] = front(text, **meta)
    files["docs/news/posts/draft.md"] = front("Draft", date=start, draft=True)
    files["docs/news/posts/future.md"] = front("Later", date=dt.date(2099, 1, 1))
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    text = yaml.safe_dump(CONFIG | changed, allow_unicode=True, sort_keys=False)
    lines = [
        line.replace("TAG:", "!!python/name:").replace("'!!", "!!").rstrip("'")
        if "TAG:" in line
        else line
        for line in text.splitlines()
    ]
    text = "\n".join(lines).replace("- snippets\n", f"- {root / 'snippets'}\n") + "\n"
    (root / "mkdocs.yml").write_text(text, "utf-8")
    return root / "mkdocs.yml"


def plainly(config: Path, site: Path) -> Path:
    """Build with `mkdocs build`, in a process of its own."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(config), "-d", str(site)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return site


def different(one: Path, other: Path) -> list[str]:
    """Return every file that is not byte by byte the same in both folders."""
    names = {p.relative_to(f).as_posix() for f in (one, other) for p in f.rglob("*") if p.is_file()}
    assert len(names) > 10
    # The gzip header of the site map holds the second it was made in.
    names.discard("sitemap.xml.gz")
    return sorted(n for n in names if not _same(one / n, other / n))


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


VARIANTS = {
    "everything": {},
    "files": {"use_directory_urls": False, "site_url": ""},
    "sparse": {
        "markdown_extensions": ["footnotes"],
        "plugins": [{"blog": {"blog_dir": "news", "pagination": False, "archive": False}}],
        "theme": {
            "name": "material",
            "font": False,
            "custom_dir": "overrides",
            "features": ["navigation.sections", "navigation.expand", "toc.integrate"],
        },
    },
    "unlined": {
        "markdown_extensions": [
            "pymdownx.highlight" if "pymdownx.highlight" in extension else extension
            for extension in EXTENSIONS
        ]
    },
    "unknown": {"markdown_extensions": ["footnotes", "attr_list", "meta", "admonition"]},
}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("hands", [0, 2])
def test_a_fast_build_makes_the_bytes_of_a_plain_one(tmp_path, monkeypatch, name, hands):
    config = everything(tmp_path, **VARIANTS[name])
    monkeypatch.setattr(workers, "wanted", lambda: hands)
    monkeypatch.chdir(tmp_path)
    heard: list[str] = []
    material.build(config, tmp_path / "fast", strict=False, talk=heard.append)
    assert different(plainly(config, tmp_path / "plain"), tmp_path / "fast") == []
    quiet: list[str] = []
    material.build(config, tmp_path / "slow", strict=False, talk=quiet.append, fast=False)
    assert heard == quiet


def test_the_example_comes_out_the_same_before_weaving_and_after(tmp_path, monkeypatch):
    root = Path(__file__).parent.parent
    for name in ("content", "theme"):
        shutil.copytree(root / name, tmp_path / name)
    text = (root / "mkdocs.yml").read_text("utf-8")
    block = text[text.index("  - cmflow:") : text.index("markdown_extensions:")]
    monkeypatch.chdir(tmp_path)
    for name, words in (("bare", text.replace(block, "")), ("woven", text)):
        config = tmp_path / f"{name}.yml"
        config.write_text(words, "utf-8")
        material.build(config, tmp_path / name, strict=False, talk=lambda _: None)
        assert different(plainly(config, tmp_path / f"{name}-plain"), tmp_path / name) == []


def test_a_server_builds_again_what_has_changed(tmp_path, monkeypatch):
    config = everything(tmp_path)
    monkeypatch.chdir(tmp_path)
    changed = tmp_path / "docs" / "news" / "posts" / "once.md"
    with faster.faster():
        for turn in range(2):
            settings = load_config(str(config), site_dir=str(tmp_path / f"fast-{turn}"))
            mkdocs_build.build(settings)
            assert different(plainly(config, tmp_path / f"{turn}"), tmp_path / f"fast-{turn}") == []
            changed.write_text(changed.read_text("utf-8") + "\nMore words, and [^c].\n", "utf-8")


def test_a_hook_of_the_site_sees_every_page_once_in_one_process(tmp_path, monkeypatch):
    config = everything(tmp_path, hooks=["hook.py"])
    (tmp_path / "hook.py").write_text(
        "seen = []\n"
        "def on_page_markdown(markdown, page, **named):\n"
        "    seen.append(page.file.src_uri)\n"
        "    return markdown + f'\\n\\nPage {len(seen)}'\n"
        "def on_page_context(context, page, **named):\n"
        "    seen.append(page.file.src_uri)\n"
        "    page.meta['description'] = f'Page {len(seen)}'\n",
        "utf-8",
    )
    monkeypatch.setattr(workers, "wanted", lambda: 2)
    monkeypatch.chdir(tmp_path)
    material.build(config, tmp_path / "fast", strict=False, talk=lambda _: None)
    assert different(plainly(config, tmp_path / "plain"), tmp_path / "fast") == []


def test_most_excerpts_need_no_converting(tmp_path, monkeypatch):
    config = everything(tmp_path, **VARIANTS["unlined"])
    monkeypatch.setattr(workers, "wanted", lambda: 0)
    monkeypatch.chdir(tmp_path)
    converted: set[str] = set()
    plain = SwiftExcerpt._convert

    def convert(self, page, separator):
        converted.add(self.post.file.name)
        plain(self, page, separator)

    monkeypatch.setattr(SwiftExcerpt, "_convert", convert)
    material.build(config, tmp_path / "site", strict=False, talk=lambda _: None)
    assert converted == {
        "boost",  # a title with markup
        "empty",
        "inline",  # the separator in the midst of a paragraph
        "inside",  # and in a list
        "links",  # an escaped character in an address
        "notes",  # refers to a note twice
        "once",  # a title with brackets
        "short",  # an abbreviation in the title
        "tabs",  # numbered on from list to list
        "twice",
    }


@pytest.mark.corpus
@pytest.mark.xdist_group("corpus")
@pytest.mark.skipif(not blogs.CORPUS.is_dir(), reason="the corpus of real posts is not here")
def test_a_real_blog_comes_out_the_same(tmp_path):
    config = blogs.write(tmp_path / "blog", 566)
    material.build(config, tmp_path / "fast", strict=False, talk=lambda _: None)
    assert different(plainly(config, tmp_path / "plain"), tmp_path / "fast") == []


def test_an_engine_we_do_not_know_builds_the_plain_way_and_is_named(tmp_path, monkeypatch):
    config = everything(tmp_path)
    monkeypatch.setattr(known, "VERSIONS", {"mkdocs": ("0.9.",)})
    heard: list[object] = []
    material.build(config, tmp_path / "site", strict=False, talk=heard.append)
    version = importlib.metadata.version("mkdocs")
    said = [one.show() for one in heard if isinstance(one, Message)]
    assert said == [
        f"This build takes as long as mkdocs build: cmflow does not know mkdocs {version} yet."
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_what_a_worker_could_not_do_is_missing_from_its_answers(monkeypatch):
    monkeypatch.setattr(workers, "wanted", lambda: 2)

    def work(number: int) -> bytes:
        if number == 7:
            raise ValueError
        if number == 30:
            os._exit(3)
        return str(number).encode() * 50_000

    found = dict(workers.spread(64, work))
    assert 7 not in found
    assert 30 not in found
    assert all(data == str(number).encode() * 50_000 for number, data in found.items())
    assert len(found) > 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("hands", [0, 2])
def test_what_is_done_aside_is_there_when_it_is_asked_for(monkeypatch, hands):
    monkeypatch.setattr(workers, "wanted", lambda: hands)
    with workers.aside(lambda: (os.getpid(), "x" * 3_000_000)) as result:
        assert (result()[0] == os.getpid()) == (hands == 0)
        assert result() is result()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_what_fails_aside_is_done_again_where_it_is_seen(monkeypatch):
    monkeypatch.setattr(workers, "wanted", lambda: 2)
    here = os.getpid()

    def work() -> int:
        if os.getpid() == here:
            raise KeyError("here")
        raise KeyError("there")

    with workers.aside(work) as result, pytest.raises(KeyError, match="here"):
        result()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_whoever_does_not_wait_for_what_is_done_aside_leaves_no_process(monkeypatch):
    monkeypatch.setattr(workers, "wanted", lambda: 2)
    with workers.aside(lambda: "x" * 3_000_000):
        pass
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
