"""What a page tells machines of itself: search engines, networks, feed readers."""

from __future__ import annotations

from cmflow import comment_feeds, conversation, feeds, structured, urls
from cmflow.comment_feeds import CommentFeed
from cmflow.feed_parts import feed_url
from cmflow.feeds import WHOLE, Feed, front
from cmflow.gather import Context, Facts, Spot


def head_of(facts: Facts, spot: Spot) -> Context:
    """Gather what belongs into the head of a page."""
    thing = spot.post or spot.page
    card = facts.card(spot.post) if spot.post else ""
    picture = thing.meta.image if thing else None
    image = {"url": card, "alt": thing.title} if card and thing else None
    if image is None and picture is not None:
        source = urls.asset_url(picture.src, spot.path, facts.site.settings)
        image = {"url": source, "alt": picture.alt}
    description = thing.meta.description or thing.meta.summary if thing else ""
    if spot.post and not description:
        description = facts.site.lead(spot.post)
    series = spot.post.meta.series if spot.post else ""
    series_home = facts.site.series_page(series)
    homes = {spot.url, facts.site.url(series_home) if series_home else spot.url}
    return {
        "assets": facts.assets,
        "title": thing.title if thing else "",
        "description": description,
        "image": image,
        "feeds": [
            {
                "title": feed.title,
                "atom": feed_url(feed.path, ".xml"),
                "json": feed_url(feed.path, ".json"),
            }
            for feed in _feeds(facts, spot, homes)
        ],
        "endpoints": conversation.endpoints(facts.site, spot.post) if spot.post else (),
        "graphs": structured.describe(facts.site, spot.url, spot.post, spot.page, card),
    }


def _feeds(facts: Facts, spot: Spot, homes: set[str]) -> list[Feed | CommentFeed]:
    """Return the feed of the site, then those that belong to a page."""
    blog = urls.blog_url(facts.site.settings)
    if spot.post and homes == {spot.url} != {blog}:
        # No list of posts is at the address of a post: the others need not be known.
        found = [front(facts.site.settings)]
    else:
        found = [feed for home in sorted({blog, *homes}) for feed in feeds.at(home, facts.site)]
    shown: list[Feed | CommentFeed] = [feed for feed in found if feed.path == WHOLE]
    shown += [feed for feed in found if feed.path != WHOLE and feed.home in homes]
    of_page = comment_feeds.of_post(facts.site, spot.post) if spot.post else None
    of_blog = facts.answers if blog in homes else None
    return shown + [feed for feed in (of_blog, of_page) if feed]
