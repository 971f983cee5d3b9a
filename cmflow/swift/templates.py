"""Whether the templates that a site brings along read only what a page's key holds.

Material's own were read once (`known.VERSIONS`): they read of a page its text, titles, addresses
and front matter, the neighbours' titles and addresses, the navigation, a post's authors,
categories, dates and links, the excerpts and page numbers of a list, and the settings. A site's own
are parsed; what is not known to be in the key makes all pages be rendered each time.
"""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path

import jinja2
from jinja2 import nodes
from jinja2.filters import FILTERS

from cmflow.swift.inputs import ELSEWHERE
from cmflow.swift.keeper import Unseen

_PLAIN = "data"
_FACTS = dict.fromkeys(
    ("title", "url", "abs_url", "canonical_url", "is_page", "is_section", "is_link"), _PLAIN
)
_TEXT = dict.fromkeys(("content", "meta", "toc", "config", "authors"), _PLAIN)
_KINDS: dict[str, dict[str, str]] = {
    "near": _FACTS,
    "page": {
        **_FACTS,
        **_TEXT,
        "edit_url": _PLAIN,
        "is_homepage": _PLAIN,
        "is_index": _PLAIN,
        "categories": "near*",
        "previous_page": "near",
        "next_page": "near",
        "parent": "near",
        "ancestors": "near*",
    },
    "card": {**_FACTS, **_TEXT, "more": _PLAIN, "categories": "near*"},
    "nav": {"homepage": "near"},
    "config": {},
}
"""What is known of things: their attributes, and of what kind these are; a star marks many."""

_NAMES = {
    "page": "page",
    "nav": "nav",
    "config": "config",
    "posts": "card*",
    "post": "card",
    **dict.fromkeys(
        (
            "base_url", "cycler", "dict", "extra_css", "extra_javascript", "features", "joiner",
            "lang", "loop", "mkdocs_version", "namespace", "pagination", "range", "self", "super",
            "tags",
        ),
        _PLAIN,
    ),
}  # fmt: skip
_FILTERS = (frozenset(FILTERS) - {"random", "attr"}) | {
    "date",
    "items",
    "script_tag",
    "tojson",
    "url",
}
_ONE_OF = frozenset({"first", "last"})
_AS_MANY = frozenset({"list", "reverse"})
_COUNTS = frozenset({"length", "count"})


def check(env: jinja2.Environment, folders: list[str]) -> None:
    """Parse every template in a site's own folders; raises `Unseen` with what is not known."""
    for folder in folders:
        for base, _, names in os.walk(folder, followlinks=True):
            for name in names:
                if name.endswith((".html", ".xml", ".txt", ".j2", ".jinja")):
                    path = Path(base, name)
                    _Reader(path.name, env.filters.keys() - _FILTERS).read(_parsed(env, path))


def _parsed(env: jinja2.Environment, path: Path) -> nodes.Template:
    try:
        return env.parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, jinja2.TemplateError) as error:
        raise Unseen(path.name) from error


