"""The first half of a build: every page read, and rendered where no earlier build did.

A worker does for a page exactly what MkDocs does, plugins included, and hands over what came out.
The parent goes through the pages in their order as ever; where the Markdown that its plugins leave
is the very one that a worker rendered, or an earlier build, it takes the result in the place of
rendering.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from typing import Any

import msgspec
from material.plugins.blog.structure import Post
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from cmflow.larder import digest
from cmflow.swift import articles, inputs, known, workers
from cmflow.swift.converters import Converters, Watch
from cmflow.swift.excerpts import Shelf, blogs_of, title_above
from cmflow.swift.keeper import Keeper, Unseen
from cmflow.swift.later import UNREAD, Later, passed, unfetched
from cmflow.swift.rendered import Facts, Rendered, Renderings, Text, looking, wrap
from cmflow.swift.said import overheard, repeat
from cmflow.swift.sheets import Plain, Sheet, anchors_of, tokens_of

Populate = Callable[..., None]

_FEW = 3
"""So many pages are rendered sooner than workers are made."""

_SNIPPET = "8<-"
"""What is in a text with snippets, as pymdownx.snippets marks them: their files are in no key."""


class Reader:
    """Renders the pages of one build; takes what workers rendered, or earlier builds."""

    def __init__(self, shelf: Shelf, keeper: Keeper | None) -> None:
        self.shelf = shelf
        self._keeper = keeper
        self._kept = Renderings(keeper.larder if keeper else None)
        self._base = b""
        self._alone = self._snippets = self.trusted = False
        self._texts: dict[str, Callable[[], Text]] = {}
        self._ready: dict[str, bytes] = {}
        self._made: Rendered | None = None
        self._latest: tuple[object, Facts] | None = None
        self._converters = Converters()

    def begin(self, config: MkDocsConfig) -> None:
        """Find out what of earlier builds may be taken."""
        self._alone = known.reads_alone(config.plugins.events)
        self.trusted = known.extensions_known(config.markdown_extensions, config.mdx_configs or {})
        again = self._alone and known.forgets(config.mdx_configs or {})
        self._converters = Converters(trees=self.trusted, again=self.trusted and again)
        self._snippets = "pymdownx.snippets" in config.markdown_extensions
        if self._keeper is None:
            return
        try:
            self._base = inputs.of_rendering(config)
        except Unseen:
            self._keeper.unseen()

    def prefetch(
        self, todo: list[Page], populate: Populate, config: MkDocsConfig, files: Files
    ) -> None:
        """Let workers read and render the pages that no earlier build did."""
        todo = [page for page in todo if not self._foreseen(page)]
        if not self._alone or len(todo) <= _FEW:
            return

        def work(number: int) -> bytes:
            self._made = None
            populate(todo[number], config, files)
            return msgspec.msgpack.encode(self._made)

        for number, data in workers.spread(len(todo), work):
            if data != b"\xc0":  # nothing: the page was not rendered after all
                ready = msgspec.msgpack.decode(data, type=Rendered)
                self._kept.put(ready)
                self._ready[todo[number].file.src_uri] = ready.key

    def render(
        self, page: Page, plain: Callable[..., None], config: MkDocsConfig, files: Files
    ) -> None:
        """Render a page with the engine's `plain` method, or take what was made of it before."""
        key, facts = self._kept.find(self._key(page), files)
        if facts is None and self._ready.pop(page.file.src_uri, None) == key:
            facts = self._kept.facts(key)

        def again() -> Text:
            return self._kept.text(key) or _again(page, plain, config, files)

        if facts is None or not _adopt(page, facts, files, again):
            facts, text, sheets = self._do(page, plain, config, files)
            self._made = wrap(key, facts, text, sheets, lasts=self._lasts(page))
            self._kept.put(self._made)
        elif not self._alone:
            passed(page)
        self._texts[page.file.src_uri] = again
        if facts.cut:
            self.shelf.put(page, lambda: self._kept.sheets(key), lasting=facts.same)
        self._note(page, key)
        self._latest = (UNREAD if unfetched(page) else page.content, facts)

    def latest(self, html: str) -> Facts | None:
        """Return what was read of the page rendered last, if this is its HTML."""
        return self._latest[1] if self._latest and self._latest[0] == html else None

    def parts(self, page: Page) -> list[articles.Part] | None:
        """Return what search wants of a page, if its HTML is still the one that was read."""
        found = self._texts.get(page.file.src_uri)
        if found is None:
            return None
        text = found()
        return text.parts if unfetched(page) or text.content == page.content else None

    def _key(self, page: Page) -> bytes:
        """Return a digest of all that a rendering is made of, but for the files it looks up."""
        file = page.file
        above = (str(page.meta.get("title")), page.is_homepage, self.shelf.turns(page))
        facts = (file.src_uri, file.url, repr(file.inclusion), type(page).__name__, above)
        return digest("rendered", self._base, repr(facts), page.markdown or "")

    def _lasts(self, page: Page) -> bool:
        return bool(self._base) and not (self._snippets and _SNIPPET in (page.markdown or ""))

    def _foreseen(self, page: Page) -> bool:
        """Tell whether an earlier build most likely rendered the page; nothing hangs on it."""
        return self._keeper is not None and self._keeper.larder.has("source", self._hint(page))

    def _hint(self, page: Page) -> bytes:
        try:
            text = page.markdown if isinstance(page, Post) else page.file.content_string
        except (OSError, ValueError):
            text = ""
        return digest("source", self._base, page.file.src_uri, text or "")

    def _note(self, page: Page, key: bytes) -> None:
        """Have it known that this page was rendered, or that there are snippets in it."""
        if self._keeper is None:
            return
        if self._lasts(page):
            self._keeper.larder.put("source", self._hint(page), b"")
            self._keeper.text(page.file.src_uri, key)
        else:
            self._keeper.unseen()

    def _do(
        self, page: Page, plain: Callable[..., None], config: MkDocsConfig, files: Files
    ) -> tuple[Facts, Text, list[Sheet]]:
        with overheard() as said, looking(files) as looks:
            with self._converters.watched(is_post=isinstance(page, Post)) as watch:
                plain(page, config, files)
            sheets: list[Sheet] = []
            if watch.tree is not None:
                with contextlib.suppress(Plain):
                    sheets = self._sheets(watch, page, config, files)
        content = page.content or ""
        links = page.links_to_anchors
        article = articles.read(content)
        facts = Facts(
            digest(content),
            anchors_of(list(page.toc)),
            page._title_from_render,  # noqa: SLF001  # MkDocs takes it back from nowhere else
            sorted(page.present_anchor_ids or ()),
            None if links is None else [(file.src_uri, found) for file, found in links.items()],
            said.lines,
            looks,
            article.words,
            article.images,
            bool(sheets),
            bool(sheets) and not sheets[0].counted,
        )
        return facts, Text(content, article.parts), sheets

    def _sheets(self, watch: Watch, page: Any, config: MkDocsConfig, files: Files) -> list[Sheet]:
        owner = next((b for b in blogs_of(config) if page in b.blog.posts), None)
        if owner is None or watch.tree is None or watch.md is None:
            return []
        cutter = self.shelf.cutter(owner, page, config, files)
        if cutter is None:
            return []
        return cutter.cut(watch.md, watch.tree, title_above(page), self.shelf.turns(page))


def _again(page: Page, plain: Callable[..., None], config: MkDocsConfig, files: Files) -> Text:
    """Make a text again that somebody has thrown away."""
    twin = copy.copy(page)
    plain(twin, config, files)
    content = twin.content or ""
    return Text(content, articles.read(content).parts)


def _adopt(page: Page, facts: Facts, files: Files, text: Callable[[], Text]) -> bool:
    """Give a page what rendering would have given it; false where a file is not there any more."""
    links = []
    for path, found in facts.links or ():
        file = files.get_file_from_path(path)
        if file is None:
            return False
        links.append((file, found))
    repeat(facts.said)
    vars(page)["content"] = Later(facts.digest, lambda: text().content)
    page.toc = get_toc(tokens_of(facts.toc))
    page._title_from_render = facts.title  # noqa: SLF001  # as above
    page.present_anchor_ids = set(facts.anchors)
    page.links_to_anchors = None if facts.links is None else dict(links)
    return True
