"""A Markdown file with nothing in it.

It would become a page without a title, or stop the build where it is a post.

Wrong: a file of nought bytes, left behind by an editor.

Right: write the text, or delete the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "empty-file"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
