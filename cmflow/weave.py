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
from cmflow.gather import BLOCKS, Spot
from cmflow.mend import mend, point_search
from cmflow.outline import sections
from cmflow.post import Post
from cmflow.site import Site
from cmflow.text import typeset_french_html
from cmflow.urls import join, relative

SLOT = re.compile(r"<!--\s*cmflow:\s*(?P<name>[a-z-]+)(?P<arguments>[^>]*?)\s*-->")
"""A place that a writer chose: `<!-- cmflow: latest-posts count=3 -->`."""

_ARTICLE = re.compile(r'<article class="md-content__inner md-typeset"(?P<rest>[^>]*)>')
_EXCERPT = re.compile(r'<article class="md-post md-post--excerpt">')
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
        self._posts = {site.url(post): post for post in site.posts}
        self._paths = {url: path for path, url in site.made.urls.items()}

    def post(self, url: str) -> Post | None:
        """Return the post at an address below the root of the site."""
        return self._posts.get(url)

    def page(self, html: str, url: str) -> str:
        """Return a page with its data woven in; `url` is its address below the root of the site."""
        path = self._paths.get(url, "")
        if url == _NOT_FOUND:
            url = urljoin(self.site.settings.site_url or "/", url)
            url = urlsplit(url).path
        spot = Spot(url, path, self._posts.get(url), self.site.pages.get(path))
        placed = {match["name"] for match in SLOT.finditer(html)} if _MARK in html else set()
        if spot.post is not None or spot.page is not None:
            html = self._surround(html, spot, placed)
        html = self._excerpts(html, spot)
        if placed:
            html = SLOT.sub(lambda match: self._slot(match, spot), html)
        html = self._head(html, spot)
        html = mend(html, self._blocks.words)
        if searcher := self.site.made.searcher:
            html = point_search(html, searcher)
        if self.site.settings.language == "fr":
            head, mark, body = html.partition("<body")
            html = head + mark + typeset_french_html(body)
        return html

    def _slot(self, match: re.Match[str], spot: Spot) -> str:
        if match["name"] not in BLOCKS:
            return ""
        return self._blocks.render(match["name"], spot, arguments(match["arguments"]))

    def _surround(self, html: str, spot: Spot, placed: set[str]) -> str:
        """Put what belongs above and below the text of a post or page around it."""
        article = _ARTICLE.search(html)
        if article is None:
            return html
        end = html.find("</article>", article.end())
        inner = html[article.end() : end]
        above, below = self._blocks.around(spot, placed)
        inner = self._questions(inner, spot) if spot.post else inner
        heading = _H1.search(inner)
        if heading is None:
            return html
        cut = inner.find("</h1>", heading.end()) + len("</h1>")
        title = _named(heading, "p-name" if spot.post else "")
        text = inner[heading.end() : cut]
        body = inner[cut:]
        if spot.post:
            body = f'<div class="e-content">{body}</div>'
        kind = " h-entry" if spot.post else ""
        opening = f'<article class="md-content__inner md-typeset{kind}"{article["rest"]}>'
        woven = opening + inner[: heading.start()] + title + text + above + body + below
        return html[: article.start()] + woven + html[end:]

    def _questions(self, inner: str, spot: Spot) -> str:
        """Lead from each question of an interview to its answers in all interviews."""
        if spot.post is None or not spot.post.is_interview:
            return inner
        parts: list[str] = []
        at = 0
        for section in sections(inner):
            question = self.site.questions.get(section.id)
            if question is None:
                continue
            parts += [inner[at : section.body], self._blocks.question_link(spot, question)]
            at = section.body
        return "".join([*parts, inner[at:]])

    def _excerpts(self, html: str, spot: Spot) -> str:
        """Give each post in a list its picture."""

        def illustrate(match: re.Match[str]) -> str:
            link = _EXCERPT_LINK.search(html, match.end())
            post = self._linked(link["href"].partition("#")[0], spot) if link else None
            return match[0] + (self._blocks.thumbnail(spot, post) if post else "")

        return _EXCERPT.sub(illustrate, html) if "md-post--excerpt" in html else html

    def _linked(self, href: str, spot: Spot) -> Post | None:
        """Return the post to which a link of the engine leads."""
        url = join(spot.url, href)
        return self._posts.get(url) if relative(url, spot.url) == href else None

    def _head(self, html: str, spot: Spot) -> str:
        head, mark, rest = html.partition("</head>")
        if not mark:
            return html
        addition = self._blocks.head(spot)
        if _META in addition and _META in head:
            head = _DESCRIPTION.sub("", head)
        return head + addition + mark + rest


def _named(heading: re.Match[str], name: str) -> str:
    if not name or "class=" in heading["attributes"]:
        return heading[0]
    return f'<h1 class="{name}"{heading["attributes"]}>'
