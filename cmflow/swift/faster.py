"""Puts the fast ways into MkDocs and Material for the time of a build, and takes them out again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from material.plugins.blog import plugin as blog
from material.plugins.blog import structure
from material.plugins.search.plugin import SearchIndex
from mkdocs.commands import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from cmflow.swift import navigation
from cmflow.swift.excerpts import Shelf, SwiftExcerpt, blogs_of
from cmflow.swift.reading import Reader
from cmflow.swift.writing import Writer


class _Members(list[Any]):
    """A list of pages that knows at once what is not in it.

    MkDocs' pages are equal where their files are, among other things; so a page whose file is none
    of these is none of these, and one that is here itself needs no comparing.
    """

    def __init__(self, pages: Iterable[Any]) -> None:
        super().__init__(pages)
        self._paths = {page.file.src_uri for page in self}
        self._ids = {id(page) for page in self}

    def __contains__(self, page: object) -> bool:
        if id(page) in self._ids:
            return True
        path = getattr(getattr(page, "file", None), "src_uri", None)
        return path in self._paths and super().__contains__(page)


class _Yaml:
    """PyYAML with its C parser, and with its own where that one complains: the words are known."""

    SafeLoader = yaml.SafeLoader

    @staticmethod
    def load(text: str, loader: type[yaml.SafeLoader]) -> Any:
        """Parse a YAML text."""
        fast = getattr(yaml, "CSafeLoader", loader)
        try:
            return yaml.load(text, fast)  # noqa: S506  # a safe loader
        except yaml.YAMLError:
            return yaml.load(text, loader)  # noqa: S506  # a safe loader


class _Works:
    """What the fast ways know of the build that is under way, by its configuration."""

    def __init__(self) -> None:
        self._config: MkDocsConfig | None = None
        self._begin(None)

    def of(self, config: MkDocsConfig) -> _Works:
        """Return this, emptied where another build has begun: a server builds again and again."""
        if self._config is not config:
            self._begin(config)
        return self

    def _begin(self, config: MkDocsConfig | None) -> None:
        self._config = config
        self.shelf = Shelf()
        self.reader = Reader(self.shelf)
        self.writer = Writer(self.reader)
        self.reading = self.writing = False


@contextlib.contextmanager
def faster() -> Iterator[None]:
    """Have `mkdocs.commands.build.build` take the fast ways."""
    works = _Works()
    with contextlib.ExitStack() as stack:

        def put(owner: Any, name: str, new: Any) -> Any:
            old = getattr(owner, name)
            stack.callback(setattr, owner, name, old)
            setattr(owner, name, new)
            return old

        _read_fast(put, works)
        _write_fast(put, works)
        yield


def _read_fast(put: Any, works: _Works) -> None:
    def populate(page: Page, config: MkDocsConfig, files: Files, dirty: bool = False) -> None:  # noqa: FBT001, FBT002  # as MkDocs has it
        reader = works.of(config).reader
        if not works.reading and not dirty:
            works.reading = True
            _index_members(config)
            todo = [f.page for f in files.documentation_pages() if f.page is not None]
            works.shelf.count(config, todo)
            reader.prefetch(todo, old, config, files)
        old(page, config, files, dirty)

    def excerpt(post: Any, config: MkDocsConfig, files: Files) -> SwiftExcerpt:
        return SwiftExcerpt(works.of(config).shelf, post, config, files)

    def render(page: Page, config: MkDocsConfig, files: Files) -> None:
        works.of(config).reader.render(page, plain, config, files)

    def readtime(html: str, words_per_minute: int) -> int:
        article = works.reader.latest(html)
        return article.minutes(words_per_minute) if article else count(html, words_per_minute)

    old = put(mkdocs_build, "_populate_page", populate)
    plain = put(Page, "render", render)
    count = put(blog, "readtime", readtime)
    put(blog, "Excerpt", excerpt)
    put(structure, "yaml", _Yaml)


def _write_fast(put: Any, works: _Works) -> None:
    def build(
        page: Page,
        config: MkDocsConfig,
        doc_files: Any,
        nav: Any,
        env: Any,
        *rest: Any,
        **named: Any,
    ) -> None:
        writer = works.of(config).writer
        if not works.writing:
            works.writing = True
            navigation.remember(env)
            todo = [file.page for file in doc_files]
            works.shelf.count(config, todo)
            # The first is written here: it compiles the templates that all workers use.
            old(page, config, doc_files, nav, env, *rest, **named)
            tail = [other for other in todo if other is not page]
            if not any(file.inclusion.is_excluded() for file in doc_files):
                writer.prefetch(
                    tail,
                    lambda other: old(other, config, doc_files, nav, env, *rest, **named),
                    config,
                )
        elif not writer.take(page, config):
            old(page, config, doc_files, nav, env, *rest, **named)

    def enter(index: SearchIndex, page: Page) -> None:
        if not works.writer.enter(index, page):
            plain(index, page)

    old = put(mkdocs_build, "_build_page", build)
    plain = put(SearchIndex, "add_entry_from_context", enter)


def _index_members(config: MkDocsConfig) -> None:
    """Spare the blog comparing every page with every post and every list."""
    for plugin in blogs_of(config):
        plugin.blog.posts = _Members(plugin.blog.posts)
        views = _Members(plugin._resolve_views(plugin.blog))  # noqa: SLF001  # asked for each page
        every = plugin.blog
        # The class's own: a server keeps its plugins, and ours of the last build with them.
        plain = type(plugin)._resolve_views.__get__(plugin)  # noqa: SLF001

        def resolve(view: Any, views: Any = views, every: Any = every, plain: Any = plain) -> Any:
            return views if view is every else plain(view)

        plugin._resolve_views = resolve  # noqa: SLF001
