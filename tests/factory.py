"""Small sites in memory, for tests of what is made from a site: no file is read or written."""

import datetime as dt
from pathlib import Path

import msgspec

from cmflow import comment_feeds, feeds, urls
from cmflow.frontmatter import Source
from cmflow.library import Library
from cmflow.post import Author, Dates, Event, Page, PageMeta, Post, PostMeta
from cmflow.settings import Blog, Cmflow, Organisation, Series, Settings
from cmflow.site import Site
from cmflow.written import Made

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)

LEA = Author(name="Léa Kervella", description="Maître voilière", avatar="assets/lea.png")
YANN = Author(
    name="Yann", description="Couture", avatar="", slug="yann-le-goff", url="https://yann.example/"
)


def settings(**changes):
    """Return the settings of a French blog.

    A key that is none of `Settings` is one of `Cmflow`: `settings(feeds=Feeds(entries=2))`.
    """
    base = Settings(
        config=Path("/blog/mkdocs.yml"),
        docs=Path("/blog/content/blog"),
        site=Path("/blog/site"),
        theme=None,
        site_name="Les Ateliers",
        site_url="https://ateliers.example/journal/",
        site_description="Le journal de l’atelier",
        locale="fr",
        directory_urls=True,
        cmflow=Cmflow(
            timezone="Europe/Paris",
            organisation=Organisation(
                "Ateliers SARL", "https://ateliers.example", "assets/logo.png"
            ),
            series={"quatre-mots": Series("Quatre mots", "Quatre mots, une personne.")},
        ),
        blog=Blog(blog_dir=".", post_url_format="articles/{slug}", authors_profiles=True),
        plugins=("search", "blog", "tags", "cmflow"),
        extensions=(),
    )
    own = {key: value for key, value in changes.items() if key in base.__struct_fields__}
    inner = {key: value for key, value in changes.items() if key not in own}
    cmflow = msgspec.structs.replace(own.pop("cmflow", base.cmflow), **inner)
    return msgspec.structs.replace(base, cmflow=cmflow, **own)


def post(slug="une-voile", *, title="", day="2026-10-06", updated="", folder="posts", **meta):
    """Return a post of a day, at nine in Paris; `meta` holds keys of the front matter."""
    title = title or slug.replace("-", " ").capitalize()
    published = _nine(day)
    changed = _nine(updated or day)
    dates = Dates(published, changed if updated else None)
    return Post(
        path=f"{folder}/{slug}.md",
        slug=slug,
        title=title,
        published=published,
        updated=changed,
        meta=PostMeta(date=dates, title=title, slug=slug, **meta),
    )


def page(path="contact.md", *, title="Contact", **meta):
    """Return a page that is no post."""
    return Page(path, title, PageMeta(title=title, **meta))


def event(start="2026-12-05T10:00:00+01:00", end="2026-12-05T18:00:00+01:00", **about):
    """Return an event of a page."""
    moments = [dt.datetime.fromisoformat(moment) if moment else None for moment in (start, end)]
    return Event(*moments, **about)


def site(
    posts=(),
    *,
    pages=(),
    contents=None,
    bodies=None,
    authors=None,
    back=None,
    threads=None,
    **changes,
):
    """Return a site of posts and pages; `changes` are those of `settings`, `back` what came back.

    `contents` maps slugs to rendered HTML, `bodies` the paths of pages to their Markdown; every
    post and page has been made.
    """
    made = settings(**changes)
    ordered = tuple(sorted(posts, key=lambda post: (post.published, post.path), reverse=True))
    contents = contents or {}
    library = Library(
        posts=ordered,
        pages=tuple(pages),
        authors={"lea": LEA, "yann": YANN} if authors is None else authors,
        personas={},
        sources={path: Source(path, body, {}, body, 1) for path, body in (bodies or {}).items()},
        findings=(),
    )
    addresses = {post.path: urls.post_url(post, made) for post in ordered}
    addresses |= {page.path: urls.page_url(page.path, made) for page in pages}
    texts = {post.path: contents.get(post.slug, f"<p>{post.slug}</p>") for post in ordered}
    back = {"threads": threads} | (back or {})
    return Site(made, library, Made(addresses, texts), now=NOW, **back)


def atom(feed, made):
    """Return a feed, of posts or of answers, as Atom."""
    return written(feed, made)[f"{feed.path}.xml"]


def json_feed(feed, made):
    """Return a feed, of posts or of answers, as JSON Feed."""
    return written(feed, made)[f"{feed.path}.json"]


def written(feed, made):
    """Return the files of a feed by their paths."""
    return dict((feeds if isinstance(feed, feeds.Feed) else comment_feeds).files(feed, made))


def answers(made):
    """Return the feed of all answers and those of the posts, where there are some."""
    found = (comment_feeds.of_post(made, post) for post in made.posts)
    return tuple(filter(None, (comment_feeds.of_site(made), *found)))


def _nine(day):
    return dt.datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=settings().zone)
