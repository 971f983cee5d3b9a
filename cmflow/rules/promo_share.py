"""More promotion than the company allows itself.

A blog is not an advertising board. Of the last thirty posts that readers see, `intent: promo` may
have the share `promo_ceiling` of the settings, one in five by default; one is always allowed.

Wrong: seven posts in thirty with

```yaml
intent: promo
```

Right: six, and a post that helps somebody.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

from cmflow.errors import Finding, Level, say
from cmflow.post import Intent
from cmflow.rules.view import View

NAME = "promo-share"

LAST = 30
"""How many posts are looked at, the newest ones."""


def run(view: View) -> Iterator[Finding]:
    """Yield one finding, at the newest promotion, where there are too many."""
    seen = (p for p in view.library.posts if p.published <= view.now and not view.hidden(p))
    posts = list(islice(seen, LAST))
    promo = [post for post in posts if post.meta.intent is Intent.PROMO]
    ceiling = view.settings.cmflow.promo_ceiling
    if len(promo) <= max(1, math.floor(ceiling * len(posts) + 1e-9)):
        return
    source = view.source(promo[0])
    yield Finding(
        NAME,
        source.path,
        source.line_of("intent"),
        say(
            "{promo} of the last {count} posts are promo; the ceiling is {ceiling} %.",
            promo=len(promo),
            count=len(posts),
            ceiling=round(ceiling * 100),
        ),
        say("Publish something that helps, informs or listens first."),
        Level.WARNING,
    )
