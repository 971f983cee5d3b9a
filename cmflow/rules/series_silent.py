"""A series that has been silent for longer than ever before.

A series falls silent when its last episode is older than twice the longest pause it ever made, and
than twelve weeks, and no episode is planned.

Wrong: `series: quatre-mots` in `mkdocs.yml`, a monthly series whose last episode is of last year.

Right: an episode with a date, be it an idea:

```yaml
series: quatre-mots
date: 2026-12-08T09:00:00+01:00
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "series-silent"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
