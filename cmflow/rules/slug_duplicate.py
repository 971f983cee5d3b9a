"""Two posts with one slug.

A slug is the identity of a post: comments, receipts and addresses are kept under it.

Wrong: `slug: voile` in two files.

Right: `slug: voile` in one, `slug: voile-de-reserve` in the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, say
from cmflow.post import Post
from cmflow.rules.view import View

NAME = "slug-duplicate"


def run(view: View) -> Iterator[Finding]:
    """Yield every post whose slug an older post has."""
    owners: dict[str, Post] = {}
    for post in reversed(view.library.posts):
        owner = owners.setdefault(post.slug, post)
        if owner is post:
            continue
        source = view.source(post)
        yield Finding(
            NAME,
            source.path,
            source.line_of("slug"),
            say(
                "The slug “{slug}” belongs to {path}.", slug=post.slug, path=view.source(owner).path
            ),
            say("Choose another one for the newer post."),
        )
