"""The MkDocs plugin: a skin over `build`, so that `mkdocs build` and `mkdocs serve` weave as well.

Hooks: https://www.mkdocs.org/dev-guide/plugins/#events.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from material.plugins.search.plugin import SearchPlugin
from mkdocs.config.base import Config, ConfigErrors, ConfigWarnings
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from cmflow import beside, build, library, loom, mkdocs_yml, outline
from cmflow.engines import material_search
from cmflow.errors import CmflowError
from cmflow.larder import digest
from cmflow.lazily import Lazily
from cmflow.library import Library
from cmflow.safe import escape_name
from cmflow.search import writing
from cmflow.search.files import Index
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.standing import Standing
from cmflow.swift import workers
from cmflow.swift.later import Later
from cmflow.trace import Woven
from cmflow.weave import Weaver
from cmflow.written import Made

if TYPE_CHECKING:
    from mkdocs.livereload import LiveReloadServer


class _Nothing(Config):  # type: ignore[no-untyped-call]  # MkDocs leaves it untyped
    """MkDocs asks for a schema; ours is `cmflow.settings`, which knows lines."""


class CmflowPlugin(BasePlugin[_Nothing]):  # type: ignore[no-untyped-call]  # as above
    """Reads the library beside the engine, and weaves it into what the engine makes."""

    _settings: Settings
    _library: Library
    _made: Made
    _site: Site
    _put: beside.Write
    _now: dt.datetime
    _weaver: Weaver | None
    _search: SearchPlugin | None
    _searched: material_search.Taken | None
    _last: Path
    given: Library | None = None
    """The library, where whoever builds has read it already; taken once."""
    now: dt.datetime | None = None
    """The present, where whoever builds says what it is."""
    standing: Standing | None = None
    """What remembers earlier builds, where there is something; taken by one build."""
    woven: Woven
    """What weaving read, by the path of each file: a worker hands its own over."""

    def load_config(
        self,
        options: dict[str, Any],  # read again with their lines, by `mkdocs_yml.load`
        config_file_path: str | None = None,
    ) -> tuple[ConfigErrors, ConfigWarnings]:
        """Check our block of `mkdocs.yml`, and report what is wrong the way MkDocs shows it."""
        if config_file_path is None:
            return [], []
        try:
            self._settings, findings = mkdocs_yml.load(Path(config_file_path))
        except CmflowError as error:
            findings = error.findings
        return [
            (
                finding.rule,
                ValueError(
                    f"line {finding.line}: {finding.message.show()} {finding.remedy.show()}"
                ),
            )
            for finding in findings
        ], []

    # After the blog plugin (0), which reads the authors there.
    @event_priority(-60)
    def on_config(self, config: MkDocsConfig) -> None:
        """Take the folders from MkDocs, for `mkdocs serve` builds elsewhere; escape the authors."""
        self._weaver = None
        self._last = self._settings.site
        self.woven = self.standing.woven if self.standing else {}
        self._settings = build.placed(
            self._settings,
            docs=Path(config.docs_dir),
            site=Path(config.site_dir),
            site_url=config.site_url or "",
        )
        for author in getattr(config.plugins.get("material/blog"), "authors", {}).values():
            author.name = escape_name(author.name)
            author.description = escape_name(author.description)

    # After the blog plugin (-50), which reads the posts there.
    @event_priority(-60)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Read the library, add our styles and scripts, and escape the titles of the posts."""
        self._library = self.given or library.load(self._settings)
        self.given = None
        self._put = loom.into(self._settings.site)
        given = self.standing.now if self.standing else self.now
        self._now = given or dt.datetime.now(dt.UTC)
        for path, source in loom.assets().items():
            files.append(File.generated(config, path, abs_src_path=str(source)))
        # The blog plugin has taken its posts out of `documentation_pages` for a moment.
        for file in files:
            if file.page is not None:
                _escape_title(file.page)
        return files

    @event_priority(100)
    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Escape the title of a page that is no post; posts were read, and escaped, before."""
        if not page.file.src_uri.startswith(f"{self._settings.posts}/"):
            _escape_title(page)
        return markdown

    @event_priority(-100)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Escape a title that comes from a heading: the engine writes it as it is."""
        title = unescape(page.title or "")
        if "title" not in page.meta and "<" in title:
            page.meta["title"] = escape_name(title)
        return html

    @event_priority(-100)
    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> None:
        """Note every page and each post's text: all are rendered by now, none is written.

        And put our search in the place of Material's, where it finds what that would.
        """
        posts = {post.path for post in self._library.posts}
        urls: dict[str, str] = {}
        pages: dict[str, Page] = {}
        for file in files.documentation_pages():
            urls[file.src_uri] = "" if file.url in (".", "./") else file.url
            if file.src_uri in posts and file.page is not None:
                pages[file.src_uri] = file.page
        searcher = ""
        self._search = material_search.replaceable(config, env)
        if self._search:
            searcher, source = material_search.script()
            files.append(File.generated(config, searcher, abs_src_path=str(source)))
        contents = Lazily(pages, lambda path: outline.text_of(pages[path].content or ""))
        digests = Lazily(pages, lambda path: _digest(pages[path]))
        self._made = Made(urls, contents, digests, searcher)
        self._site = loom.site_of(
            self._settings, self._library, self._made, now=self._now, woven=self.woven
        )
        if self.standing:
            self.standing.begin(self._site)

    @event_priority(-100)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Weave a finished page."""
        url = "" if page.url in (".", "./") else page.url
        return self._weave(output, url)

    def on_post_template(
        self, output_content: str, *, template_name: str, config: MkDocsConfig
    ) -> str:
        """Weave the engine's own pages, such as 404.html."""
        return (
            self._weave(output_content, template_name)
            if template_name.endswith(".html")
            else output_content
        )

    @event_priority(100)
    def _take_search(self, *, config: MkDocsConfig) -> None:
        """Take what is to be searched, before Material writes it."""
        self._searched = material_search.take(self._search) if self._search else None

    @event_priority(-100)
    def _write_beside(self, *, config: MkDocsConfig) -> None:
        """Write what stands beside the pages: feeds, cards, redirects, the search index."""
        site, put, standing = self._site, self._put, self.standing
        site.learn(need for needs in self.woven.values() for need in needs)
        there = Path(config.site_dir)
        last = standing.output if standing else self._last
        with self._indexing(None if last == there else last) as write_index:
            if standing is None:
                beside.write(site, put)
            else:
                beside.write(site, put, standing.stands_beside, standing.faces)
            write_index(there)
        self.standing = self._searched = None

    @contextlib.contextmanager
    def _indexing(self, last: Path | None) -> Iterator[Callable[[Path], None]]:
        """Begin to make the search index, where it takes long; what is yielded writes it."""
        if self._searched is None:
            yield lambda _: None
            return
        entries, settings = self._searched

        def make(last: Path | None) -> Index:
            return writing.make(entries(), settings, last)

        write = functools.partial(writing.write, config=settings, last=last, keeper=self.standing)
        if writing.is_there(last):
            yield lambda there: write(make, site=there)
            return
        with workers.aside(lambda: make(None)) as index:
            yield lambda there: write(lambda _: index(), site=there)

    on_post_build = CombinedEvent(_take_search, _write_beside)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> None:
        """Weave again when somebody's answer is approved, not only when a text changes."""
        if self._settings.community.is_dir():
            server.watch(str(self._settings.community))
        server.builder = _calm(builder, self._settings)

    def _weave(self, html: str, url: str) -> str:
        if self._weaver is None:
            try:
                self._weaver = loom.weaver_of(
                    self._site, self.standing.larder if self.standing else None
                )
            except CmflowError as error:
                raise PluginError("; ".join(f.message.show() for f in error.findings)) from error
        return loom.weave(self._weaver, html, url, self._put)


def _calm(builder: Callable[[], None], settings: Settings) -> Callable[[], None]:
    """Make a rebuild tell a writer's mistake as `check` does; MkDocs would show a traceback."""

    def rebuild() -> None:
        try:
            builder()
        except Exception as error:
            # Only now are the rules needed.
            from cmflow import check, report
            from cmflow.catalogue import catalogue

            found = check.errors(settings.config, dt.datetime.now(dt.UTC))
            if not found:
                raise
            words = catalogue("fr" if settings.locale.startswith("fr") else "en")
            raise Abort(report.text(found, words)) from error

    return rebuild


def _digest(page: Page) -> bytes:
    """Return what tells the text of a page from any other; the fast ways know it already."""
    text = vars(page).get("content")
    return text.digest if isinstance(text, Later) else digest(page.content or "")


def _escape_title(page: Page) -> None:
    for key in ("title", "description"):
        if isinstance(page.meta.get(key), str):
            page.meta[key] = escape_name(page.meta[key])
