"""Put what is data into a finished page: slots, the parts around a post, and the head.

The engine has rendered the prose; this room only inserts what our own templates made, with
autoescape on, so no stranger's text passes through Markdown or through a template. It works on the
HTML of any engine whose pages are built like Material's.
"""

from __future__ import annotations

import re
import shlex
from urllib.parse import urljoin, urlsplit

from cmflow.blocks import Blocks
from cmflow.cuts import Cuts
from cmflow.gather import BLOCKS, Spot
from cmflow.mend import mend_body, mend_head, point_search
from cmflow.outline import sections
from cmflow.post import Page, Post
from cmflow.site import Site
from cmflow.text import typeset_french_html
from cmflow.urls import join, relative

SLOT = re.compile(r"<!--\s*cmflow:\s*(?P<name>[a-z-]+)(?P<arguments>[^>]*?)\s*-->")
"""A place that a writer chose: `<!-- cmflow: latest-posts count=3 -->`."""

_ARTICLE = '<article class="md-content__inner md-typeset"'
_EXCERPT = '<article class="md-post md-post--excerpt">'
_EXCERPT_LINK = re.compile(r'<h[12][^>]*><a class="toclink" href="(?P<href>[^"]*)"')
_DESCRIPTION = re.compile(r'\s*<meta name="description" content="[^"]*">')
_META = '<meta name="description"'
_MARK = "cmflow:"
_NOT_FOUND = "404.html"
"""The page that a host shows in the place of any that is not there."""

_H1 = re.compile(r"<h1\b(?P<attributes>[^>]*)>")


def arguments(text: str) -> dict[str, str]:
    """Read what follows a slot's name: `count=3 title="Les plus lus"`; nonsense is left out."""
    try:
        words = shlex.split(text)
    except ValueError:
        return {}
    pairs = (word.partition("=") for word in words)
    return {key: value for key, mark, value in pairs if mark}


class Weaver:
    """Weaves the pages of one site; `page` is a pure function of the page's HTML."""

    def __init__(self, site: Site, blocks: Blocks) -> None:
        self.site = site
        self._blocks = blocks

    def post(self, url: str) -> Post | None:
        """Return the post at an address below the root of the site."""
        found = self.site.thing(self.site.place(url))
        return found if isinstance(found, Post) else None

    def page(self, html: str, url: str) -> str:
        """Return a page with its data woven in; `url` is its address below the root of the site."""
        path = self.site.place(url)
        thing = self.site.thing(path)
        if url == _NOT_FOUND:
            url = urljoin(self.site.settings.site_url or "/", url)
            url = urlsplit(url).path
        spot = Spot(
            url,
            path,
            thing if isinstance(thing, Post) else None,
            thing if isinstance(thing, Page) else None,
        )
        page = Cuts(html)
        head = max(html.find("</head>"), 0)
        slots = list(SLOT.finditer(html, head)) if _MARK in html else []
        if spot.post is not None or spot.page is not None:
            self._surround(page, head, spot, {slot["name"] for slot in slots})
        self._excerpts(page, head, spot)
        for slot in slots:
            page.put(*slot.span(), self._slot(slot, spot))
        if head:
            page.put(0, head, self._head(html[:head], spot))
        mend_body(page, head, self._blocks.words)
        if searcher := self.site.searcher:
            point_search(page, searcher)
        html = page.done()
        return _typeset(html) if self.site.settings.language == "fr" else html

    def _slot(self, match: re.Match[str], spot: Spot) -> str:
        if match["name"] not in BLOCKS:
            return ""
        return self._blocks.render(match["name"], spot, arguments(match["arguments"]))

    def _surround(self, page: Cuts, start: int, spot: Spot, placed: set[str]) -> None:
        """Put what belongs above and below the text of a post or page around it."""
        html = page.text
        opening = html.find(_ARTICLE, start)
        if opening < 0:
            return
        inner = html.find(">", opening) + 1
        end = html.find("</article>", inner)
        above, below = self._blocks.around(spot, placed)
        heading = _H1.search(html, inner, end)
        if heading is None:
            return
        text = html.find("</h1>", heading.end(), end) + len("</h1>")
        if spot.post:
            page.insert(opening + len(_ARTICLE) - 1, " h-entry")
            if "class=" not in heading["attributes"]:
                page.insert(heading.start("attributes"), ' class="p-name"')
            page.insert(text, f'{above}<div class="e-content">')
            self._questions(page, inner, end, spot)
            page.insert(end, f"</div>{below}")
        else:
            page.insert(text, above)
            page.insert(end, below)

    def _questions(self, page: Cuts, start: int, end: int, spot: Spot) -> None:
        """Lead from each question of an interview to its answers in all interviews."""
        if spot.post is None or not spot.post.is_interview:
            return
        for section in sections(page.text[start:end]):
            question = self.site.question(section.id)
            if question is not None:
                page.insert(start + section.body, self._blocks.question_link(spot, question))

    def _excerpts(self, page: Cuts, start: int, spot: Spot) -> None:
        """Give each post in a list its picture."""
        at = page.text.find(_EXCERPT, start)
        while at >= 0:
            at += len(_EXCERPT)
            link = _EXCERPT_LINK.search(page.text, at)
            post = self._linked(link["href"].partition("#")[0], spot) if link else None
            if post:
                page.insert(at, self._blocks.thumbnail(spot, post))
            at = page.text.find(_EXCERPT, at)

    def _linked(self, href: str, spot: Spot) -> Post | None:
        """Return the post to which a link of the engine leads."""
        url = join(spot.url, href)
        return self.post(url) if relative(url, spot.url) == href else None

    def _head(self, head: str, spot: Spot) -> str:
        addition = self._blocks.head(spot)
        if _META in addition and _META in head:
            head = _DESCRIPTION.sub("", head)
        return mend_head(head, addition)


def _typeset(html: str) -> str:
    """Set French spaces in what is seen of a page."""
    before, mark, body = html.partition("<body")
    return before + mark + typeset_french_html(body)
