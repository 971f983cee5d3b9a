"""What a woven template may call: links, files and people, as seen from one page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from cmflow import urls
from cmflow.feed_parts import feed_url
from cmflow.feeds import category_feed
from cmflow.post import Author, Page, Post
from cmflow.safe import address
from cmflow.site import Site

Render = Callable[[str, Mapping[str, str]], str]


class Helpers:
    """The helpers of one page, `url` and `path` being its address and its Markdown file.

    `render` renders a block by its name and arguments; `placed` names the blocks that the writer
    put on the page, which are not rendered a second time.
    """

    def __init__(
        self, site: Site, url: str, path: str, render: Render, placed: Collection[str]
    ) -> None:
        self._site = site
        self._url = url
        self._path = path
        self._render = render
        self._placed = placed

    @property
    def names(self) -> Mapping[str, Callable[..., Any]]:
        """Every helper by the name that templates call."""
        return {
            "asset": self.asset,
            "author": self.author,
            "block": self.block,
            "category": self.category,
            "feed_of": self.feed_of,
            "full": self.full,
            "link": self.link,
            "profile_of": self.profile_of,
        }

    def link(self, thing: Post | Page | str, fragment: str = "") -> str:
        """Return the link from this page to a post, a page, or an address.

        An address of another scheme than the web's or mail's leads nowhere.
        """
        url = thing if isinstance(thing, str) else self._site.url(thing)
        if ":" in url and urlsplit(url).scheme and not address(url):
            return "#"
        mark = f"#{fragment}" if fragment else ""
        return urls.relative(url, self._url) + mark

    def asset(self, src: str, path: str = "") -> str:
        """Return the link to a file that the Markdown file `path` (default: this page's) names."""
        return self.link(urls.asset_url(src, path or self._path, self._site.settings))

    def full(self, thing: Post | Page | str) -> str:
        """Return the address with the host in it."""
        url = thing if isinstance(thing, str) else self._site.url(thing)
        return urls.absolute(url, self._site.settings)

    def author(self, id_: str) -> Author | None:
        """Return an author, or nothing where `.authors.yml` does not know the id."""
        return self._site.authors.get(id_)

    def profile_of(self, id_: str) -> str:
        """Return the address of an author's page, or nothing where the site makes none."""
        known = self._site.authors.get(id_)
        if known is None or not self._site.settings.blog.authors_profiles:
            return ""
        return urls.author_url(id_, known.name, known.slug, self._site.settings)

    def category(self, name: str) -> str:
        """Return the address of the list of a category's posts."""
        return urls.category_url(name, self._site.settings)

    def feed_of(self, name: str) -> str:
        """Return the address of a category's feed."""
        return feed_url(category_feed(name, self._site.settings), ".xml")

    def block(self, name: str, **arguments: object) -> Markup:
        """Render another block here, unless the writer placed it elsewhere on the page."""
        if name in self._placed:
            return Markup()
        words = {key: str(value) for key, value in arguments.items()}
        return Markup(self._render(name, words))  # noqa: S704  # one of our own templates
