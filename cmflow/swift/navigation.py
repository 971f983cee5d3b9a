"""The navigation, the same on a thousand pages but for dots and slashes, rendered once per kind.

An entry in which the page does not occur depends on nothing of the page but the way from its
address to the entry's; so its HTML is remembered by that way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import jinja2

_NAME = "partials/nav-item.html"
_KNOWN = frozenset({"89895208f22d68ce405a4bcb6649b9150eba5bbb04663a6cb3f93f02daf1d2f7"})
"""The templates of Material (SHA-256) that were read: they use nothing but what the key holds."""

_MACRO = "{% macro render(nav_item, path, level, parent) %}"
_OURS = (
    _MACRO
    + "{{ cmflow_entry(render_entry, nav_item, path, level, parent, page, features) }}"
    + "{% endmacro %}\n{% macro render_entry(nav_item, path, level, parent) %}"
)
_CHILD = 'render(item, path ~ "_" ~ loop.index, level + 1, nav_item)'
_OUR_CHILD = (
    'cmflow_entry(render_entry, item, path ~ "_" ~ loop.index, level + 1, nav_item, page, features)'
)


class _Reach:
    """What an entry and all below it lead to: the pages' paths, and the folders of their URLs."""

    def __init__(self, entry: Any) -> None:
        self.paths: set[str] = set()
        self.urls: set[str] = set()
        self.folders: set[tuple[str, ...]] = set()
        for item in _all(entry):
            if getattr(item, "file", None) is not None:
                self.paths.add(item.file.src_uri)
            url = getattr(item, "url", None)
            if url is None:
                continue
            self.urls.add(url)
            parts = tuple(part for part in url.split("/") if part not in ("", "."))
            self.folders.update(parts[:at] for at in range(1, len(parts) + 1))


class Navigation:
    """Remembers the entries of one site's navigation."""

    def __init__(self) -> None:
        self._reaches: dict[int, tuple[Any, _Reach]] = {}
        self._entries: dict[tuple[Any, ...], str] = {}
        self._folders: dict[str, tuple[str, ...]] = {}

    def entry(
        self,
        render: Callable[..., str],
        item: Any,
        path: str,
        level: int,
        parent: Any,
        page: Any,
        features: Iterable[str],
    ) -> str:
        """Return the HTML of an entry; `render` makes it where it is not remembered."""
        key = self._key(item, path, level, parent, page, features)
        if key is None:
            return render(item, path, level, parent)
        found = self._entries.get(key)
        if found is None:
            found = self._entries[key] = render(item, path, level, parent)
        return found

    def _key(
        self, item: Any, path: str, level: int, parent: Any, page: Any, features: Iterable[str]
    ) -> tuple[Any, ...] | None:
        if not page or item.active:
            return None
        known = self._reaches.get(id(item))
        if known is None:
            # The entry is kept with what is known of it, so that its number stays its own.
            known = self._reaches[id(item)] = (item, _Reach(item))
        reach = known[1]
        url = page.url
        if page.file.src_uri in reach.paths or url in reach.urls:
            return None
        start = self._folders.get(url)
        if start is None:
            start = self._folders[url] = _folder(url)
        if ".." in start:
            return None
        common = 0
        while common < len(start) and start[: common + 1] in reach.folders:
            common += 1
        above = bool(parent.active) if parent else None
        return (
            id(item), path, level, above, page.file.use_directory_urls,
            len(start), start[:common], tuple(features),
        )  # fmt: skip


def remember(env: jinja2.Environment) -> None:
    """Have the templates of an environment remember the navigation, if they are Material's own."""
    if env.loader is None or env.autoescape is not False:
        return
    try:
        source, _, _ = env.loader.get_source(env, _NAME)
    except jinja2.TemplateNotFound:
        return
    if hashlib.sha256(source.encode()).hexdigest() not in _KNOWN or source.count(_MACRO) != 1:
        return
    env.globals["cmflow_entry"] = Navigation().entry
    source = source.replace(_MACRO, _OURS).replace(_CHILD, _OUR_CHILD)
    ours = jinja2.DictLoader({_NAME: source})
    env.loader = jinja2.ChoiceLoader([ours, env.loader])
    if env.cache is not None:
        env.cache.clear()


def _all(entry: Any) -> Iterator[Any]:
    yield entry
    yield from getattr(entry, "pages", None) or ()
    for child in getattr(entry, "children", None) or ():
        yield from _all(child)


def _folder(url: str) -> tuple[str, ...]:
    """Return the folders from which the links of a page start, as MkDocs counts them."""
    folder, _, name = url.rpartition("/")
    if "." in name:
        url = folder
    return tuple(part for part in url.split("/") if part not in ("", "."))
