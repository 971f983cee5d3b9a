"""The one way in which a template of ours becomes HTML: everything escaped, words translated."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from cmflow.catalogue import Catalogue
from cmflow.larder import Larder, digest


class Compiled(jinja2.BytecodeCache):
    """Keeps compiled templates in a larder, by their text: compiling takes longer than weaving."""

    def __init__(self, larder: Larder) -> None:
        self._larder = larder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template from the larder, if it is there."""
        data = self._larder.get("template", digest(bucket.key, bucket.checksum, sys.version))
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Put a compiled template into the larder."""
        key = digest(bucket.key, bucket.checksum, sys.version)
        self._larder.put("template", key, bucket.bytecode_to_string())


def environment(
    words: Catalogue, *folders: Path, compiled: Compiled | None = None
) -> jinja2.Environment:
    """Make an environment; a template is taken from the first folder that has it.

    A name that a template does not know is an error, never an empty place.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        bytecode_cache=compiled,
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # made by the extension
        words.gettext, words.ngettext, newstyle=True
    )
    return made
