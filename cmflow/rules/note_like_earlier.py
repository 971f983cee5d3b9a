"""A note much like one of an earlier post.

No recipe repeated: people stop reading an account that always says the same. Two notes are alike
when half of their runs of three words are the same.

Wrong, a week apart:

```yaml
notes:
  mastodon: {text: "Un nouveau billet sur le blog : venez lire ce que Noé a cousu !"}
```

```yaml
notes:
  mastodon: {text: "Un nouveau billet sur le blog : venez lire ce que Léa a cousu !"}
```

Right: what is new in this one.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.likeness import Memory
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-like-earlier"


def run(view: View) -> Iterator[Finding]:
    """Yield every written note that is like one of an earlier post, in time that grows linearly."""
    memory = Memory()
    for post in sorted(view.library.posts, key=lambda post: (post.published, post.path)):
        source = view.source(post)
        texts = dict.fromkeys(noted.words(note) for _, note in noted.written(post))
        for id_, note in noted.written(post):
            earlier = memory.like(noted.words(note))
            if earlier:
                yield Finding(
                    NAME,
                    source.path,
                    source.line_of("notes", id_),
                    say("The note is much like that of {path}.", path=earlier),
                    say("Say what is new in this post."),
                    Level.WARNING,
                )
        # Only now, so that the notes of one post are not compared with each other.
        for text in texts:
            memory.add(text, source.path)
