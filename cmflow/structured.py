"""What a page tells search engines of itself: JSON-LD in the words of https://schema.org.

Which properties matter is said at https://developers.google.com/search/docs/appearance/structured-data.
Every address is absolute, every time carries its offset, and what is not known is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from cmflow import conversation, urls
from cmflow.conversation import anchor
from cmflow.outline import plain
from cmflow.post import Author, Event, Guest, Page, Picture, Post, Video
from cmflow.safe import address, clean
from cmflow.settings import Settings
from cmflow.site import Site
from cmflow.thread import Comment

Node = dict[str, object]

_CLOCK = re.compile(r"(?:(\d+):)?(\d+):([0-5]\d)")
_COMMENTS = 50
"""How many answers are described; the page has them all."""


def describe(
    site: Site, url: str, post: Post | None = None, page: Page | None = None, card: str = ""
) -> list[Node]:
    """Describe the page at an address, relative to the root, as JSON-LD graphs.

    `card` is the address of the page's social card. A page of which there is nothing to say yields
    an empty list.
    """
    settings = site.settings
    if url in ("", urls.blog_url(settings)):
        return [_graph(node) for node in _front(site, url, page)]
    if post is not None:
        return [_graph(_post(site, post, card)), _graph(_crumbs(site, post, post.title))]
    if page is not None:
        about = [_event(site, page, page.meta.event, card)] if page.meta.event else []
        return [_graph(node) for node in (*about, _crumbs(site, page, page.title))]
    return [_graph(node) for node in _profile(site, url)]


def _front(site: Site, url: str, page: Page | None) -> list[Node]:
    """Describe the front page of the site, that of the blog, or both where they are one."""
    settings = site.settings
    found: list[Node] = []
    about = {
        "name": settings.site_name,
        "description": settings.site_description,
        "inLanguage": _language(settings),
        "publisher": _publisher(settings),
    }
    if not url:
        found.append(_node("WebSite", url=urls.absolute("", settings), **about))
    if url == urls.blog_url(settings):
        about["name"] = page.title if page and url else settings.site_name
        found.append(_node("Blog", url=urls.absolute(url, settings), **about))
    return found


def _post(site: Site, post: Post, card: str) -> Node:
    settings = site.settings
    meta = post.meta
    here = urls.absolute(site.url(post), settings)
    answers = conversation.answers(site, post)
    return _node(
        "BlogPosting",
        mainEntityOfPage=here,
        url=here,
        headline=post.title,
        description=_description(site, post),
        datePublished=_time(post.published),
        dateModified=_time(post.updated),
        inLanguage=_language(settings),
        author=[_author(site, id_) for id_ in meta.authors if id_ in site.authors],
        publisher=_publisher(settings),
        image=_pictures(settings, meta.image, post.path, card),
        keywords=list(meta.tags),
        articleSection=list(meta.categories),
        about=[_guest(guest, post, settings) for guest in meta.guests],
        isPartOf=_series(site, post),
        position=meta.episode if meta.series else None,
        video=_video(site, post, meta.video) if meta.video else None,
        correction=[
            _node("CorrectionComment", text=said.text, datePublished=said.date.isoformat())
            for said in sorted(meta.corrections, key=lambda said: said.date)
        ],
        commentCount=len(answers) if meta.comments is not False else None,
        comment=[_comment(here, reply.comment) for reply in answers[:_COMMENTS]],
    )


def _comment(here: str, comment: Comment) -> Node:
    """Describe an answer: by its address on this page, and where it was written."""
    return _node(
        "Comment",
        url=f"{here}#{anchor(comment.id)}",
        sameAs=address(comment.url),
        text=plain(clean(comment.text)),
        datePublished=_time(comment.published),
        dateModified=_time(comment.edited) if comment.edited else "",
        author=_node("Person", name=comment.author.name, url=address(comment.author.url)),
    )


def _series(site: Site, post: Post) -> Node | None:
    name = post.meta.series
    if not name:
        return None
    page = site.series_page(name)
    return _node(
        "CreativeWorkSeries",
        name=site.series_title(name),
        url=urls.absolute(site.url(page), site.settings) if page else "",
    )


def _author(site: Site, id_: str) -> Node:
    """Describe a colleague: by the page on this site where there is one, else by the own one."""
    settings = site.settings
    author = site.authors[id_]
    own = address(author.url)
    here = _profile_url(id_, author, settings) if settings.blog.authors_profiles else ""
    return _node(
        "Person",
        name=author.name,
        description=author.description,
        url=urls.absolute(here, settings) if here else own,
        sameAs=own if here else "",
        image=_file(author.avatar, "", settings),
    )


def _guest(guest: Guest, post: Post, settings: Settings) -> Node:
    return _node(
        "Person",
        name=guest.name,
        jobTitle=guest.role,
        worksFor=_node("Organization", name=guest.organisation) if guest.organisation else None,
        description=guest.bio,
        url=address(guest.url),
        image=_file(guest.portrait.src, post.path, settings) if guest.portrait else "",
    )


def _video(site: Site, post: Post, video: Video) -> Node:
    """Describe a video; its key points are clips where the file itself can be entered at a time."""
    settings = site.settings
    poster = video.poster or post.meta.image
    source = _file(video.src, post.path, settings)
    own = not urlsplit(video.src).scheme
    return _node(
        "VideoObject",
        name=video.title,
        description=_description(site, post),
        thumbnailUrl=_file(poster.src, post.path, settings) if poster else "",
        uploadDate=_time(post.published),
        duration=_duration(video.duration),
        contentUrl=source if own else "",
        url="" if own else source,
        hasPart=[
            _node("Clip", name=point.text, startOffset=at, url=f"{source}#t={at}")
            for point in video.points
            if own and (at := _seconds(point.at)) is not None
        ],
    )


def _event(site: Site, page: Page, event: Event, card: str) -> Node:
    settings = site.settings
    here = urls.absolute(site.url(page), settings)
    online = address(event.url)
    mode = "Offline" if event.place else "Online"
    return _node(
        "Event",
        name=page.title,
        description=page.meta.summary or page.meta.description,
        url=here,
        startDate=_time(_aware(event.start, settings)),
        endDate=_time(_aware(event.end, settings)) if event.end else "",
        eventStatus="https://schema.org/EventScheduled",
        eventAttendanceMode=(
            f"https://schema.org/{mode}EventAttendanceMode" if event.place or online else ""
        ),
        location=_location(event, online),
        organizer=_publisher(settings),
        image=_pictures(settings, page.meta.image, page.path, card),
        inLanguage=_language(settings),
    )


def _location(event: Event, online: str) -> Node | None:
    if event.place:
        return _node("Place", name=event.place, address=event.address or event.place)
    return _node("VirtualLocation", url=online) if online else None


def _profile(site: Site, url: str) -> list[Node]:
    """Describe the page that the engine makes of an author."""
    id_ = site.profiles.get(url)
    if id_ is None:
        return []
    here = urls.absolute(url, site.settings)
    return [_node("ProfilePage", url=here, mainEntity=_author(site, id_))]


def _crumbs(site: Site, thing: Post | Page, title: str) -> Node:
    """Describe the way from the front page to here; a post is reached through its category."""
    settings = site.settings
    steps = [(settings.site_name, urls.absolute("", settings))]
    if isinstance(thing, Post) and thing.meta.categories:
        name = thing.meta.categories[0]
        steps.append((name, urls.absolute(urls.category_url(name, settings), settings)))
    steps.append((title, urls.absolute(site.url(thing), settings)))
    return _node(
        "BreadcrumbList",
        itemListElement=[
            _node("ListItem", position=at, name=name, item=item)
            for at, (name, item) in enumerate(steps, 1)
        ],
    )


def _publisher(settings: Settings) -> Node:
    company = settings.cmflow.organisation
    logo = _file(company.logo, "", settings)
    return _node(
        "Organization",
        name=company.name or settings.site_name,
        url=address(company.url) or urls.absolute("", settings),
        logo=_node("ImageObject", url=logo) if logo else None,
        sameAs=[profile for profile in map(address, settings.cmflow.me) if profile],
    )


def _description(site: Site, post: Post) -> str:
    return post.meta.description or post.meta.summary or site.lead(post)


def _pictures(settings: Settings, image: Picture | None, path: str, card: str) -> list[str]:
    found = (
        _file(image.src, path, settings) if image else "",
        urls.absolute(card, settings) if card else "",
    )
    return [url for url in found if url]


def _file(src: str, path: str, settings: Settings) -> str:
    """Return the full address of a file that a Markdown file names; of no foreign scheme."""
    return address(urls.absolute(urls.asset_url(src, path, settings), settings)) if src else ""


def _profile_url(id_: str, author: Author, settings: Settings) -> str:
    return urls.author_url(id_, author.name, author.slug, settings)


def _seconds(clock: str) -> int | None:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _duration(clock: str) -> str:
    """Write `1:02:03` as ISO 8601 does: `PT1H2M3S`."""
    seconds = _seconds(clock)
    if not seconds:
        return ""
    hours, rest = divmod(seconds, 3600)
    parts = zip((hours, *divmod(rest, 60)), "HMS", strict=True)
    return "PT" + "".join(f"{number}{unit}" for number, unit in parts if number)


def _aware(when: dt.datetime, settings: Settings) -> dt.datetime:
    return when if when.tzinfo else when.replace(tzinfo=settings.zone)


def _time(when: dt.datetime) -> str:
    return when.isoformat(timespec="seconds")


def _language(settings: Settings) -> str:
    return settings.locale.replace("_", "-")


def _graph(node: Mapping[str, object]) -> Node:
    return {"@context": "https://schema.org", **node}


def _node(kind: str, **properties: object) -> Node:
    """Make a node; a property without a value is left out, but a nought is one."""
    filled = {name: value for name, value in properties.items() if value not in ("", None, [], {})}
    return {"@type": kind, **filled}