class _Reader:
    """Goes through one template, and knows of what kind each name is."""

    def __init__(self, name: str, strange: Set[str]) -> None:
        self._name = name
        self._strange = strange
        self._names = dict(_NAMES)

    def read(self, node: nodes.Node) -> None:
        """Read a statement and all below it."""
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                self._plain(part)
        elif isinstance(node, nodes.For):
            self._put(node.target, self._kind(node.iter).removesuffix("*"))
            self._all(node, nodes.Stmt)
            if node.test is not None:
                self._kind(node.test)
        elif isinstance(node, nodes.If):
            self._kind(node.test)
            self._all(node, nodes.Stmt)
        elif isinstance(node, nodes.Assign):
            self._put(node.target, self._kind(node.node))
        elif isinstance(node, nodes.Extends | nodes.Include):
            self._plain(node.template)
        elif isinstance(node, nodes.Import):
            self._plain(node.template)
            self._names[node.target] = _PLAIN
        elif isinstance(node, nodes.Template | nodes.Block | nodes.Scope):
            self._all(node, nodes.Stmt)
        else:
            self._unknown(type(node).__name__)

    def _all(self, node: nodes.Node, kind: type[nodes.Node]) -> None:
        for child in node.iter_child_nodes():
            if isinstance(child, kind):
                self.read(child)

    def _put(self, target: nodes.Node, kind: str) -> None:
        if isinstance(target, nodes.NSRef) and kind == _PLAIN:
            return
        names = target.items if isinstance(target, nodes.Tuple) else [target]
        for name in names:
            if not isinstance(name, nodes.Name) or (len(names) > 1 and kind != _PLAIN):
                self._unknown("an assignment")
            elif self._names.setdefault(name.name, kind) != kind:
                self._unknown(name.name)

    def _plain(self, node: nodes.Node) -> None:
        if self._kind(node) != _PLAIN:
            self._unknown(type(node).__name__)

    def _kind(self, node: nodes.Node) -> str:
        """Return of what kind an expression is."""
        if isinstance(node, nodes.Name):
            return self._names.get(node.name) or self._unknown(node.name)
        if isinstance(node, nodes.Getattr):
            return self._part(self._kind(node.node), node.attr)
        if isinstance(node, nodes.Getitem):
            return self._item(node)
        if isinstance(node, nodes.Filter):
            return self._filtered(node)
        if isinstance(node, nodes.Compare | nodes.Test | nodes.Not):
            # Pages are equal where their titles and files are.
            for child in node.iter_child_nodes():
                if not self._is_plugins(child):
                    self._kind(child.expr if isinstance(child, nodes.Operand) else child)
            return _PLAIN
        if isinstance(node, nodes.CondExpr | nodes.And | nodes.Or):
            kinds = {self._kind(child) for child in node.iter_child_nodes()} - {_PLAIN}
            return _PLAIN if not kinds else self._unknown("a choice")
        if isinstance(node, nodes.TemplateData | nodes.Const | nodes.NSRef):
            return _PLAIN
        known = nodes.Call | nodes.Literal | nodes.BinExpr | nodes.UnaryExpr | nodes.Concat
        if isinstance(node, known | nodes.Slice | nodes.Pair | nodes.Keyword):
            for child in node.iter_child_nodes():
                self._plain(child)
            return _PLAIN
        return self._unknown(type(node).__name__)

    def _part(self, kind: str, name: str) -> str:
        if kind == _PLAIN:
            return _PLAIN
        if kind == "config" and (name == "theme" or name not in ELSEWHERE):
            return _PLAIN
        return _KINDS.get(kind, {}).get(name) or self._unknown(f"{kind}.{name}")

    def _item(self, node: nodes.Getitem) -> str:
        kind = self._kind(node.node)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._part(kind, node.arg.value)
        self._plain(node.arg)
        if kind.endswith("*"):
            return kind if isinstance(node.arg, nodes.Slice) else kind.removesuffix("*")
        return kind if kind == _PLAIN else self._unknown(kind)

    def _filtered(self, node: nodes.Filter) -> str:
        # One that the engine does not have fails where it is reached.
        if node.name in self._strange or node.node is None:
            return self._unknown(node.name)
        for other in (*node.args, *node.kwargs):
            self._plain(other)
        kind = self._kind(node.node)
        if kind == _PLAIN or (kind.endswith("*") and node.name in _COUNTS):
            return _PLAIN
        if kind.endswith("*") and node.name in _ONE_OF:
            return kind.removesuffix("*")
        return kind if kind.endswith("*") and node.name in _AS_MANY else self._unknown(node.name)

    @staticmethod
    def _is_plugins(node: nodes.Node) -> bool:
        """Tell `… in config.plugins`: which there are is in the key, what is in them is not."""
        inner = node.expr if isinstance(node, nodes.Operand) else None
        return (
            isinstance(inner, nodes.Getattr)
            and inner.attr == "plugins"
            and isinstance(inner.node, nodes.Name)
            and inner.node.name == "config"
        )

    def _unknown(self, what: str) -> str:
        raise Unseen(f"{self._name}: {what}")
