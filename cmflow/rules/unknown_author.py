"""An author whom `.authors.yml` does not know.

Material stops the build at the first one.

Wrong:

```yaml
authors: [lea]
```

Right, where `.authors.yml` has the entry `lea-kermadec`:

```yaml
authors: [lea-kermadec]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "unknown-author"


def run(view: View) -> Iterator[Finding]:
    """Yield every author without an entry."""
    known = view.library.authors
    for post in view.library.posts:
        for at, id_ in enumerate(post.meta.authors):
            if id_ in known:
                continue
            source = view.source(post)
            yield Finding(
                NAME,
                source.path,
                source.line_of("authors", at),
                say(
                    "The author “{id}” is not in {file}.",
                    id=id_,
                    file=view.authors,
                ),
                nearest(id_, known) if known else say("Add the author to that file."),
            )
