"""A post with a date to come that would be published now.

Material keeps it back only with `draft_if_future_date: true`, and not where the post itself says
`draft: false`.

Wrong, on 1 October:

```yaml
date: 2026-10-06T09:00:00+02:00
draft: false
```

Right, with `draft_if_future_date: true` under `plugins: - blog:` in `mkdocs.yml`:

```yaml
date: 2026-10-06T09:00:00+02:00
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.rules.view import View

NAME = "future-leak"


def run(view: View) -> Iterator[Finding]:
    """Yield every post of the future that the engine would not keep back."""
    kept = view.settings.blog.draft_if_future_date
    for post in view.library.posts:
        if post.published <= view.now or view.hidden(post):
            continue
        source = view.source(post)
        forced = post.meta.draft is False and kept
        yield Finding(
            NAME,
            source.path,
            source.line_of("draft") if forced else source.line_of("date"),
            say(
                "The post is dated {when}, and would be published now.",
                when=post.published.isoformat(sep=" ", timespec="minutes"),
            ),
            say("Take out “draft: false”: the engine then waits for the date.")
            if forced
            else say(
                "Set draft_if_future_date: true for the blog in mkdocs.yml, or draft: true here."
            ),
        )
