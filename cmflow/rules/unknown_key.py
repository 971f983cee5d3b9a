"""A key of the front matter that nothing reads.

It is an error where it is like a known key, for then something the author wrote gets lost; it is a
warning where it is like none, for another plugin may read it.

Wrong:

```yaml
sumary: Ce que trois saisons de réparation nous ont appris.
```

Right:

```yaml
summary: Ce que trois saisons de réparation nous ont appris.
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "unknown-key"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
