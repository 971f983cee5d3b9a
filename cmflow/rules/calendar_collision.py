"""Two posts within an hour, a post on a holiday, or one whose authors are all away.

Holidays are the days of the `.ics` files of `content/plan/calendars` whose name says so
(`holidays-….ics`, `jours-feries.ics`) or whose `CATEGORIES` do; absences stand in
`content/plan/absences.yml`.

Wrong, with Léa away from 24 December on:

```yaml
date: 2026-12-29T09:00:00+01:00
authors: [lea]
```

Right:

```yaml
date: 2027-01-05T09:00:00+01:00
authors: [lea]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "calendar-collision"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
