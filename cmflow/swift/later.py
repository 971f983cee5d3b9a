"""The text of a page, fetched when somebody asks for it: of most pages, a build needs none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UNREAD = "\0 a text that the plugins we know do not read \0"
"""What passes through the plugins in the place of a text that has not been fetched."""


class Later:
    """A text that is kept somewhere; `digest` tells it from any other."""

    __slots__ = ("digest", "fetch", "passing")

    def __init__(self, digest: bytes, fetch: Callable[[], str]) -> None:
        self.digest = digest
        self.fetch = fetch
        self.passing = True


class Content:
    """Stands in MkDocs' `Page` as its attribute `content`, and fetches what is a `Later`."""

    def __get__(self, page: Any, owner: type) -> Any:
        if page is None:
            return self
        try:
            found = vars(page)["content"]
        except KeyError:
            raise AttributeError("content") from None
        if type(found) is Later:
            if found.passing:
                return UNREAD
            found = vars(page)["content"] = found.fetch()
        return found

    def __set__(self, page: Any, value: object) -> None:
        if value is not UNREAD:
            vars(page)["content"] = value


def unfetched(page: Any) -> Later | None:
    """Return the text of a page that has not been fetched yet, nothing where it has been."""
    found = vars(page).get("content")
    return found if type(found) is Later else None


def passed(page: Any) -> None:
    """Take note that a page has gone through the plugins: from now on its text can be had."""
    if later := unfetched(page):
        later.passing = False
