"""A stranger's text on a terminal: nothing steers it, and links lead where they say."""

from __future__ import annotations

import pytest
from hostile import STRINGS
from hypothesis import given
from hypothesis import strategies as st

from cmflow import safe, visible


@pytest.mark.parametrize("text", ["\x1b[31mrouge", "\x1b]8;;https://evil.example\x07x", "a\x9bm"])
def test_no_escape_sequence_is_left(text):
    assert not set(visible.line(text)) & {"\x1b", "\x07", "\x9b"}


@given(st.text(st.characters()) | st.sampled_from(STRINGS))
def test_nothing_that_steers_a_terminal_is_left(text):
    for shown in (visible.line(text), visible.lines(safe.kept(text)), visible.address(text)):
        odd = {c for c in shown if not c.isprintable()}
        assert odd <= set("\n\u200d\u00a0\u202f") | {c for c in odd if c.isspace()}
        assert not odd & set("\x1b\r\v\f\x9b\u202e\u2066\u200f\u2028")


def test_paragraphs_lines_and_lists_are_kept():
    html = "<p>un</p>\n<p>deux<br>\ntrois</p>\n<ul><li>a</li>\n<li>b</li></ul>\n<pre>x\n y</pre>"
    assert visible.lines(html) == "un\n\ndeux\ntrois\n\n- a\n- b\n\nx\ny"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://a.example/x">ici</a>', "ici (https://a.example/x)"),
        ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
        (
            '<a href="https://аррӏе.com/">apple.com</a>',
            "apple.com (https://аррӏе.com/ [xn--80ak6aa92e.com])",
        ),
        (
            '<a href="https://аррӏе.com/">https://аррӏе.com/</a>',
            "https://аррӏе.com/ (https://аррӏе.com/ [xn--80ak6aa92e.com])",
        ),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
    ],
)
def test_a_link_tells_where_it_leads(html, text):
    assert visible.lines(html) == text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://lea.example/x?y#z", "https://lea.example/x?y#z"),
        ("https://LEA.example:8443/", "https://LEA.example:8443/"),
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/ [evil.example]"),
        (
            "https://bank.example@evil.example//evil.example/",
            "https://bank.example@evil.example//evil.example/ [evil.example]",
        ),
        ("https://bücher.example/", "https://bücher.example/ [xn--bcher-kva.example]"),
    ],
)
def test_the_true_host_stands_beside_one_that_deceives(url, shown):
    assert visible.address(url) == shown


def test_a_family_stays_one_and_a_blank_that_french_needs():
    assert visible.line("👨‍👩‍👧 va\u00a0bien\u202f!") == "👨‍👩‍👧 va bien !"
    assert visible.lines("👨‍👩‍👧 va\u00a0bien\u202f!") == "👨‍👩‍👧 va\u00a0bien\u202f!"


def test_without_links_only_the_words_are_left():
    assert visible.lines('Oui <a href="https://a.example/">ici</a>', links=False) == "Oui ici"
