"""Two trees of one post, for its page and for lists: what both leave alone, they share.

Until “toc” both are one. Behind it, headings are numbered and linked, a `[TOC]` is put in, links
are made relative, and escaped characters are put back: the first three in another way for each, the
last in the same way for both, and doing it again changes nothing. So the second tree needs copies
of those parts alone in which there is something of the first three; of the others, one is enough,
and so is its HTML.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from xml.etree import ElementTree as ET

from markdown.serializers import _serialize_html

_OWN = frozenset({"a", "img", *(f"{h}{level}" for h in "hH" for level in range(1, 7))})
"""The elements that are not the same on a page and in a list."""


class Twins:
    """Makes the second tree of one post, and writes both; `plain` writes any other element."""

    def __init__(self, plain: Callable[[ET.Element], str]) -> None:
        self._plain = plain
        self._shared: dict[int, str | None] = {}
        self._trees: list[ET.Element] = []

    def second(self, tree: ET.Element, marker: str) -> ET.Element:
        """Return a tree like this one; `marker` is what stands for a table of contents."""
        twin = copy.copy(tree)
        for at, child in enumerate(tree):
            if _is_own(child, marker):
                twin[at] = copy.deepcopy(child)
            else:
                self._shared[id(child)] = None
        self._trees = [tree, twin]
        return twin

    def write(self, element: ET.Element) -> str:
        """Do what Python-Markdown's serializer does."""
        text, tail = element.text or "", element.tail or ""
        if element.attrib or (text + tail).strip() or not any(element is t for t in self._trees):
            return self._plain(element)
        parts = map(self._part, element)
        return "".join([f"<{element.tag}>", text, *parts, f"</{element.tag}>", tail])

    def _part(self, child: ET.Element) -> str:
        written = self._shared.get(id(child))
        if written is None:
            pieces: list[str] = []
            _serialize_html(pieces.append, child, "xhtml")
            written = "".join(pieces)
            if id(child) in self._shared:
                self._shared[id(child)] = written
        return written


def _is_own(element: ET.Element, marker: str) -> bool:
    """Tell whether a part of a page may differ from that of a list."""
    if not _OWN.isdisjoint([below.tag for below in element.iter()]):
        return True
    return bool(marker) and any(marker in (below.text or "") for below in element.iter())
