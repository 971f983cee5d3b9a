"""A key that stands twice in the same front matter.

YAML keeps the last one and forgets the first without a word.

Wrong:

```yaml
tags: [voile]
summary: Trois saisons.
tags: [couture]
```

Right:

```yaml
tags: [voile, couture]
summary: Trois saisons.
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from cmflow.errors import Finding, say
from cmflow.frontmatter import Source
from cmflow.rules.view import View

NAME = "double-key"

_KEY = re.compile(r"([\w-]+)[ \t]*:(?:\s|$)")


def run(view: View) -> Iterator[Finding]:
    """Yield every key that stands twice; only those are looked at closely whose text says so."""
    for source in view.library.sources.values():
        lines, first = source.lines()
        seen: dict[str, int] = {}
        for at, line in enumerate(lines):
            match = _KEY.match(line)
            if match is None:
                continue
            if match[1] in seen and _is_key(source, match[1], at):
                yield Finding(
                    NAME,
                    source.path,
                    at + first,
                    say(
                        "The key “{key}” stands here and on line {line}.",
                        key=match[1],
                        line=seen[match[1]] + first,
                    ),
                    say("Make one of both: YAML keeps only the last."),
                )
            seen[match[1]] = at


def _is_key(source: Source, key: str, line: int) -> bool:
    """Tell a key from a line of a longer text that looks like one."""
    root = source.node()
    return isinstance(root, yaml.MappingNode) and any(
        name.value == key and name.start_mark.line == line for name, _ in root.value
    )
