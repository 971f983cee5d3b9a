"""Shortening: what it never breaks, and that the link survives."""

import datetime as dt

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from cmflow import lengths
from cmflow.cut import cut, fits, holds
from cmflow.network import Limits

URL = "https://cabestan.fr/articles/un-sac/"
COUNTS = (
    lengths.characters,
    lengths.utf16,
    lengths.bluesky,
    lengths.mastodon,
    lengths.x_weighted,
    lengths.threads,
)


def limits(text, count=lengths.characters, octets=0):
    return Limits(text=text, count=count, source="", checked=dt.date(2026, 11, 21), octets=octets)


words = st.sampled_from(
    [
        "un", "sac", "d’été", "«\u00a0quoi\u00a0?\u00a0»", "« #Cité »", "#FaitMain", "@lea@mastodon.social",
        "https://autre.fr/a_(b)", "👨‍👩‍👧‍👦", "e\u0301te\u0301", "日本語の文章", "#日本語", "anticonstitutionnellement",
        "(oui),", "🇫🇷", "fini.", ";", "12\u202f000\u00a0€",
    ]
)  # fmt: skip
blanks = st.sampled_from([" ", "\n", "\n\n", "  "])
prose = st.lists(st.tuples(words, blanks), max_size=30).map(
    lambda pairs: "".join(word + blank for word, blank in pairs).strip()
)
bounds = st.builds(
    limits, st.integers(60, 400), st.sampled_from(COUNTS), st.sampled_from([0, 200, 900])
)


@given(prose, prose, bounds)
def test_what_is_cut_fits_and_keeps_its_link(head, tail, bound):
    made = cut(f"{head}\n\n{URL}\n\n{tail}".strip(), bound, URL)
    assert fits(made, bound)
    assert holds(made, URL)


@given(prose, prose, bounds)
def test_to_cut_again_changes_nothing(head, tail, bound):
    made = cut(f"{head} {URL} {tail}".strip(), bound, URL)
    assert cut(made, bound, URL) == made


@given(prose, bounds)
def test_a_cut_breaks_no_word_tag_link_mention_quotation_or_grapheme(text, bound):
    whole = f"{text}\n\n{URL}"
    made = cut(whole, bound, URL)
    begun = made.removesuffix(URL).rstrip().removesuffix("…").rstrip()
    assert text.startswith(begun)
    graphemes, at = set(), 0
    for one in regex.findall(r"\X", text):
        at += len(one)
        graphemes.add(at)
    assert not begun or len(begun) in graphemes
    for match in regex.finditer(r"https?://\S+|[#@][\w@.]+|«\s*#?\w+\s*»|[\p{Latin}\p{M}’]+", text):
        inside = match.start() < len(begun) < match.end()
        assert (
            not inside or regex.search(r"\p{Han}|\p{Hiragana}", match[0]) or match[0].endswith(".")
        )


@pytest.mark.parametrize(
    ("most", "made"),
    [
        (95, "Le sac de Noé\n\nDeux jours pour « #Coudre » une poche, et un matin.\n\nhttps://a.fr/x\n\n#Sac"),
        (84, "Le sac de Noé\n\nDeux jours pour « #Coudre » une poche, et un…\n\nhttps://a.fr/x\n\n#Sac"),
        (70, "Le sac de Noé\n\nDeux jours pour « #Coudre » une…\n\nhttps://a.fr/x\n\n#Sac"),
        (60, "Le sac de Noé\n\nDeux jours pour…\n\nhttps://a.fr/x\n\n#Sac"),
        (32, "Le sac de Noé…\n\nhttps://a.fr/x"),
        (24, "Le sac…\n\nhttps://a.fr/x"),
        (14, "https://a.fr/x"),
    ],
)  # fmt: skip
def test_the_text_before_the_link_is_shortened_first(most, made):
    text = (
        "Le sac de Noé\n\nDeux jours pour « #Coudre » une poche, et un matin."
        "\n\nhttps://a.fr/x\n\n#Sac"
    )
    assert cut(text, limits(most), "https://a.fr/x") == made


@pytest.mark.parametrize(
    "whole",
    [
        "« #Cité »",
        "12\u202f000\u00a0€",
        "#日本語の話",
        "https://a.fr/日本語",
        "@léa日本",
    ],
)
def test_what_belongs_together_is_never_parted(whole):
    text = f"un {whole} deux trois"
    for most in range(4, len(text)):
        made = cut(text, limits(most)).removesuffix("…").rstrip()
        assert made == "un" or made.startswith(f"un {whole}")


def test_a_text_that_ends_in_a_link_keeps_a_space_before_the_ellipsis():
    assert cut("Voir https://a.fr/b puis encore", limits(24)) == "Voir https://a.fr/b …"


def test_a_text_without_blanks_is_cut_between_its_letters():
    assert cut("日本語のとても長い文章です", limits(6)) == "日本語のと…"


def test_a_letter_keeps_its_mark_where_there_are_no_blanks():
    assert cut("か\u3099" * 9, limits(6)) == "か\u3099か\u3099…"


def test_where_not_even_the_link_fits_there_is_no_text():
    with pytest.raises(ValueError, match="fit"):
        cut(f"Un sac {URL}", limits(20), URL)


def test_one_word_too_long_is_not_broken():
    with pytest.raises(ValueError, match="fit"):
        cut("a" * 50, limits(20))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Voir https://a.fr/x.", True),
        ("https://a.fr/x", True),
        ("https://a.fr/x/y", False),
        ("https://a.fr/xy", False),
        ("https://a.fr/x?y=1", False),
        ("https://b.fr/?u=https://a.fr/x", False),
        ("https://a.fr/xy et https://a.fr/x, oui", True),
    ],
)
def test_a_longer_link_is_not_the_link(text, found):
    assert holds(text, "https://a.fr/x") is found
