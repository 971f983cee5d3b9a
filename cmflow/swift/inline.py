"""Inline patterns of Markdown, asked only where the mark stands that each of them begins with.

Python-Markdown searches every text for every pattern. Of those whose expressions are known here,
most can be told not to be there by one look for a character.
"""

from __future__ import annotations

from typing import Any

from markdown import inlinepatterns
from markdown.util import AtomicString

_MARKS = {
    inlinepatterns.BACKTICK_RE: "`",
    inlinepatterns.ESCAPE_RE: "\\",
    inlinepatterns.LINK_RE: "[",
    inlinepatterns.IMAGE_LINK_RE: "![",
    inlinepatterns.AUTOLINK_RE: "<",
    inlinepatterns.AUTOMAIL_RE: "<",
    inlinepatterns.LINE_BREAK_RE: "  \n",
    inlinepatterns.HTML_RE: "<",
    inlinepatterns.ENTITY_RE: "&",
    r"\[\^([^\]]*)\]": "[^",  # of a footnote
}
"""Expressions, and what must be in a text in which they find anything."""


def handle(processor: Any, data: Any, number: int = 0) -> Any:
    """Do what `InlineProcessor.__handleInline` does: put placeholders for what patterns find."""
    if isinstance(data, AtomicString):
        return data
    patterns = _patterns(processor)
    count, start = len(patterns), 0
    apply = processor._InlineProcessor__applyPattern  # noqa: SLF001  # this stands in its place
    while number < count:
        mark, pattern = patterns[number]
        if mark not in data:
            number += 1
            start = 0
            continue
        data, matched, start = apply(pattern, data, number, start)
        if not matched:
            number += 1
    return data


def _patterns(processor: Any) -> list[tuple[str, Any]]:
    """Return the patterns in their order with their marks; the empty one is everywhere."""
    registry = processor.inlinePatterns
    known = vars(processor).get("cmflow_patterns")
    if known is None or known[0] is not registry or len(known[1]) != len(registry):
        found = [(_MARKS.get(p.getCompiledRegExp().pattern, ""), p) for p in registry]
        known = vars(processor)["cmflow_patterns"] = (registry, found)
    patterns: list[tuple[str, Any]] = known[1]
    return patterns
