"""The texts of the lists that Material makes, kept in memory instead of in files of their own.

Each is a heading, or a copy of another; MkDocs takes a text from memory as well as from a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

from cmflow.swift import known


class Views:
    """The files of one build's lists, by the paths at which Material would write them."""

    def __init__(self) -> None:
        self._files: dict[str, Any] = {}

    def made(self, plain: Callable[..., File]) -> Callable[..., File]:
        """Return what makes a file, `plain` being Material's own way."""

        def make(plugin: Any, path: str, config: Any, *, temp: bool = True) -> File:
            file = plain(plugin, path, config, temp=temp)
            # Another plugin may want to see the file.
            if temp and known.all_known(config.plugins.events):
                self._files[str(file.abs_src_path)] = file
            return file

        return make

    def saved(self, plain: Callable[..., None]) -> Callable[..., None]:
        """Return what writes a text, `plain` being Material's own way."""

        def save(plugin: Any, path: str, content: str) -> None:
            file = self._files.get(path)
            if file is None:
                plain(plugin, path, content)
            else:
                file._content = content  # noqa: SLF001  # `content_string` would take its path away

        return save

    def copied(self, plain: Callable[..., None]) -> Callable[..., None]:
        """Return what copies a text, `plain` being MkDocs' own way."""

        def copy(source: str, target: str) -> None:
            file, former = self._files.get(target), self._files.get(source)
            if file is None:
                plain(source, target)
            elif former is not None:
                file._content = former._content  # noqa: SLF001  # as above
            else:
                file._content = Path(source).read_text("utf-8-sig")  # noqa: SLF001  # as above

        return copy
