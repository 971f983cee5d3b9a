"""A persona, an objective or a category that nothing has served for twelve weeks.

Every post is for somebody and with an aim. Looked at are the posts of the last twelve weeks and
those planned for the next six; a site that names none of these in its posts is not asked.

Wrong: `objectives: recrutement` in `mkdocs.yml`, and no post with

```yaml
objective: recrutement
```

Right: one of them in eighteen weeks; or take the objective out.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "coverage"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
