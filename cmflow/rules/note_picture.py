"""A picture of a note that its network does not take.

It is not there, too large, of another kind, or one too many. The network would refuse the note.

Wrong, on Bluesky:

```yaml
notes:
  bluesky:
    text: "Le plan du sac."
    pictures:
      - {src: plan.svg, alt: "Le plan du sac, vu de face"}
```

Right:

```yaml
notes:
  bluesky:
    text: "Le plan du sac."
    pictures:
      - {src: plan.png, alt: "Le plan du sac, vu de face"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-picture"


def run(view: View) -> Iterator[Finding]:
    """Yield the pictures of notes that would be refused."""
    yield from noted.found(view, NAME)
