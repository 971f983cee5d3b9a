"""The build that only weaves makes what the whole build makes, and knows when it cannot."""

from __future__ import annotations

import datetime as dt

import pytest
from reweaving import NOW, Site, files
from sites import CONFIG, PICTURE, a_post, front, make_site

from cmflow import comment_file, community, ledger_file, tally_file
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.thread import Comment, Speaker, Status, Tally

OWN = {
    "timezone": "Europe/Paris",
    "cards": {"enabled": False},
    "channels": {"masto": {"network": "mastodon", "account": "@a@m.example"}},
    "comments": {"avatars": True, "close": 60},
}
CLOSES = dt.datetime(2026, 12, 5, 8, tzinfo=dt.UTC)  # nine in Paris, sixty days later


def comment(id_: str, **changes: object) -> Comment:
    facts = {
        "author": Speaker("Ana", "https://m.example/@ana"),
        "published": NOW - dt.timedelta(days=3),
        "status": Status.APPROVED,
        "source": "masto",
        "text": "<p>Oui : vraiment ?</p>",
        **changes,
    }
    return Comment(id_, **facts)


FIRST = comment("m.example/1", author=Speaker("Ana", "", "ana.png"))
HELD = comment("m.example/2", status=Status.HELD, text="<p>Attendez.</p>")


@pytest.fixture
def site(tmp_path) -> Site:
    plugins = [*CONFIG["plugins"][:3], {"cmflow": OWN}]
    config = make_site(
        tmp_path / "site",
        {
            "blog/posts/une-voile.md": a_post("une-voile", tags=["Toile"]),
            "blog/posts/deux-mots.md": a_post("deux-mots", tags=["Toile"], summary=""),
            "blog/about.md": front("Qui nous sommes.", title="À propos"),
            "community/avatars/ana.png": PICTURE,
            "community/avatars/bob.png": PICTURE + b" ",
        },
        plugins=plugins,
    )
    made = Site(config)
    put(made, "une-voile", FIRST)
    put(made, "une-voile", HELD)
    made.build()
    return made


def put(site: Site, slug: str, said: Comment) -> None:
    path = site.settings.community / comment_file.path_of(slug, said)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(comment_file.text(said), "utf-8")


def write(site: Site, name: str, text: str) -> None:
    path = site.settings.community / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def new(site):
    put(site, "une-voile", comment("m.example/3", reply_to=FIRST.id))


def first_of_a_post(site):
    put(site, "deux-mots", comment("m.example/4"))


def edited(site):
    put(site, "une-voile", comment(FIRST.id, text="<p>Non.</p>"))


def deleted(site):
    (site.settings.community / comment_file.path_of("une-voile", FIRST)).unlink()


def approved(site):
    put(site, "une-voile", comment(HELD.id, text=HELD.text))


def another_face(site):
    put(site, "une-voile", comment("m.example/5", author=Speaker("Bob", "", "bob.png")))


def face_redrawn(site):
    (site.settings.community / community.FACES / "ana.png").write_bytes(PICTURE + b"  ")


def face_gone(site):
    (site.settings.community / community.FACES / "ana.png").unlink()


def copy(site):
    part = PartReceipt(State.SENT, url="https://m.example/@a/9")
    receipt = Receipt("une-voile", "masto", "mastodon", (part,))
    write(site, "receipts/une-voile/masto.yml", ledger_file.text(receipt))


def counted(site):
    write(site, tally_file.path_of("deux-mots"), tally_file.text({"masto": Tally(likes=3)}))


CHANGES = [
    new, first_of_a_post, edited, deleted, approved, another_face, face_redrawn, face_gone, copy,
    counted,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_only_weaving_makes_what_the_whole_build_makes(site, tmp_path, change):
    before = files(site.settings.site)
    change(site)
    written = site.weave()
    now = files(site.settings.site)
    assert written is not None
    assert now != before
    assert now == site.afresh(tmp_path / "afresh")


def test_what_nobody_answered_is_left_alone(site):
    new(site)
    about = {"articles/une-voile/index.html"}
    about |= {f"articles/une-voile/comments/feed.{end}" for end in ("json", "xml")}
    about |= {f"comments/feed.{end}" for end in ("json", "xml")}
    assert site.weave() == about
    assert site.weave() == set()


@pytest.mark.parametrize(
    "name", ["content/blog/posts/une-voile.md", "content/blog/.authors.yml", "mkdocs.yml"]
)
def test_a_change_elsewhere_is_not_for_weaving_alone(site, name):
    path = site.root / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    new(site)
    assert site.weave() is None


def test_a_file_that_was_touched_is_not_for_weaving_alone(site):
    new(site)
    (site.settings.site / "about" / "index.html").write_bytes(b"")
    assert site.weave() is None


def test_another_day_is_not_for_weaving_alone(site):
    assert site.weave(NOW + dt.timedelta(days=1)) is None


def test_a_time_keeps_its_zone(site):
    first_of_a_post(site)
    assert site.weave()
    assert site.book.until == CLOSES.timestamp()


def test_a_conversation_that_closes_is_woven_again(site, tmp_path):
    assert site.book.until == CLOSES.timestamp()
    after = CLOSES + dt.timedelta(seconds=1)
    site.build(CLOSES - dt.timedelta(seconds=1))
    assert site.weave(after) is None
    written = site.build(after)
    assert "articles/une-voile/index.html" in written
    assert "about/index.html" not in written
    assert files(site.settings.site) == site.afresh(tmp_path / "afresh", after)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_the_engine_weaves_only_what_has_changed(site, tmp_path, change):
    change(site)
    assert "about/index.html" not in site.build()
    assert files(site.settings.site) == site.afresh(tmp_path / "afresh")


def test_captions_are_looked_at_whatever_their_file_is_called(tmp_path):
    said = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"
    video = {"src": "https://v.example/1", "title": "Un film", "captions": "../film.txt"}
    config = make_site(
        tmp_path,
        {"blog/posts/a.md": a_post("a", video=video), "blog/film.txt": said.format("Bonjour")},
    )
    site = Site(config)
    site.build()
    (tmp_path / "content/blog/film.txt").write_text(said.format("Au revoir"))
    assert site.weave() is None
    assert "articles/a/index.html" in site.build()
    assert "Au revoir" in (site.settings.site / "articles/a/index.html").read_text("utf-8")
