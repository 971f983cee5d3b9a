"""Our search answers as well as Material's, on a real blog, from far fewer bytes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from test_pages import CHROMIUM, FLAGS, needs_chromium

from cmflow.engines import material

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))

import blogs  # from bench/, that writes blogs of any size
import searching  # and this asks both scripts

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.corpus
@needs_chromium
@pytest.mark.skipif(not blogs.CORPUS.is_dir(), reason="no corpus beside this checkout")
def test_what_material_puts_first_is_among_our_first_five(tmp_path):
    from playwright.sync_api import sync_playwright

    site = tmp_path / "site"
    material.build(blogs.write(tmp_path, 566), site, strict=False, talk=lambda _: None)
    searching.prepare(site)
    entries = json.loads((site / "search" / "search_index.json").read_bytes())["docs"]
    with sync_playwright() as playwright, searching.serving(site) as address:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context().new_page()
        kinds = searching.compare(page, address, searching.questions(entries))
        files, size = searching.session(
            browser.new_context().new_page(), address, site, every_key=True
        )
    asked = sum(kind.asked for kind in kinds)
    assert asked > 500
    assert sum(kind.among_five for kind in kinds) / asked >= 0.95, kinds
    assert 10 < files < 200
    assert size < 1_000_000
