"""Puts the fast ways into MkDocs and Material for the time of a build, and takes them out again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import jinja2
import yaml
from markdown.extensions import toc
from markdown.treeprocessors import InlineProcessor
from material.plugins.blog import plugin as blog
from material.plugins.blog import structure
from material.plugins.blog.structure.config import PostConfig
from material.plugins.search.plugin import SearchIndex
from mkdocs.commands import build as mkdocs_build
from mkdocs.config.base import BaseConfigOption
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import files
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page, _RawHTMLPreprocessor
from mkdocs.theme import Theme

from cmflow.swift import (
    articles,
    cheaper,
    copies,
    headings,
    inline,
    marks,
    navigation,
    shortcuts,
    writing,
)
from cmflow.swift.excerpts import Shelf, SwiftExcerpt, blogs_of
from cmflow.swift.keeper import Keeper
from cmflow.swift.later import Content, passed
from cmflow.swift.reading import Reader
from cmflow.swift.views import Views
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
    def load(source: str | TextIO, loader: type[yaml.SafeLoader]) -> Any:
        """Parse a YAML text, or file."""
        fast = getattr(yaml, "CSafeLoader", loader)
        try:
            return yaml.load(source, fast)  # noqa: S506  # a safe loader
        except yaml.YAMLError:
            if not isinstance(source, str):
                source.seek(0)
            return yaml.load(source, loader)  # noqa: S506  # a safe loader


class _Works:
    """What the fast ways know of the build that is under way, by its configuration."""

    def __init__(self, keeper: Keeper | None) -> None:
        self._keeper = keeper
        self.larder = keeper.larder if keeper else None
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
        self.reader = Reader(self.shelf, self._keeper)
        self.writer = Writer(self.reader, self._keeper)
        self.reading = self.writing = False


@contextlib.contextmanager
def faster(keeper: Keeper | None = None) -> Iterator[None]:
    """Have `mkdocs.commands.build.build` take the fast ways; a keeper remembers earlier builds."""
    works = _Works(keeper)
    with contextlib.ExitStack() as stack:

        def put(owner: Any, name: str, new: Any) -> Any:
            old = getattr(owner, name, None)
            if old is None:
                stack.callback(delattr, owner, name)
            else:
                stack.callback(setattr, owner, name, old)
            setattr(owner, name, new)
            return old

        _gather_fast(put, keeper)
        _read_fast(put, works)
        _write_fast(put, works)
        yield


def _gather_fast(put: Any, keeper: Keeper | None) -> None:
    def environment(theme: Theme) -> jinja2.Environment:
        env: jinja2.Environment = plain(theme)
        if keeper is not None:
            env.bytecode_cache = cheaper.Bytecode(keeper.larder, env)
        return env

    plain = put(Theme, "get_env", environment)
    made = Views()
    for owner, name, make in (
        (Page, "_set_canonical_url", cheaper.canonical),
        (blog.BlogPlugin, "_format_date", cheaper.dates),
        (PostConfig, "validate", cheaper.validated),
        (BaseConfigOption, "__get__", cheaper.option),
        (blog.BlogPlugin, "_path_to_file", made.made),
        (blog.BlogPlugin, "_save_to_file", made.saved),
        (blog, "copy_file", made.copied),
        (Files, "add_files_from_theme", cheaper.files_of_theme),
    ):
        put(owner, name, make(getattr(owner, name)))
    if keeper is not None:
        put(File, "copy_file", copies.copier(File.copy_file, keeper))
    put(files, "PurePath", cheaper.pure_path)
    put(structure, "os", cheaper.MESSAGES)
    put(structure, "yaml", _Yaml)
    put(blog, "yaml", _Yaml)


def _read_fast(put: Any, works: _Works) -> None:
    def populate(page: Page, config: MkDocsConfig, files: Files, dirty: bool = False) -> None:  # noqa: FBT001, FBT002  # as MkDocs has it
        reader = works.of(config).reader
        if not works.reading and not dirty:
            works.reading = True
            _index_members(config)
            todo = [f.page for f in files.documentation_pages() if f.page is not None]
            works.shelf.count(config, todo)
            reader.begin(config)
            reader.prefetch(todo, old, config, files)
        old(page, config, files, dirty)
        passed(page)

    def excerpt(post: Any, config: MkDocsConfig, files: Files) -> SwiftExcerpt:
        return SwiftExcerpt(works.of(config).shelf, post, config, files)

    def render(page: Page, config: MkDocsConfig, files: Files) -> None:
        works.of(config).reader.render(page, plain, config, files)

    def readtime(html: str, words_per_minute: int) -> int:
        facts = works.reader.latest(html)
        if facts is None:
            return int(count(html, words_per_minute))
        return articles.minutes(facts.words, facts.images, words_per_minute)

    old = put(mkdocs_build, "_populate_page", populate)
    plain = put(Page, "render", render)
    count = put(blog, "readtime", readtime)
    put(blog, "Excerpt", excerpt)
    put(toc, "render_inner_html", headings.inner_html(toc.render_inner_html))
    numbered = headings.numbered(toc.TocTreeprocessor.run, lambda: works.reader.trusted)
    put(toc.TocTreeprocessor, "run", numbered)
    put(InlineProcessor, "_InlineProcessor__handleInline", inline.handle)
    put(_RawHTMLPreprocessor, "run", cheaper.raw_anchors(_RawHTMLPreprocessor.run))
    for owner, test in marks.tests():
        put(owner, "test", test)
    put(Page, "content", Content())


def _write_fast(put: Any, works: _Works) -> None:
    def build(
        page: Page,
        config: MkDocsConfig,
        doc_files: Any,
        nav: Any,
        env: Any,
        dirty: bool = False,  # noqa: FBT001, FBT002  # as MkDocs has it
        excluded: bool = False,  # noqa: FBT001, FBT002  # as MkDocs has it
    ) -> None:
        if dirty:
            old(page, config, doc_files, nav, env, dirty, excluded)
            return

        def make(page: Page) -> None:
            level: Any = page.file.inclusion
            old(page, config, doc_files, nav, env, excluded=level.is_excluded())

        writer = works.of(config).writer
        if not works.writing:
            works.writing = True
            navigation.remember(env)
            shortcuts.take(env, config, works.larder)
            todo = [file.page for file in doc_files]
            works.shelf.count(config, todo)
            writer.begin(todo, config, nav, env)
            writer.prefetch(todo, make, config)
        writer.write(page, make, config)

    def enter(index: SearchIndex, page: Page) -> None:
        if not works.writer.enter(index, page):
            plain(index, page)

    def generate(index: SearchIndex, former: Any) -> str:
        return writing.generate(index, former, whole)

    old = put(mkdocs_build, "_build_page", build)
    plain = put(SearchIndex, "add_entry_from_context", enter)
    whole = put(SearchIndex, "generate_search_index", generate)


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
