"""Places in finished HTML: sections, links, plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.outline import beginning, plain, rebase, sections, text_of

TEXT = (
    '<p>Intro</p><h2 id="a">Un <em>mot</em> ?<a class="headerlink" href="#a">¶</a></h2><p>A</p>'
    '<h3 id="b">Sous</h3><p>B</p><h2>Sans id</h2><p>C</p><h2 class="x" id=\'d\'>Fin</h2><p>D</p>'
)


def test_a_section_ends_at_the_next_heading_of_its_level():
    found = {s.id: (s.level, s.title, TEXT[s.body : s.end]) for s in sections(TEXT)}
    assert found == {
        "a": (2, "Un mot ?", '<p>A</p><h3 id="b">Sous</h3><p>B</p>'),
        "b": (3, "Sous", "<p>B</p>"),
        "d": (2, "Fin", "<p>D</p>"),
    }


def test_links_are_rewritten_in_tags_and_nowhere_else():
    html = '<p>href="x" <a class="y" href="x&amp;z">a</a><img alt="src" src=\'p.png\'><video poster="v"></p>'
    done = rebase(html, lambda url: f"[{url}]")
    assert done == (
        '<p>href="x" <a class="y" href="[x&amp;z]">a</a>'
        '<img alt="src" src="[p.png]"><video poster="[v]"></p>'
    )


def test_a_new_address_cannot_break_out_of_its_attribute():
    assert rebase('<a href="x">', lambda _: '"><script>') == '<a href="&quot;&gt;&lt;script&gt;">'


def test_the_text_of_a_post_has_no_title_no_comment_and_no_slot():
    assert (
        text_of("<h1 id='x'>T</h1>\n<p>A</p><!-- more --><!-- cmflow: x --><p>B</p>")
        == "<p>A</p><p>B</p>"
    )
    assert text_of("<p>A</p><h1>T</h1>") == "<p>A</p><h1>T</h1>"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Un\n  mot &amp; <b>un</b> autre</p>", "Un mot & un autre"),
        ('Titre<a class="headerlink" href="#x">¶</a>', "Titre"),
        ("<p>&lt;b&gt;</p>", "<b>"),
    ],
)
def test_plain_text_is_one_line_without_tags(html, text):
    assert plain(html) == text


@given(st.text())
def test_no_html_is_too_strange(html):
    plain(html)
    text_of(html)
    assert all(s.start <= s.body <= s.end <= len(html) for s in sections(html))
    assert isinstance(rebase(html, lambda url: url), str)


PIECES = [
    "mot ",
    "<b>",
    "</b>",
    "&amp;",
    "&notin",
    "é",
    "< ",
    "</a>",
    '<a class="headerlink" href="#">',
    "¶",
]


@given(st.lists(st.sampled_from(PIECES), max_size=200), st.integers(1, 12))
def test_the_beginning_of_a_long_text_is_that_of_the_whole(pieces: list[str], length: int):
    html = "".join(pieces)
    begun, whole = beginning(html, length), plain(html)
    assert begun[: length + 1] == whole[: length + 1]
    assert (len(begun) > length) == (len(whole) > length)
