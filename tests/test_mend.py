"""The engine's own faults are repaired, and what is no fault stays as it was."""

from __future__ import annotations

import pytest

from cmflow.catalogue import catalogue
from cmflow.cuts import Cuts
from cmflow.mend import mend_body, mend_head

SEARCH = (
    '<div class="md-search" data-md-component="search" role="dialog">'
    '<nav class="md-search__options" aria-label="Recherche">'
)


def mended(html: str, ours: str = "") -> str:
    page = Cuts(html)
    mend_body(page, 0, catalogue("fr"))
    return mend_head(page.done(), ours)


def test_the_search_is_named_with_the_word_of_the_engine():
    assert 'role="dialog" aria-label="Recherche">' in mended(SEARCH)


def test_a_part_of_the_menu_is_named_by_its_title_not_by_its_icon():
    html = (
        '<nav class="md-nav" data-md-level="1" aria-labelledby="__nav_1_label" '
        'aria-expanded="true">\n<label class="md-nav__title" for="__nav_1">'
        '<span class="md-nav__icon md-icon"></span>\n R&amp;D </label>'
    )
    assert '<nav class="md-nav" data-md-level="1" aria-label="R&amp;D" aria-expanded' in mended(
        html
    )


@pytest.mark.parametrize(
    ("fault", "repaired"),
    [
        ('<nav class="md-pagination">', '<nav class="md-pagination" aria-label="Pages">'),
        ('<nav class="md-tags" >', '<nav class="md-tags" aria-label="Étiquettes">'),
        ('<nav class="md-post__action">', '<nav class="md-post__action" role="presentation">'),
        ('<label for="x" tabindex="">', '<label for="x">'),
        ('<label class="md-nav__title" for="__toc">', '<label class="md-nav__title">'),
        (
            '<label class="md-header__button md-icon" for="__search" aria-label="Recherche">',
            '<label class="md-header__button md-icon" for="__search" title="Recherche">',
        ),
        (
            '<link rel="alternate" type="application/atom+xml" href="feed.xml">',
            '<link rel="alternate " type="application/atom+xml" href="feed.xml">',
        ),
    ],
)
def test_a_known_fault_is_repaired_once(fault: str, repaired: str):
    assert mended(fault) == repaired
    assert mended(repaired) == repaired


def test_a_label_keeps_the_target_that_is_there():
    html = '<input id="__toc" type="checkbox"><label class="md-nav__title" for="__toc">'
    assert mended(html.replace("<input id", '<input type="x" id')).endswith('for="__toc">')


def test_a_translation_of_the_page_stays_a_translation():
    html = '<link rel="alternate" href="/en/" hreflang="en">'
    assert mended(html) == html


@pytest.mark.parametrize(
    "engine", ["main.57a0d79d", "classic/main.68ef4dbf", "modern/palette.b60ce83d"]
)
def test_our_styles_come_after_the_engine_and_before_the_site(engine: str):
    engines = f'<link rel="stylesheet" href="../assets/stylesheets/{engine}.min.css">\n'
    sites = '<link rel="stylesheet" href="../assets/stylesheets/brand.css">\n'
    ours = '<link rel="stylesheet" href="../assets/cmflow/cmflow.0a1b2c3d.css">\n'
    assert mended(engines + sites + "  ", ours) == engines + "  " + ours + sites


def test_a_page_of_another_engine_passes_unchanged():
    html = '<html><head><link rel="stylesheet" href="a.css"></head><body><nav>x</nav></body></html>'
    assert mended(html) == html
