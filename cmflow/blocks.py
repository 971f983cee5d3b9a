"""The parts that are woven into pages, rendered by our templates or by a site's own.

A site overrides a template by a file of the same name below `theme/cmflow/`. Every template gets
the nouns themselves and a few helpers (`link`, `asset`, `day`, `block`); autoescape is on.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from cmflow import stencil
from cmflow.catalogue import Catalogue
from cmflow.filters import filters
from cmflow.gather import BLOCKS, Arguments, Context, Facts, Spot
from cmflow.helpers import Helpers
from cmflow.larder import Larder
from cmflow.page_head import head_of
from cmflow.post import Page, Post

TEMPLATES = Path(__file__).parent / "templates"
OWN = "cmflow"
"""The folder, below a site's theme, of templates that come before ours."""


class Blocks:
    """Renders the parts of one site's pages."""

    def __init__(self, facts: Facts, words: Catalogue, larder: Larder | None = None) -> None:
        self.words = words
        self._facts = facts
        self._site = facts.site
        theme = facts.site.settings.theme
        self._environment = environment(theme, words, larder)
        self._own = theme is not None and any((theme / OWN).glob("*.html"))
        self._last: tuple[Spot | None, dict[frozenset[str], Context]] = (None, {})

    def render(self, name: str, spot: Spot, arguments: Arguments | None = None) -> str:
        """Render one block at a spot; empty where there is nothing to show."""
        context = BLOCKS[name](self._facts, spot, arguments or {})
        return "" if context is None else self._template(f"{name}.html", spot, context)

    def around(self, spot: Spot, placed: set[str]) -> tuple[str, str]:
        """Render what stands above and below a text, without the blocks that the writer placed."""
        kind = _kind(spot)
        context = {"placed": placed}
        return (
            self._template(f"{kind}-above.html", spot, context),
            self._template(f"{kind}-below.html", spot, context),
        )

    def head(self, spot: Spot) -> str:
        """Render what belongs into `<head>`: description, card, feeds, structured data."""
        return self._template("head.html", spot, head_of(self._facts, spot))

    def thumbnail(self, spot: Spot, post: Post) -> str:
        """Render the picture of a post in a list of posts."""
        return self._template("thumbnail.html", spot, {"of": post})

    def question_link(self, spot: Spot, question: Page) -> str:
        """Render the way from one question to its answers in all interviews."""
        return self._template("question-link.html", spot, {"question": question})

    def _template(self, name: str, spot: Spot, context: Context) -> str:
        if self._own:
            self._site.trace.note("facts")  # a site's own may ask for anything
        return self._environment.fill(name, self._shared(spot, context.get("placed", ())) | context)

    def _shared(self, spot: Spot, placed: Collection[str]) -> Context:
        """Gather what every part of a page is given; a page has a dozen parts."""
        if self._last[0] is not spot:
            self._last = (spot, {})
        key = frozenset(placed)
        found = self._last[1].get(key)
        if found is None:
            found = self._last[1][key] = self._names(spot, placed)
        return found

    def _names(self, spot: Spot, placed: Collection[str]) -> Context:
        helpers = Helpers(
            self._site,
            spot.url,
            spot.path,
            lambda block, arguments: self.render(block, spot, arguments),
            placed,
        )
        return {
            **self._environment.globals,
            "site": self._site,
            "settings": self._site.settings,
            "spot": spot,
            "post": spot.post,
            "day": self.words.day,
            "moment": self.words.moment,
            **helpers.names,
        }


def environment(
    theme: Path | None, words: Catalogue, larder: Larder | None = None
) -> stencil.Environment:
    """Make the environment of the woven templates: a site's own come before ours."""
    folders = [theme / OWN] if theme else []
    compiled = stencil.Compiled(larder) if larder else None
    made = stencil.Environment(words, *folders, TEMPLATES, compiled=compiled)
    made.filters.update(filters(words))
    return made


def _kind(spot: Spot) -> str:
    if spot.post is not None:
        return "post"
    return "event" if spot.page and spot.page.meta.event else "page"
