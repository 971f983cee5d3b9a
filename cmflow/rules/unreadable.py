"""A file that the computer does not let cmflow read.

What cannot be read is not published, and nobody would notice.

Wrong: a file without permission to read.

Right: give it the permissions of its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "unreadable"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
