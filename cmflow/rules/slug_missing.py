"""A post without `slug`, its permanent identity.

Its address would follow its title, so that a corrected typing mistake breaks every link to it, and
what people answered would belong to nothing. `--fix` adds the line where the address stays as it
is.

Wrong:

```yaml
title: L’été à l’atelier
date: 2026-07-01
```

Right:

```yaml
title: L’été à l’atelier
slug: l-ete-a-l-atelier
date: 2026-07-01
```
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cmflow import correct, urls
from cmflow.errors import Finding, Message, say
from cmflow.post import Post
from cmflow.rules.view import View
from cmflow.text import SLUG, slugify

NAME = "slug-missing"


def run(view: View) -> Iterator[Finding]:
    """Yield every post without a slug, with the one to add."""
    taken = {post.meta.slug for post in view.library.posts}
    for post in view.library.posts:
        if post.meta.slug:
            continue
        source = view.source(post)
        slug = _free(post, taken)
        taken.add(slug)
        yield Finding(
            NAME,
            source.path,
            source.line_of("title") if "title" in source.meta else source.line_of(),
            say("The post has no slug: its address would change with its title."),
            _remedy(view, post, slug),
            fix=correct.insert(
                source, "title" if "title" in source.meta else "date", "slug", slug, slug
            )
            if _keeps(view, post, slug) and SLUG.fullmatch(slug) and not slug.isdigit()
            else None,
        )


def _free(post: Post, taken: set[str]) -> str:
    """Propose the slug that the address has now, where it is ASCII, and that nobody else has."""
    now = urls.category_slug(post.title)
    slug = now if SLUG.fullmatch(now) else slugify(post.title) or slugify(post.path) or "post"
    count = 2
    free = slug
    while free in taken:
        free, count = f"{slug}-{count}", count + 1
    return free


def _after(view: View, post: Post, slug: str) -> str:
    meta = msgspec.structs.replace(post.meta, slug=slug)
    return urls.post_url(msgspec.structs.replace(post, meta=meta), view.settings)


def _keeps(view: View, post: Post, slug: str) -> bool:
    if post.path not in view.urls:
        return False
    return view.hidden(post) or view.urls[post.path] == _after(view, post, slug)


def _remedy(view: View, post: Post, slug: str) -> Message:
    url = view.urls.get(post.path)
    shared = sum(other == url for other in view.urls.values()) > 1
    if url is None or shared or _keeps(view, post, slug):
        return say("Add the line: slug: {slug}", slug=slug)
    return say("Add the lines: slug: {slug} and aliases: [{url}]", slug=slug, url=url)
