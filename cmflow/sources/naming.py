"""Which post a text names: by its slug in square brackets, or by its address."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from cmflow.heard import Topic
from cmflow.networks.seen import same_address

# A link in Markdown, [like this](https://…), names its target and not a slug.
_BRACKETS = re.compile(r"\[([^\[\]\s]{1,200})\](?![(\[:])")

_ADDRESS = re.compile(r"https?://[^\s<>\"'«»“”)\]]+")


def tag(slug: str) -> str:
    """Write a slug as it stands in a subject or a title that a door prepares."""
    return f"[{slug}]"


class Names:
    """The slugs and addresses of some posts."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._addresses = {same_address(topic.url): topic.slug for topic in topics}
        self._slugs = frozenset(self._addresses.values())

    def known(self, slug: str) -> str:
        """Return a slug that is one of a post; nothing for another one."""
        return slug if slug in self._slugs else ""

    def about(self, title: str, *texts: str) -> str:
        """Return the slug of the post that a title names, or a text under it; or nothing."""
        slug = self.tagged(title) or self.linked(title)
        slug = slug or next((one for text in texts if (one := self.tagged(text))), "")
        return slug or self.linked("\n".join(texts))

    def tagged(self, text: str) -> str:
        """Return the first slug in brackets that is one of a post, or nothing."""
        return next((one for one in _BRACKETS.findall(text) if one in self._slugs), "")

    def linked(self, text: str) -> str:
        """Return the slug of the first post whose address stands in a text or HTML, or nothing."""
        found = (same_address(one[0]) for one in _ADDRESS.finditer(html.unescape(text)))
        return next((self._addresses[one] for one in found if one in self._addresses), "")
