"""Two files that hold the same comment.

Only the first one counts, so a decision in the other one would do nothing. It happens when a file
is copied, or when two branches are joined by hand.

Wrong, where `2026-11-20-mastodon-83a9de1cce.md` has the same line:

```yaml
id: "mastodon.example/113526789012345678"
```

Right: one of the two files, the one with your decision in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.rules.view import View

NAME = "comment-double"


def run(view: View) -> Iterator[Finding]:
    """Yield every file of a comment that another file holds already."""
    first: dict[str, str] = {}
    for one in view.comments:
        known = first.setdefault(one.comment.id, one.path)
        if known != one.path:
            yield Finding(
                NAME,
                f"{view.community}/{one.path}",
                0,
                say("This comment is in {path} as well.", path=f"{view.community}/{known}"),
                say("Delete one of the two."),
            )
