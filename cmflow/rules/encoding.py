"""A text file that is not written in UTF-8.

The engine reads nothing else; older editors on Windows save an é in another way.

Wrong: saved as ANSI, Latin-1 or Windows-1252.

Right: saved as UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "encoding"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
