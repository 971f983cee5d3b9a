"""The search index in pieces: words, shards, and an edit that writes few of them."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import CONFIG as SITE
from sites import a_post, built, make_site

from cmflow.cuts import Cuts
from cmflow.mend import point_search
from cmflow.search import directory, edit, extracts, files, shards, writing
from cmflow.search.words import fold, words

CONFIG = {
    "lang": ["fr"],
    "separator": r"[\s\-]+",
    "pipeline": ["stopWordFilter"],
    "fields": {"title": {"boost": 1000.0}, "text": {"boost": 1.0}, "tags": {"boost": 1000000.0}},
}
WORDS = [
    a + b + c for a in ("ma", "me", "é", "œ", "1") for b in "rst" for c in ("", "e", "é", "es")
]


RARE = [f"ma{letter}{digit}" for letter in "bcdfghjk" for digit in range(4)]


def entry(location: str, title: str = "Titre", text: str = "<p>Texte</p>", **more: object) -> dict:
    return {"location": location, "title": title, "text": text, **more}


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>L’été à l'atelier</p>", ["l", "été", "à", "l", "atelier"]),
        ("Rust 1.75.0, v2.1 et 3,5 kg.", ["rust", "1.75.0", "v2.1", "et", "3,5", "kg"]),
        ("porte-voix &amp; R&amp;D &lt;b&gt;", ["porte", "voix", "r", "d", "b"]),
        ("<li>un</li><li>deux</li>", ["un", "deux"]),
        ("E\u0301te\u0301", ["été"]),
    ],
)
def test_words_are_cut_at_what_is_no_letter_and_no_digit(html, expected):
    assert words(html) == Counter(expected)


def test_words_are_cut_where_the_site_says_as_well():
    assert set(words("HelloWorld", re.compile("(?!\\b)(?=[A-Z][a-z])"))) == {"hello", "world"}


def test_of_an_endless_word_the_beginning_counts():
    assert dict(words("a" * 90 + " b")) == {"a" * 40: 1, "b": 1}


def test_a_word_is_found_without_its_accents():
    assert [fold(w) for w in ("été", "cœur", "straße", "ελλάς", "hôte")] == [
        "ete", "coeur", "strasse", "ελλας", "hote",
    ]  # fmt: skip


def test_entries_are_gathered_by_page_and_bring_no_other_tag_along():
    found = extracts.of_entries(
        [
            entry("a/", "<script>x</script>A", tags=["<img src=x>"], boost=2),
            entry("b/"),
            entry("a/#s", "S", "<p>x <b>y</b> <code>z</code></p>"),
        ]
    )
    assert [page.location for page in found] == ["a/", "b/"]
    assert found[0].sections[0].title == "&lt;script>x&lt;/script>A"
    assert found[0].sections[1].text == "<p>x &lt;b>y&lt;/b> <code>z</code></p>"
    assert found[0].tags == ["&lt;img src=x>"]
    assert found[0].boost == 2


@pytest.fixture
def small(monkeypatch):
    """Limits that a few words reach."""
    monkeypatch.setattr(shards, "LARGEST", 400)
    monkeypatch.setattr(shards, "LIGHT", 60)
    monkeypatch.setattr(shards, "MOST", 30)
    monkeypatch.setattr(extracts, "FULL", 200)


def site(chance: random.Random, count: int) -> list[dict]:
    return [page for at in range(count) for page in some_page(chance, at)]


def some_page(chance: random.Random, at: int) -> list[dict]:
    def text(most: int) -> str:
        rare = chance.choices(RARE, k=chance.random() < 0.1)
        return " ".join(chance.choices(WORDS, k=chance.randint(0, most)) + rare)

    tags = {"tags": [text(2)]} if chance.random() < 0.2 else {}
    return [
        entry(f"{at}/" + (f"#s{part}" if part else ""), text(3), f"<p>{text(12)}</p>", **tags)
        for part in range(chance.randint(1, 4))
    ]


def index(entries: list[dict]) -> files.Index:
    return files.made(extracts.of_entries(entries), "")


def test_every_word_is_in_the_one_shard_that_its_letters_name(small):
    of_all = extracts.of_entries(site(random.Random(1), 60))
    made = files.made(of_all, "")
    text = made.directory.text
    assert text.beginnings == sorted(set(text.beginnings))
    assert len(text.files) > len(set(text.files)) > 5
    for at, (beginning, file) in enumerate(zip(text.beginnings, text.files, strict=True)):
        shard = shards.read(made.new[f"words/{file}.json"])
        own = {word: n for word, n in shard.items() if fold(word).startswith(beginning)}
        assert sum(shards.weight(word, n) for word, n in own.items()) == text.weights[at]
        assert all(edit._place_of(word, text.beginnings) == at for word in own)
    sizes = [len(made.new[f"words/{file}.json"]) for file in text.files]
    assert max(sizes) <= shards.LARGEST


def test_a_word_that_stands_in_too_many_places_is_counted_and_no_more(small):
    made = index([entry(f"{at}/", "", "<p>partout</p>") for at in range(31)])
    found = shards.read(made.new[f"words/{made.directory.text.files[0]}.json"])
    assert found == {"partout": [-31]}


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_an_edit_makes_what_all_pages_would_make(seed):
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("LARGEST", 100), ("LIGHT", 40), ("MOST", 12)):
            patch.setattr(shards, name, value)
        patch.setattr(extracts, "FULL", 200)
        pages = [few_words(chance, at) for at in range(24)]
        last = index(pages)
        kept = dict(last.new)
        for _ in range(6):
            for at in chance.sample(range(24), chance.randint(1, 3)):
                pages[at] = few_words(chance, at)
            if chance.random() < 0.2:
                one, other = chance.sample(range(24), 2)
                pages[one], pages[other] = pages[other], pages[one]
            cold = index(pages)
            warm = edit.edited(last.directory, kept.__getitem__, extracts.of_entries(pages), "")
            if warm is not None:
                assert directory.write(warm.directory) == directory.write(cold.directory)
                kept |= warm.new
                assert {path: kept[path] for path in cold.new} == cold.new
            last = cold
            kept |= cold.new


def few_words(chance: random.Random, at: int) -> dict:
    some = chance.choices([*WORDS[:20], *RARE[:6]], k=chance.randint(0, 2))
    often = ["mar"] if chance.random() < 0.5 else []
    return entry(f"{at}/", "mare", f"<p>{' '.join([*some, *often])}</p>")


def test_pages_that_changed_places_changed(monkeypatch):
    monkeypatch.setattr(extracts, "FULL", 10)
    pages = [entry("a/", "mare"), entry("b/", "mars"), entry("c/", "mas")]
    last = index(pages)
    pages[0], pages[1] = pages[1], pages[0]
    made = edit.edited(last.directory, last.new.__getitem__, extracts.of_entries(pages), "")
    assert made is None or made.directory == index(pages).directory


def test_a_word_does_not_go_to_the_shard_of_the_word_that_it_begins_with(small):
    pages = [entry(f"{at}/", "mas", "<p>mar mare maret marets</p>") for at in range(30)]
    last = index(pages)
    assert last.directory.text.beginnings == ["mar", "mare"]
    pages[7]["text"] += " mars"
    assert edit.edited(last.directory, last.new.__getitem__, extracts.of_entries(pages), "") is None


def test_a_changed_word_writes_its_page_and_its_shard():
    pages = site(random.Random(2), 200)
    last = index(pages)
    pages[17]["text"] += " zeugma"
    pages[300]["text"] += " mare"
    made = edit.edited(last.directory, last.new.__getitem__, extracts.of_entries(pages), "")
    assert made is None  # no word began so
    pages[17]["text"] = "<p>mare</p>"
    made = edit.edited(last.directory, last.new.__getitem__, extracts.of_entries(pages), "")
    assert made is not None
    assert 0 < len(made.new) <= 6
    assert not last.new.keys() & made.new.keys()


def write(pages: list[dict[str, Any]], config: dict[str, Any], site: Path, **more: Any) -> None:
    writing.write(lambda last: writing.make(pages, config, last), config, site, **more)


def read(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.json")}


def test_a_second_index_is_the_first_where_nothing_changed_and_a_damaged_one_is_made_anew(tmp_path):
    pages = site(random.Random(3), 80)
    old, new, whole = (tmp_path / name for name in ("old", "new", "whole"))
    write(pages, CONFIG, old)
    write(pages, CONFIG, new, last=old)
    assert read(new) == read(old)
    pages[9]["text"] += " mare"
    broken = next(iter((old / "search" / "words").iterdir()))
    broken.write_bytes(broken.read_bytes()[:-3] + b"9]}")
    write(pages, CONFIG, whole)
    write(pages, CONFIG, tmp_path / "warm", last=old)
    assert read(tmp_path / "warm") == read(whole)


class _Keeper:
    def __init__(self, standing: set[str]) -> None:
        self.standing, self.noted = standing, set()

    def stands(self, path: str, key: bytes) -> bool:
        return path in self.standing

    def made(self, path: str, key: bytes) -> None:
        self.noted.add(path)


def test_what_stands_is_not_written_again(tmp_path):
    pages = site(random.Random(4), 80)
    write(pages, CONFIG, tmp_path / "old")
    there = set(read(tmp_path / "old"))
    keeper = _Keeper(there)
    pages[9]["text"] = "<p>mare</p>"
    write(pages, CONFIG, tmp_path / "new", last=tmp_path / "old", keeper=keeper)
    written = set(read(tmp_path / "new")) - {"search/search_index.json"}
    assert written == keeper.noted
    assert not written & there
    assert len(written) < 8


def test_what_every_page_fetches_stays_small(tmp_path):
    write(site(random.Random(5), 300), CONFIG, tmp_path)
    data = (tmp_path / "search" / "search_index.json").read_bytes()
    assert len(data) < 400
    assert json.loads(data)["docs"] == []
    assert json.loads(data)["config"]["separator"] == CONFIG["separator"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"lang": ["fr", "en"]}, True),
        ({"separator": r"[\s\-,:!=\[\]()\"/]+|(?!\b)(?=[A-Z][a-z])|\.(?!\d)|&[lg]t;"}, True),
        ({"lang": ["ja"]}, False),
        ({"pipeline": ["stemmer"]}, False),
        ({"separator": "["}, False),
        ({"fields": {"title": {}, "summary": {}}}, False),
    ],
)
def test_materials_own_search_stays_where_it_finds_words_in_another_way(change, expected):
    assert writing.suits(CONFIG | change) is expected


def test_a_page_names_our_script_where_it_named_materials():
    page = (
        '<script id="__config" type="application/json">{"base": "..", '
        '"search": "../assets/javascripts/workers/search.a7633da7.min.js", "tags": null}</script>'
    )
    ours = "assets/cmflow/cmflow-search.0a1b2c3d.js"
    assert f'"search": "../{ours}"' in _pointed(page, ours)
    other = page.replace("search.a7633da7.min.js", "other.js")
    assert _pointed(other, ours) == other


def _pointed(html: str, searcher: str) -> str:
    page = Cuts(html)
    point_search(page, searcher)
    return page.done()


@pytest.mark.parametrize(
    ("search", "files", "ours"),
    [
        ("search", {}, True),
        ({"search": {"pipeline": ["stemmer"]}}, {}, False),
        ({"search": {"enabled": False}}, {}, False),
        (
            "search",
            {
                "../theme/main.html": '{% extends "base.html" %}{% block config %}{{ super() }}{% endblock %}'
            },
            False,
        ),
        (None, {}, False),
    ],
    ids=["plain", "stems", "off", "another theme", "none"],
)
def test_ours_is_there_in_the_place_of_materials_and_nowhere_else(tmp_path, search, files, ours):
    plugins = [plugin for plugin in SITE["plugins"] if plugin != "search"]
    config = make_site(
        tmp_path,
        {"blog/posts/a.md": a_post("a", "Zinzolin."), **files},
        plugins=[search, *plugins] if search else plugins,
        theme={**SITE["theme"], "custom_dir": "theme"} if files else SITE["theme"],
    )
    site = built(config)
    page = (site / "index.html").read_text("utf-8")
    assert ("assets/cmflow/cmflow-search." in page) is ours
    assert ("assets/javascripts/workers/search." in page) is not ours
    assert bool(list(site.rglob("cmflow-search.*.js"))) is ours
    assert (site / "search" / "words").is_dir() is ours
    index = site / "search" / "search_index.json"
    assert index.exists() is (search is not None and search != {"search": {"enabled": False}})
    if index.exists():
        assert ("inzolin" in index.read_text("utf-8")) is not ours
