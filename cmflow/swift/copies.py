"""Files that are only copied: not again where the copy stands."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from mkdocs.structure.files import File

from cmflow.larder import digest
from cmflow.swift.keeper import Keeper

_BLINK = 2.0
"""Seconds. A file as young as that may change again without looking any younger."""


def copier(plain: Callable[..., None], keeper: Keeper) -> Callable[..., None]:
    """Return what copies a file into the site, `plain` being MkDocs' own way."""

    def copy(file: File, dirty: bool = False) -> None:  # noqa: FBT001, FBT002  # as MkDocs has it
        key = None if dirty else _key(file)
        if key is not None and keeper.stands(file.dest_uri, key):
            return
        plain(file, dirty)
        if key is not None:
            keeper.made(file.dest_uri, key)

    return copy


def _key(file: Any) -> bytes | None:
    """Return a digest of what a file holds, or of its looks; nothing where it is too young."""
    content = file._content  # noqa: SLF001  # `content_bytes` would read a file
    if content is not None:
        return digest("copy", content)
    try:
        stat = os.stat(file.abs_src_path)  # noqa: PTH116  # MkDocs has its paths as texts
    except OSError:
        return None
    if max(stat.st_mtime, stat.st_ctime) > time.time() - _BLINK:
        return None
    looks = (file.src_uri, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
    return digest("copy", repr(looks))
