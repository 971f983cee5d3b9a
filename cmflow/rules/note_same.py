"""The same text on two channels.

Each network has its own voice; who follows the company on both reads the same twice. What a
template says is not counted, only what a person wrote.

Wrong:

```yaml
notes:
  mastodon: {text: "Le nouveau sac est là."}
  bluesky: {text: "Le nouveau sac est là."}
```

Right:

```yaml
notes:
  mastodon: {text: "Le nouveau sac est là. Noé l’a cousu en deux jours."}
  bluesky: {text: "Deux jours de couture, un sac. Qui devine la toile ?"}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.likeness import tokens
from cmflow.rules import noted
from cmflow.rules.view import View

NAME = "note-same"


def run(view: View) -> Iterator[Finding]:
    """Yield every written note whose words an earlier one of the same post has."""
    for post in view.library.posts:
        source, first = view.source(post), dict[str, str]()
        for id_, note in noted.written(post):
            text = " ".join(tokens(noted.words(note)))
            if not text:
                continue
            other = first.setdefault(text, id_)
            if other != id_:
                yield Finding(
                    NAME,
                    source.path,
                    source.line_of("notes", id_),
                    say("“{id}” says the same as “{other}”.", id=id_, other=other),
                    say("Say it in the voice of that network, or let one of them be silent: false"),
                    Level.WARNING,
                )
