"""The nouns of what a company writes: posts, interviews, pages, and the parts they are made of.

Their fields are the front matter, key for key; the words under a field go into the JSON Schemas and
the documentation. The first group of a `PostMeta` is that of Material's blog plugin
(https://squidfunk.github.io/mkdocs-material/plugins/blog/#metadata); the second is ours.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Literal

import msgspec


class Intent(enum.Enum):
    """What a post is for. The share of `promo` has a ceiling; the others have none."""

    INFORM = "inform"
    HELP = "help"
    LISTEN = "listen"
    CELEBRATE = "celebrate"
    RECRUIT = "recruit"
    PROMO = "promo"


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An image with the words for those who do not see it."""

    src: str
    """The file, named relative to the file it is named in, as in Markdown."""
    alt: str
    """What the picture shows, for those who do not see it; empty only when it says nothing."""
    credit: str = ""
    """Who made it."""


class Guest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person who is interviewed, and that person's consent and approval."""

    name: str
    """The guest's name, as the guest writes it."""
    role: str = ""
    """What the guest does."""
    organisation: str = ""
    """For whom, or with whom."""
    url: str = ""
    """The guest's own page."""
    portrait: Picture | None = None
    """A picture of the guest."""
    bio: str = ""
    """Two sentences about the guest."""
    consent: dt.date | None = None
    """The day on which the guest agreed to be interviewed and published."""
    approved: dt.date | None = None
    """The day on which the guest approved the text."""


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was wrong in a published text, said with its date."""

    date: dt.date
    """The day of the correction."""
    text: str
    """What was wrong, and what is right."""


class KeyPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment of a video worth finding again."""

    at: str
    """Where in the video, in minutes and seconds and in quotes: "1:30"."""
    text: str
    """What is said there, in a few words."""
    who: str = ""
    """Who says it."""


