"""Colours are read, measured as WCAG does, and moved until they can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.colours import BLACK, WHITE, contrast, legible, mix, parse

colours = st.tuples(*[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#12263f", (18, 38, 63)),
        ("#FFF", WHITE),
        (" 000 ", BLACK),
        ("navy", (214, 64, 43)),
        ("#12", (214, 64, 43)),
    ],
)
def test_a_colour_is_read_or_is_the_default(text, colour):
    assert parse(text, "#d6402b") == colour


def test_contrast_is_that_of_the_guidelines():
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, (118, 118, 118)) == pytest.approx(4.54, abs=0.01)
    assert contrast(BLACK, BLACK) == 1


def test_a_colour_that_stands_out_stays_as_it_is():
    assert legible(WHITE, (18, 38, 63), 7) == WHITE


@given(colours, colours)
def test_every_colour_can_be_made_legible_on_every_background(colour, background):
    assert contrast(legible(colour, background, 4.5), background) >= 4.5


@given(colours, colours)
def test_a_mixture_lies_between_its_parts(one, other):
    assert mix(one, other, 0) == one
    assert mix(one, other, 1) == other
    middle = mix(one, other, 0.5)
    assert all(min(a, b) <= m <= max(a, b) for a, b, m in zip(one, other, middle, strict=True))
