"""What the fast ways ask of whoever remembers earlier builds; without one, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from cmflow.larder import Larder

Given = Callable[[], Mapping[str, object]]
"""Tells what our plugin need not find out by itself; asked when the engine is ready for it."""


class Unseen(Exception):  # noqa: N818  # no error: a reason to make something again
    """Something depends on what no key shows; so it is made in every build."""


class Keeper(Protocol):
    """Knows what the last build left in the output folder; `larder` is what all builds share."""

    larder: Larder

    def stands(self, path: str, key: bytes) -> bool:
        """Tell whether a finished file is still what the build would make of the engine's page.

        `path` lies below the output folder ("posts/x/index.html"), `key` is that of the page.
        """

    def made(self, path: str, key: bytes) -> None:
        """Take note of a file that was just written."""

    def text(self, path: str, key: bytes) -> None:
        """Take note under which key, of the kind "text", the text of a page is in the larder.

        `path` is that of its source below the docs folder; what lies there is `rendered.Text`.
        """

    def unseen(self) -> None:
        """Take note that something was made of what no snapshot of the site's files shows."""
