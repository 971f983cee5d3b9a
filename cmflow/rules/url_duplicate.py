"""Two files of the site with one address.

One of them would overwrite the other, and which one is chance.

Wrong: `contact.md` beside `contact/index.md`.

Right: one of both.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow import urls
from cmflow.errors import Finding, say
from cmflow.rules.view import View

NAME = "url-duplicate"


def run(view: View) -> Iterator[Finding]:
    """Yield each file whose address another one has; drafts have none."""
    hidden = {path for path, post in view.posts.items() if view.hidden(post)}
    claims = ((url, path) for path, url in view.urls.items() if path not in hidden)
    for url, paths in urls.doubles(claims).items():
        first, *others = sorted(paths)
        for path in others:
            if _same_slug(view, path, first):
                continue
            source = view.library.sources[path]
            yield Finding(
                NAME,
                source.path,
                source.line_of("slug") if "slug" in source.meta else 0,
                say(
                    "The address {url} belongs to {path} too.",
                    url=f"/{url}",
                    path=view.library.sources[first].path,
                ),
                say("Give one of them another slug, date or place."),
            )


def _same_slug(view: View, one: str, other: str) -> bool:
    """Tell whether the slug is at fault, which is the finding of another rule."""
    if one not in view.posts or other not in view.posts:
        return False
    slug = view.posts[one].meta.slug
    return bool(slug) and slug == view.posts[other].meta.slug
