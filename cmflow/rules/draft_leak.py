"""A draft that would be published.

`draft: true` under `plugins: - blog:` publishes the drafts of all posts. And only posts can be
drafts: a page that says `draft: true` is published all the same.

Wrong:

```yaml
plugins:
  - blog:
      draft: true
```

Right:

```yaml
plugins:
  - blog:
      draft_on_serve: true
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.rules.view import View

NAME = "draft-leak"


def run(view: View) -> Iterator[Finding]:
    """Yield the setting that publishes drafts, and the pages that believe to be drafts."""
    if view.settings.blog.draft:
        yield Finding(
            NAME,
            view.settings.config.name,
            view.setting_line("blog", "draft"),
            say("The blog publishes its drafts."),
            say("Take out “draft: true”; to see drafts while writing, set draft_on_serve: true."),
        )
    for page in view.library.pages:
        source = view.library.sources[page.path]
        if source.meta.get("draft") is True:
            yield Finding(
                NAME,
                source.path,
                source.line_of("draft"),
                say("Only posts can be drafts: this page is published."),
                say(
                    "Name it under draft_docs in mkdocs.yml, or move it to {folder}.",
                    folder=view.settings.below_root(view.settings.plan),
                ),
            )
