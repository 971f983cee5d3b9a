"""An objective that the settings do not list.

It is looked at only where `objectives:` lists any.

Wrong:

```yaml
objective: confience
```

Right:

```yaml
objective: confiance
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "unknown-objective"


def run(view: View) -> Iterator[Finding]:
    """Yield every objective that is not known."""
    known = view.settings.cmflow.objectives
    if not known:
        return
    for post in view.library.posts:
        id_ = post.meta.objective
        if not id_ or id_ in known:
            continue
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("objective"),
            say("The objective “{id}” is not in plugins.cmflow.objectives of mkdocs.yml.", id=id_),
            nearest(id_, known),
            Level.WARNING,
        )
