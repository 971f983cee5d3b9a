"""A value that YAML reads as something else than what was typed.

YAML knows numbers to the base of sixty and of eight, yes and no, and comments: `9:30` is 570, `no`
is false, `010` is 8, and whatever follows a blank and `#` is dropped. The finding shows what was
typed; `--fix` puts it in quotes where a text was meant.

Wrong:

```yaml
title: No
duration: 9:30
question: Que pensez-vous de #Cité ?
```

Right:

```yaml
title: "No"
duration: "9:30"
question: "Que pensez-vous de #Cité ?"
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cmflow import correct
from cmflow.errors import Finding, Level, say
from cmflow.frontmatter import Source
from cmflow.rules.view import View

NAME = "yaml-surprise"

_DROPPED = re.compile(r"[ \t]+(#[^\s#].*)")
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_NUMBERS = ("episode", "readtime")
_NULLS = ("null", "Null", "NULL")


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found, and what YAML changes without a difference of kind."""
    yield from (found for found in view.reading if found.rule == NAME)
    for source in view.library.sources.values():
        lines, first = source.lines()
        block = "\n".join(lines)
        if " #" in block:
            yield from _dropped(source, lines, first)
        if any(word in block for word in _NULLS):
            yield from _nothing(source, first)
        if any(key in source.meta for key in _NUMBERS):
            yield from _octal(source, first)


def _dropped(source: Source, lines: list[str], first: int) -> Iterator[Finding]:
    """A note begins with # and a blank; what is glued to its # was meant as a word."""
    for _, node in source.nodes():
        end = node.end_mark
        match = _DROPPED.match(lines[end.line], end.column) if end.line < len(lines) else None
        if match and not node.style and node.value:
            yield Finding(
                NAME,
                source.path,
                end.line + first,
                say("YAML drops “{rest}”: it takes # for the beginning of a note.", rest=match[1]),
                say("Put the whole value in quotes, or a blank after the #."),
                Level.WARNING,
            )


def _nothing(source: Source, first: int) -> Iterator[Finding]:
    for path, node in source.nodes():
        if not node.style and node.value in _NULLS:
            fix = correct.quote(source, path)
            yield Finding(
                NAME,
                source.path,
                node.start_mark.line + first,
                say("YAML reads {typed} as nothing at all.", typed=node.value),
                say("Put it in quotes if it is a word; else leave the value empty."),
                Level.WARNING,
                fix,
            )


def _octal(source: Source, first: int) -> Iterator[Finding]:
    for path, node in source.nodes():
        if path and path[-1] in _NUMBERS and _OCTAL.fullmatch(node.value):
            meant = int(node.value.replace("_", ""))
            read = int(node.value, 8)
            if meant == read:
                continue
            yield Finding(
                NAME,
                source.path,
                node.start_mark.line + first,
                say(
                    "YAML reads {typed} as {value}: the nought in front makes it octal.",
                    typed=node.value,
                    value=read,
                ),
                say("Write {number}.", number=meant),
                fix=correct.rewrite(source, path, str(meant), meant),
            )
