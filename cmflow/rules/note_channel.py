"""A note for a channel, or a channel of a network, that does not exist.

A misspelled channel is never sent to, and nobody would notice.

Wrong, where the settings have the channel `mastodon`:

```yaml
notes:
  mastodont:
    text: "Un sac."
```

Right:

```yaml
notes:
  mastodon:
    text: "Un sac."
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow import networks
from cmflow.errors import Finding, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "note-channel"


def run(view: View) -> Iterator[Finding]:
    """Yield the notes for unknown channels, and the channels of unknown networks."""
    channels = view.settings.cmflow.channels
    for post in view.library.posts:
        source = view.source(post)
        for id_ in post.meta.notes:
            if id_ not in channels:
                yield Finding(
                    NAME,
                    source.path,
                    source.line_of("notes", id_),
                    say("The channel “{id}” is not in plugins.cmflow.channels.", id=id_),
                    nearest(id_, channels) if channels else say("Add it there."),
                )
    for id_, channel in channels.items():
        if channel.network not in networks.names():
            yield Finding(
                NAME,
                view.settings.config.name,
                view.setting_line("cmflow", "channels", id_, "network"),
                say(
                    "The network “{network}” of the channel “{id}” is unknown.",
                    network=channel.network,
                    id=id_,
                ),
                nearest(channel.network, networks.names()),
            )
