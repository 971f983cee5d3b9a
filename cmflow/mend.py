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
_LABEL = re.compile(
    r'(<label class="md-header__button md-icon" for="__(?:drawer|search)") aria-label='
)
_FEED = re.compile(
    r'(<link rel="alternate)(" type="application/(?:atom\+xml|feed\+json|rss\+xml)")'
)
_ENGINE_STYLE = re.compile(
    r'<link rel="stylesheet" href="[^"]*assets/stylesheets/(?:classic/|modern/)?'
    r'(?:main|palette)\.[0-9a-f]+\.min\.css">\n?'
)
_OUR_STYLE = re.compile(
    r'[ ]*<link rel="stylesheet" href="[^"]*assets/cmflow/cmflow\.[^"]*\.css">\n?'
)


def mend(html: str, words: Catalogue) -> str:
    """Return a finished page without the faults that the engine left in it."""
    html = _name_search(html)
    # A label has no role that could bear a name of its own (aria-prohibited-attr).
    html = _LABEL.sub(r"\1 title=", html)
    html = _MENU.sub(_name_menu, html)
    html = _tell_menus_apart(html, words)
    html = _tidy_labels(html)
    html = _let_the_theme_win(html)
    return _hide_feeds_from_engine(html)


def _name_search(html: str) -> str:
    """Name the search, with the word that the engine has for it (aria-dialog-name)."""
    name = _SEARCH.search(html)
    return (
        html.replace(_DIALOG, f'{_DIALOG[:-1]} aria-label="{name["name"]}">', 1) if name else html
    )


def _name_menu(menu: re.Match[str]) -> str:
    """Name a part of the menu by its title: its label may hold only an icon (landmark-unique)."""
    return f'{menu["open"]} aria-label="{escape(plain(menu["title"]))}"{menu["rest"]}'


def _tell_menus_apart(html: str, words: Catalogue) -> str:
    """Name what is a menu, and call no menu what only looks like one (landmark-unique)."""
    for tag, name in (
        ('<nav class="md-nav md-nav--primary">', words.gettext("This post")),
        ('<nav class="md-pagination">', words.gettext("Pages")),
        ('<nav class="md-tags" >', words.gettext("Tags")),
    ):
        html = html.replace(tag, f'{tag[:-1].rstrip()} aria-label="{escape(name)}">')
    for tag in _NO_MENUS:
        html = html.replace(tag, f'{tag[:-1]} role="presentation">')
    return html


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
