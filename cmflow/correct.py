"""Corrections of one line of a front matter, each proven before it is offered.

Every function makes the file as it would be, reads it again, and returns nothing unless exactly the
one value has changed that was to change.
"""

from __future__ import annotations

from typing import Any

import yaml

from cmflow import frontmatter
from cmflow.errors import Fix
from cmflow.frontmatter import KeyPath, Source
from cmflow.scalars import quoted


def quote(source: Source, path: KeyPath) -> Fix | None:
    """Put quotes around a value that YAML takes for something else than the text it is."""
    typed = source.raw(*path)
    return rewrite(source, path, quoted(typed), typed) if typed.isprintable() else None


def rewrite(source: Source, path: KeyPath, written: str, value: object) -> Fix | None:
    """Write a scalar differently; `value` is what YAML shall read then."""
    node = source.node(*path)
    if not isinstance(node, yaml.ScalarNode) or node.start_mark.line != node.end_mark.line:
        return None
    lines, first = source.lines()
    if node.start_mark.line >= len(lines):
        # YAML counts breaks as lines that no editor does, such as U+2028.
        return None
    line = lines[node.start_mark.line]
    new = f"{line[: node.start_mark.column]}{written}{line[node.end_mark.column :]}"
    fix = Fix(node.start_mark.line + first, line, new)
    return _proven(source, fix, _with(source.meta, path, value))


def insert(source: Source, after: str, key: str, written: str, value: object) -> Fix | None:
    """Add a key on a line of its own below the line of the key `after`."""
    if key in source.meta or after not in source.meta:
        return None
    fix = Fix(source.line_of(after) + 1, "", f"{key}: {written}", insert=True)
    return _proven(source, fix, {**source.meta, key: value})


def apply(text: str, fix: Fix) -> str:
    """Return a text with a fix made, whether its line is still the one that was seen or not."""
    lines = text.split("\n")
    lines[fix.line - 1 : fix.line if not fix.insert else fix.line - 1] = [fix.new]
    return "\n".join(lines)


def _proven(source: Source, fix: Fix, expected: Any) -> Fix | None:
    made, finding = frontmatter.parse(source.path, apply(source.text, fix))
    if made is None or finding is not None or made.body != source.body:
        return None
    try:
        return fix if made.meta == expected else None
    except RecursionError:
        return None


def _with(data: Any, path: KeyPath, value: object) -> Any:
    """Copy plain data with one value replaced."""
    if not path:
        return value
    head, rest = path[0], path[1:]
    if isinstance(data, dict):
        return {
            key: _with(old, rest, value) if str(key) == head else old for key, old in data.items()
        }
    if isinstance(data, list) and isinstance(head, int):
        return [_with(old, rest, value) if at == head else old for at, old in enumerate(data)]
    return data
