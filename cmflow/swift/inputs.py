"""What a rendering is made of beside the page: the settings, the engine's parts, the theme's files.

Everything is written out in full and digested. What cannot be written out (an object of a package
that nobody here has read, a function that a site brings along) raises `Unseen`.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import logging
import os
import platform
import re
import types
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Any

import material
import mkdocs
from babel import Locale
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.theme import Theme
from pathspec import PathSpec

from cmflow.larder import digest
from cmflow.swift import known
from cmflow.swift.keeper import Unseen

_PACKAGES = (
    "mkdocs",
    "mkdocs-material",
    "mkdocs-material-extensions",
    "Markdown",
    "pymdown-extensions",
    "Pygments",
    "Jinja2",
    "MarkupSafe",
    "PyYAML",
    "babel",
    "paginate",
    "backrefs",
    "pathspec",
)
_TRUSTED = frozenset({"mkdocs", "material", "markdown", "pymdownx", "builtins", "functools"})
"""Packages whose functions do what their names and their package's version say."""

_RENDERING = ("markdown_extensions", "mdx_configs", "use_directory_urls", "site_url", "validation")
"""The settings that the conversion of Markdown reads; of plugins, those of the blog."""

ELSEWHERE = frozenset(
    {
        "config_file_path", "docs_dir", "site_dir", "plugins", "theme", "hooks", "watch",
        "dev_addr", "nav",
    }
)  # fmt: skip
"""Settings that no template may print, or that are written out on their own."""

_SCALARS = (bool, int, float, str, bytes, type(None))


def of_rendering(config: MkDocsConfig) -> bytes:
    """Return a digest of what the conversion of a page's Markdown is made of, beside the page."""
    if not known.extensions_known(config.markdown_extensions, config.mdx_configs or {}):
        raise Unseen("a Markdown extension")
    if config.mdx_configs.get("pymdownx.emoji", {}).get("options", {}).get("custom_icons"):
        raise Unseen("a site's own icons")
    if not known.reads_alone(config.plugins.events):
        raise Unseen("a plugin")
    blogs = [(name, plugin.config) for name, plugin in _plugins(config) if ".blog." in name]
    found = [(name, config[name]) for name in _RENDERING]
    return digest("rendering", parts(), repr(written([found, blogs])))


def of_pages(config: MkDocsConfig) -> bytes:
    """Return a digest of what all pages are made of, beside their text and the navigation."""
    if not known.all_known(config.plugins.events):
        raise Unseen("a plugin or a hook")
    own = {name: config[name] for name in config if name not in ELSEWHERE}
    # Ours works on the finished pages, and on titles, which are in each page's key.
    plugins = [(name, plugin.config) for name, plugin in _plugins(config) if "cmflow" not in name]
    theme = [(name, config.theme[name]) for name in config.theme]
    return digest("pages", parts(), repr(written([own, plugins, theme])), *_files(config.theme))


def written(value: object) -> Any:
    """Write a value out as plain data whose `repr` tells it from any other."""
    if isinstance(value, enum.Enum):
        return repr(value)
    if type(value) in _SCALARS:
        return value
    if isinstance(value, Mapping):
        return [type(value).__name__, [(written(k), written(v)) for k, v in value.items()]]
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    if isinstance(value, set | frozenset):
        return ["set", sorted(repr(written(item)) for item in value)]
    if isinstance(value, dt.date | dt.time | dt.timedelta | PurePath | re.Pattern):
        return repr(value)
    if isinstance(value, PathSpec):
        return ["paths", [(p.include, getattr(p.regex, "pattern", "")) for p in value.patterns]]
    return _named(value)


def _named(value: object) -> Any:
    """Write out what is known by its name and its package."""
    if isinstance(value, functools.partial):
        return ["partial", written(value.func), written(value.args), written(value.keywords)]
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType | type):
        name = f"{value.__module__}.{value.__qualname__}"
        cells = [cell.cell_contents for cell in getattr(value, "__closure__", None) or ()]
        if value.__module__.partition(".")[0] not in _TRUSTED or "<lambda>" in name:
            raise Unseen(name)
        return ["function", name, written(cells)]
    kind = type(value)
    if isinstance(value, Locale):
        return ["locale", str(value)]
    if kind.__module__.partition(".")[0] not in _TRUSTED:
        raise Unseen(f"{kind.__module__}.{kind.__qualname__}")
    if isinstance(value, str):
        return [kind.__qualname__, str(value)]
    return [kind.__qualname__, written(vars(value))]


def _plugins(config: MkDocsConfig) -> Iterable[tuple[str, Any]]:
    for name, plugin in config.plugins.items():
        yield f"{type(plugin).__module__}:{name}", plugin


@functools.cache
def parts() -> bytes:
    """Return a digest of the versions of the engine's parts, and of what stands between."""
    found = [platform.python_version()]
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} -")
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), here.parent / "mkdocs_plugin.py"]
    # What is said below it is not taken down.
    level = str(logging.getLogger("mkdocs.structure.pages").getEffectiveLevel())
    return digest(*found, level, *(source.read_bytes() for source in sources))


def _files(theme: Theme) -> Iterable[bytes | str]:
    """Yield paths and contents of the files that a site puts over its theme's."""
    for folder in own_folders(theme):
        for base, folders, names in os.walk(folder, followlinks=True):
            folders.sort()
            for name in sorted(names):
                path = Path(base, name)
                yield path.relative_to(folder).as_posix()
                yield path.read_bytes()


def own_folders(theme: Theme) -> list[str]:
    """Return the theme's folders that do not come with a package whose version is known."""
    packages = [Path(module.__path__[0]).resolve() for module in (material, mkdocs)]
    return [
        folder
        for folder in theme.dirs
        if not any(Path(folder).resolve().is_relative_to(package) for package in packages)
    ]
