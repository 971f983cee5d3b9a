"""A post or an idea that says two things of how far it has come.

A draft that was announced, an approval of a day to come, a note before its post, an idea beside the
post that came of it.

Wrong:

```yaml
draft: true
approved: 2027-01-10   # and today is in December
```

Right:

```yaml
draft: true
approved: 2026-12-01
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "state-contradiction"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
