"""An `.ics` file in `content/plan/calendars` that is broken, in part or as a whole.

The lines and events that cannot be read are left out, the others are shown.

Wrong:

```
BEGIN:VEVENT
DTSTART;VALUE=DATE:demain
END:VEVENT
```

Right:

```
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261225
END:VEVENT
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "calendar-import"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
