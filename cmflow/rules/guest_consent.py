"""A published interview without the guest's consent or approval.

A person who gave an interview agreed to its publication on a day, and read the text on a day. Both
are kept with the text, for whoever does this job later.

Wrong:

```yaml
guests:
  - name: Odile Marchaland
```

Right:

```yaml
guests:
  - name: Odile Marchaland
    consent: 2026-09-01
    approved: 2026-09-20
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View

NAME = "guest-consent"


def run(view: View) -> Iterator[Finding]:
    """Yield every guest of a published interview whose consent or approval is not recorded."""
    for post in view.library.posts:
        if view.hidden(post):
            continue
        source = view.source(post)
        for at, guest in enumerate(post.meta.guests):
            lacking = [key for key in ("consent", "approved") if getattr(guest, key) is None]
            # A date that is there but wrong is a finding already.
            lacking = [key for key in lacking if _absent(source.meta, at, key)]
            if lacking:
                yield Finding(
                    NAME,
                    source.path,
                    source.line_of("guests", at),
                    say(
                        "The interview with {name} is published without a day for: {keys}.",
                        keys=" / ".join(lacking),
                        name=guest.name,
                    ),
                    say("Ask the guest, and write the day: {key}: 2026-10-06", key=lacking[0]),
                    Level.WARNING,
                )


def _absent(meta: dict[str, Any], at: int, key: str) -> bool:
    try:
        return meta["guests"][at].get(key) is None
    except (LookupError, AttributeError, TypeError):
        return True
