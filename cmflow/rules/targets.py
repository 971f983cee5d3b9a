"""Where the links of a Markdown file lead: to a file of the site, an address of it, or nowhere."""

from __future__ import annotations

import difflib
import posixpath
import re
from urllib.parse import unquote, urlsplit

import msgspec

from cmflow import urls
from cmflow.errors import Message, say
from cmflow.rules.view import View
from cmflow.text import slugify

_COMPUTER = re.compile(r"(?:[a-z]:[\\/]|file:)", re.IGNORECASE)
_HOST = re.compile(
    r"(?:www\.[\w-]+\.|[\w-]+\.(?:com|org|net|info|io|dev|eu|fr|be|ch|ca|de)(?:/|$))"
)
_MADE = re.compile(
    r"(?:^|/)(?:archive|page)/[\w/-]*$"
    r"|(?:^|/)(?:feed|sitemap|robots|calendar)[\w.-]*\.\w+$"
    r"|^assets/(?:stylesheets|javascripts|cmflow)/"
)
"""What an engine, a plugin or cmflow itself puts into the output folder beside pages and files."""


class Target(msgspec.Struct, frozen=True):
    """What a link means: a file below `docs_dir`, or nothing where `found` is false.

    `file` may be empty where the link leads to an address that is known but not to which file.
    """

    found: bool
    file: str = ""
    fragment: str = ""


ELSEWHERE = Target(found=True)


def resolve(view: View, path: str, href: str, *, html: bool = False) -> Target:
    """Follow a link of the Markdown file `path`; what leaves the site counts as found.

    The engine rewrites links of Markdown that name files; it leaves those that name addresses, and
    all of raw HTML, to the browser, which starts from the address of the page.
    """
    if _COMPUTER.match(href):
        return Target(found=False)
    try:
        parts = urlsplit(href)
    except ValueError:
        return Target(found=False)
    # Braces are a template's; their result is not known here.
    if parts.scheme or parts.netloc or "{{" in href or "{%" in href:
        return ELSEWHERE
    if not parts.path:
        return Target(found=True, file=path, fragment=unquote(parts.fragment))
    if parts.path.startswith("/"):
        return _rooted(view, unquote(parts.path))
    file = urls.asset_path(href, path)
    if file in view.files:
        return Target(found=True, file=file, fragment=unquote(parts.fragment))
    if html and unquote(parts.path) in view.files:
        return ELSEWHERE
    address = urls.join(view.urls.get(path, ""), unquote(parts.path))
    return Target(found=_answers(view, address))


def _rooted(view: View, path: str) -> Target:
    """Follow a link from the root of the host, of which the site may be only a part."""
    base = urlsplit(view.settings.site_url).path.rstrip("/") + "/"
    if not path.startswith(base):
        return ELSEWHERE
    return Target(found=_answers(view, path.removeprefix(base)))


def _answers(view: View, address: str) -> bool:
    address = posixpath.normpath(address) + ("/" if address.endswith("/") else "")
    if address in ("./", "."):
        return True
    if _MADE.search(address) and not address.startswith("../"):
        return True
    plain = address.rstrip("/")
    return not view.addresses.isdisjoint(
        (urls.output(address), plain, f"{plain}/index.html", f"{plain}.html")
    )


def advice(view: View, path: str, href: str) -> Message:
    """Say what to write instead of a link that leads nowhere."""
    if _COMPUTER.match(href):
        return say("Copy the file into the folder of the blog: nobody else has your computer.")
    if _HOST.match(href):
        return say("Write https:// before it: https://{href}", href=href)
    if "@" in href and "/" not in href:
        return say("Write mailto: before it: mailto:{href}", href=href)
    near = _near(view, path, unquote(href.partition("#")[0].partition("?")[0]))
    if near:
        return say("Did you mean {near}?", near=near)
    return say("Add the file, or correct the link.")


def _near(view: View, path: str, wanted: str) -> str:
    name = posixpath.basename(wanted.rstrip("/")).lower()
    stem = posixpath.splitext(name)[0]
    slug = slugify(name.removesuffix(".html").removesuffix(".md"))
    by_slug = [post.path for post in view.library.posts if post.slug == slug]
    exact = by_slug + [
        file for key in (name, f"{name}.md", f"{stem}.md") for file in view.names.get(key, [])
    ]
    # Short names are like too many others.
    like = difflib.get_close_matches(name, view.names, n=1, cutoff=0.75) if len(stem) > 2 else []
    found = exact or [file for key in like for file in view.names[key]]
    found = [file for file in found if file != path]
    if not found:
        return ""
    best = max(found, key=lambda file: (len(posixpath.commonpath([file, path])), file))
    return posixpath.relpath(best, posixpath.dirname(path) or ".")
