"""Addresses: the engine's rules, and links between pages."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sites import a_post, built, front, make_site, pages

from cmflow import library, mkdocs_yml, urls

FORMATS = ["{date}/{slug}", "articles/{slug}", "{categories}/{file}", "{slug}"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_addresses_are_those_that_the_engine_makes(tmp_path, form):
    blog = {
        "blog": {
            "blog_dir": ".",
            "post_url_format": form,
            "post_url_date_format": "yyyy/MM",
            "authors_profiles": True,
        }
    }
    config = make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post("un-mot", categories=["Réparer & coudre"], tags=["Été"]),
            "blog/posts/2019/b.md": a_post("deux-mots"),
            "blog/pages/index.md": "# Pages\n",
            "blog/pages/à propos.md": front(title="À propos"),
        },
        plugins=["search", blog, "tags", {"cmflow": {"cards": {"enabled": False}}}],
    )
    site = built(config)
    read, _ = mkdocs_yml.load(config)
    books = library.load(read)
    ours = {urls.output(urls.post_url(post, read)) for post in books.posts}
    ours |= {urls.output(urls.page_url(page.path, read)) for page in books.pages}
    ours |= {
        urls.output(urls.category_url(name, read))
        for post in books.posts
        for name in post.meta.categories
    }
    ours |= {urls.output(urls.author_url("lea", "Léa", "", read))}
    assert ours | {"404.html", "archive/2026/index.html"} == pages(site)


ADDRESS = st.lists(st.sampled_from(["a", "b", "c d"]), max_size=4).map(
    lambda p: "".join(f"{x}/" for x in p)
)


@given(ADDRESS, ADDRESS, st.sampled_from(["", "x.html", "x.png"]))
def test_a_link_leads_where_a_browser_goes(page, folder, name):
    target = folder + name
    link = urls.relative(target, page)
    assert urljoin(f"https://x.example/{page}", link) == urljoin("https://x.example/", target)
    assert urls.join(page, link) == target


@pytest.mark.parametrize("address", ["https://x.example/a", "/root", "#here", "mailto:a@x.example"])
def test_what_is_no_address_of_the_site_stays_as_it_is(address):
    assert urls.relative(address, "a/b/") == address


def test_a_picture_beside_a_post_loses_the_folder_of_the_posts(tmp_path):
    read, _ = mkdocs_yml.load(make_site(tmp_path, {}))
    assert urls.asset_url("pic.png", "posts/2019/a.md", read) == "2019/pic.png"
    assert urls.asset_url("../assets/pic.png", "posts/a.md", read) == "assets/pic.png"


def test_two_files_with_one_address_are_found():
    assert urls.doubles([("a/", "x.md"), ("b/", "y.md"), ("a/", "z.md")]) == {
        "a/": ["x.md", "z.md"]
    }


def test_paths_in_addresses_are_files_of_the_output_folder():
    assert urls.output("") == "index.html"
    assert urls.output("r%C3%A9parer/") == "réparer/index.html"
    assert urls.output("404.html") == "404.html"
    assert Path(urls.output("a/b/")).name == "index.html"


PIECE = st.text("ab./%:#?;é -~0", max_size=9)
BASE = st.sampled_from(
    ["https://x.example/", "https://x.example/a/b/", "https://x.example:80/é/", "file:///a/",
     "https://x.example/a/b.html", "https://x.example/?q#f", "https://x.example/a//b/"]
)  # fmt: skip


@given(BASE, PIECE | st.builds(str.__add__, st.sampled_from(["https://", "//", "mailto:"]), PIECE))
def test_addresses_are_resolved_as_the_standard_library_does(base, url):
    assert answer(urls.resolve, base, url) == answer(urljoin, base, url)


def answer(resolve, base, url):
    try:
        return resolve(base, url)
    except ValueError:
        return ValueError


@given(PIECE, PIECE)
def test_a_link_takes_the_steps_that_the_standard_library_takes(path, folder):
    path, folder = path.partition("#")[0], posixpath.dirname(folder)
    assert urls.steps(path, folder) == posixpath.relpath(path or ".", folder or ".")
