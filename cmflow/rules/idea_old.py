"""An idea that has waited for more than half a year.

After so long, nobody knows any more what was meant. Only who keeps a rhythm is asked.

Wrong, a year later, in `content/plan/ideas`:

```yaml
title: Les sacs de l’été
created: 2025-10-01
```

Right: give it a date, `date: 2026-12-08`, or delete the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "idea-old"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
