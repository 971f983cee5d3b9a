"""A part of a note that says nothing.

The network would refuse it in the middle of the thread.

Wrong:

```yaml
notes:
  mastodon:
    parts: ["Un sac.", ""]
```

Right:

```yaml
notes:
  mastodon:
    parts: ["Un sac."]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-empty"


def run(view: View) -> Iterator[Finding]:
    """Yield the parts without words."""
    yield from noted.found(view, NAME)
