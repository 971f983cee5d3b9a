"""Repair what the engine's own HTML does to users of assistive technology, and to the console.

Known markup of Material 9.7 and 9.8 and of Zensical 0.0.70; anything else passes unchanged. Faults
are named by the rules of axe-core (https://dequeuniversity.com/rules/axe/4.11). Contrast and
underlines are repaired in `assets/cmflow.css`.
"""

from __future__ import annotations

import re
from html import escape

from cmflow.catalogue import Catalogue
from cmflow.outline import plain

_DIALOG = '<div class="md-search" data-md-component="search" role="dialog">'
_SEARCH = re.compile(r'<nav class="md-search__options" aria-label="(?P<name>[^"]*)"')
_NAV = '<nav class="md-'
_MENU = re.compile(
    r'(?P<open><nav class="md-nav" data-md-level="\d+") aria-labelledby="[^"]*"(?P<rest>[^>]*>\s*'
    r'<label class="md-nav__title" for="[^"]*">(?P<title>.*?)</label>)',
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
_SEARCHER = re.compile(
    r'(?P<before><script id="__config" type="application/json">[^<]*?"search":\s*"[^"]*)'
    r'assets/javascripts/workers/search\.[0-9a-f]+\.min\.js"'
)
_OUR_STYLE = re.compile(
    r'[ ]*<link rel="stylesheet" href="[^"]*assets/cmflow/cmflow\.[^"]*\.css">\n?'
)


def mend(html: str, words: Catalogue) -> str:
    """Return a finished page without the faults that the engine left in it."""
    # A page is long and its head is short: patterns look at the head, or at a place found by a
    # plain search.
    head, mark, body = html.partition("</head>")
    head = _hide_feeds_from_engine(_let_the_theme_win(head))
    html = _name_navigation(head + mark + body, words)
    # A label has no role that could bear a name of its own (aria-prohibited-attr).
    for label in _LABELS:
        html = html.replace(f"{label} aria-label=", f"{label} title=", 1)
    return _tidy_labels(html)


def point_search(html: str, searcher: str) -> str:
    """Have the engine's search dialog ask another script; `searcher` is its address."""
    return _SEARCHER.sub(lambda match: f'{match["before"]}{searcher}"', html, count=1)


def _name_navigation(html: str, words: Catalogue) -> str:
    """Name each part of the navigation, and the search with the word the engine has for it."""
    tags = _tags(words)
    parts: list[str] = []
    search = None
    done, at = 0, html.find(_NAV)
    while at >= 0:
        end = html.find(">", at) + 1
        tag = html[at:end]
        if tag in tags:
            parts += (html[done:at], tags[tag])
            done = end
        elif menu := _MENU.match(html, at):
            parts += (html[done:at], _name_menu(menu))
            done = menu.end()
        else:
            search = search or _SEARCH.match(tag)
        at = html.find(_NAV, max(done, at + len(_NAV)))
    html = "".join([*parts, html[done:]])
    if search is None:
        return html
    # A dialog wants a name (aria-dialog-name).
    return html.replace(_DIALOG, f'{_DIALOG[:-1]} aria-label="{search["name"]}">', 1)


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


def _name_menu(menu: re.Match[str]) -> str:
    """Name a part of the menu by its title: its label may hold only an icon (landmark-unique)."""
    return f'{menu["open"]} aria-label="{escape(plain(menu["title"]))}"{menu["rest"]}'


def _tidy_labels(html: str) -> str:
    """Take from labels what HTML refuses: an empty tabindex, a target that is not there."""
    html = html.replace(' tabindex="">', ">")
    return html if ' id="__toc"' in html else html.replace(' for="__toc">', ">")


def _let_the_theme_win(html: str) -> str:
    """Put our styles between the engine's and the site's, so that the site's win."""
    ours = _OUR_STYLE.search(html)
    engines = list(_ENGINE_STYLE.finditer(html, 0, ours.start())) if ours else []
    if ours is None or not engines:
        return html
    at = engines[-1].end()
    return html[:at] + ours[0] + html[at : ours.start()] + html[ours.end() :]


def _hide_feeds_from_engine(html: str) -> str:
    """Keep the engine's script from asking for a sitemap beside every feed: console errors.

    It takes each `link[rel=alternate]` for a translation of the site. A blank in the value means
    nothing in a list of words, but is not what it looks for.
    """
    return _FEED.sub(r"\1 \2", html)
