"""A link or a picture that leads to no file of the site, or to a post that is not published.

Links are written as in the folder: from the file that has the link to the file it leads to. The
finding names the nearest file. In a draft it is a warning, for readers do not see it yet.

Wrong:

```markdown
[notre charte](../chartre.md)
```

Right:

```markdown
[notre charte](../charte.md)
```
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import urlsplit

from cmflow.errors import Finding, Level, Message, say
from cmflow.frontmatter import KeyPath
from cmflow.post import Post
from cmflow.rules.targets import advice, resolve
from cmflow.rules.view import View

NAME = "broken-link"


def run(view: View) -> Iterator[Finding]:
    """Yield every link of texts, front matter and authors that leads nowhere."""
    for path, source in view.library.sources.items():
        prose = view.prose(path)
        for href, line, html in (
            *((link.href, link.line, link.html) for link in prose.links),
            *((image.src, image.line, image.html) for image in prose.images),
            *((embed.src, embed.line, True) for embed in prose.embeds),
        ):
            target = resolve(view, path, href.strip(), html=html)
            if not target.found:
                yield _broken(view, path, source.path, line, href)
            elif target.file != path and target.file in view.posts:
                yield from _unpublished(view, path, line, view.posts[target.file])
    for post in view.library.posts:
        yield from _front_matter(view, post)
    yield from _avatars(view)
    logo = view.settings.cmflow.organisation.logo
    if logo and not urlsplit(logo).scheme and logo not in view.files:
        yield _finding(
            view.settings.config.name,
            view.setting_line("cmflow", "organisation", "logo"),
            logo,
            say("Write the path of the picture below {folder}.", folder=view.docs),
            Level.ERROR,
        )


def _front_matter(view: View, post: Post) -> Iterator[Finding]:
    source = view.source(post)
    named: list[tuple[KeyPath, str]] = [((*w, "src"), p.src) for w, p in view.pictures(post)]
    if post.meta.video is not None:
        named += [(("video", "src"), post.meta.video.src)]
        named += [(("video", "captions"), post.meta.video.captions)]
    for where, src in named:
        if src and not resolve(view, post.path, src).found:
            yield _broken(view, post.path, source.path, source.line_of(*where), src)
    # Material follows `links` from the folder of the blog, not from the post.
    for link in _leaves(post.meta.links):
        if not resolve(view, "index.md", link).found:
            yield _broken(view, "index.md", source.path, source.line_of("links"), link)


def _leaves(links: object) -> Iterator[str]:
    """Yield the addresses in `links:`, a tree of lists and titles like `nav:` of MkDocs."""
    todo, seen = [links], set[int]()
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list | dict) and id(item) not in seen:
            seen.add(id(item))
            todo += reversed(item if isinstance(item, list) else list(item.values()))


def _avatars(view: View) -> Iterator[Finding]:
    used = {id_ for post in view.library.posts for id_ in post.meta.authors}
    for id_, author in view.library.authors.items():
        if id_ in used and author.avatar and not resolve(view, "index.md", author.avatar).found:
            line = view.author_line(id_, "avatar")
            yield _broken(view, "index.md", view.authors, line, author.avatar)


def _unpublished(view: View, path: str, line: int, target: Post) -> Iterator[Finding]:
    post = view.posts.get(path)
    if not view.hidden(target):
        return
    # A draft may lead to what appears before it.
    if post is not None and view.hidden(post) and post.published >= target.published:
        return
    yield Finding(
        NAME,
        view.library.sources[path].path,
        line,
        say("The link leads to {path}, which is not published now.", path=view.source(target).path),
        say("Publish that post first, or take the link out until then."),
        view.level(path),
    )


def _broken(view: View, path: str, name: str, line: int, href: str) -> Finding:
    level = view.level(path)
    # The rest of the host may be another site's.
    level = Level.WARNING if href.startswith("/") else level
    return _finding(name, line, href, advice(view, path, href.strip()), level)


def _finding(name: str, line: int, href: str, remedy: Message, level: Level) -> Finding:
    shown = href if len(href) <= 100 else f"{href[:99]}…"
    picture = posixpath.splitext(_bare(href))[1].lower() in _PICTURES
    words = (
        say("There is no picture {href}.", href=shown)
        if picture
        else say("The link {href} leads nowhere.", href=shown)
    )
    return Finding(NAME, name, line, words, remedy, level)


_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg")


def _bare(href: str) -> str:
    """Return a link without its query and fragment."""
    return href.partition("#")[0].partition("?")[0]
