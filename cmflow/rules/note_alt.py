"""A picture of a note without words for those who do not see it.

On social networks many readers ask for them, and many do not pass on a picture without.

Wrong:

```yaml
notes:
  mastodon:
    text: "Le nouveau sac est là."
    pictures:
      - {src: sac.jpg, alt: ""}
```

Right:

```yaml
notes:
  mastodon:
    text: "Le nouveau sac est là."
    pictures:
      - {src: sac.jpg, alt: "Un sac de toile bleue posé sur l’établi"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-alt"


def run(view: View) -> Iterator[Finding]:
    """Yield the pictures of notes without words."""
    yield from noted.found(view, NAME)
