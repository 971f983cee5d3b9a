"""What the acceleration knows: the engine's versions, and extensions and plugins it may trust."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

VERSIONS = {
    "mkdocs": ("1.6.1",),
    "mkdocs-material": ("9.8.",),
    "Markdown": ("3.11.",),
    "pymdown-extensions": ("12.3", "13."),
}
"""The engine's parts and the beginnings of the versions whose insides were read and compared."""

EXTENSIONS = frozenset(
    {
        "abbr",
        "admonition",
        "attr_list",
        "def_list",
        "extra",
        "fenced_code",
        "footnotes",
        "md_in_html",
        "nl2br",
        "sane_lists",
        "smarty",
        "tables",
        "toc",
        "pymdownx.betterem",
        "pymdownx.caret",
        "pymdownx.details",
        "pymdownx.emoji",
        "pymdownx.highlight",
        "pymdownx.inlinehilite",
        "pymdownx.keys",
        "pymdownx.magiclink",
        "pymdownx.mark",
        "pymdownx.smartsymbols",
        "pymdownx.snippets",
        "pymdownx.superfences",
        "pymdownx.tabbed",
        "pymdownx.tasklist",
        "pymdownx.tilde",
    }
)
"""Markdown extensions whose work on a block does not depend on a heading that stands above it."""

_PLUGINS = (
    "material.plugins.blog.",
    "material.plugins.meta.",
    "material.plugins.search.",
    "material.plugins.tags.",
    "cmflow.mkdocs_plugin",
)
"""Plugins whose work on one page leaves nothing behind that we do not bring home from a worker."""

_READING = ("pre_page", "page_read_source", "page_markdown", "page_content")
_WRITING = ("page_context", "post_page")


def unknown_version() -> str:
    """Return the first part of the engine that is not known, with its version, or nothing."""
    for name, known in VERSIONS.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = ""
        if not found.startswith(known):
            return f"{name} {found}".strip()
    return ""


def extensions_known(names: Iterable[str], options: dict[str, Any]) -> bool:
    """Return whether an excerpt of a page with these Markdown extensions can be cut out of it."""
    short = [name.removeprefix("markdown.extensions.") for name in names]
    # Material mends the options of “toc” by that name, and takes the long name out.
    if "markdown.extensions.toc" in names or not EXTENSIONS.issuperset(short):
        return False
    return not any(
        options.get(name, {}).get(key)
        for name, key in (("pymdownx.tabbed", "slugify"), ("pymdownx.snippets", "auto_append"))
    )


def forgets(options: dict[str, Any]) -> bool:
    """Return whether a converter with these extensions, all known, is as good as new when reset."""
    return not options.get("footnotes", {}).get("UNIQUE_IDS")


def lines_numbered(config: Any) -> bool:
    """Return whether the lines of code have ids, which Python-Markdown numbers through."""
    options = config.mdx_configs.get("pymdownx.highlight", {})
    return any(options.get(key) for key in ("line_spans", "line_anchors", "anchor_linenums"))


def reads_alone(events: dict[str, list[Callable[..., Any]]]) -> bool:
    """Return whether every plugin that sees a page being read may do so in a worker."""
    return _all_known(events, _READING)


def writes_alone(events: dict[str, list[Callable[..., Any]]]) -> bool:
    """Return whether every plugin that sees a page being written may do so in a worker."""
    return _all_known(events, _WRITING)


def all_known(events: dict[str, list[Callable[..., Any]]]) -> bool:
    """Return whether nobody but known plugins has a hand in the build."""
    return _all_known(events, tuple(events))


def _all_known(events: dict[str, list[Callable[..., Any]]], names: tuple[str, ...]) -> bool:
    return all(
        getattr(method, "__module__", "").startswith(_PLUGINS)
        for name in names
        for method in events.get(name, ())
    )
