"""Beginning a blog, and beginning a file in it."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sites import built, make_site

from cmflow import blanks, frontmatter, library, mkdocs_yml, scaffold
from cmflow.blanks import Wish
from cmflow.check import check
from cmflow.decode import decode
from cmflow.errors import CmflowError
from cmflow.post import PostMeta
from cmflow.scalars import quoted, scalar

NOW = dt.datetime(2026, 11, 20, 9, 3, 17, tzinfo=dt.UTC)
PARIS = zoneinfo.ZoneInfo("Europe/Paris")

BLOGS = {
    "fr": scaffold.Blog("fr", "L’Atelier : « été »", "https://atelier.example", "Zoé Müller"),
    "en": scaffold.Blog("en", 'Nuts & "Bolts"', "https://bolts.example/blog/", "Ann O'Hara"),
}


def read(config: Path):
    found, _ = mkdocs_yml.load(config)
    return found, library.load(found)


def said(error: pytest.ExceptionInfo[CmflowError]) -> list[tuple[str, str, str]]:
    return [(f.path, f.message.show(), f.remedy.show()) for f in error.value.findings]


@pytest.fixture(params=["fr", "en"])
def blog(request, tmp_path) -> Path:
    scaffold.init(tmp_path / "blog", BLOGS[request.param], NOW)
    return tmp_path / "blog" / "mkdocs.yml"


def test_a_new_blog_has_no_finding_and_builds_strictly(blog):
    assert check(blog, NOW) == ()
    site = built(blog, strict=True)
    assert len(list(site.rglob("*.html"))) >= 14
    home = (site / "index.html").read_text("utf-8")
    assert "Zoé Müller" in home or "Ann O&#39;Hara" in home or "Ann O'Hara" in home


def test_a_new_blog_lets_its_files_be_named_in_both_languages():
    for made in (scaffold.skeleton(BLOGS["fr"], NOW), scaffold.skeleton(BLOGS["en"], NOW)):
        assert {"mkdocs.yml", ".gitignore", "README.md", "requirements.txt"} <= set(made)
        assert not [name for name in made if "dot-" in name]
    assert len(scaffold.skeleton(BLOGS["fr"], NOW)) == len(scaffold.skeleton(BLOGS["en"], NOW))


def test_the_first_post_carries_the_offset_of_the_day_it_is_made():
    summer = dt.datetime(2026, 7, 1, 22, 59, tzinfo=dt.UTC)
    made = scaffold.skeleton(BLOGS["fr"], summer)["content/blog/posts/bonjour.md"].decode()
    assert "date: 2026-07-02T00:55:00+02:00" in made


def test_a_folder_with_a_repository_is_fine_and_one_with_a_blog_is_not(tmp_path):
    (tmp_path / ".git").mkdir()
    scaffold.init(tmp_path, BLOGS["fr"], NOW)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(CmflowError) as error:
        scaffold.init(tmp_path, BLOGS["fr"], NOW)
    # Each file in the way is named, not only the first.
    assert len(error.value.findings) == len(before)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_file_where_a_folder_must_go_is_named(tmp_path):
    (tmp_path / "content").write_text("mine")
    with pytest.raises(CmflowError) as error:
        scaffold.init(tmp_path, BLOGS["fr"], NOW)
    assert [f.path for f in error.value.findings][:1] == [(tmp_path / "content").as_posix()]
    assert (tmp_path / "content").read_text() == "mine"


@pytest.mark.parametrize("at", [0, 1, 12, 23])
def test_an_interrupted_init_leaves_nothing(tmp_path, monkeypatch, at):
    (tmp_path / "mine.txt").write_text("mine")
    real, count = Path.rename, 0

    def rename(self, target):
        nonlocal count
        if count == at:
            raise KeyboardInterrupt
        count += 1
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        scaffold.init(tmp_path, BLOGS["en"], NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_every_mistake_in_what_is_asked_is_told_at_once(tmp_path):
    with pytest.raises(CmflowError) as error:
        scaffold.init(tmp_path / "x", scaffold.Blog("en", " ", "ftp://x", ""), NOW)
    assert [path for path, _, _ in said(error)] == ["--name", "--url", "--author"]
    assert not (tmp_path / "x").exists()


def test_an_address_may_be_typed_short():
    assert scaffold.address("blog.example.com") == "https://blog.example.com/"
    assert scaffold.address("http://localhost:8000/blog") == "http://localhost:8000/blog/"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A French blog that tests add to; each uses titles of its own."""
    folder = tmp_path_factory.mktemp("home")
    scaffold.init(folder, BLOGS["fr"], NOW)
    return folder / "mkdocs.yml"


