"""What the rules see of a site: all that was read, and what several of them need, made once."""

from __future__ import annotations

import datetime as dt
import functools
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from cmflow import frontmatter, prose, urls
from cmflow.community import Filed
from cmflow.errors import Finding, Level
from cmflow.frontmatter import Source
from cmflow.library import Library
from cmflow.mkdocs_yml import line_of
from cmflow.post import Page, Picture, Post
from cmflow.prose import Prose
from cmflow.settings import Settings


class View:
    """A site as it was read at one moment.

    `files` maps the path, below `docs_dir`, of every file that would be published to its size in
    bytes; `captions` holds the bytes of those that are captions; `registers` holds the texts of
    `mkdocs.yml` and of the authors, as findings name them; `comments` are the comments of every
    file, those of one id included; `reading` is what reading found; `judgement` is what the
    calendar of the coming weeks shows.
    """

    def __init__(
        self,
        settings: Settings,
        library: Library,
        *,
        now: dt.datetime,
        files: Mapping[str, int],
        captions: Mapping[str, bytes],
        registers: Mapping[str, str],
        reading: Sequence[Finding],
        comments: Sequence[Filed] = (),
        judgement: Sequence[Finding] = (),
    ) -> None:
        self.settings = settings
        self.library = library
        self.now = now
        self.files = files
        self.captions = captions
        self.registers = registers
        self.reading = reading
        self.comments = comments
        self.judgement = judgement
        self._prose: dict[str, Prose] = {}

    @property
    def docs(self) -> str:
        """The folder of the blog, as findings write it."""
        return self.settings.below_root(self.settings.docs)

    @property
    def community(self) -> str:
        """The folder of what came back, as findings write it."""
        return self.settings.below_root(self.settings.community)

    @property
    def authors(self) -> str:
        """The file of the authors, as findings write it."""
        return f"{self.docs}/{self.settings.authors}"

    def author_line(self, *keys: str) -> int:
        """Return the line of a value in the file of the authors."""
        return frontmatter.line_in(self.registers.get(self.authors, ""), "authors", *keys)

    def setting_line(self, plugin: str, *keys: str | int) -> int:
        """Return the line of a value below a plugin in `mkdocs.yml`."""
        return line_of(self.registers.get(self.settings.config.name, ""), keys, plugin)

    def source(self, post: Post) -> Source:
        """Return what was read of a post."""
        return self.library.sources[post.path]

    def prose(self, path: str) -> Prose:
        """Return what the text of a Markdown file points at; `path` is below `docs_dir`."""
        if path not in self._prose:
            source = self.library.sources[path]
            self._prose[path] = prose.read(source.body, source.body_line)
        return self._prose[path]

    @functools.cached_property
    def posts(self) -> Mapping[str, Post]:
        """The posts by path."""
        return {post.path: post for post in self.library.posts}

    def hidden(self, post: Post) -> bool:
        """Tell whether the engine leaves a post out now.

        As Material decides it: an explicit `draft` wins over the date.
        """
        blog = self.settings.blog
        if blog.draft:
            return False
        if post.meta.draft is None and blog.draft_if_future_date:
            return post.published > self.now
        return bool(post.meta.draft)

    def level(self, path: str) -> Level:
        """Return the weight of a fault that readers see: of a draft, they see nothing yet."""
        post = self.posts.get(path)
        return Level.WARNING if post is not None and self.hidden(post) else Level.ERROR

    @functools.cached_property
    def urls(self) -> Mapping[str, str]:
        """The address of every Markdown file, by path."""
        found: dict[str, str] = {}
        for thing in self.things:
            try:
                found[thing.path] = (
                    urls.post_url(thing, self.settings)
                    if isinstance(thing, Post)
                    else urls.page_url(thing.path, self.settings)
                )
            except (ValueError, LookupError, ArithmeticError):
                # A pattern or a name that makes no address is a finding of another rule.
                continue
        return found

    @functools.cached_property
    def addresses(self) -> frozenset[str]:
        """Every file of the output folder that follows from what was written."""
        made = {urls.output(url) for url in self.urls.values()}
        made |= {urls.output(urls.asset_url(path, "", self.settings)) for path in self.files}
        made |= {urls.output(urls.category_url(name, self.settings)) for name in self.categories}
        made |= {
            urls.output(alias_url(alias)) for thing in self.things for alias in thing.meta.aliases
        }
        if self.settings.blog.authors_profiles:
            for id_, author in self.library.authors.items():
                made.add(urls.output(urls.author_url(id_, author.name, author.slug, self.settings)))
        return frozenset(unquote(path) for path in made)

    @functools.cached_property
    def things(self) -> tuple[Post | Page, ...]:
        """The posts and the pages."""
        return (*self.library.posts, *self.library.pages)

    @functools.cached_property
    def categories(self) -> Mapping[str, list[Post]]:
        """The posts of every category, by its name as written."""
        found: dict[str, list[Post]] = {}
        for post in self.library.posts:
            for name in post.meta.categories:
                found.setdefault(name, []).append(post)
        return found

    @functools.cached_property
    def names(self) -> Mapping[str, list[str]]:
        """The paths of all files by the last part of their names, in small letters."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(posixpath.basename(path).lower(), []).append(path)
        return found

    def pictures(self, post: Post) -> Iterator[tuple[tuple[str | int, ...], Picture]]:
        """Yield the pictures that the front matter of a post names, with where it names them."""
        if post.meta.image is not None:
            yield ("image",), post.meta.image
        for at, guest in enumerate(post.meta.guests):
            if guest.portrait is not None:
                yield ("guests", at, "portrait"), guest.portrait
        if post.meta.video is not None and post.meta.video.poster is not None:
            yield ("video", "poster"), post.meta.video.poster

    def elsewhere(self, address: str) -> str:
        """Return the host of an address, or nothing where it is the site's own."""
        try:
            host = urlsplit(address.strip()).netloc.rpartition("@")[2].lower()
            return "" if host == urlsplit(self.settings.site_url).netloc.lower() else host
        except ValueError:
            return ""


def judged(view: View, rule: str) -> Iterator[Finding]:
    """Yield what reading the plan found for a rule, and what the calendar shows for it."""
    for finding in (*view.reading, *view.judgement):
        if finding.rule == rule:
            yield finding


def alias_url(alias: str) -> str:
    """Return the address below the root of the site for which an alias stands, without escapes."""
    alias = unquote(alias)
    return alias.strip("/") + ("" if alias.endswith(".html") else "/")
