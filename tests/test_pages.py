"""The example's pages as readers get them: accessible, valid, quiet, judged by tools we did not write."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served import ROOT, copy_example, serving

from cmflow import build

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CHROMIUM = next(
    (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))),
    "",
)
MODULES = ROOT / "tests" / "web" / "node_modules"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine")
needs_judges = pytest.mark.skipif(
    not MODULES.is_dir(), reason="no npm on this machine when it was set up"
)
needs_java = pytest.mark.skipif(not shutil.which("java"), reason="no Java on this machine")

PAGES = {
    "home": "",
    "second-page": "page/2/",
    "post": "articles/la-poche-de-madame-quere/",
    "post-with-corrections": "articles/chiffres-des-retours/",
    "video": "articles/le-surjet/",
    "footnotes": "articles/ce-que-dit-une-voile/",
    "interview": "articles/kwame-sarpong/",
    "interview-of-two": "articles/bintou-diarra-noe-rivoal/",
    "series": "series/quatre-mots/",
    "questions": "questions/",
    "question": "questions/quatre-mots/",
    "event": "events/portes-ouvertes-2027/",
    "past-event": "events/apres-midi-reparation-2026/",
    "category": "category/r%C3%A9parer/",
    "archive": "archive/2026/",
    "author": "author/lea-kermadec/",
    "tags": "tags/",
    "calendar": "calendrier/",
    "page": "charte/",
    "not-found": "no/such/page/",
}
"""One page of every kind that the example has."""

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built once."""
    config = copy_example(tmp_path_factory.mktemp("example"))
    warnings: list[str] = []
    made = build.build(
        config, engine="material", strict=True, now=dt.datetime.now(dt.UTC), talk=warnings.append
    )
    assert warnings == []
    return made.site


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(site) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@needs_chromium
@needs_judges
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_is_accessible_and_asks_nobody_else(browser, address, kind, scheme, viewport):
    axe = (MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    elsewhere: list[str] = []
    complaints: list[str] = []
    page.on(
        "request",
        lambda r: elsewhere.append(r.url) if _host(r.url) not in ("", _host(address)) else None,
    )
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address + PAGES[kind], wait_until="networkidle")
    worn = page.evaluate("document.body.getAttribute('data-md-color-scheme')")
    assert worn == ("slate" if scheme == "dark" else "default")
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    context.close()
    found = [
        f"{v['id']} ({v['impact']}): {node['target']}"
        for v in result["violations"]
        for node in v["nodes"]
    ]
    assert found == []
    assert elsewhere == []
    assert [c for c in complaints if kind != "not-found" or "404" not in c] == []


@needs_judges
@needs_java
def test_the_html_is_valid(site):
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [
        "java",
        "-Xss4m",
        "-jar",
        str(jar),
        "--skip-non-html",
        "--format",
        "json",
        "--exit-zero-always",
    ]
    done = subprocess.run([*command, str(site)], capture_output=True, text=True, check=True)
    messages = json.loads(done.stderr)["messages"]
    # Material marks its toggles `autocomplete="off"`, which HTML does not know on a checkbox.
    ours = [m for m in messages if m["type"] == "error" and "autocomplete" not in m["message"]]
    assert (
        sorted({f"{m['message']} [{Path(m['url']).parent.name}:{m['lastLine']}]" for m in ours})
        == []
    )


@needs_chromium
@needs_judges
@pytest.mark.parametrize("kind", ["home", "post", "interview"])
def test_lighthouse_has_nothing_to_add(address, kind, tmp_path):
    report = tmp_path / "report.json"
    subprocess.run(
        [
            "node", str(MODULES / "lighthouse" / "cli" / "index.js"), address + PAGES[kind], "--quiet",
            "--only-categories=accessibility,best-practices,seo", "--output=json", f"--output-path={report}",
            "--chrome-flags=" + " ".join(["--headless", *FLAGS]),
        ],
        env={**os.environ, "CHROME_PATH": CHROMIUM}, capture_output=True, check=True, timeout=180,
    )  # fmt: skip
    read = json.loads(report.read_text("utf-8"))
    weak = {
        name: [
            ref["id"] for ref in part["auditRefs"]
            if ref["weight"] and (read["audits"][ref["id"]]["score"] or 0) < 1
            and read["audits"][ref["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
        ]
        for name, part in read["categories"].items() if part["score"] != 1
    }  # fmt: skip
    assert weak == {}


def _host(url: str) -> str:
    return urlsplit(url).netloc if url.startswith("http") else ""
