"""A value of the wrong kind: a word where a number belongs, a text where a list belongs.

The engine would stop, or show something else than the author meant.

Wrong:

```yaml
tags: voile
date: 6 octobre 2026
```

Right:

```yaml
tags: [voile]
date: 2026-10-06
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "wrong-type"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
