"""The key of a page: a digest of everything that its finished HTML is made of, before weaving.

What Material's templates read of a page, and where: its front matter, title, addresses and toc
(base.html, partials/header.html, toc.html, content.html, actions.html, source-file.html,
feedback.html), the addresses and titles of the pages before and after (base.html, footer.html), the
navigation with what is active in it (nav.html, nav-item.html, tabs.html, path.html), of a post its
authors, categories, dates, links and reading time (blog-post.html), of a list its excerpts with the
same facts, and its page numbers (blog.html, partials/post.html, pagination.html), tags with their
addresses (tags.html), and the settings. Templates of a site are checked by `templates`. Facts are
told apart by their `repr`: with the plugins that are known, they are what YAML makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
from material.plugins.blog.structure import Excerpt, Post
from material.plugins.tags.plugin import TagsPlugin
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from cmflow.larder import digest
from cmflow.swift import inputs, templates
from cmflow.swift.excerpts import Shelf, blogs_of, listed
from cmflow.swift.later import unfetched

Facts = tuple[Any, ...]


class Keys:
    """Makes the keys of the pages of one build; raises `Unseen` where there can be none."""

    def __init__(
        self, config: MkDocsConfig, nav: Navigation, env: jinja2.Environment, shelf: Shelf
    ) -> None:
        templates.check(env, inputs.own_folders(config.theme))
        self._shelf = shelf
        self._views = {
            id(view): plugin for plugin in blogs_of(config) for view in _views_of(plugin)
        }
        self._tags = [
            plugin
            for plugin in config.plugins.values()
            if isinstance(plugin, TagsPlugin) and plugin.config.enabled and plugin.config.tags
        ]
        home = nav.homepage
        shown = [_nav(item) for item in nav.items]
        self._base = digest(inputs.of_pages(config), repr((home and _near(home), shown)))
        self._cards: dict[str, bytes] = {}
        self._posts: dict[str, str] = {}

    def of(self, page: Page) -> bytes:
        """Return the key of a page that has been rendered, and not been put into its template."""
        facts = [self._post(page) if isinstance(page, Post) else repr(_own(page))]
        facts.append(repr(self._tagged(page)))
        if plugin := self._views.get(id(page)):
            facts.append(repr(self._list(plugin, page)))
        return digest("page", self._base, _text(page), *facts)

    def _tagged(self, page: Page) -> Facts:
        found = []
        for plugin in self._tags:
            mapping = plugin.mappings.get(page) if plugin.filter(page.file) else None
            if mapping:
                tags = plugin.listings & mapping
                found.append([(tag.name, tag.hidden, _links(tag)) for tag in tags])
        return tuple(found)

    def _list(self, plugin: Any, page: Any) -> Facts:
        """Write out what a list shows: its excerpts, and the addresses of its other pages."""
        cards = [self._card(post, page) for post in listed(plugin, page) if post.excerpt]
        urls = [other.url for other in page.pages]
        return cards, urls, len(page.posts)

    def _card(self, post: Any, page: Any) -> bytes:
        """Return a digest of a post as a list shows it; footnotes are numbered on between lists."""
        path = post.file.src_uri
        if path not in self._cards:
            excerpt: Excerpt = post.excerpt
            facts = (excerpt.authors, [_near(category) for category in excerpt.categories])
            text = post.markdown or ""
            self._cards[path] = digest(_text(post), text, self._post(post), repr(facts))
        if self._shelf.lasting(post):
            return self._cards[path]
        return digest(self._cards[path], str(self._shelf.turn(post, page)))

    def _post(self, post: Any) -> str:
        path = post.file.src_uri
        found = self._posts.get(path)
        if found is None:
            found = self._posts[path] = repr((_own(post), _post(post)))
        return found


def _views_of(plugin: Any) -> Iterator[Any]:
    for view in plugin._resolve_views(plugin.blog):  # noqa: SLF001  # the plugin tells it nowhere else
        yield from view.pages or [view]


def _text(page: Page) -> bytes:
    later = unfetched(page)
    return later.digest if later else digest(page.content or "")


def _own(page: Page) -> Facts:
    """Write out what templates read of any page."""
    around = [other and _near(other) for other in (page.previous_page, page.next_page)]
    above = [(*_near(item), _first(item)) for item in page.ancestors]
    file = page.file
    return (
        *_near(page), file.src_uri, file.use_directory_urls, repr(file.inclusion), page.edit_url,
        page.is_homepage, _anchors(page.toc), page.meta, around, above,
    )  # fmt: skip


def _near(item: Any) -> Facts:
    """Write out what pages read of another, or of an entry of the navigation."""
    meta = getattr(item, "meta", None) or {}
    marks = [meta.get(name) for name in ("icon", "status", "subtitle")]
    addresses = [getattr(item, name, None) for name in ("url", "abs_url", "canonical_url")]
    return type(item).__name__, str(item.title), *addresses, *marks, bool(meta)


def _nav(item: Any) -> Facts:
    """Write out an entry of the navigation with all below it, but not what is active."""
    children = [_nav(child) for child in item.children or ()]
    pages = [page.url for page in getattr(item, "pages", None) or ()]
    return (*_near(item), getattr(item, "is_index", False), pages, children)


def _first(item: Any) -> Any:
    """Write out the addresses below an entry that is no page: it leads to the first of them."""
    children = getattr(item, "children", None)
    return _first(children[0]) if children else getattr(item, "url", None)


def _post(post: Any) -> Facts:
    """Write out what templates read of a post."""
    links = post.config.links
    return (
        post.authors,
        [_near(category) for category in post.categories],
        [(name, post.config[name]) for name in post.config if name != "links"],
        [_reference(item) for item in links] if links else None,
    )


def _reference(item: Any) -> Facts:
    return (
        *_near(item),
        getattr(item, "meta", None),
        [_reference(child) for child in item.children or ()],
    )


def _anchors(items: Any) -> list[Facts]:
    return [(item.title, item.id, item.level, _anchors(item.children)) for item in items]


def _links(tag: Any) -> list[tuple[Any, ...]]:
    return [(link.title, link.url) for link in tag.links]
