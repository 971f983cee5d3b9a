"""The addresses that the engine makes of files, by its own rules, and how to write them relative.

Rules: MkDocs (https://www.mkdocs.org/user-guide/writing-your-docs/#file-layout) and the URL formats
of Material's blog plugin (https://squidfunk.github.io/mkdocs-material/plugins/blog/).
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urljoin, urlsplit

from babel.dates import format_date
from pymdownx.slugs import slugify as engine_slugify

from cmflow.post import Post
from cmflow.settings import Settings

_slug = engine_slugify(case="lower")
# An address in which nothing has to be resolved, nor escaped: there are tens of thousands.
_PLAIN = re.compile(r"(?!/|\.)(?:[\w~%-]++|\.(?!\.?/|\.?$)|/(?!/))*+", re.ASCII)
_FULL = re.compile(r"https?://[\w.-]+(?:/[\w~%.+/-]*)?", re.ASCII)
_HOST = re.compile(r"https?://[\w.-]+(?::\d+)?/(?:[\w~%-]+/)*", re.ASCII)


def page_url(path: str, settings: Settings) -> str:
    """Return the address of a page, relative to the root of the site: `events/fete/`."""
    return _page_url(path, settings.directory_urls)


@functools.lru_cache(maxsize=4096)
def _page_url(path: str, directory_urls: bool) -> str:  # noqa: FBT001  # a key of the cache
    stem = path.removesuffix(".md")
    folder, name = posixpath.split(stem)
    if name in ("index", "README"):
        stem = posixpath.join(folder, "index")
    if directory_urls:
        stem = folder if posixpath.basename(stem) == "index" else stem
        return quote(f"{stem}/") if stem else ""
    return quote(f"{stem}.html")


def blog_url(settings: Settings) -> str:
    """Return the address of the page on which the blog begins; of a blog alone, the front page."""
    return _blog_page("index", settings.blog.blog_dir, settings.directory_urls)


# A page leads to the same few lists, categories and authors as the others do.
@functools.lru_cache(maxsize=1024)
def _blog_page(path: str, blog_dir: str, directory_urls: bool) -> str:  # noqa: FBT001  # as above
    path = posixpath.normpath(path.strip("/"))
    return _page_url(posixpath.normpath(posixpath.join(blog_dir, f"{path}.md")), directory_urls)


def post_url(post: Post, settings: Settings) -> str:
    """Return the address of a post, relative to the root of the site."""
    blog = settings.blog
    written = post.meta.date.created
    names = post.meta.categories[: blog.post_url_max_categories]
    path = blog.post_url_format.format(
        categories="/".join(category_slug(name) for name in names),
        date=format_date(written, blog.post_url_date_format, locale=_locale(settings)),
        file=posixpath.splitext(posixpath.basename(post.path))[0],
        slug=post.meta.slug or _slug(post.title, "-"),
    )
    return _blog_page(path, blog.blog_dir, settings.directory_urls)


@functools.lru_cache(maxsize=4096)
def category_slug(name: str) -> str:
    """Slug a category or tag as the engine does by default."""
    return str(_slug(name, "-"))


def category_url(name: str, settings: Settings) -> str:
    """Return the address of the list of a category's posts."""
    path = settings.blog.categories_url_format.format(slug=category_slug(name))
    return _blog_page(path, settings.blog.blog_dir, settings.directory_urls)


def author_url(id_: str, name: str, slug: str, settings: Settings) -> str:
    """Return the address of an author's profile, where the site makes profiles."""
    path = settings.blog.authors_profiles_url_format.format(slug=slug or id_, name=name)
    return _blog_page(path, settings.blog.blog_dir, settings.directory_urls)


def asset_url(src: str, path: str, settings: Settings) -> str:
    """Return the address of a file that the Markdown file `path` names as `src`.

    An address with a scheme or at the root of a host is returned as it is.
    """
    if urlsplit(src).scheme or src.startswith(("/", "#")):
        return src
    target = asset_path(src, path)
    # The engine drops the folder of the posts from what lies in it.
    if target.startswith(f"{settings.posts}/"):
        target = posixpath.normpath(
            posixpath.join(settings.blog.blog_dir, target.removeprefix(f"{settings.posts}/"))
        )
    return quote(target)


def asset_path(src: str, path: str) -> str:
    """Return the path below `docs_dir` of a file that the Markdown file `path` names as `src`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(urlsplit(src).path)))


def output(url: str) -> str:
    """Return the file, relative to the output folder, that answers to an address."""
    path = unquote(url)
    return f"{path}index.html" if path.endswith("/") or not path else path


def relative(target: str, page: str) -> str:
    """Write an address of the site as a link from one of its pages.

    What carries a scheme, or begins at the root of a host, is returned as it is. A page that begins
    at the root gets links that do: it is shown at addresses that are not its own.
    """
    if target.startswith(("/", "#")) or (":" in target and urlsplit(target).scheme):
        return target
    if page.startswith("/"):
        return posixpath.join(posixpath.dirname(page), target)
    path, mark, fragment = target.partition("#")
    result = steps(path, _folder(page))
    if path.endswith("/") or not path:
        result = "./" if result == "." else f"{result}/"
    return result + mark + fragment


def steps(path: str, base: str) -> str:
    """Return the way from one folder to a file or folder, as `posixpath.relpath` does."""
    here = _names(base)
    if here is None or not _PLAIN.fullmatch(path):
        return posixpath.relpath(path or ".", base or ".")
    there = path.removesuffix("/").split("/") if path else []
    at = 0
    for one, other in zip(there, here, strict=False):
        if one != other:
            break
        at += 1
    return "/".join([*[".."] * (len(here) - at), *there[at:]]) or "."


# Whatever stands on a page leads away from the same folder.
@functools.lru_cache(maxsize=64)
def _folder(page: str) -> str:
    return posixpath.dirname(page)


@functools.lru_cache(maxsize=64)
def _names(folder: str) -> list[str] | None:
    """Return the names on the way to a folder, or nothing where something must be resolved."""
    if not _PLAIN.fullmatch(folder):
        return None
    return folder.split("/") if folder else []


def join(page: str, link: str) -> str:
    """Return the address, relative to the root, to which a link on a page leads."""
    if link.startswith("/") or (":" in link and urlsplit(link).scheme):
        return link
    path, mark, fragment = link.partition("#")
    target = posixpath.normpath(posixpath.join(_folder(page), path)) if path else page
    if target == ".":
        target = ""
    elif path.endswith("/") or path.rpartition("/")[2] in (".", ".."):
        target = f"{target}/"
    return target + mark + fragment


def absolute(url: str, settings: Settings) -> str:
    """Write an address of the site in full, below `site_url`."""
    return resolve(
        settings.site_url if settings.site_url.endswith("/") else f"{settings.site_url}/", url
    )


@functools.lru_cache(maxsize=1024)
def resolve(base: str, url: str) -> str:
    """Resolve an address against a base, as `urljoin` does; raises `ValueError` where it does."""
    if _is_plain_base(base):
        if _PLAIN.fullmatch(url):
            return base + url
        if _FULL.fullmatch(url) and "/." not in url:
            return url
    return urljoin(base, url)


@functools.lru_cache(maxsize=256)
def _is_plain_base(base: str) -> bool:
    return _HOST.fullmatch(base) is not None


def doubles(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Group (url, path) pairs and keep the addresses that more than one file claims."""
    claims: dict[str, list[str]] = {}
    for url, path in pairs:
        claims.setdefault(url, []).append(path)
    return {url: paths for url, paths in claims.items() if len(paths) > 1}


def _locale(settings: Settings) -> str:
    return settings.locale.replace("-", "_")
