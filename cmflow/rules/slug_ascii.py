"""A slug with anything but small letters a to z, digits and hyphens.

Accents, capitals and blanks become `%C3%A9` in an address, and networks count and cut them in
different ways.

Wrong:

```yaml
slug: Été-à-Lorient
```

Right:

```yaml
slug: ete-a-lorient
```
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from cmflow import correct
from cmflow.errors import Finding, say
from cmflow.rules.view import View
from cmflow.text import SLUG, slugify

NAME = "slug-ascii"


def run(view: View) -> Iterator[Finding]:
    """Yield every slug that is no plain ASCII."""
    for post in view.library.posts:
        slug = post.meta.slug
        if not slug or SLUG.fullmatch(slug):
            continue
        source = view.source(post)
        proposal = slugify(slug) or slugify(post.title) or "post"
        # A published address must lead on: only a post that nobody has seen is simply corrected.
        unseen = view.hidden(post) and all(other.slug != proposal for other in view.library.posts)
        yield Finding(
            NAME,
            source.path,
            source.line_of("slug"),
            say("The slug “{slug}” is not made of a to z, 0 to 9 and single hyphens.", slug=slug),
            say("Write: slug: {slug}", slug=proposal)
            if unseen
            else say("Run: cmflow rename {old} {new}", old=shlex.quote(slug), new=proposal),
            fix=correct.rewrite(source, ("slug",), proposal, proposal)
            if unseen and not proposal.isdigit()
            else None,
        )