def begin(config: Path, kind: str, title: str, **wish) -> str:
    wish = {"date": dt.datetime(2026, 11, 20, 10, 0, tzinfo=PARIS), **wish}
    if kind == "event":
        wish.setdefault("start", dt.datetime(2027, 3, 28, 10, 0, tzinfo=PARIS))
    return blanks.begin(kind, Wish(title=title, **wish), *read(config)).read_text("utf-8")


KINDS = ("post", "interview", "page", "event", "idea", "persona")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_passes_check(home, kind):
    begin(
        home,
        kind,
        f"Réparer : « {kind} » #1, pourquoi ?",
        authors=("zoe-muller",),
        persona="curieux",
        objective="confiance",
        intent="help",
        guests=("Odile O’Neill : voisine",),
        series="entretiens" if kind == "interview" else "",
        tags=("no", "œuvre"),
        place="Lorient: port",
    )
    assert check(home, NOW) == ()


def test_a_begun_interview_reads_as_it_should(home):
    wish = {"guests": ("Odile", "Kwame"), "series": "entretiens", "authors": ("zoe-muller",)}
    begin(home, "interview", "Le premier", **wish)
    _, books = read(home)
    number = blanks.next_episode(books, "entretiens")
    text = begin(home, "interview", "Le second", **wish)
    assert number == blanks.next_episode(books, "entretiens")
    source, _ = frontmatter.parse("x.md", text)
    meta, problems = decode({**source.meta, "date": {"created": source.meta["date"]}}, PostMeta)
    assert problems == []
    assert (meta.series, meta.episode, meta.draft) == ("entretiens", number, True)
    assert [guest.name for guest in meta.guests] == ["Odile", "Kwame"]
    # The questions of the bank, each with its id.
    for question in ("quatre-mots", "refaire", "suivant"):
        assert f"{{ #{question} }}" in text


def test_the_first_episode_is_number_nought(tmp_path):
    scaffold.init(tmp_path, BLOGS["en"], NOW)
    text = begin(tmp_path / "mkdocs.yml", "interview", "One", guests=("A",), series="interviews")
    assert "\nepisode: 0\n" in text


def test_keys_stand_in_the_declared_order(home):
    text = begin(
        home, "interview", "Ordre", guests=("A",), series="entretiens", persona="curieux",
        objective="confiance", intent="help", categories=("Coulisses",), authors=("zoe-muller",),
    )  # fmt: skip
    source, _ = frontmatter.parse("x.md", text)
    declared = list(PostMeta.__struct_fields__)
    assert list(source.meta) == sorted(source.meta, key=declared.index)


def test_everything_unknown_in_a_wish_is_told_at_once(home):
    with pytest.raises(CmflowError) as error:
        begin(
            home,
            "post",
            "X",
            authors=("zoe-mueller",),
            persona="curieu",
            series="entretien",
            slug="É",
        )
    assert said(error) == [
        ("--author", "“zoe-mueller” is unknown here.", "Did you mean “zoe-muller”?"),
        ("--series", "“entretien” is unknown here.", "Did you mean “entretiens”?"),
        ("--persona", "“curieu” is unknown here.", "Did you mean “curieux”?"),
        ("--slug", "“É” is no slug.", "Write it like this: e"),
    ]


def test_a_category_is_checked_where_the_site_has_a_list(tmp_path):
    plugins = [{"blog": {"blog_dir": ".", "categories_allowed": ["Atelier"]}}, "cmflow"]
    config = make_site(tmp_path, {}, plugins=plugins)
    with pytest.raises(CmflowError) as error:
        begin(config, "post", "X", categories=("atelier",))
    assert said(error)[0][2] == "Did you mean “Atelier”?"


