"""A slot in a text that names no block.

A slot is an HTML comment, so a misspelled one leaves a gap that nobody sees.

Wrong:

```markdown
<!-- cmflow: latest-post count=3 -->
```

Right:

```markdown
<!-- cmflow: latest-posts count=3 -->
```
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.gather import BLOCKS
from cmflow.near import nearest
from cmflow.rules.view import View
from cmflow.weave import SLOT

NAME = "unknown-slot"

_MEANT = re.compile(r"<!--\s*cmflow\b[\s:]*(?P<name>[^\s>]*)", re.IGNORECASE)


def run(view: View) -> Iterator[Finding]:
    """Yield every comment that wants to be a slot and is none."""
    for path, source in view.library.sources.items():
        if "<!--" not in source.body:
            continue
        for comment in view.prose(path).comments:
            meant = _MEANT.match(comment.text)
            if meant is None:
                continue
            slot = SLOT.fullmatch(comment.text)
            name = meant["name"].removesuffix("--")
            if name not in BLOCKS:
                yield Finding(
                    NAME,
                    source.path,
                    comment.line,
                    say("There is no block “{name}”.", name=name),
                    nearest(name.lower(), BLOCKS),
                )
            elif slot is None or not _readable(slot["arguments"]):
                yield Finding(
                    NAME,
                    source.path,
                    comment.line,
                    say("The slot “{name}” cannot be read.", name=name),
                    say("Write it like this: <!-- cmflow: {name} count=3 -->", name=name),
                )


def _readable(words: str) -> bool:
    try:
        return all("=" in word for word in shlex.split(words))
    except ValueError:
        return False
