"""Draw the social cards of a site and keep them, so that an unchanged post is not drawn again."""

from __future__ import annotations

from collections.abc import Callable

from cmflow import cards, frontmatter, urls
from cmflow.catalogue import catalogue
from cmflow.post import Post
from cmflow.site import Site


def card_url(site: Site) -> Callable[[Post], str]:
    """Return the function that names a post's card, relative to the root of the site.

    It answers with nothing where the site draws no cards.
    """
    drawn = site.settings.cmflow.cards.enabled and cards.available()
    return lambda post: f"assets/cards/{post.slug}.png" if drawn else ""


def write_cards(site: Site) -> None:
    """Write the card of every post into the output folder, drawn anew only where it changed."""
    settings = site.settings
    url = card_url(site)
    kept = settings.root / ".cmflow" / "cards"
    for post in site.posts:
        if not url(post):
            return
        card = _card(site, post)
        picture = _picture(site, post)
        cached = kept / f"{cards.key(card, settings.cmflow.cards, picture)}.png"
        if not cached.is_file():
            frontmatter.write(cached, cards.draw(card, settings.cmflow.cards, picture))
        frontmatter.write(settings.site / url(post), cached.read_bytes())


def _card(site: Site, post: Post) -> cards.Card:
    words = catalogue(site.settings.language)
    kicker = post.meta.categories[0] if post.meta.categories else ""
    if post.meta.series and post.meta.episode is not None:
        kicker = words.gettext("{series}, #{episode}").format(
            series=site.series_title(post.meta.series), episode=post.meta.episode
        )
    known = (site.library.authors.get(id_) for id_ in post.meta.authors)
    return cards.Card(
        title=post.title,
        kicker=kicker,
        site=site.settings.site_name,
        authors=tuple(author.name for author in known if author),
    )


def _picture(site: Site, post: Post) -> bytes | None:
    if post.meta.image is None:
        return None
    path = site.settings.docs / urls.asset_path(post.meta.image.src, post.path)
    return path.read_bytes() if path.is_file() else None
