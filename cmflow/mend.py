"""Repair what the engine's own HTML does to users of assistive technology, and to the console.

Known markup of Material 9.7 and 9.8 and of Zensical 0.0.70; anything else passes unchanged. Faults
are named by the rules of axe-core (https://dequeuniversity.com/rules/axe/4.11). Contrast and
underlines are repaired in `assets/cmflow.css`.
"""

from __future__ import annotations

import functools
import re
from html import escape

from cmflow.catalogue import Catalogue
from cmflow.cuts import Cuts
from cmflow.outline import plain

_DIALOG = '<div class="md-search" data-md-component="search" role="dialog">'
_SEARCH = re.compile(r'<nav class="md-search__options" aria-label="(?P<name>[^"]*)"')
_NAV = '<nav class="md-'
_MENU = re.compile(
    r'<nav class="md-nav" data-md-level="\d+" (?P<named>aria-labelledby="[^"]*")[^>]*>\s*'
    r'<label class="md-nav__title" for="[^"]*">(?P<title>.*?)</label>',
    re.DOTALL,
)
_NO_MENUS = (
    '<nav class="md-nav">',
    '<nav class="md-post__action">',
    '<nav class="md-post__authors md-typeset">',
)
_LABELS = (
    '<label class="md-header__button md-icon" for="__drawer"',
    '<label class="md-header__button md-icon" for="__search"',
)
_FEED = re.compile(
    r'(<link rel="alternate)(" type="application/(?:atom\+xml|feed\+json|rss\+xml)")'
)
_ENGINE_STYLE = re.compile(
    r'<link rel="stylesheet" href="[^"]*assets/stylesheets/(?:classic/|modern/)?'
    r'(?:main|palette)\.[0-9a-f]+\.min\.css">\n?'
)
_CONFIG = '<script id="__config" type="application/json">'
_SEARCHER = re.compile(
    rf'{_CONFIG}[^<]*?"search":\s*"[^"]*'
    r'(?P<searcher>assets/javascripts/workers/search\.[0-9a-f]+\.min\.js)"'
)
_OUR_STYLE = re.compile(
    r'[ ]*<link rel="stylesheet" href="[^"]*assets/cmflow/cmflow\.[^"]*\.css">\n?'
)


def mend_head(head: str, ours: str) -> str:
    """Return the head of a page with our part behind it, without the faults of the engine."""
    return _hide_feeds_from_engine(_let_the_theme_win(head, ours))


def mend_body(page: Cuts, start: int, words: Catalogue) -> None:
    """Repair what the engine left in a page behind its head, which ends at `start`."""
    _name_navigation(page, start, words)
    # A label has no role that could bear a name of its own (aria-prohibited-attr).
    named = " aria-label="
    for label in _LABELS:
        at = page.text.find(label, start)
        if at >= 0 and page.text.startswith(named, at + len(label)):
            page.put(at + len(label), at + len(label) + len(named), " title=")
    _tidy_labels(page, start)


def point_search(page: Cuts, searcher: str) -> None:
    """Have the engine's search dialog ask another script; `searcher` is its address."""
    # It stands near the end of a long page.
    at = page.text.rfind(_CONFIG)
    if found := _SEARCHER.match(page.text, at) if at >= 0 else None:
        page.put(*found.span("searcher"), searcher)


def _name_navigation(page: Cuts, start: int, words: Catalogue) -> None:
    """Name each part of the navigation, and the search with the word the engine has for it."""
    html, tags = page.text, _tags(words)
    search = None
    at = html.find(_NAV, start)
    while at >= 0:
        end = html.find(">", at) + 1
        tag = html[at:end]
        if tag in tags:
            page.put(at, end, tags[tag])
        elif menu := _MENU.match(html, at):
            # Its label may hold only an icon (landmark-unique).
            page.put(*menu.span("named"), f'aria-label="{escape(plain(menu["title"]))}"')
            end = menu.end()
        else:
            search = search or _SEARCH.match(tag)
        at = html.find(_NAV, max(end, at + len(_NAV)))
    if search:
        # A dialog wants a name (aria-dialog-name).
        page.replace(_DIALOG, f'{_DIALOG[:-1]} aria-label="{search["name"]}">', start, most=1)


@functools.cache
def _tags(words: Catalogue) -> dict[str, str]:
    """Name what is a menu, and call no menu what only looks like one (landmark-unique)."""
    named = {
        '<nav class="md-nav md-nav--primary">': words.gettext("This post"),
        '<nav class="md-pagination">': words.gettext("Pages"),
        '<nav class="md-tags" >': words.gettext("Tags"),
    }
    menus = {
        tag: f'{tag[:-1].rstrip()} aria-label="{escape(name)}">' for tag, name in named.items()
    }
    return menus | {tag: f'{tag[:-1]} role="presentation">' for tag in _NO_MENUS}


def _tidy_labels(page: Cuts, start: int) -> None:
    """Take from labels what HTML refuses: an empty tabindex, a target that is not there."""
    page.replace(' tabindex="">', ">", start)
    aimless = ' for="__toc">'
    if aimless in page.text and ' id="__toc"' not in page.text:
        page.replace(aimless, ">", start)


def _let_the_theme_win(head: str, ours: str) -> str:
    """Put our styles between the engine's and the site's, so that the site's win."""
    edge = len(head.rstrip(" "))
    head, ours = head[:edge], head[edge:] + ours
    style = _OUR_STYLE.search(ours)
    engines = list(_ENGINE_STYLE.finditer(head)) if style else []
    if style is None or not engines:
        return head + ours
    at = engines[-1].end()
    return head[:at] + style[0] + head[at:] + ours[: style.start()] + ours[style.end() :]


def _hide_feeds_from_engine(html: str) -> str:
    """Keep the engine's script from asking for a sitemap beside every feed: console errors.

    It takes each `link[rel=alternate]` for a translation of the site. A blank in the value means
    nothing in a list of words, but is not what it looks for.
    """
    return _FEED.sub(r"\1 \2", html)
