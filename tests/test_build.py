"""What a build makes and what it must never make, with both engines."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import lxml.html
import pytest
from sites import NOW, a_post, built, front, make_site, pages

from cmflow import build
from cmflow.errors import CmflowError

ENGINES = pytest.mark.parametrize("engine", build.ENGINES)

HOSTILE = '</title><script>alert("1")</script><b>x</b> {{ 7*7 }} {% include "x" %} & "q"'


def read(site: Path, name: str) -> str:
    return (site / name / "index.html").read_text("utf-8")


def strangers(tree: lxml.html.HtmlElement) -> list[str]:
    """Scripts and handlers that no template of ours or of the engine's has written."""
    scripts = [s.text_content() for s in tree.iter("script") if "alert" in s.text_content()]
    typed = [s for s in scripts if not s.lstrip().startswith("{")]
    handlers = [
        str(e.attrib) for e in tree.iter() if any(str(k).startswith("on") for k in e.attrib)
    ]
    links = [h for e, _, h, _ in tree.iterlinks() if h.lower().startswith("javascript:")]
    return typed + handlers + links


@ENGINES
def test_what_a_stranger_or_a_title_says_is_text_on_the_page(tmp_path, engine):
    comment = front(
        f'<p>Bonjour {HOSTILE}</p><img src=x onerror=alert(1)><a href="javascript:alert(1)">ici</a>',
        id="m.example/1",
        author={"name": HOSTILE, "url": "javascript:alert(1)"},
        url="javascript:alert(2)",
        published=NOW,
        status="approved",
    )
    authors = f"authors:\n  lea:\n    name: '{HOSTILE}'\n    description: '{HOSTILE}'\n    avatar: assets/lea.png\n"
    config = make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post(
                "a",
                title=HOSTILE,
                summary=HOSTILE,
                question=HOSTILE,
                guests=[
                    {"name": HOSTILE, "role": HOSTILE, "bio": HOSTILE, "url": "javascript:alert(1)"}
                ],
                corrections=[{"date": dt.date(2026, 10, 7), "text": HOSTILE}],
                video={
                    "src": "javascript:alert(1)",
                    "title": HOSTILE,
                    "points": [{"at": "0:01", "text": HOSTILE}],
                },
            ),
            "blog/posts/b.md": a_post("b"),
            "blog/.authors.yml": authors,
            "blog/index.md": "# Accueil\n\n<!-- cmflow: latest-posts -->\n",
            "community/comments/a/20261120-m-1.md": comment,
        },
    )
    site = built(config, engine)
    for path in site.rglob("*.html"):
        html = path.read_text("utf-8")
        assert strangers(lxml.html.document_fromstring(html.encode())) == [], path
        assert ">49<" not in html
    tree = lxml.html.document_fromstring(read(site, "articles/a").encode())
    assert tree.findtext(".//title").startswith(HOSTILE)
    assert tree.find(".//h1").text_content().strip() == HOSTILE.replace('" &', '" &')
    assert HOSTILE in tree.text_content()
    assert "Bonjour" in tree.text_content()


@ENGINES
def test_plans_and_what_is_kept_never_reach_the_site(tmp_path, engine):
    held = {
        "id": "m/1",
        "author": {"name": "CANARY-name"},
        "published": NOW,
        "url": "https://CANARY.example/",
    }
    config = make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post("a", persona="navigatrice", objective="CANARY-objective"),
            "blog/posts/draft.md": a_post(
                "brouillon", "CANARY-draft", title="CANARY-draft", draft=True
            ),
            "blog/posts/future.md": a_post(
                "futur", "CANARY-future", title="CANARY-future", date=dt.date(2091, 1, 1)
            ),
            "blog/.hidden.yml": "CANARY-hidden: true\n",
            "blog/.share.yml": "share:\n- {name: Ici, address: 'https://ici.example/?u={url}'} # CANARY-share\n",
            "plan/personas/navigatrice.md": front("CANARY-body", name="CANARY-persona"),
            "plan/ideas/idea.md": front("CANARY-idea", title="CANARY-idea"),
            "plan/events/secret.md": front("CANARY", title="CANARY-event", start=NOW),
            "plan/pause.yml": "reason: CANARY-pause\n",
            "community/comments/a/1.md": front("CANARY-held", **held, status="held"),
            "community/comments/a/2.md": front(
                "CANARY-rejected", **{**held, "id": "m/2"}, status="rejected"
            ),
            "community/comments/a/3.md": front(
                "CANARY-gone", **{**held, "id": "m/3"}, status="gone"
            ),
            "community/receipts/a/mastodon.yml": "state: reserved\nkey: CANARY-key\nurl: https://CANARY.example/\n",
            "community/reactions/a.yml": "CANARY-reaction: 1\n",
        },
    )
    site = built(config, engine)
    assert (site / "articles/a/index.html").is_file()
    leaks = [
        path.relative_to(site)
        for path in site.rglob("*")
        if path.is_file() and b"CANARY" in path.read_bytes()
    ]
    assert leaks == []


