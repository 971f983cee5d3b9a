"""One converter for all pages: what it makes of a page does not depend on those before it."""

from __future__ import annotations

import copy
from xml.etree import ElementTree as ET

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.serializers import _serialize_html, to_xhtml_string
from mkdocs.structure import pages
from test_speed import TEXTS

from cmflow.swift import known, twins
from cmflow.swift.converters import Converters
from cmflow.swift.twins import Twins

LEFT_OUT = {"extra", "sane_lists", "nl2br", "smarty", "fenced_code", "def_list"}
"""Extensions that do not get along with others of the list, or are in them."""

SETS = [
    sorted(known.EXTENSIONS - LEFT_OUT),
    ["extra", "sane_lists", "smarty", "nl2br", "toc"],
    ["toc", "tables", "fenced_code"],
]
OPTIONS = {"pymdownx.tabbed": {"alternate_style": True}, "toc": {"permalink": True}}


def converted(converters, extensions, text, *, is_post=True):
    """Convert a page as MkDocs does."""
    with converters.watched(is_post=is_post) as watch:
        md = pages.markdown.Markdown(
            extensions=extensions,
            extension_configs={name: OPTIONS[name] for name in extensions if name in OPTIONS},
        )
        html = md.convert(text)
    return html, md.toc_tokens, watch


@pytest.mark.parametrize("extensions", SETS, ids=["material", "extra", "few"])
@given(names=st.lists(st.sampled_from(sorted(TEXTS)), min_size=2, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_converter_forgets_each_page(extensions, names):
    texts = [TEXTS[name].replace("--8<--", "") for name in names]
    used = Converters(trees=True, again=True)
    for at, text in enumerate(texts):
        is_post = at % 3 != 0
        again = converted(used, extensions, text, is_post=is_post)
        new = converted(Converters(), extensions, text, is_post=is_post)
        assert again[:2] == new[:2]
        assert (again[2].tree is not None) == (is_post and bool(text.strip()))


def test_a_converter_that_failed_converts_nothing_more():
    used = Converters(again=True)
    first = converted(used, ["toc"], "One")[2].md
    assert converted(used, ["toc"], "Two")[2].md is first
    with pytest.raises(AttributeError):
        converted(used, ["toc"], None)
    assert converted(used, ["toc"], "Three")[2].md is not first
    assert pages.markdown is markdown


def test_footnotes_with_a_number_for_each_page_need_converters_of_their_own():
    assert known.forgets({})
    assert not known.forgets({"footnotes": {"UNIQUE_IDS": True}})


TAGS = st.sampled_from(["p", "a", "img", "h2", "ul", "li", "code", "br", "em", "script"])
WORDS = st.text(st.sampled_from("ab<>&\"'\n\u00e9 ;#"), max_size=6) | st.just("[TOC]")


@st.composite
def trees(draw, depth=3):
    names = st.sampled_from(["id", "class", "href", "checked"])
    made = ET.Element(draw(TAGS), draw(st.dictionaries(names, WORDS, max_size=2)))
    made.text, made.tail = draw(WORDS), draw(WORDS)
    if depth:
        made.extend(draw(st.lists(trees(depth=depth - 1), max_size=3)))
    return made


@given(st.lists(trees(), max_size=5), WORDS | st.just("\n"), st.sampled_from([None, "\n", "&"]))
@settings(deadline=None)
def test_two_trees_are_written_as_python_markdown_writes_them(children, text, tail):
    root = ET.Element("div")
    root.text, root.tail = text, tail
    root.extend(children)
    both = Twins(to_xhtml_string)
    twin = both.second(root, "[TOC]")
    plain = copy.deepcopy(root)
    for element in root.iter():  # what a page does, and what a list must not see
        if element.tag in ("a", "img"):
            element.set("href", "elsewhere")
        elif element.tag == "h2" or "[TOC]" in (element.text or ""):
            element.text = "changed"
    assert both.write(root) == to_xhtml_string(root)
    assert both.write(twin) == to_xhtml_string(plain)
    assert both.write(ET.SubElement(twin, "p")) == "<p></p>"


def test_what_a_page_and_a_list_leave_alone_is_written_once(monkeypatch):
    written = []

    def noted(write, element, form):
        written.append(element.tag)
        _serialize_html(write, element, form)

    monkeypatch.setattr(twins, "_serialize_html", noted)
    text = "## A\n\nPlain *text*.\n\n[A link](b.md)\n\n- An item"
    watch = converted(Converters(trees=True), ["toc"], text)[2]
    assert written == ["h2", "p", "p", "ul"]
    watch.md.serializer(watch.tree)
    assert written[4:] == ["h2", "p"]
