"""A category outside of the list in `mkdocs.yml`, or one name written in two ways.

With `categories_allowed`, Material stops at any other name. Without it, `Réparer` and `reparer`
become two lists at one address, and readers find half of the posts.

Wrong:

```yaml
categories: [reparer]
```

Right:

```yaml
categories: [Réparer]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, Message, say
from cmflow.near import nearest
from cmflow.post import Post
from cmflow.rules.view import View
from cmflow.text import slugify

NAME = "unknown-category"


def run(view: View) -> Iterator[Finding]:
    """Yield the names that are not allowed, or else those that double a more frequent one."""
    allowed = view.settings.blog.categories_allowed
    if allowed:
        for name, posts in view.categories.items():
            if name not in allowed:
                yield from _each(view, name, posts, nearest(name, allowed))
        return
    chosen: dict[str, str] = {}
    for name in sorted(view.categories, key=lambda name: (-len(view.categories[name]), name)):
        usual = chosen.setdefault(slugify(name) or name, name)
        if usual != name:
            yield from _doubles(view, name, usual)


def _each(view: View, name: str, posts: list[Post], remedy: Message) -> Iterator[Finding]:
    for post in posts:
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("categories", post.meta.categories.index(name)),
            say("The category “{name}” is not one of categories_allowed in mkdocs.yml.", name=name),
            remedy,
        )


def _doubles(view: View, name: str, usual: str) -> Iterator[Finding]:
    for post in view.categories[name]:
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("categories", post.meta.categories.index(name)),
            say(
                "The category “{name}” is nearly “{usual}”, which more posts have.",
                name=name,
                usual=usual,
            ),
            say(
                "Write “{usual}”, or give one of them a name that differs in its letters.",
                usual=usual,
            ),
            Level.WARNING,
        )
