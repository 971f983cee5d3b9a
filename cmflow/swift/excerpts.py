"""Excerpts for lists: filled-in sheets, or the engine's own conversion where there is no sheet."""

from __future__ import annotations

from collections import UserString
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from markdown.serializers import _escape_attrib_html
from material.plugins.blog import plugin as blog
from material.plugins.blog.structure import Excerpt, Post, View, _patch
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page, _RelativePathTreeprocessor
from mkdocs.structure.toc import get_toc
from mkdocs.utils import get_relative_url

from cmflow.swift import known
from cmflow.swift.sheets import Cutter, Plain, Sheet, tokens_of

_AT_HAND = 1_000
"""So many posts' sheets are kept unpacked: some ten kilobytes each."""


class Shelf:
    """The sheets of one build, by the path of the post, with the Markdown they were made of."""

    def __init__(self) -> None:
        self.filled: list[SwiftExcerpt] = []
        """The excerpts that the last list shows, or the last lists."""
        self._sheets: dict[str, tuple[str, Callable[[], list[Sheet]]]] = {}
        self._fetched: dict[str, list[Sheet]] = {}
        self._lasting: dict[str, bool] = {}
        self._shown: dict[str, int] = {}
        self._turns: dict[tuple[str, str], int] = {}
        self._links: dict[int, Any] = {}
        self._cutters: dict[int, Cutter | None] = {}

    def put(self, post: Page, sheets: Callable[[], list[Sheet]], *, lasting: bool) -> None:
        """Keep the sheets of a post that has just been rendered; they are fetched when needed.

        `lasting` tells whether there is one for all lists.
        """
        self._lasting[post.file.src_uri] = lasting
        self._sheets[post.file.src_uri] = (post.markdown or "", sheets)

    def sheet(self, post: Page, turn: int) -> Sheet | None:
        """Return the sheet of a post for a list, if the post is still the one it was made of."""
        markdown, fetch = self._sheets.get(post.file.src_uri, ("", list))
        if not turn or markdown != post.markdown:
            return None
        sheets = self._fetched.get(post.file.src_uri)
        if sheets is None:
            if len(self._fetched) >= _AT_HAND:
                del self._fetched[next(iter(self._fetched))]
            sheets = self._fetched[post.file.src_uri] = fetch()
        if not sheets or sheets[0].title != title_above(post):
            return None
        sheet = sheets[min(turn, len(sheets)) - 1]
        return sheet if turn <= len(sheets) or not sheet.counted else None

    def let_go(self) -> None:
        """Forget how excerpts look in lists that are written: none looks so in another."""
        for excerpt in self.filled:
            excerpt.content = excerpt.markdown = ""
        self.filled.clear()

    def lasting(self, post: Page) -> bool:
        """Tell whether a post looks the same in every list that shows it."""
        return self._lasting.get(post.file.src_uri, False)

    def cutter(self, plugin: Any, post: Post, config: MkDocsConfig, files: Files) -> Cutter | None:
        """Return what cuts the sheets of a blog's posts; nothing where none can be cut."""
        if id(plugin) not in self._cutters:
            model = Excerpt(post, config, files).md
            try:
                made = Cutter(
                    model, plugin.config.post_excerpt_separator, lined=known.lines_numbered(config)
                )
            except Plain:
                made = None
            self._cutters[id(plugin)] = made
        return self._cutters[id(plugin)]

    def count(self, config: MkDocsConfig, pages: Sequence[Page]) -> None:
        """Count how many lists show a post before each list that does, in the order of writing."""
        self._shown.clear()
        self._turns.clear()
        for plugin in blogs_of(config):
            self._count(plugin, pages)

    def _count(self, plugin: Any, pages: Sequence[Page]) -> None:
        views = {id(view) for view in plugin._resolve_views(plugin.blog)}  # noqa: SLF001  # the plugin tells it nowhere else
        shown = self._shown
        for page in pages:
            if id(plugin._resolve_original(page)) not in views:  # noqa: SLF001
                continue
            for post in listed(plugin, page):
                path = post.file.src_uri
                shown[path] = self._turns[path, page.file.src_uri] = shown.get(path, 0) + 1

    def turns(self, post: Page) -> int:
        """Return how many lists show a post."""
        return self._shown.get(post.file.src_uri, 0)

    def turn(self, post: Page, view: Page) -> int:
        """Return the how-manieth list a view is to show a post."""
        return self._turns.get((post.file.src_uri, view.file.src_uri), 0)

    def links(self, excerpt: Any, config: MkDocsConfig, files: Files) -> Any:
        """Return what resolves the links of an excerpt, as silent as Material has it."""
        if id(config) not in self._links:
            self._links[id(config)] = _RelativePathTreeprocessor(
                excerpt.file, files, _patch(config)
            )
        found = self._links[id(config)]
        found.file = excerpt.file
        return found


