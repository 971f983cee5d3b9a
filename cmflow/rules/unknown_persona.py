"""A persona that is no file of the plan.

Every post is for someone; the coverage of personas counts only those it knows.

Wrong:

```yaml
persona: couturiere
```

Right, where `content/plan/personas/couturiere-amateure.md` exists:

```yaml
persona: couturiere-amateure
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "unknown-persona"


def run(view: View) -> Iterator[Finding]:
    """Yield every persona that is not known."""
    known = view.library.personas
    for post in view.library.posts:
        id_ = post.meta.persona
        if not id_ or id_ in known:
            continue
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("persona"),
            say("There is no persona “{id}” in the plan.", id=id_),
            nearest(id_, known) if known else say("Make it with: cmflow new persona"),
            Level.WARNING,
        )
