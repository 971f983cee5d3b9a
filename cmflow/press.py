"""Draw the social cards of a site and keep them, so that an unchanged post is not drawn again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from cmflow import cards, frontmatter, urls
from cmflow.catalogue import catalogue
from cmflow.post import Post
from cmflow.settings import Cards
from cmflow.site import Site


def card_url(site: Site) -> Callable[[Post], str]:
    """Return the function that names a post's card, relative to the root of the site.

    It answers with nothing where the site draws no cards.
    """
    drawn = site.settings.cmflow.cards.enabled and cards.available()
    return lambda post: f"assets/cards/{post.slug}.png" if drawn else ""


class Drawn(msgspec.Struct, frozen=True):
    """A card: its place below the output folder, and a name for all that it is made of."""

    path: str
    key: str
    card: cards.Card
    colours: Cards
    picture: Path | None
    kept: Path

    def data(self) -> bytes:
        """Return the picture, drawn anew only where it changed."""
        cached = self.kept / f"{self.key}.png"
        if not cached.is_file():
            picture = self.picture.read_bytes() if self.picture else None
            frontmatter.write(cached, cards.draw(self.card, self.colours, picture))
        return cached.read_bytes()


def cards_of(site: Site) -> Iterator[Drawn]:
    """Return the card of every post; none where the site draws no cards."""
    settings = site.settings
    url = card_url(site)
    for post in site.posts:
        if not url(post):
            return
        card, path = _card(site, post), _picture(site, post)
        picture = path.read_bytes() if path else None
        key = cards.key(card, settings.cmflow.cards, picture)
        kept = settings.root / ".cmflow" / "cards"
        yield Drawn(url(post), key, card, settings.cmflow.cards, path, kept)


def _card(site: Site, post: Post) -> cards.Card:
    words = catalogue(site.settings.language)
    kicker = post.meta.categories[0] if post.meta.categories else ""
    if post.meta.series and post.meta.episode is not None:
        kicker = words.gettext("{series}, #{episode}").format(
            series=site.series_title(post.meta.series), episode=post.meta.episode
        )
    known = (site.authors.get(id_) for id_ in post.meta.authors)
    return cards.Card(
        title=post.title,
        kicker=kicker,
        site=site.settings.site_name,
        authors=tuple(author.name for author in known if author),
    )


def _picture(site: Site, post: Post) -> Path | None:
    if post.meta.image is None:
        return None
    path = site.settings.docs / urls.asset_path(post.meta.image.src, post.path)
    return path if path.is_file() else None
