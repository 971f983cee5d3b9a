"""A question of an interview whose id is nearly, but not quite, one of the bank.

The id of a heading leads from an interview to the answers of all others. One letter amiss, and the
answer stands alone.

Wrong, where the bank has `questions/quatre-mots.md`:

```markdown
## Quatre mots pour l’atelier { #quatre-mot }
```

Right:

```markdown
## Quatre mots pour l’atelier { #quatre-mots }
```
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View
from cmflow.written import QUESTIONS

NAME = "question-unknown"


def run(view: View) -> Iterator[Finding]:
    """Yield the headings of interviews whose id looks like one of the bank and is none."""
    bank = [
        posixpath.splitext(posixpath.basename(path))[0]
        for path in view.library.sources
        if posixpath.dirname(path) == QUESTIONS and posixpath.basename(path) != "index.md"
    ]
    for post in view.library.posts if bank else ():
        if not post.is_interview:
            continue
        for heading in view.prose(post.path).headings:
            near = (
                difflib.get_close_matches(heading.id, bank, n=1, cutoff=0.8) if heading.line else []
            )
            if near and heading.id not in bank:
                yield Finding(
                    NAME,
                    view.source(post).path,
                    heading.line,
                    say("No question has the id “{id}”.", id=heading.id),
                    say("Did you mean “{near}”?", near=near[0]),
                    Level.WARNING,
                )
