"""Two files of the site with one address.

One of them would overwrite the other, and which one is chance.

Wrong: `posts/fete.md` and `posts/2026/fete.md`, both with `slug: fete`; or `apropos/index.md`
beside `apropos.md`.

Right: an address of its own for each.
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
