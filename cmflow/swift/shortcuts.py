"""What Material's templates fetch anew for every page, fetched once: icons, words, templates.

An icon is a file without anything to fill in; a word depends on nothing but its key; a template
that asks for nothing but settings and words, and makes no address relative, is the same everywhere.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta, nodes
from jinja2.filters import FILTERS
from mkdocs.config.defaults import MkDocsConfig

from cmflow.larder import Larder, digest
from cmflow.swift import inputs

_ICON = re.compile(r'\{% include ("\.icons/(?:[\w/-]+\.svg"|" ~ [\w.]+ ~ "\.svg")) %\}')
_WORDS = '{% import "partials/language.html" as lang with context %}'
_PART = re.compile(r'\{% include "(partials/[\w/-]+\.html)" %\}')
_SAME = frozenset({"config", "lang", "features", "cmflow_icon", "cmflow_words"})
_PLAIN = FILTERS.keys() - {"random"}
_FILLED = re.compile(r"\{[{%#]")
_LINES = re.compile(r"\r\n|\r|\n")


class _Shorter(jinja2.BaseLoader):
    """Hands out the templates of another loader with the shortcuts in them."""

    def __init__(self, plain: jinja2.BaseLoader, larder: Larder | None) -> None:
        self.plain = plain
        self._larder = larder
        self._same: dict[str, bool] = {}

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return a template's source, as Jinja asks for it."""
        source, name, fresh = self.plain.get_source(environment, template)
        source = _ICON.sub(r"{{ cmflow_icon(\1) }}", source)
        source = _PART.sub(lambda match: self._part(environment, match), source)
        if template == "base.html":
            source = source.replace(_WORDS, "{% set lang = cmflow_words %}")
        return source, name, fresh

    def list_templates(self) -> list[str]:
        """Return the names of all templates."""
        return self.plain.list_templates()

    def _part(self, env: jinja2.Environment, match: re.Match[str]) -> str:
        name = match[1]
        if name not in self._same:
            self._same[name] = False  # for one that includes itself
            with contextlib.suppress(jinja2.TemplateError):
                self._same[name] = self._asked(env, self.get_source(env, name)[0])
        return f'{{{{ cmflow_part("{name}", features) }}}}' if self._same[name] else match[0]

    def _asked(self, env: jinja2.Environment, source: str) -> bool:
        """Tell whether a template makes the same of every page, which takes a while to find out."""
        key = digest("same", inputs.parts(), source)
        found = self._larder.get("same", key) if self._larder else None
        if found is None:
            found = b"same" if _is_same(env, source) else b""
            if self._larder:
                self._larder.put("same", key, found)
        return bool(found)


def _is_same(env: jinja2.Environment, source: str) -> bool:
    """Tell whether a template makes the same of every page."""
    tree = env.parse(source)
    asked = {node.name for node in tree.find_all(nodes.Filter)}
    if next(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)), None):
        return False
    return meta.find_undeclared_variables(tree) <= _SAME and asked <= _PLAIN


class _Words:
    """The words of the site's language, each asked for once."""

    def __init__(self, env: jinja2.Environment, config: MkDocsConfig) -> None:
        self._ask: Any = env.get_template("partials/language.html", None, {"config": config})
        self._known: dict[str, str] = {}

    def t(self, key: str) -> str:
        """Return a word."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = str(self._ask.module.t(key))
        return found


def take(env: jinja2.Environment, config: MkDocsConfig, larder: Larder | None) -> None:
    """Have the templates of an environment take the shortcuts, unless a site has its own icons."""
    if env.loader is None or env.autoescape is not False or _brought(config):
        return
    icons: dict[str, str] = {}
    plain = env.loader

    def icon(name: str) -> str:
        found = icons.get(name)
        if found is None:
            source = _LINES.sub("\n", plain.get_source(env, name)[0])
            found = icons[name] = source.removesuffix("\n")
        return found

    parts: dict[tuple[str, ...], str] = {}
    words = _Words(env, config)

    def part(name: str, features: list[str]) -> str:
        key = (name, *features)
        found = parts.get(key)
        if found is None:
            template = env.get_template(name)
            found = parts[key] = template.render(config=config, lang=words, features=features)
        return found

    env.globals |= {"cmflow_icon": icon, "cmflow_words": words, "cmflow_part": part}
    env.loader = _Shorter(plain, larder)
    _remember(env)
    if env.cache is not None:
        env.cache.clear()


def _remember(env: jinja2.Environment) -> None:
    """Have an environment hand out a template again without looking whether it has changed."""
    if env.auto_reload:
        return
    known: dict[str, jinja2.Template] = {}
    plain = env.get_template

    def get(name: Any, parent: str | None = None, globals: Any = None) -> jinja2.Template:  # noqa: A002  # as Jinja has it
        if globals is not None or not isinstance(name, str):
            return plain(name, parent, globals)
        found = known.get(name)
        if found is None:
            found = known[name] = plain(name, parent)
        return found

    vars(env)["get_template"] = get


def _brought(config: MkDocsConfig) -> bool:
    """Tell whether a site brings words, or icons in which something is filled in."""
    for folder in inputs.own_folders(config.theme):
        languages = Path(folder, "partials")
        if (languages / "language.html").exists() or (languages / "languages").exists():
            return True
        for base, _, names in os.walk(Path(folder, ".icons"), followlinks=True):
            for name in names:
                if _FILLED.search(Path(base, name).read_text("utf-8", "replace")):
                    return True
    return False
