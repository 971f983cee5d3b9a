"""A planned day or hour that does not exist, or comes twice.

The night on which the clocks go forward has no 02:30 in Paris: such a time comes an hour later. The
night on which they go back has two of them: the first is meant. A 31st is left out in the months
that have none, a 29 February in most years.

Wrong, in an idea or an event of the plan, in Paris:

```yaml
date: 2027-03-28 02:30
```

Right:

```yaml
date: 2027-03-28 09:00
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "date-doubtful"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
