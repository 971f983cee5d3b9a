"""The first half of a build: every page read and rendered, the rendering spread over workers.

A worker does for a page exactly what MkDocs does, plugins included, and hands over what came out.
The parent goes through the pages in their order as ever; where the Markdown that its plugins leave
is the very one that a worker rendered, it takes the worker's result in the place of rendering.
"""

from __future__ import annotations

import contextlib
import copy
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import markdown
import msgspec
from markdown.treeprocessors import Treeprocessor
from material.plugins.blog.structure import Post
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import pages
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from cmflow.swift import articles, known, workers
from cmflow.swift.articles import Article
from cmflow.swift.excerpts import Shelf, blogs_of, title_above
from cmflow.swift.sheets import Anchor, Plain, Sheet, anchors_of, tokens_of

Populate = Callable[..., None]


class Rendered(msgspec.Struct, array_like=True):
    """What rendering made of a page: all that MkDocs keeps of it, and what else we found."""

    markdown: str
    content: str
    toc: list[Anchor]
    title: str | None
    anchors: list[str]
    links: list[tuple[str, dict[str, str]]] | None
    said: list[tuple[str, int, str]]
    sheets: list[Sheet]
    article: Article | None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Rendered)


class Said(logging.Handler):
    """Takes down what is logged, so that it can be said again elsewhere."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take down a line."""
        self.lines.append((record.name, record.levelno, record.getMessage()))


def repeat(lines: list[tuple[str, int, str]]) -> None:
    """Say again what was said in a worker."""
    for name, level, line in lines:
        logging.getLogger(name).log(level, "%s", line)


class Reader:
    """Renders the pages of one build; takes what workers rendered."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.articles: dict[str, tuple[str, Article]] = {}
        self._ready: dict[str, Rendered] = {}
        self._made: Rendered | None = None
        self._latest: tuple[str, Article] | None = None

    def prefetch(
        self, todo: list[Page], populate: Populate, config: MkDocsConfig, files: Files
    ) -> None:
        """Let workers read and render the pages."""
        if not known.reads_alone(config.plugins.events):
            return

        def work(number: int) -> bytes:
            self._made = None
            populate(todo[number], config, files)
            return _ENCODER.encode(self._made)

        for number, data in workers.spread(len(todo), work):
            if data != b"\xc0":  # nothing: the page was not rendered after all
                self._ready[todo[number].file.src_uri] = _DECODER.decode(data)

    def render(
        self, page: Page, plain: Callable[..., None], config: MkDocsConfig, files: Files
    ) -> None:
        """Render a page with the engine's `plain` method, or take what a worker made of it."""
        ready = self._ready.pop(page.file.src_uri, None)
        if ready is None or ready.markdown != page.markdown or not _adopt(page, ready, files):
            ready = self._do(page, plain, config, files)
            self._made = ready
        if ready.sheets:
            self.shelf.put(page, ready.sheets)
        if ready.article is not None:
            self._latest = self.articles[page.file.src_uri] = (ready.content, ready.article)

    def latest(self, html: str) -> Article | None:
        """Return what was read of the page rendered last, if this is its HTML."""
        return self._latest[1] if self._latest and self._latest[0] == html else None

    def article(self, page: Page) -> Article | None:
        """Return what search wants of a page, if its HTML is still the one that was read."""
        content, article = self.articles.get(page.file.src_uri, ("", None))
        return article if article is not None and content == page.content else None

    def _do(
        self, page: Page, plain: Callable[..., None], config: MkDocsConfig, files: Files
    ) -> Rendered:
        with _overheard() as said, self._watched(isinstance(page, Post)) as watch:
            plain(page, config, files)
        sheets: list[Sheet] = []
        if watch.tree is not None:
            with contextlib.suppress(Plain):
                sheets = self._sheets(watch, page, config, files)
        content = page.content or ""
        links = page.links_to_anchors
        return Rendered(
            page.markdown or "",
            content,
            anchors_of(list(page.toc)),
            page._title_from_render,  # noqa: SLF001  # MkDocs takes it back from nowhere else
            sorted(page.present_anchor_ids or ()),
            None if links is None else [(file.src_uri, found) for file, found in links.items()],
            said.lines,
            sheets,
            articles.read(content),
        )

    def _sheets(self, watch: _Watch, page: Any, config: MkDocsConfig, files: Files) -> list[Sheet]:
        owner = next((b for b in blogs_of(config) if page in b.blog.posts), None)
        if owner is None or watch.tree is None or watch.md is None:
            return []
        cutter = self.shelf.cutter(owner, page, config, files)
        if cutter is None:
            return []
        return cutter.cut(watch.md, watch.tree, title_above(page), self.shelf.turns(page))

    @contextlib.contextmanager
    def _watched(self, is_post: bool) -> Iterator[_Watch]:  # noqa: FBT001  # the only thing said
        """Have a post's tree copied while MkDocs converts it."""
        watch = _Watch()
        if not is_post:
            yield watch
            return
        vars(pages)["markdown"] = SimpleNamespace(Markdown=watch.converter)
        try:
            yield watch
        finally:
            vars(pages)["markdown"] = markdown


class _Watch(Treeprocessor):  # type: ignore[misc]  # Python-Markdown is untyped
    """Stands before “toc” in a conversion, and copies the tree that comes by."""

    def __init__(self) -> None:
        super().__init__()
        self.tree: ET.Element | None = None

    def converter(self, **options: Any) -> markdown.Markdown:
        """Make a converter as MkDocs does, with this step in it."""
        md = self.md = markdown.Markdown(**options)
        known_all = known.extensions_known(
            options["extensions"], options["extension_configs"] or {}
        )
        if known_all and "toc" in md.treeprocessors:
            md.treeprocessors.register(self, "cmflow", 5.001)
            at = md.treeprocessors.get_index_for_name("cmflow")
            if md.treeprocessors.get_index_for_name("toc") != at + 1:
                md.treeprocessors.deregister("cmflow")
        return md

    def run(self, root: ET.Element) -> None:
        self.tree = copy.deepcopy(root)


@contextlib.contextmanager
def _overheard() -> Iterator[Said]:
    """Take down what is logged, in addition to whoever listens already."""
    said = Said()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(said)
    try:
        yield said
    finally:
        logger.removeHandler(said)


def _adopt(page: Page, ready: Rendered, files: Files) -> bool:
    """Give a page what rendering would have given it; false where a file is not there any more."""
    links = []
    for path, found in ready.links or ():
        file = files.get_file_from_path(path)
        if file is None:
            return False
        links.append((file, found))
    repeat(ready.said)
    page.content = ready.content
    page.toc = get_toc(tokens_of(ready.toc))
    page._title_from_render = ready.title  # noqa: SLF001  # as above
    page.present_anchor_ids = set(ready.anchors)
    page.links_to_anchors = None if ready.links is None else dict(links)
    return True
