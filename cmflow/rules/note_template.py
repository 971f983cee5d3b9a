"""A template of notes that is not there, or cannot be filled in.

Every channel that uses it would stay silent. What a template may name is listed in docs/notes.md.

Wrong:

```jinja
{{ titel }}
```

Right:

```jinja
{{ title }}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-template"


def run(view: View) -> Iterator[Finding]:
    """Yield the templates that fail."""
    yield from noted.found(view, NAME)
