"""A long text is changed in many places at once, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cmflow.cuts import Cuts


def test_what_is_put_at_one_place_stands_in_the_order_it_came():
    page = Cuts("<p>text</p>")
    page.insert(7, "!")
    page.put(0, 3, "<h1>")
    page.insert(7, "?")
    page.replace("</p>", "</h1>")
    assert page.done() == "<h1>text!?</h1>"


def test_a_text_is_replaced_from_a_place_on_and_so_many_times():
    page = Cuts("a-a-a-a")
    page.replace("a", "b", start=1, most=2)
    assert page.done() == "a-b-b-a"


@given(st.text("ab<"), st.text("ab", min_size=1, max_size=2), st.text("ab<"))
def test_replacing_everywhere_is_what_strings_do(text: str, old: str, new: str):
    page = Cuts(text)
    page.replace(old, new)
    assert page.done() == text.replace(old, new)
