"""What MkDocs and Material work out for every file and post, worked out more cheaply.

Each of these does for the usual case what theirs does, and leaves any other to theirs.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import jinja2
from jinja2.bccache import Bucket
from material.plugins.blog.structure.config import PostConfig
from material.plugins.blog.structure.options import DateDict

from cmflow.larder import Larder, digest
from cmflow.swift import inputs

_ADDRESS = re.compile(r"[\w%~/-]+(?:\.[\w%~-]+)*/?", re.ASCII)
_BASE = re.compile(r"https?://[^?#;\s]+/", re.ASCII)
_TAG = re.compile("<[a-zA-Z]")
_NAMED = re.compile(r"""['"\s/](?:id|name)[\s=/>]""", re.IGNORECASE)
_USUAL = {"authors", "categories", "date", "draft", "pin", "links", "readtime", "slug"}
_NONE = type(None)
_LENGTHS = frozenset({"full", "long", "medium", "short"})
_NUMBERS = re.compile(r"(?:yyyy|MM|dd)(?:[/-](?:yyyy|MM|dd))*")


class _Posix:
    """A path that is written already as `PurePath.as_posix` would write it."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def as_posix(self) -> str:
        """Return the path with forward slashes."""
        return self._path


def pure_path(path: str) -> Any:
    """Do what `PurePath` does for MkDocs: have a path written with forward slashes, and cleanly."""
    path = path.removeprefix("./")
    dotted = path.startswith(".") or "/." in path
    if os.sep != "/" or not path or dotted or "//" in path or path[-1] == "/":
        return PurePath(path)
    return _Posix(path)


def canonical(plain: Callable[[Any, str | None], None]) -> Callable[[Any, str | None], None]:
    """Return what sets a page's addresses, `plain` being MkDocs' own."""
    bases: dict[str, str | None] = {}

    def set_addresses(page: Any, base: str | None) -> None:
        url = page.url
        if not base or "//" in url or url.startswith("/") or not _ADDRESS.fullmatch(url):
            plain(page, base)
            return
        if base not in bases:
            whole = base if base.endswith("/") else f"{base}/"
            clean = _BASE.fullmatch(whole) and "/." not in whole
            bases[base] = urlsplit(whole).path if clean else None
        above = bases[base]
        if above is None:
            plain(page, base)
            return
        page.canonical_url = f"{base.removesuffix('/')}/{url}"
        page.abs_url = above + url

    return set_addresses


def dates(plain: Callable[..., str]) -> Callable[..., str]:
    """Return what writes a date, `plain` being Material's own way, with Babel."""
    known: dict[tuple[Any, ...], str] = {}

    def written(plugin: Any, date: Any, pattern: str, config: Any) -> str:
        if pattern in _LENGTHS:  # of these, the time of day is no part
            key = (date.year, date.month, date.day, pattern, config.theme["language"])
            found = known.get(key)
            if found is None:
                found = known[key] = plain(plugin, date, pattern, config)
            return found
        if not _NUMBERS.fullmatch(pattern):
            return plain(plugin, date, pattern, config)
        year, month, day = f"{date.year:04}", f"{date.month:02}", f"{date.day:02}"
        return pattern.replace("yyyy", year).replace("MM", month).replace("dd", day)

    return written


def raw_anchors(plain: Callable[[Any, list[str]], list[str]]) -> Callable[..., list[str]]:
    """Return what looks for anchors in the HTML of a text, `plain` being MkDocs' way: it parses."""

    def run(processor: Any, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        return plain(processor, lines) if _TAG.search(text) and _NAMED.search(text) else lines

    return run


def option(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return what gets a setting by its name, `plain` being MkDocs' way, with two more looks."""

    def get(descriptor: Any, config: Any, owner: Any = None) -> Any:
        try:
            return config.data[descriptor._name]  # noqa: SLF001  # MkDocs' own takes it from there
        except (AttributeError, KeyError):
            return plain(descriptor, config, owner)

    return get


def validated(plain: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what checks the front matter of a post, `plain` being Material's own way."""

    def validate(config: Any) -> Any:
        data = config.data
        if type(config) is not PostConfig or not _is_usual(data):
            return plain(config)
        for name in ("authors", "categories"):
            data[name] = list(dict.fromkeys(data[name]))
        date = data["date"]
        if type(date) is dt.date:
            date = dt.datetime.combine(date, dt.time())
        if date.tzinfo is None:
            date = date.replace(tzinfo=dt.UTC)
        data["date"] = DateDict({"created": date})
        return [], []

    return validate


def _is_usual(data: dict[str, Any]) -> bool:
    """Tell whether the front matter holds a date, names, and plain values that need no change."""
    return (
        data.keys() == _USUAL
        and type(data["date"]) in (dt.date, dt.datetime)
        and data["links"] is None
        and type(data["pin"]) is bool
        and type(data["draft"]) in (bool, _NONE)
        and type(data["readtime"]) in (int, _NONE)
        and type(data["slug"]) in (str, _NONE)
        and all(type(data[name]) is list for name in ("authors", "categories"))
        and all(type(item) is str for name in ("authors", "categories") for item in data[name])
    )


def files_of_theme(plain: Callable[..., None]) -> Callable[..., None]:
    """Return what finds a theme's files; Material has ten thousand icons, and MkDocs wants none."""

    def add(files: Any, env: jinja2.Environment, config: Any) -> None:
        loader = env.loader
        if type(loader) is jinja2.FileSystemLoader:
            env.loader = _Shown(loader.searchpath)
        try:
            plain(files, env, config)
        finally:
            env.loader = loader

    return add


class _Shown(jinja2.FileSystemLoader):
    """Lists no files below folders with a dot, as these are left out in any case."""

    def list_templates(self) -> list[str]:
        """Return the names of all other files."""
        found: set[str] = set()
        for folder in self.searchpath:
            for base, folders, names in os.walk(folder, followlinks=self.followlinks):
                folders[:] = [name for name in folders if not name.startswith(".")]
                start = os.path.relpath(base, folder).replace(os.sep, "/")
                found.update(names if start == "." else (f"{start}/{name}" for name in names))
        return sorted(found)


class _Path:
    """A path for a message, made relative only where there is a message."""

    def __init__(self, path: str, start: object = None) -> None:
        self._path, self._start = path, start

    def __str__(self) -> str:
        return os.path.relpath(self._path, str(self._start) if self._start else os.curdir)


MESSAGES = SimpleNamespace(path=SimpleNamespace(relpath=_Path))
"""Stands for `os` where Material makes paths for messages alone, of each post."""


class Bytecode(jinja2.BytecodeCache):
    """Keeps compiled templates in the larder, as Python keeps modules in `__pycache__`."""

    def __init__(self, larder: Larder, env: jinja2.Environment) -> None:
        self._larder = larder
        names = (sorted(env.extensions), sorted(env.filters), sorted(env.tests))
        self._base = digest(inputs.parts(), repr(names))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fetch a template."""
        data = self._larder.get("template", self._key(bucket))
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self._larder.put("template", self._key(bucket), bucket.bytecode_to_string())

    def _key(self, bucket: Bucket) -> bytes:
        return digest("template", self._base, bucket.key, bucket.checksum)