@ENGINES
def test_a_second_build_changes_no_byte_of_a_feed(tmp_path, engine):
    config = make_site(
        tmp_path, {f"blog/posts/{n}.md": a_post(f"post-{n}", tags=["Été"]) for n in "abc"}
    )

    def feeds() -> dict[str, bytes]:
        site = built(config, engine)
        return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("feed.*")}

    first = feeds()
    assert {"feed.xml", "feed.json", "category/atelier/feed.xml", "author/lea/feed.json"} <= set(
        first
    )
    assert any("tag/" in name for name in first)
    assert feeds() == first


def test_mkdocs_alone_builds_and_weaves_the_same_pages(tmp_path):
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a"), "blog/posts/b.md": a_post("b")})
    ours = {p: (built(config) / p).read_bytes() for p in pages(built(config))}
    shutil.rmtree(tmp_path / "site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", str(config)]
    subprocess.run(command, check=True, capture_output=True)
    assert {p: (tmp_path / "site" / p).read_bytes() for p in pages(tmp_path / "site")} == ours


def test_zensical_makes_the_same_addresses(tmp_path):
    files = {f"blog/posts/{n}.md": a_post(f"post-{n}", aliases=[f"old/{n}"]) for n in "abc"}
    config = make_site(tmp_path, {**files, "blog/pages/x.md": "# Une page\n"})
    material = pages(built(config))
    assert pages(built(config, "zensical")) == material


@ENGINES
def test_a_former_address_leads_to_the_present_one(tmp_path, engine):
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a", aliases=["2019/ancien/"])})
    html = read(built(config, engine), "2019/ancien")
    assert '<link rel="canonical" href="https://essai.example/articles/a/">' in html
    assert "url=../../articles/a/" in html


def test_an_alias_never_takes_the_place_of_a_page_or_leaves_the_site(tmp_path):
    config = make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post("a", aliases=["articles/b/", "../../outside/"]),
            "blog/posts/b.md": a_post("b"),
        },
    )
    site = built(config)
    assert "http-equiv" not in read(site, "articles/b")
    assert not (tmp_path.parent / "outside").exists()
    assert not (tmp_path / "outside").exists()


@ENGINES
def test_posts_that_cannot_be_read_are_all_named_and_the_old_site_stays(tmp_path, engine):
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a")})
    before = {p: (built(config, engine) / p).read_bytes() for p in pages(built(config, engine))}
    posts = tmp_path / "content/blog/posts"
    (posts / "colon.md").write_text("---\nslug: x\ntitle: Un titre : deux\n---\nTexte\n", "utf-8")
    (posts / "latin.md").write_bytes("---\ntitle: été\n---\n".encode("latin-1"))
    (posts / "nodate.md").write_text("---\nslug: y\n---\nTexte\n", "utf-8")
    (posts / "empty.md").write_bytes(b"")
    with pytest.raises(CmflowError) as caught:
        build.build(config, engine=engine, strict=False, now=NOW, talk=print)
    found = {(f.path.rpartition("/")[2], f.line, f.rule) for f in caught.value.findings}
    assert found == {
        ("colon.md", 3, "front-matter"),
        ("latin.md", 2, "encoding"),
        ("nodate.md", 2, "missing-key"),
        ("empty.md", 0, "empty-file"),
    }
    assert {p: (tmp_path / "site" / p).read_bytes() for p in pages(tmp_path / "site")} == before


def test_the_engines_own_failure_is_told_without_a_traceback(tmp_path):
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a", authors=["nobody"])})
    with pytest.raises(CmflowError, match="nobody"):
        build.build(config, engine="material", strict=False, now=NOW, talk=print)


@ENGINES
def test_a_slot_is_filled_where_the_writer_put_it_and_not_twice(tmp_path, engine):
    text = "Avant.\n\n<!-- cmflow: question -->\n\nAprès.\n"
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a", text, question="Et vous ?")})
    html = read(built(config, engine), "articles/a")
    body = html[html.index("<article") : html.index("</article>")]
    assert body.count("Et vous") == 1
    assert body.index("Avant.") < body.index("Et vous") < body.index("Après.")


