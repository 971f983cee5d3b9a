"""Where a page wants to be told of a mention.

https://www.w3.org/TR/webmention/#sender-discovers-receiver-webmention-endpoint: the first of the
`Link` header, else the first `<link>` or `<a>` in the order of the document.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

from cmflow.reply import Reply

_HEADER = re.compile(r"<([^>]*)>((?:[^,\"]|\"[^\"]*\")*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_WANTED = "webmention"


def discover(reply: Reply) -> str:
    """Return the endpoint that a page names, in full, or nothing."""
    for line in reply.links:
        for target, parameters in _HEADER.findall(line):
            rel = _REL.search(parameters)
            if rel and _WANTED in (rel[1] or rel[2] or "").lower().split():
                return str(urljoin(reply.url, target))
    if "html" not in reply.headers.get("content-type", "html"):
        return ""
    page = _Page()
    page.feed(reply.text)
    return "" if page.found is None else urljoin(page.base(reply.url), page.found)


class _Page(HTMLParser):
    """Finds the first link with the relation; comments and escaped text are none to a parser."""

    def __init__(self) -> None:
        super().__init__()
        self.found: str | None = None
        self._base = ""

    def base(self, url: str) -> str:
        """Return the address to which the page's links are relative."""
        return str(urljoin(url, self._base))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element; see `HTMLParser`."""
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and not self._base:
            self._base = given.get("href", "")
        # An empty href is the page itself; without one it is no link.
        linked = tag in ("link", "a") and "href" in given
        if self.found is None and linked and _WANTED in given.get("rel", "").lower().split():
            self.found = given["href"]
