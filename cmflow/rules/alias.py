"""A former address that cannot lead on.

An alias is written relative to the root of the site. It leads nowhere where a page stands at that
address, where two posts claim it, or where it is no address of this site.

Wrong:

```yaml
aliases: [https://cabestan.example/2019/voile/]
```

Right:

```yaml
aliases: [2019/voile/]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from cmflow import correct
from cmflow.errors import Finding, Level, say
from cmflow.frontmatter import Source
from cmflow.rules.view import View, alias_url
from cmflow.scalars import quoted

NAME = "alias"


def run(view: View) -> Iterator[Finding]:
    """Yield every alias that is no path, or that something else has."""
    hidden = {path for path, post in view.posts.items() if view.hidden(post)}
    taken = {unquote(url): path for path, url in view.urls.items() if path not in hidden}
    for thing in view.things:
        source = view.library.sources[thing.path]
        for at, alias in enumerate(thing.meta.aliases):
            where = source.line_of("aliases", at)
            if not _is_path(alias):
                yield Finding(
                    NAME,
                    source.path,
                    where,
                    say(
                        "The alias “{alias}” is not a path below the root of the site.", alias=alias
                    ),
                    say("Write it like 2019/voile/, without a host, .., ? or #."),
                )
                continue
            if alias.startswith("/"):
                yield _rooted(source, at, alias)
            owner = taken.setdefault(alias_url(alias), thing.path)
            if owner != thing.path or alias_url(alias) == unquote(view.urls.get(thing.path, "?")):
                yield Finding(
                    NAME,
                    source.path,
                    where,
                    say(
                        "The alias “{alias}” is the address of {path}.",
                        alias=alias,
                        path=view.library.sources[owner].path,
                    ),
                    say("Take it out: an alias is an address that is free."),
                )


def _is_path(alias: str) -> bool:
    try:
        parts = urlsplit(alias)
    except ValueError:
        return False
    strange = any(c.isspace() or not c.isprintable() or c in "\\?#" for c in alias)
    outside = bool(parts.scheme or parts.netloc) or ".." in alias.split("/")
    return bool(alias.strip("/")) and not strange and not outside


def _rooted(source: Source, at: int, alias: str) -> Finding:
    plain = alias.lstrip("/")
    return Finding(
        NAME,
        source.path,
        source.line_of("aliases", at),
        say("The alias “{alias}” begins at the root of the host, not of the site.", alias=alias),
        say("Write {plain}", plain=plain),
        Level.WARNING,
        correct.rewrite(source, ("aliases", at), quoted(plain), plain),
    )