@ENGINES
def test_a_question_is_read_across_all_interviews(tmp_path, engine):
    def interview(slug: str, answer: str) -> str:
        text = f"Bonjour.\n\n<!-- more -->\n\n## Quatre mots ? {{ #quatre-mots }}\n\n{answer} [b](b.md)\n\n## Fin\n\nMerci.\n"
        return a_post(slug, text, guests=[{"name": f"Invitée {slug}"}])

    config = make_site(
        tmp_path,
        {
            "blog/posts/interviews/a.md": interview("a", "Vent."),
            "blog/posts/interviews/b.md": interview("b", "Toile."),
            "blog/questions/quatre-mots.md": front(
                "<!-- cmflow: answers -->", title="Quatre mots ?"
            ),
        },
    )
    site = built(config, engine)
    tree = lxml.html.document_fromstring(read(site, "questions/quatre-mots").encode())
    text = tree.text_content()
    assert "Vent." in text
    assert "Toile." in text
    assert "Merci." not in text
    links = {link for _, _, link, _ in tree.iterlinks()}
    assert "../../articles/a/#quatre-mots" in links
    assert "../../questions/quatre-mots/" in read(site, "articles/a")


@ENGINES
def test_drafts_and_future_posts_are_in_no_list_feed_or_series(tmp_path, engine):
    config = make_site(
        tmp_path,
        {
            "blog/posts/a.md": a_post("a", series="s", episode=0),
            "blog/posts/b.md": a_post(
                "b", series="s", episode=1, title="Secret", date=dt.date(2091, 1, 1)
            ),
            "blog/posts/c.md": a_post("c", title="Secret", draft=True),
            "blog/index.md": "# Accueil\n\n<!-- cmflow: latest-posts count=9 -->\n\n<!-- cmflow: series id=s -->\n",
        },
    )
    site = built(config, engine)
    told = [
        p.relative_to(site)
        for p in site.rglob("*")
        if p.suffix in {".html", ".xml", ".json"} and b"Secret" in p.read_bytes()
    ]
    assert told == []


def test_french_spaces_are_made_right_on_the_page_and_left_alone_in_code(tmp_path):
    config = make_site(
        tmp_path, {"blog/posts/a.md": a_post("a", "Vraiment ? « Oui » : `a ? b : c`")}
    )
    html = read(built(config), "articles/a")
    assert "Vraiment\u202f? «\u00a0Oui\u00a0»\u00a0: <code>a ? b : c</code>" in html


def test_every_woven_block_has_its_place_in_the_documentation():
    from cmflow.gather import BLOCKS

    guide = (Path(__file__).parent.parent / "docs" / "slots.md").read_text("utf-8")
    assert set(re.findall(r"^### `([a-z-]+)`", guide, re.MULTILINE)) == set(BLOCKS)


@ENGINES
def test_a_build_that_fails_in_the_engine_leaves_the_old_site(tmp_path, engine):
    config = make_site(tmp_path, {"blog/posts/a.md": a_post("a")}, not_in_nav="x")
    site = built(config, engine)
    (site / ".kept").write_text("mine")
    before = {p: (site / p).read_bytes() for p in pages(site)}
    (tmp_path / "content/blog/posts/b.md").write_text(a_post("a"))
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme" / "main.html").write_text("{% this is no template %}")
    broken = config.read_text().replace("name: material", "name: material\n  custom_dir: theme")
    config.write_text(broken)
    with pytest.raises(CmflowError):
        build.build(config, engine=engine, strict=False, now=NOW, talk=print)
    assert {p: (site / p).read_bytes() for p in pages(site)} == before
    assert (site / ".kept").read_text() == "mine"
    assert not list((tmp_path / ".cmflow").glob("site-*"))


@ENGINES
def test_the_page_for_what_is_not_there_finds_its_styles_from_anywhere(tmp_path, engine):
    config = make_site(tmp_path, {}, site_url="https://essai.example/journal/")
    html = (built(config, engine) / "404.html").read_text("utf-8")
    woven = re.findall(r'(?:href|src)="([^"]*cmflow\.[0-9a-f]{8}\.(?:css|js))"', html)
    assert len(woven) == 2
    assert all(link.startswith("/journal/assets/cmflow/") for link in woven)


def test_a_port_that_is_taken_is_named_before_anything_is_built(tmp_path):
    config = make_site(tmp_path, {})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CmflowError) as caught:
            build.serve(config, address=address, talk=print)
    (finding,) = caught.value.findings
    assert finding.path == address
    assert "--address" in finding.remedy.show()
