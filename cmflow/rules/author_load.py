"""One author with more than two posts to finish in one week.

Counted are the posts of the coming six weeks that are not published, from Monday to Sunday.

Wrong: three posts signed by Léa from 7 to 13 December.

Right: two, and the third a week later, or signed by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding
from cmflow.rules.view import View, judged

NAME = "author-load"


def run(view: View) -> Iterator[Finding]:
    """Yield what reading the plan found, and what the calendar shows."""
    yield from judged(view, NAME)
