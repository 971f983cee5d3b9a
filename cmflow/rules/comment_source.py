"""A comment from a source that the settings do not name, or a source of an unknown kind.

Nothing of an unknown source is asked for any more: its comments follow no edit and no deletion. It
happens when a channel gets another id. What was said on a channel that you closed may stay: then
keep its id as a source of `kind: file`.

Wrong, where comments came from `mastodon`:

```yaml
channels:
  mastodon-fr: {network: mastodon, server: https://mastodon.example}
```

Right:

```yaml
channels:
  mastodon: {network: mastodon, server: https://mastodon.example}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cmflow import sources
from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "comment-source"


def run(view: View) -> Iterator[Finding]:
    """Yield every unknown source once, at the first of its comments, and every unknown kind."""
    known = {**view.settings.cmflow.channels, **view.settings.cmflow.sources}
    counts = Counter(one.comment.source for one in view.comments)
    first = {one.comment.source: one.path for one in reversed(view.comments)}
    for source, count in counts.items():
        if source not in known:
            yield Finding(
                NAME,
                f"{view.community}/{first[source]}",
                0,
                say("Comments from “{id}”, which is no channel and no source: {count}.",
                    id=source, count=count),
                nearest(source, known) if known else say("Add it to the settings."),
                Level.WARNING,
            )  # fmt: skip
    for id_, source_ in view.settings.cmflow.sources.items():
        if source_.kind not in sources.KINDS:
            yield Finding(
                NAME,
                view.settings.config.name,
                view.setting_line("cmflow", "sources", id_, "kind"),
                say("The kind of source “{kind}” is unknown.", kind=source_.kind),
                nearest(source_.kind, sources.KINDS),
            )