def test_a_taken_slug_comes_with_a_free_one_and_touches_nothing(home):
    first = begin(home, "post", "Deux fois le même")
    begin(home, "post", "Deux fois le même", slug="deux-fois-le-meme-2")
    with pytest.raises(CmflowError) as error:
        begin(home, "interview", "Deux fois le même", guests=("A",))
    assert said(error)[0][2] == "Choose another title, or: --slug deux-fois-le-meme-3"
    path = home.parent / "content/blog/posts/deux-fois-le-meme.md"
    assert path.read_text("utf-8") == first


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_writes_over_a_file(home, kind):
    begin(home, kind, f"Une fois {kind}", guests=("A",))
    with pytest.raises(CmflowError):
        begin(home, kind, f"Une fois {kind}", guests=("A",))


def test_a_title_without_letters_gives_no_slug(home):
    with pytest.raises(CmflowError) as error:
        begin(home, "post", "…!")
    assert said(error)[0][1] == "The title gives no slug."


def test_an_internal_event_lies_in_the_plan(home):
    begin(home, "event", "Entre nous", internal=True)
    assert (home.parent / "content/plan/events/entre-nous.md").is_file()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-10-06", "2026-10-06T00:00:00+02:00"),
        ("2026-10-06 09:00", "2026-10-06T09:00:00+02:00"),
        ("2026-12-06T09:00", "2026-12-06T09:00:00+01:00"),
        ("2026-12-06T09:00Z", "2026-12-06T09:00:00+00:00"),
        # The clocks show 02:30 twice that night; the first is meant.
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
    ],
)
def test_a_time_is_read_by_the_clocks_of_the_site(typed, meant):
    assert blanks.moment(typed, PARIS, "--date").isoformat(timespec="seconds") == meant


@pytest.mark.parametrize("typed", ["2027-03-28T02:30", "demain", "2026-13-01", "9:30", ""])
def test_a_time_that_does_not_exist_is_refused(typed):
    with pytest.raises(CmflowError) as error:
        blanks.moment(typed, PARIS, "--date")
    assert error.value.findings[0].path == "--date"


def test_the_present_is_rounded_down_across_the_change_of_clocks():
    just_after = dt.datetime(2026, 10, 25, 1, 4, 59, 999999, tzinfo=dt.UTC)
    assert blanks.rounded(just_after, PARIS).isoformat() == "2026-10-25T02:00:00+01:00"


def test_the_author_is_the_one_git_names_or_the_only_one(home, tmp_path):
    _, books = read(home)
    assert blanks.author_of(books, "zoé müller") == "zoe-muller"
    assert blanks.author_of(books, "") == "zoe-muller"
    two = {"blog/.authors.yml": yaml.safe_dump({"authors": {
        id_: {"name": id_.title(), "description": "", "avatar": "assets/lea.png"} for id_ in ("lea", "bo")
    }})}  # fmt: skip
    _, books = read(make_site(tmp_path, two))
    assert blanks.author_of(books, "Bo") == "bo"
    assert blanks.author_of(books, "Nobody") == ""


@given(st.text())
def test_any_text_can_be_quoted_on_one_line(words):
    written = quoted(words)
    assert "\n" not in written
    assert yaml.safe_load(f"title: {written}\nnext: 1")["next"] == 1


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cn"])))
def test_a_quoted_text_is_read_back_the_same(words):
    assert yaml.safe_load(f"title: {quoted(words)}")["title"] == words.replace("\ufeff", "")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_a_scalar_is_read_back_the_same(words):
    assert yaml.safe_load(f"- {scalar(words)}") == [words]
    assert yaml.safe_load(f"k: {scalar(words)}") == {"k": words}
    assert yaml.safe_load(f"k: [{scalar(words)}]") == {"k": [words]}


def test_a_scalar_is_in_quotes_only_where_it_must_be():
    assert [scalar(w) for w in ("voile", "Réparer", "no", "12:30", "a: b", "2024", "x #1")] == [
        "voile", "Réparer", '"no"', '"12:30"', '"a: b"', '"2024"', '"x #1"',
    ]  # fmt: skip
