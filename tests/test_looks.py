"""Another title or a new post: those pages are woven again that show it, and no others."""

from __future__ import annotations

import datetime as dt

import pytest
from reweaving import Site, files
from sites import a_post, front, make_site

PARIS = dt.timezone(dt.timedelta(hours=2))


def dated(slug: str, day: int, **meta: object) -> str:
    date = dt.datetime(2026, 9, day, 9, 0, tzinfo=PARIS)
    return a_post(slug, date=date, categories=[f"Genre {slug}"], authors=["lea"], **meta)


@pytest.fixture
def site(tmp_path) -> Site:
    posts = {
        "voile": dated("voile", 1, tags=["Toile"]),
        "mot": dated("mot", 3, tags=["Lettre"]),
        "tente": dated("tente", 5, tags=["Toile"]),
        "lettre": dated("lettre", 7, tags=["Lettre"]),
        "un": dated("un", 9, series="cours", episode=1),
        "autre": dated("autre", 11),
        "deux": dated("deux", 13, series="cours", episode=2),
    }
    config = make_site(
        tmp_path / "site",
        {
            **{f"blog/posts/{slug}.md": text for slug, text in posts.items()},
            "blog/about.md": front("Qui nous sommes.", title="À propos"),
            "blog/neuf.md": front("<!-- cmflow: latest-posts count=1 -->", title="Neuf"),
        },
    )
    made = Site(config)
    made.build()
    return made


def title(site: Site) -> None:
    path = site.settings.docs / "posts" / "voile.md"
    path.write_text(path.read_text("utf-8").replace("title: Voile", "title: Une grande voile"))


def episode(site: Site) -> None:
    path = site.settings.docs / "posts" / "deux.md"
    path.write_text(path.read_text("utf-8").replace("episode: 2", "episode: 0"))


def tag(site: Site) -> None:
    path = site.settings.docs / "posts" / "lettre.md"
    path.write_text(path.read_text("utf-8").replace("- Lettre", "- Toile"))


def new(site: Site) -> None:
    text = dated("neuve", 15, tags=["Lettre"]).replace("Genre neuve", "Genre lettre")
    (site.settings.docs / "posts" / "neuve.md").write_text(text, "utf-8")


def summary(site: Site) -> None:
    path = site.settings.docs / "posts" / "mot.md"
    path.write_text(path.read_text("utf-8").replace("Résumé de mot", "En un mot"), "utf-8")


# Beside the post: those that lead to it, and, in the engine's footer, those before and after it.
WOVEN = {
    title: {"voile", "tente", "mot"},
    episode: {"deux", "un"},
    tag: {"lettre", "mot", "voile", "tente"},
    new: {"neuve", "mot", "lettre", "deux"},
    summary: {"mot", "lettre"},
}


@pytest.mark.parametrize("change", WOVEN, ids=lambda change: change.__name__)
def test_only_those_posts_are_woven_again_that_show_what_changed(site, tmp_path, change):
    change(site)
    made = site.build()
    start, end = "articles/", "/index.html"
    assert {p[len(start) : -len(end)] for p in made if p.startswith(start)} == WOVEN[change]
    assert "about/index.html" not in made
    assert "neuf/index.html" in made, "it may show any post"
    warm, cold = files(site.settings.site), site.afresh(tmp_path / "afresh")
    # A calendar counts its own changes.
    assert warm | {"calendar.ics": b""} == cold | {"calendar.ics": b""}


def test_a_template_of_the_site_may_ask_for_anything(tmp_path):
    config = make_site(
        tmp_path / "site",
        {f"blog/posts/{slug}.md": dated(slug, day) for day, slug in enumerate("abc", 1)},
        theme={"name": "material", "custom_dir": "theme"},
    )
    own = config.parent / "theme" / "cmflow" / "post-below.html"
    own.parent.mkdir(parents=True)
    own.write_text("{% for post in site.posts %}{{ post.title }}{% endfor %}", "utf-8")
    site = Site(config)
    site.build()
    path = site.settings.docs / "posts" / "a.md"
    path.write_text(path.read_text("utf-8").replace("title: A", "title: Abricot"))
    assert "articles/c/index.html" in site.build()
    assert "Abricot" in (site.settings.site / "articles/c/index.html").read_text("utf-8")
