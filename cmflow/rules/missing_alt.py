"""A picture without words for those who do not see it.

A picture that only decorates says so: `{ role=presentation }` after it in Markdown, `alt=""` in
HTML. In the front matter, where pictures always show something, an empty `alt` is a warning.

Wrong:

```markdown
![](voile.jpg)
```

Right:

```markdown
![Une voile étendue sur le sol de l’atelier](voile.jpg)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View

NAME = "missing-alt"


def run(view: View) -> Iterator[Finding]:
    """Yield the pictures without words, in texts and in front matter."""
    for path, source in view.library.sources.items():
        for image in view.prose(path).images:
            if not image.alt and not image.decorative:
                yield Finding(
                    NAME,
                    source.path,
                    image.line,
                    say(
                        "The picture {src} has no words for those who do not see it.", src=image.src
                    ),
                    say("Say in the brackets what it shows: ![…]({src})", src=image.src)
                    if not image.html
                    else say('Add alt="…" with what it shows.'),
                    view.level(path),
                )
    for post in view.library.posts:
        source = view.source(post)
        for where, picture in view.pictures(post):
            if not picture.alt.strip():
                yield Finding(
                    NAME,
                    source.path,
                    source.line_of(*where, "alt"),
                    say(
                        "The picture {src} has no words for those who do not see it.",
                        src=picture.src,
                    ),
                    say("Say in alt what it shows."),
                    Level.WARNING,
                )
