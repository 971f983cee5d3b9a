"""Slugs, and the spaces of French typography."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.text import NARROW, SLUG, WIDE, shorten, slugify, typeset_french, typeset_french_html


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("L’œuvre d’Éloïse : « déjà vu » ?", "l-oeuvre-d-eloise-deja-vu"),
        ("Ça y est, c'est l'été !", "ca-y-est-c-est-l-ete"),
        ("Interview #0 — Maïwenn", "interview-0-maiwenn"),
        ("Straße & Łódź", "strasse-lodz"),
        ("  ", ""),
        ("日本語", ""),
    ],
)
def test_a_title_becomes_an_ascii_slug(title, slug):
    assert slugify(title) == slug


@given(st.text())
def test_a_slug_is_a_slug_and_slugging_it_again_changes_nothing(title):
    slug = slugify(title)
    assert slug == "" or SLUG.fullmatch(slug)
    assert len(slug) <= 60
    assert slugify(slug) == slug


def test_a_long_slug_is_cut_between_words():
    assert slugify("un deux trois quatre", longest=10) == "un-deux"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Vraiment ?", f"Vraiment{NARROW}?"),
        ("Oui !!", f"Oui{NARROW}!!"),
        ("ceci ; cela", f"ceci{NARROW}; cela"),
        ("Note : ici", f"Note{WIDE}: ici"),
        ("« Oui »", f"«{WIDE}Oui{WIDE}»"),
        ("« Oui ? »", f"«{WIDE}Oui{NARROW}?{WIDE}»"),
        ("12 000 € et 5 %", f"12{NARROW}000{NARROW}€ et 5{NARROW}%"),
        ("à 9:30, voir https://x.example/?a=1;b", "à 9:30, voir https://x.example/?a=1;b"),
        ("a?b:c;d", "a?b:c;d"),
        ("en 2026 100 personnes", f"en 2026{NARROW}100 personnes"),
    ],
)
def test_spaces_become_no_break_where_french_wants_them(typed, set_):
    assert typeset_french(typed) == set_


@given(st.text())
def test_typesetting_changes_nothing_but_spaces_and_only_once(text):
    once = typeset_french(text)
    assert len(once) == len(text)
    assert typeset_french(once) == once
    blank = str.maketrans({NARROW: " ", WIDE: " "})
    assert once.translate(blank) == text.translate(blank)


def test_tags_attributes_and_code_keep_their_spaces():
    html = (
        '<p title="a ?">a ? <code>b ? <b>c ?</b></code> d ?</p><script>e ? f : g</script><br/> h ?'
    )
    assert typeset_french_html(html) == (
        f'<p title="a ?">a{NARROW}? <code>b ? <b>c ?</b></code> d{NARROW}?</p>'
        f"<script>e ? f : g</script><br/> h{NARROW}?"
    )


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_a_shortened_text_is_never_too_long(text, longest):
    assert len(shorten(text, longest)) <= longest
