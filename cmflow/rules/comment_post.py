"""Comments of a post that does not exist.

Nobody sees them. It happens when the slug of a post is changed by hand: `cmflow rename` moves them
along.

Wrong, where no post has this slug:

```text
content/community/comments/la-vielle/
```

Right:

```text
content/community/comments/la-vieille/
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.near import nearest
from cmflow.rules.view import View

NAME = "comment-post"


def run(view: View) -> Iterator[Finding]:
    """Yield every folder of comments without a post, once."""
    slugs = [post.slug for post in view.library.posts]
    for slug in dict.fromkeys(one.slug for one in view.comments):
        if slug not in slugs:
            yield Finding(
                NAME,
                f"{view.community}/comments/{slug}",
                0,
                say("No post has the slug “{slug}”, so nobody sees these comments.", slug=slug),
                nearest(slug, slugs),
                Level.WARNING,
            )
