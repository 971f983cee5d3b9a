"""A file of the blog that is a link to somewhere outside of it.

Everything below the folder of the blog is published. A link that leaves it would publish what lies
there, and is broken on every other computer.

Wrong: `content/blog/assets/logo.png → /home/lea/Images/logo.png`

Right: the file itself, copied into `content/blog/assets/`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View

NAME = "outside-tree"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading found."""
    yield from (found for found in view.reading if found.rule == NAME)
