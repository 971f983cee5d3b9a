"""A channel or a persona whose day of review has come.

Accounts and ideas of one's readers live longer than their reasons. On the day of `review:` somebody
decides whether to keep them, and writes the next day.

Wrong, in December 2026:

```yaml
channels:
  mastodon:
    review: 2026-06-01
```

Right:

```yaml
channels:
  mastodon:
    review: 2027-06-01
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "review-due"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