class SwiftExcerpt(Excerpt):  # type: ignore[misc]  # Material is untyped
    """Material's excerpt, with a Markdown converter only where one is needed."""

    def __init__(self, shelf: Shelf, post: Post, config: MkDocsConfig, files: Files) -> None:
        self.shelf = shelf
        self.file = copy(post.file)
        self.post = post
        self._set_canonical_url(config.site_url)
        self.config = post.config
        self.meta = post.meta
        self.authors: list[Any] = []
        self.categories: list[Any] = []
        self.more: Any = None
        self._site = (config, files)
        self._converted = 0
        self._own: Excerpt | None = None

    @property
    def md(self) -> Any:
        """The Markdown converter that Material would have made at once."""
        return self._engine().md

    def render(self, page: View, separator: str) -> None:
        """Render the excerpt as it is to stand on `page`."""
        sheet = self.shelf.sheet(self.post, self.shelf.turn(self.post, page))
        if sheet is None:
            self._convert(page, separator)
            return
        if sheet.title is None:
            self.markdown = self.post.markdown
        else:
            self.markdown = f"# {sheet.title}\n\n{self.post.markdown}"
        self.content = "".join(self._filled(sheet, page))
        self.shelf.filled.append(self)
        if sheet.rest is not None:
            self.more = _Rest(self, page, separator) if sheet.rest else ""
        self.toc = get_toc(tokens_of(sheet.toc))
        self.file.url = self.post.url

    def _filled(self, sheet: Sheet, page: View) -> list[str]:
        links = self.shelf.links(self, *self._site)
        self.file.url = page.url
        home = get_relative_url(self.post.url, page.url)
        filled = [sheet.parts[0]]
        for (kind, value), part in zip(sheet.links, sheet.parts[1:], strict=True):
            url = links.path_to_url(value) if kind == "file" else home + value
            filled += [_escape_attrib_html(url), part]
        return filled

    def _engine(self) -> Excerpt:
        if self._own is None:
            self._own = Excerpt(self.post, *self._site)
        return self._own

    def _convert(self, page: View, separator: str) -> None:
        """Convert the whole post again, as often as the engine would have done by now.

        A converter that Material uses again counts its footnotes on.
        """
        own = self._engine()
        turn = max(self.shelf.turn(self.post, page), self._converted + 1)
        while self._converted < turn:
            own.render(page, separator)
            self._converted += 1
        self.markdown, self.content, self.toc = own.markdown, own.content, own.toc
        self.more = own.more


class _Rest(UserString):
    """What follows the separator: there for certain, but converted only for whom prints it."""

    def __init__(self, excerpt: SwiftExcerpt, page: View, separator: str) -> None:
        self._wanted = (excerpt, page, separator)

    def __bool__(self) -> bool:
        return True

    @property
    def data(self) -> str:  # type: ignore[override]  # the text is made when it is read
        excerpt, page, separator = self._wanted
        own = Excerpt(excerpt.post, *excerpt._site)  # noqa: SLF001  # its own
        for _ in range(max(1, excerpt.shelf.turn(excerpt.post, page))):
            own.render(page, separator)
        return str(own.more)


def title_above(post: Page) -> str | None:
    """Return the heading that Material puts above a rendered post, None where the post has one."""
    return None if post._title_from_render else str(post.title)  # noqa: SLF001  # Material reads it too


def listed(plugin: Any, view: Any) -> list[Any]:
    """Return the posts that a page of a view shows."""
    if not plugin._config_pagination(view):  # noqa: SLF001  # the plugin tells it nowhere else
        return list(view.posts)
    step = plugin._config_pagination_per_page(view)  # noqa: SLF001
    at = next(at for at, page in enumerate(view.pages) if page is view)
    return list(view.posts[at * step : (at + 1) * step])


def blogs_of(config: MkDocsConfig) -> list[Any]:
    """Return the blogs of a site that are switched on."""
    return [
        plugin
        for plugin in config.plugins.values()
        if isinstance(plugin, blog.BlogPlugin) and plugin.config.enabled
    ]
