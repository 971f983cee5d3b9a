"""A public event in the coming six weeks to which no post points.

An event is announced by a post that appears before it and links to its page.

Wrong: `events/atelier-ouvert.md`, three weeks ahead, and no post that names it.

Right, in the text of a post:

```markdown
[L’atelier ouvert](../events/atelier-ouvert.md), samedi 20 mars
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "event-unannounced"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
