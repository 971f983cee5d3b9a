"""A title is set as large as it fits, and broken only where a reader would break it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.lettering import fit, shorten
from cmflow.text import NARROW, WIDE

SIZES = (40, 30, 20)


def measure(size):
    """Return the width in a font whose every letter is half as wide as high."""
    return lambda text: len(text) * size / 2


def set_in(text, width, rows=4, sizes=SIZES):
    return fit(text, sizes, measure, width, lambda size: rows)


def test_a_title_takes_the_largest_size_at_which_it_fits():
    assert set_in("La voile", 160) == set_in("La voile", 400)
    assert set_in("La voile", 160).size == 40
    assert set_in("La voile rouge", 120, rows=1, sizes=(40, 20, 10)).size == 10


def test_lines_are_about_equally_long():
    assert set_in("un deux trois quatre cinq", 420).lines == ("un deux trois", "quatre cinq")


@pytest.mark.parametrize(
    "title",
    [
        "Attention les yeux !",
        "Combien ? Trop",
        "Voici la liste : tout",
        "Il dit « oui » et part",
        "30 € ; 5 %",
    ],
)
@pytest.mark.parametrize("width", range(20, 400, 20))
def test_no_line_begins_or_ends_with_a_mark_that_belongs_to_a_word(title, width):
    for line in set_in(title, width, rows=9, sizes=(20,)).lines:
        # Where a line holds less than a word and its mark, letters are all that is left to break.
        if width >= 120:
            assert not re.match(r"[!?;:»%€]", line)
            assert not line.endswith("«")


def test_spaces_that_a_writer_typed_plain_become_no_break_ones():
    assert set_in("« Oui » !", 900).lines == (f"«{WIDE}Oui{WIDE}»{NARROW}!",)


def test_german_quotes_are_no_french_ones():
    assert set_in("er sagt »Ja« und »Nein«", 900).lines == ("er sagt »Ja« und »Nein«",)


def test_a_title_that_never_fits_ends_between_words_with_an_ellipsis():
    text = "un deux trois quatre, cinq six sept huit neuf dix"
    assert set_in(text, 100, rows=2).lines == ("un deux", "trois…")
    assert shorten("un deux, trois", len, 10) == "un deux…"


def test_a_word_longer_than_a_line_is_broken_between_letters():
    assert set_in("abcdefghij", 40, rows=3, sizes=(20,)).lines == ("abcd", "efgh", "ij")


def test_a_cut_never_parts_a_letter_from_its_mark():
    assert shorten("e\u0301" * 3, len, 4) == "e\u0301…"
    assert set_in("e\u0301" * 3, 30, sizes=(20,)).lines == ("e\u0301",) * 3


@given(st.text(alphabet="ab é!?«»:-\u00a0", max_size=80), st.integers(20, 400), st.integers(1, 4))
def test_nothing_overflows(text, width, rows):
    found = set_in(text, width, rows, sizes=(20, 10))
    assert len(found.lines) <= rows
    assert all(measure(found.size)(line) <= width for line in found.lines)


@given(st.lists(st.text(alphabet="abcé", min_size=1, max_size=8), max_size=12))
def test_no_word_is_lost_where_there_is_room(words):
    found = fit(" ".join(words), (10,), measure, 50, lambda size: 99)
    assert " ".join(found.lines).split() == words
