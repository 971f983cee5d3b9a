"""The headings of a page, numbered and linked without what nobody asks for.

Python-Markdown's “toc” writes the HTML of every heading, and of a whole table of contents, though
most headings are plain words and most pages have no `[TOC]` to put a table in: MkDocs takes the
tokens alone. Only with extensions that are known, as another could take the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

_PLAIN = re.compile("[^\x02\x03&<>]+")
"""What every serializer and postprocessor leaves as it is: no placeholder, nothing to escape."""


def inner_html(plain: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
    """Return what writes what is in a heading, `plain` being Python-Markdown's own."""

    def write(element: Any, md: Any) -> str:
        text = element.text
        if len(element) or not text or not _PLAIN.fullmatch(text):
            return plain(element, md)
        return str(text.strip())

    return write


def numbered(plain: Callable[[Any, Any], None], known: Callable[[], bool]) -> Callable[..., None]:
    """Return what runs “toc” over a page, `plain` being Python-Markdown's own."""

    def run(processor: Any, root: Any) -> None:
        marker = processor.marker
        if not known() or (marker and any(marker in (e.text or "") for e in root.iter())):
            plain(processor, root)
            return
        own = vars(processor)
        own["marker"] = ""
        own["build_toc_div"] = _nothing
        try:
            plain(processor, root)
        finally:
            del own["build_toc_div"]
            own["marker"] = marker

    return run


def _nothing(tokens: Any) -> ET.Element:  # noqa: ARG001  # in the place of what builds a table
    return ET.Element("div")
