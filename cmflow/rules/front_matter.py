"""Front matter that is missing, never closed, or not YAML.

The lines between the two `---` hold the title, the date, the authors. One wrong sign there stops
the whole build. The usual cause in French is the colon: YAML takes a colon followed by a space for
a key. `--fix` puts the quotes where exactly one value was meant.

Wrong:

```yaml
title: Entretien : la voile et le fil
```

Right:

```yaml
title: "Entretien : la voile et le fil"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "front-matter"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
