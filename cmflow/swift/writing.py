"""The second half of a build: every page put into its template and written, by workers.

A page whose finished file stands is not touched; one that an earlier build made is taken from the
larder, and only woven and written.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec
from jinja2 import Environment
from material.plugins.search.plugin import SearchIndex, SearchPlugin
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import write_file

from cmflow.book import Need
from cmflow.larder import pack
from cmflow.swift import known, workers
from cmflow.swift.keeper import Keeper, Unseen
from cmflow.swift.keys import Keys
from cmflow.swift.reading import Reader
from cmflow.swift.said import Line, Said, repeat

_FEW = 8
"""So many pages are written sooner than workers are made."""

Build = Callable[[Page], None]


class Written(msgspec.Struct, array_like=True):
    """What writing a page left behind, on its way home from a worker.

    `entries` are those of the search index, `html` is the engine's page before weaving, packed, and
    nothing where it is kept already; `needs` is what weaving read, by the path of the file.
    """

    entries: str
    said: list[Line]
    html: bytes
    needs: dict[str, tuple[Need, ...]]


class Ready(str):
    """Entries of the search index as JSON, without the brackets around them."""

    __slots__ = ()


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Written)


class Writer:
    """Writes the pages of one build."""

    def __init__(self, reader: Reader, keeper: Keeper | None) -> None:
        self._reader = reader
        self._keeper = keeper
        self._keys: dict[int, bytes] = {}
        self._entries: dict[int, str] = {}
        self._stand: set[int] = set()
        self._kept: set[int] = set()
        self._ready: dict[int, Written] = {}

    def begin(
        self, pages: Sequence[Page], config: MkDocsConfig, nav: Navigation, env: Environment
    ) -> None:
        """Find out which pages stand, and which are kept."""
        if self._keeper is None:
            return
        try:
            keys = Keys(config, nav, env, self._reader.shelf)
            self._keys = {id(page): keys.of(page) for page in pages}
        except Unseen:
            self._keys = {}
            self._keeper.unseen()
            return
        larder = self._keeper.larder
        for page in pages:
            key = self._keys[id(page)]
            entries = larder.get("entries", key)
            if entries is None:
                continue
            self._entries[id(page)] = entries.decode()
            if self._keeper.stands(page.file.dest_uri, key):
                larder.has("page", key)
                self._stand.add(id(page))
            elif larder.has("page", key):
                self._kept.add(id(page))

    def prefetch(self, todo: Sequence[Page], build: Build, config: MkDocsConfig) -> None:
        """Let workers write the pages that do not stand."""
        todo = [page for page in todo if id(page) not in self._stand]
        if len(todo) <= _FEW or not known.writes_alone(config.plugins.events):
            return

        def work(number: int) -> bytes:
            said = Said()
            logging.getLogger("mkdocs").handlers = [said]  # this is a worker's own copy
            _needs(config).clear()
            entries, html = self._write(rest[number], build, config)
            self._reader.shelf.let_go()
            return _ENCODER.encode(Written(entries, said.lines, _pack(html), _needs(config)))

        # The first is written here: it compiles the templates that all workers use.
        first, *rest = todo
        entries, html = self._write(first, build, config)
        self._ready[id(first)] = Written(entries, [], _pack(html), {})
        for number, data in workers.spread(len(rest), work):
            self._ready[id(rest[number])] = self._home(rest[number], _DECODER.decode(data))

    def _home(self, page: Page, written: Written) -> Written:
        """Put what a worker made of a page into the larder at once: of all together, it is much."""
        key = self._keys.get(id(page))
        if self._keeper is None or key is None or not written.html:
            return written
        self._keeper.larder.put("page", key, written.html, packed=True)
        return msgspec.structs.replace(written, html=b"")

    def write(self, page: Page, build: Build, config: MkDocsConfig) -> None:
        """Write a page, or take home what a worker left of it, or leave it as it stands."""
        index = _index_of(config)
        if id(page) in self._stand:
            if index is not None:
                index.entries.append(Ready(self._entries[id(page)]))
            return
        written = self._ready.pop(id(page), None)
        if written is None:
            entries, html = self._write(page, build, config)
            small = b""
        else:
            entries, html, small = written.entries, "", written.html
            repeat(written.said)
            _needs(config).update(written.needs)
        if index is not None and entries:
            index.entries.append(Ready(entries))
        key = self._keys.get(id(page))
        if self._keeper is None or key is None:
            return
        small = small or _pack(html)
        if small:
            self._keeper.larder.put("page", key, small, packed=True)
        self._keeper.larder.put("entries", key, entries.encode())
        self._keeper.made(page.file.dest_uri, key)

    def _write(self, page: Page, build: Build, config: MkDocsConfig) -> tuple[str, str]:
        """Write a page; return its entries as JSON, and its HTML where it was rendered anew."""
        data = self._shelved(page)
        if data is not None:
            _weave(page, data.decode("utf-8", "surrogatepass"), config)
            return self._entries[id(page)], ""
        index = _index_of(config)
        before = len(index.entries) if index else 0
        with _overseen(config) as seen:
            build(page)
        entries = ""
        if index is not None:
            entries = _json(index.entries[before:])
            del index.entries[before:]
        return entries, "".join(seen) if id(page) in self._keys and _is_written(
            page, config
        ) else ""

    def _shelved(self, page: Page) -> bytes | None:
        if self._keeper is None or id(page) not in self._kept:
            return None
        return self._keeper.larder.get("page", self._keys[id(page)])

    def enter(self, index: SearchIndex, page: Page) -> bool:
        """Put a page into the search index from what was read of it; false where nothing was."""
        parts = self._reader.parts(page)
        if parts is None:
            return False
        if not (page.meta.get("search") or {}).get("exclude"):
            for part in parts:
                if not part.excluded:
                    index.create_entry_for_section(part.section(), page.toc, page.url, page)
        return True


def entries_of(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the entries of a search index as data, wherever some are JSON already."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        found += msgspec.json.decode(f"[{entry}]") if isinstance(entry, Ready) else [entry]
    return found


def _is_written(page: Page, config: MkDocsConfig) -> bool:
    """Tell whether somebody wrote the page: of lists that Material makes, the HTML is not kept.

    They are two thirds of all HTML, and made again as soon as it would take to read them.
    """
    return str(page.file.abs_src_path).startswith(config.docs_dir)


def generate(index: SearchIndex, former: Any, plain: Callable[..., str]) -> str:
    """Write the search index, of which most entries are JSON already."""
    every = index.entries
    index.entries = []
    try:
        empty = plain(index, former)
    finally:
        index.entries = every
    head, tail = empty[:-2], empty[-2:]
    texts = (entry if isinstance(entry, Ready) else _json([entry]) for entry in every)
    return head + ",".join(text for text in texts if text) + tail


_JSON = json.JSONEncoder(separators=(",", ":"), default=str)


def _json(entries: list[Any]) -> str:
    return _JSON.encode(entries)[1:-1]


def _pack(html: str) -> bytes:
    return pack(html.encode("utf-8", "surrogatepass")) if html else b""


def _weave(page: Page, html: str, config: MkDocsConfig) -> None:
    """Do what MkDocs does with a page once it has its HTML."""
    config._current_page = page  # noqa: SLF001  # as MkDocs does
    page.active = True
    try:
        output = config.plugins.on_post_page(html, page=page, config=config)
        if output.strip():
            data = output.encode("utf-8", errors="xmlcharrefreplace")
            write_file(data, page.file.abs_dest_path)
    finally:
        page.active = False
        config._current_page = None  # noqa: SLF001  # as above


@contextlib.contextmanager
def _overseen(config: MkDocsConfig) -> Iterator[list[str]]:
    """Take down the HTML that is given to the plugins to be woven."""
    seen: list[str] = []
    plain = config.plugins.on_post_page

    def oversee(html: str, **named: Any) -> str:
        seen.append(html)
        return plain(html, **named)

    vars(config.plugins)["on_post_page"] = oversee
    try:
        yield seen
    finally:
        del vars(config.plugins)["on_post_page"]


def _needs(config: MkDocsConfig) -> dict[str, tuple[Need, ...]]:
    """Return what our plugin noted that weaving read, by the path of the file."""
    return getattr(config.plugins.get("cmflow"), "woven", {})


def _index_of(config: MkDocsConfig) -> Any:
    plugin = config.plugins.get("material/search")
    # A plugin that is switched off has none.
    return getattr(plugin, "search_index", None) if isinstance(plugin, SearchPlugin) else None
