"""The settings of a site: `mkdocs.yml`, and in it the block `plugins: - cmflow:`, as frozen types.

The words under a field of ours go into the JSON Schema and the documentation.
"""

from __future__ import annotations

import functools
import zoneinfo
from pathlib import Path

import msgspec

from cmflow.channel import Channel, Storage
from cmflow.source import Comments, Source


class Series(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A series of posts under one name; its id is the key under `series:`."""

    title: str
    """The name of the series."""
    summary: str = ""
    """One or two sentences about it."""


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The company that speaks."""

    name: str = ""
    """The name of the company."""
    url: str = ""
    """The company's own site."""
    logo: str = ""
    """Its logo: a file below docs_dir."""


class Feeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The feeds of the site and of its lists."""

    entries: int = 20
    """How many of the newest posts a feed carries, in full."""


class Cards(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The pictures that networks show beside a link; colours are written `#12263f`."""

    enabled: bool = True
    """Whether a picture is drawn for each post, for networks to show beside a link."""
    background: str = "#12263f"
    """The colour behind the text, like #12263f."""
    text: str = "#ffffff"
    """The colour of the text."""
    accent: str = "#d6402b"
    """The colour of the mark."""


class Related(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The posts that are named under a post."""

    count: int = 3
    """How many related posts stand under a post."""


class Cmflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The block `plugins: - cmflow:` of `mkdocs.yml`."""

    timezone: str = "UTC"
    """The zone in which the company lives, by its IANA name: Europe/Paris."""
    language: str = ""
    """The language of the words that cmflow writes, fr or en; by default the theme's."""
    organisation: Organisation = Organisation()
    """The company that speaks."""
    series: dict[str, Series] = {}
    """The series of posts, by id: the key is what a post names."""
    objectives: dict[str, str] = {}
    """What the blog should reach, by id, each in one sentence."""
    me: tuple[str, ...] = ()
    """The company's profiles elsewhere; they confirm each other (rel=me)."""
    newsletter: str = ""
    """The address of the page where readers subscribe."""
    feeds: Feeds = Feeds()
    """The feeds."""
    cards: Cards = Cards()
    """The pictures that networks show beside a link."""
    related: Related = Related()
    """The related posts under a post."""
    channels: dict[str, Channel] = {}
    """The accounts on networks, by id: the key is what a post's notes name."""
    ledger: Storage = Storage()
    """Where the receipts are kept, and what came back."""
    sources: dict[str, Source] = {}
    """Where answers come from besides the channels, by id."""
    comments: Comments = Comments()
    """How the conversation is moderated and shown."""
    promo_ceiling: float = 0.2
    """The largest share of promo among the last thirty posts: 0.2 is one in five."""


class Blog(msgspec.Struct, frozen=True):
    """What we read of Material's `blog` plugin, with its own defaults.

    See https://squidfunk.github.io/mkdocs-material/plugins/blog/.
    """

    blog_dir: str = "blog"
    post_dir: str = "{blog}/posts"
    post_url_date_format: str = "yyyy/MM/dd"
    post_url_format: str = "{date}/{slug}"
    post_url_max_categories: int = 1
    post_excerpt_separator: str = "<!-- more -->"
    categories_allowed: tuple[str, ...] = ()
    categories_url_format: str = "category/{slug}"
    authors_file: str = "{blog}/.authors.yml"
    authors_profiles: bool = False
    authors_profiles_url_format: str = "author/{slug}"
    draft: bool = False
    draft_if_future_date: bool = False


class Settings(msgspec.Struct, frozen=True, dict=True):
    """Everything that `mkdocs.yml` says and cmflow uses. Paths are absolute.

    `config` is the path of `mkdocs.yml`; its folder is the root to which findings are relative.
    `locale` is the language of the site as the theme has it.
    """

    config: Path
    docs: Path
    site: Path
    theme: Path | None
    site_name: str
    site_url: str
    site_description: str
    locale: str
    directory_urls: bool
    cmflow: Cmflow
    blog: Blog
    plugins: tuple[str, ...]
    extensions: tuple[str, ...]
    digest: bytes = b""
    """Of all that `mkdocs.yml` says, what it inherits and takes from the environment included."""

    @property
    def root(self) -> Path:
        """The folder of `mkdocs.yml`."""
        return self.config.parent

    @property
    def content(self) -> Path:
        """The folder in which the rooms `blog`, `plan` and `community` lie side by side."""
        return self.docs.parent

    @property
    def plan(self) -> Path:
        """What the company intends: never published."""
        return self.content / "plan"

    @property
    def community(self) -> Path:
        """What came back: never published as files."""
        return self.content / "community"

    @functools.cached_property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which wall-clock times are meant."""
        return zoneinfo.ZoneInfo(self.cmflow.timezone)

    @functools.cached_property
    def language(self) -> str:
        """The language of the words that cmflow writes: `fr`, or `en` for every other site."""
        chosen = self.cmflow.language or self.locale
        return "fr" if chosen.lower().split("-")[0].split("_")[0] == "fr" else "en"

    @functools.cached_property
    def posts(self) -> str:
        """The folder of the posts, relative to `docs_dir`, with slashes."""
        return _clean(self.blog.post_dir.format(blog=self.blog.blog_dir))

    @property
    def authors(self) -> str:
        """The file of the authors, relative to `docs_dir`, with slashes."""
        return _clean(self.blog.authors_file.format(blog=self.blog.blog_dir))

    def below_root(self, path: Path) -> str:
        """Write a path as findings do: relative to the root where it is below it, with slashes."""
        return (
            path.relative_to(self.root).as_posix()
            if path.is_relative_to(self.root)
            else path.as_posix()
        )


def _clean(path: str) -> str:
    return Path(path).as_posix().removeprefix("./")
