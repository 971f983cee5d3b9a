"""Something in `content/plan` that cannot be meant.

A rhythm that nobody understands, a rule that makes thousands of dates a year or none at all, a
cadence for a channel or a series that does not exist, an event that ends before it begins, an
absence of somebody unknown. Such an entry is left out of the calendar, the rest is shown.

Wrong, in `content/plan/cadences.yml`:

```yaml
mardi:
  title: L’article du mardi
  every: mardi prochain
```

Right:

```yaml
mardi:
  title: L’article du mardi
  every: mardi 09:00
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "plan-unfit"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
