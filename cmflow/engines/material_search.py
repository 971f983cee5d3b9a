"""Material's search plugin: whether our index may stand in its place, and what it has gathered."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError
from material.plugins.search.plugin import SearchPlugin
from mkdocs.config.defaults import MkDocsConfig

from cmflow.search import writing
from cmflow.swift.writing import entries_of

Taken = tuple[Callable[[], list[dict[str, Any]]], Mapping[str, Any]]
"""What returns the entries of Material's index, and the settings of its plugin."""

_WORKER = "assets/javascripts/workers/search."
_CONFIG = "block config"
_SCRIPT = Path(__file__).parent.parent / "assets" / "cmflow-search.js"


def replaceable(config: MkDocsConfig, env: Environment) -> SearchPlugin | None:
    """Return the search plugin, where our index finds what its own would; otherwise nothing.

    Material's own stays where words are found in a way that ours does not know, where the site is
    to be read from a disk, where MkDocs builds only what changed, and where a theme has another
    script for its search.
    """
    plugin = config.plugins.get("material/search")
    if not isinstance(plugin, SearchPlugin) or not plugin.config.enabled or plugin.is_dirty:
        return None
    offline = config.plugins.get("material/offline")
    if offline is not None and offline.config.enabled:
        return None
    return plugin if writing.suits(plugin.config) and _is_materials(env) else None


def script() -> tuple[str, Path]:
    """Return where the script goes that answers the search dialog, and where it lies."""
    digest = hashlib.sha256(_SCRIPT.read_bytes()).hexdigest()[:8]
    return f"assets/cmflow/{_SCRIPT.stem}.{digest}{_SCRIPT.suffix}", _SCRIPT


def take(plugin: SearchPlugin) -> Taken:
    """Take what the plugin gathered, so that it writes nothing of it."""
    entries, plugin.search_index.entries = plugin.search_index.entries, []
    settings = {key: plugin.config[key] for key in ("lang", "separator", "pipeline", "fields")}
    return functools.partial(entries_of, entries), settings


def _is_materials(env: Environment) -> bool:
    """Tell whether pages name the script that we know."""
    try:
        sources = [env.loader.get_source(env, name)[0] for name in ("base.html", "main.html")]  # type: ignore[union-attr]  # MkDocs always sets a loader
    except TemplateError:
        return False
    return _WORKER in sources[0] and _CONFIG not in sources[1]
