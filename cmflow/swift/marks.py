"""Kinds of blocks, asked only where the mark stands that each of them begins with.

Python-Markdown asks of every block whether it is of this kind or that, and searches it for an
expression each time. Of most kinds one look for a few characters tells that it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from markdown.blockprocessors import (
    BlockQuoteProcessor,
    HashHeaderProcessor,
    ReferenceProcessor,
    SetextHeaderProcessor,
)
from markdown.extensions.abbr import AbbrBlockprocessor
from markdown.extensions.admonition import AdmonitionProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.extensions.tables import TableProcessor
from pymdownx.details import DetailsProcessor
from pymdownx.tabbed import TabbedProcessor

_Test = Callable[[Any, Any, str], bool]

_LINES = {
    HashHeaderProcessor: ("RE", "#"),
    SetextHeaderProcessor: ("RE", "\n"),
    BlockQuoteProcessor: ("RE", ">"),
    # Those that take their definitions out of any block, and pass it on.
    ReferenceProcessor: ("RE", "]:"),
    FootnoteBlockProcessor: ("RE", "]:"),
    AbbrBlockprocessor: ("RE", "*["),
    TableProcessor: ("RE_CODE_PIPES", "|"),
}
_BOXES = {
    AdmonitionProcessor: ("RE", "!!!"),
    DetailsProcessor: ("START", "???"),
    TabbedProcessor: ("START", "==="),
}
"""For each kind of block the name of its expression, and what is in each block of that kind.

Of a box, which has its content in it, all but the first block begin with a blank instead.
"""


def tests() -> Iterator[tuple[type, _Test]]:
    """Yield each kind of block with what is to stand in the place of its `test`."""
    for owner, (name, mark) in _LINES.items():
        yield owner, _line(owner, name, mark)
    for owner, (name, mark) in _BOXES.items():
        yield owner, _box(owner, name, mark)


def _line(owner: Any, name: str, mark: str) -> _Test:
    plain, known = owner.test, getattr(owner, name)

    def test(processor: Any, parent: Any, block: str) -> bool:
        if mark in block or getattr(processor, name) is not known:
            return bool(plain(processor, parent, block))
        return False

    return test


def _box(owner: Any, name: str, mark: str) -> _Test:
    plain, known = owner.test, getattr(owner, name)

    def test(processor: Any, parent: Any, block: str) -> bool:
        if (
            mark in block
            or block[:1] == " "
            or processor.current_sibling is not None
            or getattr(processor, name) is not known
        ):
            return bool(plain(processor, parent, block))
        return False

    return test
