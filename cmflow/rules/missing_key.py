"""A key without which a thing cannot be shown: the date of a post, the `alt` of a picture.

The engine stops at a post without a date; readers who do not see need the words of a picture.

Wrong:

```yaml
image:
  src: voile.jpg
```

Right:

```yaml
image:
  src: voile.jpg
  alt: Une voile étendue sur le sol de l’atelier
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "missing-key"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
