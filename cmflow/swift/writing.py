"""The second half of a build: every page put into its template and written, by workers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from material.plugins.search.plugin import SearchIndex, SearchPlugin
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from cmflow.swift import known, workers
from cmflow.swift.reading import Reader, Said, repeat


class Written(msgspec.Struct, array_like=True):
    """What writing a page left behind: its entries in the search index, and what was said."""

    entries: list[dict[str, Any]]
    said: list[tuple[str, int, str]]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Written)


class Writer:
    """Writes the pages of one build."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ready: dict[int, Written] = {}

    def prefetch(
        self, todo: Sequence[Page], build: Callable[[Page], None], config: MkDocsConfig
    ) -> None:
        """Let workers write the pages."""
        if not known.writes_alone(config.plugins.events):
            return
        index = _index_of(config)

        def work(number: int) -> bytes:
            said = Said()
            logging.getLogger("mkdocs").handlers = [said]  # this is a worker's own copy
            before = len(index.entries) if index else 0
            build(todo[number])
            return _ENCODER.encode(Written(index.entries[before:] if index else [], said.lines))

        for number, data in workers.spread(len(todo), work):
            self._ready[id(todo[number])] = _DECODER.decode(data)

    def take(self, page: Page, config: MkDocsConfig) -> bool:
        """Take home what a worker left of a page; false where none wrote it."""
        written = self._ready.pop(id(page), None)
        if written is None:
            return False
        if index := _index_of(config):
            index.entries += written.entries
        repeat(written.said)
        return True

    def enter(self, index: SearchIndex, page: Page) -> bool:
        """Put a page into the search index from what was read of it; false where nothing was."""
        article = self._reader.article(page)
        if article is None:
            return False
        if not (page.meta.get("search") or {}).get("exclude"):
            for part in article.parts:
                if not part.excluded:
                    index.create_entry_for_section(part.section(), page.toc, page.url, page)
        return True


def _index_of(config: MkDocsConfig) -> Any:
    plugin = config.plugins.get("material/search")
    return plugin.search_index if isinstance(plugin, SearchPlugin) else None
