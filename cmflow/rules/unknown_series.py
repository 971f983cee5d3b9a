"""A series that the settings do not know.

The series gives an interview its neighbours and its name. A misspelled one stands alone, under its
id instead of its title. Where the settings list no series at all, it is a warning.

Wrong:

```yaml
series: quatre-mot
```

Right, where `plugins.cmflow.series` has the key `quatre-mots`:

```yaml
series: quatre-mots
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "unknown-series"


def run(view: View) -> Iterator[Finding]:
    """Yield every series without a title in the settings."""
    known = view.settings.cmflow.series
    for post in view.library.posts:
        id_ = post.meta.series
        if not id_ or id_ in known:
            continue
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("series"),
            say("The series “{id}” is not in plugins.cmflow.series of mkdocs.yml.", id=id_),
            nearest(id_, known) if known else say("Add it there with its title."),
            Level.ERROR if known else Level.WARNING,
        )
