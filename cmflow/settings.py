"""The settings of a site: `mkdocs.yml`, and in it the block `plugins: - cmflow:`, as frozen types.

The words under a field of ours go into the JSON Schema and the documentation.
"""

from __future__ import annotations

import zoneinfo
from pathlib import Path
from typing import Any

import msgspec
import yaml
import yaml_env_tag
from mkdocs.exceptions import ConfigurationError
from mkdocs.utils.yaml import yaml_load

from cmflow.decode import Problem, decode
from cmflow.errors import Finding, failure, say
from cmflow.frontmatter import line_in


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


class Settings(msgspec.Struct, frozen=True):
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

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The zone in which wall-clock times are meant."""
        return zoneinfo.ZoneInfo(self.cmflow.timezone)

    @property
    def language(self) -> str:
        """The language of the words that cmflow writes: `fr`, or `en` for every other site."""
        chosen = self.cmflow.language or self.locale
        return "fr" if chosen.lower().split("-")[0].split("_")[0] == "fr" else "en"

    @property
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


def find(start: Path) -> Path:
    """Find `mkdocs.yml` in a folder or in one above it."""
    for folder in (start, *start.parents):
        for name in ("mkdocs.yml", "mkdocs.yaml"):
            if (folder / name).is_file():
                return folder / name
    raise failure(
        start.as_posix(),
        say("There is no mkdocs.yml here or above."),
        say("Go into your site's folder, or begin one with: cmflow init my-blog"),
    )


def load(config: Path) -> tuple[Settings, tuple[Finding, ...]]:
    """Read `mkdocs.yml`; returns the settings and what is wrong with them.

    A wrong key keeps its default so that the rest can be checked. A file that is no YAML, or that
    is not there, raises `CmflowError`.
    """
    data = _read(config)
    plugins = _plugins(data.get("plugins"))
    cmflow, problems = decode(plugins.get("cmflow") or {}, Cmflow)
    findings = [_finding(config, problem, "cmflow") for problem in problems]
    blog, problems = decode(plugins.get("blog") or {}, Blog)
    findings += [_finding(config, problem, "blog") for problem in problems]
    settings = _settings(config, data, tuple(plugins), cmflow or Cmflow(), blog or Blog())
    findings += [*_no_texts(config, data), *_unusable(settings)]
    settings = msgspec.structs.replace(settings, blog=_usable(settings.blog))
    if settings.cmflow.timezone not in zoneinfo.available_timezones():
        findings.append(
            Finding(
                "settings",
                config.name,
                line_of(config.read_text("utf-8-sig"), ("timezone",), "cmflow"),
                say("The timezone “{zone}” is unknown.", zone=settings.cmflow.timezone),
                say("Write an IANA name, like Europe/Paris."),
            )
        )
        fallback = msgspec.structs.replace(settings.cmflow, timezone="UTC")
        settings = msgspec.structs.replace(settings, cmflow=fallback)
    return settings, tuple(findings)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads what MkDocs reads, but runs nothing: a Python tag stays a name."""


_Loader.add_constructor("!ENV", yaml_env_tag.construct_env_tag)
_Loader.add_multi_constructor("", lambda _loader, suffix, _node: suffix)


def _read(config: Path) -> dict[str, Any]:
    remedy = say("Correct the line; every key is written “key: value”, indented with spaces.")
    try:
        config.read_bytes().decode("utf-8-sig")  # MkDocs would name a wrong byte without its line
        with config.open("rb") as file:
            data = yaml_load(file, _Loader)
    except FileNotFoundError:
        raise failure(
            config.as_posix(),
            say("There is no such file."),
            say("Begin a site with: cmflow init my-blog"),
        ) from None
    except ConfigurationError as error:
        cause = error.__context__
        mark = cause.problem_mark if isinstance(cause, yaml.MarkedYAMLError) else None
        words = cause.problem if isinstance(cause, yaml.MarkedYAMLError) else str(error)
        raise failure(
            config.name,
            say("The settings cannot be read: {words}.", words=words),
            remedy,
            line=mark.line + 1 if mark else 0,
        ) from None
    except OSError as error:
        raise failure(
            config.name,
            say("The file cannot be read: {words}.", words=error.strerror or str(error)),
            say("Look at its permissions."),
        ) from None
    except UnicodeDecodeError as error:
        raise failure(
            config.name,
            say(
                "The file is not UTF-8: byte {byte} cannot be read.",
                byte=hex(error.object[error.start]),
            ),
            say("Save it again in your editor with the encoding UTF-8."),
            line=error.object.count(b"\n", 0, error.start) + 1,
        ) from None
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError, TypeError) as error:
        raise failure(
            config.name, say("The settings cannot be read: {words}.", words=str(error)), remedy
        ) from None
    if not isinstance(data, dict):
        raise failure(config.name, say("The settings are not a list of keys."), remedy)
    return data


