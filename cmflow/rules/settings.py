"""A wrong key or value in the settings of cmflow or of the blog in `mkdocs.yml`.

A key that is misspelled is a setting that does nothing; the finding names its path and its line.

Wrong:

```yaml
plugins:
  - cmflow:
      timezon: Europe/Paris
```

Right:

```yaml
plugins:
  - cmflow:
      timezone: Europe/Paris
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "settings"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
