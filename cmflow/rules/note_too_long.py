"""A note that is longer than its network takes.

An author's words are never shortened by a machine, so such a note would never be sent. The length
is what the network counts, the link included.

Wrong, on Bluesky, with more than 300 characters in one text:

```yaml
notes:
  bluesky:
    text: "…"
```

Right, broken where its author breaks it:

```yaml
notes:
  bluesky:
    parts:
      - "…"
      - "…"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-too-long"


def run(view: View) -> Iterator[Finding]:
    """Yield every written note that does not fit."""
    yield from noted.found(view, NAME)
