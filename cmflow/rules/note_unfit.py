"""A note that asks for what its network cannot do.

A content warning where there are none, a thread where there are no threads, a text beside parts.

Wrong, on LinkedIn:

```yaml
notes:
  linkedin:
    parts: ["Un sac.", "Un fil."]
```

Right:

```yaml
notes:
  linkedin:
    text: "Un sac et un fil."
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-unfit"


def run(view: View) -> Iterator[Finding]:
    """Yield the notes that their network cannot carry."""
    yield from noted.found(view, NAME)
