"""Markdown converters for MkDocs: one for all pages, where all in it is known to forget a page.

MkDocs makes a converter for each page, with all its extensions, which takes longer than to convert
a short page. Python-Markdown means a converter to be used again after `reset`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import markdown
from markdown.treeprocessors import Treeprocessor
from mkdocs.structure import pages

from cmflow.swift.twins import Twins

_NAME = "cmflow"


class Converters:
    """Hands MkDocs the converters of one build, and takes a second tree out of those of posts.

    `trees` tells whether such a tree can be taken, `again` whether a converter may convert again.
    """

    def __init__(self, *, trees: bool = False, again: bool = False) -> None:
        self._trees = trees
        self._again = again
        self._spare: markdown.Markdown | None = None

    @contextlib.contextmanager
    def watched(self, *, is_post: bool) -> Iterator[Watch]:
        """Have MkDocs take its converter for the next page from here."""
        watch = Watch()

        def make(**options: Any) -> markdown.Markdown:
            spare, self._spare = self._spare, None
            md = watch.md = _cleared(spare) if spare else markdown.Markdown(**options)
            if is_post and self._trees:
                watch.stand(md)
            return md

        vars(pages)["markdown"] = SimpleNamespace(Markdown=make)
        try:
            yield watch
        finally:
            vars(pages)["markdown"] = markdown
        if self._again:  # one that failed does not come here: it may remember anything
            self._spare = watch.md


class Watch(Treeprocessor):  # type: ignore[misc]  # Python-Markdown is untyped
    """Stands before “toc” in a conversion, and takes a second tree of what comes by."""

    def __init__(self) -> None:
        super().__init__()
        self.md: Any = None
        self.tree: ET.Element | None = None

    def stand(self, md: markdown.Markdown) -> None:
        """Go into a converter, if “toc” would come next."""
        steps = md.treeprocessors
        if "toc" not in steps:
            return
        steps.register(self, _NAME, 5.001)
        if steps.get_index_for_name("toc") != steps.get_index_for_name(_NAME) + 1:
            steps.deregister(_NAME)
            return
        self._twins = Twins(md.serializer)
        md.serializer = self._twins.write

    def run(self, root: ET.Element) -> None:
        """Take the second tree."""
        self.tree = self._twins.second(root, self.md.treeprocessors["toc"].marker)


def _cleared(md: markdown.Markdown) -> markdown.Markdown:
    """Make a converter as good as new; MkDocs puts its own steps over those of the last page."""
    md.treeprocessors.deregister(_NAME, strict=False)
    md.set_output_format(md.output_format)
    md.reset()
    return md
