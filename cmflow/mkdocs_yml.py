"""Read `mkdocs.yml` into settings: every mistake in it is a finding with its line."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml
import yaml_env_tag
from mkdocs.exceptions import ConfigurationError

from cmflow import channel, source
from cmflow.decode import Problem, decode
from cmflow.errors import Finding, failure, say
from cmflow.frontmatter import line_in
from cmflow.larder import digest
from cmflow.settings import Blog, Cmflow, Settings


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
    text = config.read_text("utf-8-sig")
    findings += [
        Finding("settings", config.name, line_of(text, path, "cmflow"), message, remedy)
        for path, message, remedy in _remarks(settings.cmflow)
    ]
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


def _loaded(config: Path) -> Any:
    """Read the file as MkDocs does, which is asked only where it inherits or cannot be read."""
    try:
        data = yaml.load(config.read_bytes(), _Loader)  # noqa: S506  # a safe loader
    except yaml.YAMLError:
        data = None
    if isinstance(data, dict) and "INHERIT" not in data:
        return data
    from mkdocs.utils.yaml import yaml_load  # slow, and few need it

    with config.open("rb") as file:
        return yaml_load(file, _Loader)


def _read(config: Path) -> dict[str, Any]:
    remedy = say("Correct the line; every key is written “key: value”, indented with spaces.")
    try:
        config.read_bytes().decode("utf-8-sig")  # MkDocs would name a wrong byte without its line
        data = _loaded(config)
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
        digest=digest(repr(data)),
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


def _remarks(block: Cmflow) -> Iterator[channel.Remark]:
    yield from channel.unfit(block.channels, block.ledger)
    yield from source.unfit(block.sources, block.channels, block.comments)