class Video(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A video that loads on a click."""

    src: str
    """A video file of the site, or the page of the video on its platform."""
    title: str
    """What the video is called."""
    poster: Picture | None = None
    """The picture shown before the click."""
    duration: str = ""
    """How long it lasts, in quotes: "12:30"."""
    captions: str = ""
    """A WebVTT file with what is said; it also becomes the transcript."""
    points: tuple[KeyPoint, ...] = ()
    """The moments worth finding again."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meeting at a place and a time."""

    start: dt.datetime
    """When it begins, with its offset: 2026-10-06T18:00:00+02:00."""
    end: dt.datetime | None = None
    """When it ends, with its offset."""
    place: str = ""
    """The name of the place, or the word online."""
    address: str = ""
    """The postal address."""
    url: str = ""
    """Where one signs up or takes part."""


class Dates(msgspec.Struct, frozen=True):
    """When a post appeared and was last changed, as written: a day, or a time with its offset."""

    created: dt.datetime | dt.date
    """The first publication: a day, or a time with its offset."""
    updated: dt.datetime | dt.date | None = None
    """The last change that a reader should know of."""


class NoteMeta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the author says of a post on one channel, in that channel's own voice."""

    text: str = ""
    """The text of the note; the link is added where it is not in it."""
    parts: tuple[str, ...] = ()
    """The texts of a thread instead, broken where the author breaks it."""
    warning: str = ""
    """A content warning, shown before the text; for Mastodon."""
    language: str = ""
    """The language of the text, like fr or en, where it is not the channel's."""
    pictures: tuple[Picture, ...] = ()
    """The pictures of the note, in place of the main one; each with its words."""
    at: dt.datetime | None = None
    """Not before this time, with its offset: 2026-10-06T18:00:00+02:00."""


class PostMeta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The front matter of a post, decoded."""

    date: Dates
    """When the post appears: a day, or a time with its offset."""
    title: str = ""
    """The title. Put it in quotes: it may hold a colon."""
    slug: str = ""
    """The last part of the address, for ever: small ASCII letters, digits and hyphens."""
    authors: tuple[str, ...] = ()
    """Who signs: ids from .authors.yml."""
    categories: tuple[str, ...] = ()
    """The columns of the blog this belongs to."""
    tags: tuple[str, ...] = ()
    """Words that join this post to others."""
    draft: bool | None = None
    """true while it must not be published."""
    pin: bool = False
    """true keeps it at the top of the blog."""
    links: object = None
    """Pages named beside the post."""
    readtime: int | None = None
    """Minutes of reading, where the count is wrong."""
    description: str = ""
    """The sentence for search engines; by default the summary."""
    subtitle: str = ""
    """A shorter line for the navigation."""
    icon: str = ""
    """An icon for the navigation."""
    status: str = ""
    """new or deprecated, shown in the navigation."""
    template: str = ""
    """Another template of the theme."""
    hide: tuple[str, ...] = ()
    """Parts of the page to leave out: navigation, toc, footer."""
    search: object = None
    """How search treats the page."""
    comments: bool | Literal["closed"] | None = None
    """closed shows the conversation under the post and asks for no more; false hides it."""

    summary: str = ""
    """One or two sentences: shown in lists, feeds and on networks."""
    image: Picture | None = None
    """The main picture."""
    series: str = ""
    """The id of a series from the settings."""
    episode: int | None = None
    """The number in its series; the first is 0."""
    guests: tuple[Guest, ...] = ()
    """Who is interviewed. A post with guests is an interview."""
    persona: str = ""
    """Whom it is for: the name of a file of plan/personas, without .md."""
    objective: str = ""
    """What it helps to reach: an id from the settings."""
    intent: Intent | None = None
    """What it is for."""
    approved: dt.date | None = None
    """The day on which the post was approved."""
    corrections: tuple[Correction, ...] = ()
    """What was wrong and has been put right, with the day."""
    video: Video | None = None
    """A video that loads when the reader clicks."""
    question: str = ""
    """A question to the readers, at the end of the post."""
    aliases: tuple[str, ...] = ()
    """Former addresses that lead here, relative to the root of the site."""
    notes: dict[str, NoteMeta | Literal[False]] = {}
    """What to say of it on each channel, by the channel's id; false says nothing there."""


class Post(msgspec.Struct, frozen=True):
    """A Markdown file under `posts/`. `slug` is its identity, everywhere and for ever.

    `path` is relative to `docs_dir`, with slashes. `published` and `updated` are aware times in the
    site's zone; a day without a time begins at midnight there.
    """

    path: str
    slug: str
    title: str
    published: dt.datetime
    updated: dt.datetime
    meta: PostMeta

    @property
    def is_interview(self) -> bool:
        """An interview is a post with guests."""
        return bool(self.meta.guests)


class PageMeta(msgspec.Struct, frozen=True):
    """What we read of a page's front matter; a page may carry any other key."""

    title: str = ""
    """The title."""
    summary: str = ""
    """One or two sentences: shown in lists and on networks."""
    description: str = ""
    """The sentence for search engines; by default the summary."""
    image: Picture | None = None
    """The main picture."""
    event: Event | None = None
    """The meeting that this page announces."""
    aliases: tuple[str, ...] = ()
    """Former addresses that lead here, relative to the root of the site."""


class Page(msgspec.Struct, frozen=True):
    """A Markdown file of the site that is no post. `path` is relative to `docs_dir`."""

    path: str
    title: str
    meta: PageMeta


class Author(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A colleague who signs posts: an entry of Material's `.authors.yml`.

    See https://squidfunk.github.io/mkdocs-material/setup/setting-up-a-blog/#adding-authors.
    """

    name: str
    """The name, as it is signed."""
    description: str
    """What this person does in the company."""
    avatar: str
    """A portrait: a file of the site."""
    slug: str = ""
    """The last part of the address of the author's page."""
    url: str = ""
    """A page of the author's own."""


class Persona(msgspec.Struct, frozen=True):
    """Somebody a post is for: a file of `content/plan/personas`."""

    id: str
    name: str
    review: dt.date | None = None
