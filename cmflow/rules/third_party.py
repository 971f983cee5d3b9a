"""A picture, a frame or a script that a page loads from another host.

Whoever opens the page would tell that host that they did, without being asked. A video loads on a
click when it is named under `video:` in the front matter. With Material's `privacy` plugin, which
fetches such files at build time, nothing is found.

Wrong:

```markdown
![Une voile](https://images.example/voile.jpg)
```

Right:

```markdown
![Une voile](voile.jpg)
```
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View

NAME = "third-party"


def run(view: View) -> Iterator[Finding]:
    """Yield one finding for each file and host, on the first line that loads from it."""
    if "privacy" in view.settings.plugins:
        return
    for path, source in view.library.sources.items():
        prose = view.prose(path)
        loaded = [(image.src, image.line) for image in prose.images]
        loaded += [(embed.src, embed.line) for embed in prose.embeds]
        yield from _hosts(view, source.path, sorted(loaded, key=lambda pair: pair[1]))
    for post in view.library.posts:
        source = view.source(post)
        named = [(p.src, source.line_of(*where, "src")) for where, p in view.pictures(post)]
        yield from _hosts(view, source.path, named)
    yield from _avatars(view)


def _avatars(view: View) -> Iterator[Finding]:
    used = {id_ for post in view.library.posts for id_ in post.meta.authors}
    avatars = [
        (author.avatar, view.author_line(id_, "avatar"))
        for id_, author in view.library.authors.items()
        if id_ in used and view.elsewhere(author.avatar)
    ]
    yield from _hosts(view, view.authors, sorted(avatars, key=lambda pair: pair[1]))


def _hosts(view: View, path: str, loaded: list[tuple[str, int]]) -> Iterator[Finding]:
    found: dict[str, list[int]] = {}
    for address, line in loaded:
        host = view.elsewhere(address)
        if host:
            found.setdefault(host, []).append(line)
    for host, lines in found.items():
        yield Finding(
            NAME,
            path,
            lines[0],
            say("A reader's browser would ask {host} ({count} times).", host=host, count=len(lines))
            if len(lines) > 1
            else say("A reader's browser would ask {host}.", host=host),
            say("Keep a copy in the folder of the blog, and name a video under video: instead."),
            Level.WARNING,
        )
