"""Kinds of blocks that are asked only where their mark stands: what comes out is the same."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from unittest import mock

import markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown.blockprocessors import HashHeaderProcessor

from cmflow.swift import marks

EXTENSIONS = [
    "abbr",
    "admonition",
    "footnotes",
    "tables",
    "pymdownx.details",
    "pymdownx.tabbed",
]

PIECES = st.sampled_from(
    [
        "# ", "#", "> ", "!!! note", "!!! tip \"A\"", "??? note", '=== "One"', '=== "Two"', "===", "---", "| a | b |",
        "a | b", "|---|---|", "- | -", "[^1]: note", "[ref]: /url 'T'", "*[HTML]: Hyper", "text", "HTML [ref] [^1]", "- item",
        "1. item", "    ", "        ", " ", "\n", "\n\n", "\n\n    ", "***", "\\#", "[", "]:", "*[", "\t",
    ]
)  # fmt: skip


def patched(stack):
    asked = Counter()
    for owner, _ in marks.tests():
        plain = owner.test

        def counted(processor, parent, block, owner=owner, plain=plain):
            asked[owner] += 1
            return plain(processor, parent, block)

        stack.enter_context(mock.patch.object(owner, "test", counted))
    for owner, test in marks.tests():
        stack.enter_context(mock.patch.object(owner, "test", test))
    return asked


@given(st.lists(PIECES, max_size=20).map("".join))
@settings(max_examples=400, deadline=None)
def test_blocks_are_told_apart_as_by_python_markdown(text):
    plain = markdown.markdown(text, extensions=EXTENSIONS)
    with ExitStack() as stack:
        patched(stack)
        assert markdown.markdown(text, extensions=EXTENSIONS) == plain


def test_of_a_plain_paragraph_nothing_is_asked():
    with ExitStack() as stack:
        asked = patched(stack)
        markdown.markdown("One paragraph.\n\nAnd another.", extensions=EXTENSIONS)
        assert not asked
        markdown.markdown("# A heading\n\nText", extensions=EXTENSIONS)
        assert asked == {HashHeaderProcessor: 1}


def test_a_kind_of_block_that_was_given_another_expression_is_asked():
    md = markdown.Markdown()
    mine = HashHeaderProcessor.RE.pattern.replace("#", "§")
    md.parser.blockprocessors["hashheader"].RE = re.compile(mine)
    plain = md.convert("§§ A heading")
    assert plain == "<h2>A heading</h2>"
    with ExitStack() as stack:
        patched(stack)
        assert md.reset().convert("§§ A heading") == plain