def _plugins(listed: Any) -> dict[str, Any]:
    """Bring the two ways in which MkDocs lists plugins or extensions into one: name → options."""
    found: dict[str, Any] = {}
    if isinstance(listed, dict):
        found.update(listed)
    elif isinstance(listed, list):
        for item in listed:
            found.update(item if isinstance(item, dict) else {str(item): {}})
    # "material/blog" is the same plugin under its full name.
    return {str(key).removeprefix("material/"): value for key, value in found.items()}


def _settings(
    config: Path, data: dict[str, Any], plugins: tuple[str, ...], cmflow: Cmflow, blog: Blog
) -> Settings:
    theme = data.get("theme")
    theme = theme if isinstance(theme, dict) else {}
    custom = theme.get("custom_dir")
    return Settings(
        config=config,
        docs=config.parent / _text(data, "docs_dir", "docs"),
        site=config.parent / _text(data, "site_dir", "site"),
        theme=config.parent / str(custom) if custom else None,
        site_name=_text(data, "site_name"),
        site_url=_text(data, "site_url"),
        site_description=_text(data, "site_description"),
        locale=str(theme.get("language") or "en"),
        directory_urls=bool(data.get("use_directory_urls", True)),
        cmflow=cmflow,
        blog=blog,
        plugins=plugins,
        extensions=tuple(_plugins(data.get("markdown_extensions"))),
    )


_TEXTS = ("site_name", "site_url", "site_description", "docs_dir", "site_dir")
"""The keys of MkDocs itself that we read as texts."""


def _no_texts(config: Path, data: dict[str, Any]) -> list[Finding]:
    return [
        Finding(
            "settings",
            config.name,
            line_in(config.read_text("utf-8-sig"), key),
            say("“{key}” must be a text.", key=key),
            say("Put the value in quotes."),
        )
        for key in _TEXTS
        if not isinstance(data.get(key, ""), str | None)
    ]


def _text(data: dict[str, Any], key: str, default: str = "") -> str:
    value = data.get(key)
    return value if isinstance(value, str) and value else default


_PARTS = {
    "post_dir": {"blog": "blog"},
    "authors_file": {"blog": "blog"},
    "post_url_format": {"categories": "c", "date": "2026", "file": "f", "slug": "s"},
    "categories_url_format": {"slug": "s"},
    "authors_profiles_url_format": {"slug": "s", "name": "n"},
}
"""What each pattern of the blog plugin may contain in braces."""


def _fits(pattern: str, parts: dict[str, str]) -> bool:
    try:
        return bool(pattern.format(**parts))
    except (ValueError, LookupError, AttributeError):
        return False


def _unusable(settings: Settings) -> list[Finding]:
    """Name the patterns that cannot be filled in."""
    text = settings.config.read_text("utf-8-sig")
    return [
        Finding(
            "settings", settings.config.name, line_of(text, (key,), "blog"),
            say("plugins.blog.{key}: “{pattern}” cannot be filled in.",
                key=key, pattern=getattr(settings.blog, key)),
            say("In braces it may contain only: {parts}.", parts=", ".join(parts)),
        )
        for key, parts in _PARTS.items()
        if not _fits(getattr(settings.blog, key), parts)
    ]  # fmt: skip


def _usable(blog: Blog) -> Blog:
    defaults = Blog()
    wrong = [key for key, parts in _PARTS.items() if not _fits(getattr(blog, key), parts)]
    return msgspec.structs.replace(blog, **{key: getattr(defaults, key) for key in wrong})


def _finding(config: Path, problem: Problem, plugin: str) -> Finding:
    return Finding(
        "settings",
        config.name,
        line_of(config.read_text("utf-8-sig"), problem.path, plugin),
        say("plugins.{plugin}: {message}", plugin=plugin, message=problem.message),
        problem.remedy,
    )


def line_of(text: str, path: tuple[str | int, ...], plugin: str) -> int:
    """Return the line of a value below a plugin's block in the text of `mkdocs.yml`."""
    node = yaml.compose(text, Loader=_Loader)
    line = 0
    for key in ("plugins", plugin, *path):
        node, found = _child(node, key)
        if not found:
            break
        line = found
    return line


def _child(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if str(name.value).removeprefix("material/") == str(key):
                return value, name.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        if isinstance(key, int) and key < len(node.value):
            return node.value[key], node.value[key].start_mark.line + 1
        for item in node.value:
            child, line = _child(item, key) if isinstance(item, yaml.MappingNode) else (None, 0)
            if line:
                return child, line
    return None, 0


def _clean(path: str) -> str:
    return Path(path).as_posix().removeprefix("./")
