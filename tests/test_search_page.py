"""The search dialog as a reader uses it, answered out of shards."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served import serving
from sites import CONFIG, a_post, built, front, make_site
from test_pages import CHROMIUM, FLAGS, MODULES, needs_chromium, needs_judges

from cmflow.search.words import fold, words

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCRIPT = Path(__file__).parent.parent / "cmflow" / "assets" / "cmflow-search.js"
HOSTILE = '<img src=x onerror="document.title=1"> & Cie'
POSTS = {
    "marche": a_post(
        "marche",
        "Au marché, l’entreprise vend des œufs.\n\n<!-- more -->\n\n## Réparer\n\nUne réparation à la main.",
        title="Le marché couvert",
        tags=["Été"],
    ),
    "nordique": a_post("nordique", title="La marche nordique"),
    "voile": a_post("voile", "Ce qui marche : la couture 1.75.0.", title="La voile"),
    "hostile": a_post("hostile", "Un `<script>` et &lt;b&gt; zinzolin.", title=HOSTILE),
    **{f"texte-{at}": a_post(f"texte-{at}", f"Le mot rare{at} et la couture.") for at in range(30)},
}
FEATURES = ["search.highlight", "search.suggest", "navigation.instant"]


def make(root: Path, **config: object) -> Path:
    files = {f"blog/posts/{slug}.md": text for slug, text in POSTS.items()}
    files["blog/cache.md"] = front("zinzolin", title="Caché", search={"exclude": True})
    theme = CONFIG["theme"] | {"features": FEATURES}
    return built(make_site(root, files, theme=theme, **config))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Reader:
    """A page with its search dialog, and what its browser fetched and complained of."""

    def __init__(self, page, address: str) -> None:
        self.page, self.fetched, self.complaints = page, [], []
        page.context.on("request", lambda request: self.fetched.append(request.url))
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address, wait_until="networkidle")

    def ask(self, question: str) -> list[str]:
        """Type a question; returns the paths of the pages that are found, the best first."""
        field = self.page.locator("input.md-search__input")
        field.click()
        field.fill("")
        self.page.wait_for_timeout(50)
        # Material hears keys.
        field.press_sequentially(question)
        self.page.wait_for_timeout(400)
        found = self.page.eval_on_selector_all(
            ".md-search-result__item > a", "all => all.map(a => new URL(a.href).pathname)"
        )
        return list(dict.fromkeys(found))

    def html(self) -> str:
        return self.page.inner_html(".md-search-result__list")


@contextlib.contextmanager
def reading(browser, folder: Path, path: str = "") -> Iterator[Reader]:
    with serving(folder) as address:
        context = browser.new_context(reduced_motion="reduce")
        yield Reader(context.new_page(), address + path)
        context.close()


@needs_chromium
def test_a_reader_finds_words_by_their_beginning_with_and_without_accents(browser, site):
    with reading(browser, site) as reader:
        assert reader.ask("marché")[0] == "/articles/marche/"
        assert "<mark>marché</mark>" in reader.html()
        assert reader.ask("marche") == [
            "/articles/nordique/", "/articles/marche/", "/articles/voile/",
        ]  # fmt: skip
        assert reader.ask("entrepr") == ["/articles/marche/"]
        assert "<mark>entreprise</mark>" in reader.html()
        assert reader.ask("oeufs") == ["/articles/marche/"]
        assert reader.ask("1.75") == ["/articles/voile/"]
        assert reader.ask("ete")[0] == "/articles/marche/"
        assert reader.ask("zzz") == []
        assert "Aucun document trouvé" in reader.page.inner_text(".md-search-result__meta")
        assert reader.complaints == []


@needs_chromium
def test_a_section_is_found_by_its_anchor_and_a_missing_word_is_named(browser, site):
    with reading(browser, site, "articles/voile/") as reader:
        assert reader.ask("réparation zèbre") == ["/articles/marche/"]
        links = reader.page.eval_on_selector_all(
            ".md-search-result__item a", "all => all.map(a => a.href)"
        )
        assert any("/articles/marche/?h=" in link and link.endswith("#reparer") for link in links)
        assert reader.page.inner_text("del") == "zèbre"


@needs_chromium
def test_quoted_and_marked_words_are_needed_or_unwanted(browser, site):
    with reading(browser, site) as reader:
        assert reader.ask('"rare7 couture"') == ["/articles/texte-7/"]
        assert reader.ask("+couture +rare7") == ["/articles/texte-7/"]
        assert "/articles/voile/" not in reader.ask("couture -voile")


@needs_chromium
def test_the_word_that_was_asked_for_is_marked_on_the_page(browser, site):
    with reading(browser, site) as reader:
        reader.ask("oeufs")
        reader.page.locator(".md-search-result__item a").first.click()
        reader.page.wait_for_url("**/articles/marche/**")
        marked = reader.page.locator(".md-content mark[data-md-highlight]").first
        assert marked.inner_text() == "œufs"


@needs_chromium
def test_a_hostile_title_and_a_hostile_question_are_text(browser, site):
    with reading(browser, site) as reader:
        reader.ask("zinzolin")
        assert "onerror=" in reader.page.inner_text(".md-search-result__list h1")
        assert reader.page.locator(".md-search-result__list img").count() == 0
        reader.ask('<img src=x onerror="document.title=1"> couture')
        assert reader.page.locator(".md-search-result__list img").count() == 0
        assert reader.page.title() != "1"
        assert reader.complaints == []


@needs_chromium
def test_what_is_excluded_is_not_found(browser, site):
    with reading(browser, site) as reader:
        assert reader.ask("zinzolin") == ["/articles/hostile/"]


@needs_chromium
@pytest.mark.parametrize(
    ("where", "config"),
    [("", {"use_directory_urls": False}), ("journal/", {"site_url": "https://e.example/journal/"})],
    ids=["no directories", "below a path"],
)
def test_it_works_wherever_the_site_lies(browser, tmp_path, where, config):
    out = make(tmp_path / "made", **config)
    root = tmp_path / "root"
    (root / where).parent.mkdir(parents=True, exist_ok=True)
    out.rename(root / where) if where else out.rename(root)
    ending = ".html" if "use_directory_urls" in config else "/"
    with reading(browser, root, f"{where}articles/voile{ending}") as reader:
        assert reader.ask("entreprise") == [f"/{where}articles/marche{ending}"]
        assert {urlsplit(url).hostname for url in reader.fetched} <= {"127.0.0.1"}
        # What a static host shows in the place of a page that is not there.
        if where:
            reader.page.goto(reader.page.url.partition("articles/")[0] + "404.html")
            assert reader.ask("entreprise") == [f"/{where}articles/marche{ending}"]


@needs_chromium
def test_before_a_question_next_to_nothing_is_fetched(browser, site):
    with reading(browser, site) as reader:
        before = [url for url in reader.fetched if "/search/" in url]
        assert [url.rpartition("/")[2] for url in before] == ["search_index.json"]
        reader.ask("entreprise")
        after = [url for url in reader.fetched if "/search/" in url]
        assert 3 <= len(after) <= 8
        assert len(after) == len(set(after))


@needs_chromium
def test_a_site_that_was_published_anew_meanwhile_is_asked_anew(browser, site, tmp_path):
    there = tmp_path / "site"
    shutil.copytree(site, there)
    with reading(browser, there) as reader:
        shutil.rmtree(there / "search")
        (tmp_path / "new").mkdir()
        out = make(tmp_path / "new", extra={"unused": 1})
        manifest = json.loads((out / "search" / "search_index.json").read_bytes())
        old = there / "search"
        shutil.copytree(out / "search", old)
        directory = old / f"{manifest['config']['directory']}.json"
        data = json.loads(directory.read_bytes())
        data[0] += " anew"
        directory.unlink()
        (old / "anew.json").write_text(json.dumps(data), "utf-8")
        manifest["config"]["directory"] = "anew"
        (old / "search_index.json").write_text(json.dumps(manifest), "utf-8")
        assert reader.ask("entreprise") == ["/articles/marche/"]


@needs_chromium
@needs_judges
def test_the_dialog_with_its_results_is_accessible(browser, site):
    with reading(browser, site) as reader:
        reader.ask("couture")
        reader.page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))
        result = reader.page.evaluate("axe.run('.md-search', {resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["target"]) for v in result["violations"]] == []


@needs_chromium
def test_the_script_knows_words_as_the_index_does(browser):
    texts = [
        "L’été à l'atelier", "Rust 1.75.0, v2.1 et 3,5 kg; 12.a", "cœur Straße Ελλάς ΣΟΦΌΣ", "a_b c-d",
        "E\u0301te\u0301", "Ирина ёлка", "שָׁלוֹם", "らいどっと", "x" * 90, "½ x² Ⅷ ٣٫٥", "naïve—café…",
    ]  # fmt: skip
    context = browser.new_context()
    page = context.new_page()
    page.goto("data:text/html,<title>x</title>")
    source = SCRIPT.read_text("utf-8").replace("self.location", "'http://x.example/a/b/c.js'")
    told = page.evaluate(
        "([source, texts]) => { const { words } = new Function('addEventListener', source + "
        "'; return { words }')(() => {}); return texts.map(text => words(text)); }",
        [source, texts],
    )
    context.close()
    for text, found in zip(texts, told, strict=True):
        assert sorted(one["small"] for one in found) == sorted(words(text).elements()), text
        assert [one["word"] for one in found] == [fold(one["small"]) for one in found], text
