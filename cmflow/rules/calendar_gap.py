"""A slot of a cadence, in the coming six weeks, for which there is no post.

Ideas that would fit are named; `cmflow calendar --fill` proposes one for each gap.

Wrong, with `every: mardi 09:00` in `content/plan/cadences.yml`: a Tuesday without a post.

Right: a post, or an idea with that date:

```yaml
date: 2026-12-08T09:00:00+01:00
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "calendar-gap"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
