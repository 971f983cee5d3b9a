"""Feeds are valid, whole and stable, whatever a writer or a stranger put into them."""

import datetime as dt
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from factory import atom, event, json_feed, page, post, settings, site
from feed_judges import GRAMMAR, judged
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import fragment_fromstring

from cmflow import feed_parts
from cmflow.feed_entry import harmless
from cmflow.feeds import category_feed, feeds
from cmflow.post import Author, Correction, Guest, Picture, Video
from cmflow.settings import Blog, Feeds, Organisation
from cmflow.site import Site
from cmflow.written import Made

HERE = Path(__file__).parent
ATOM = {"a": "http://www.w3.org/2005/Atom"}

INTERVIEW = post(
    "ana-silva",
    title="Ana Silva : « la toile parle » !",
    day="2026-10-06",
    updated="2026-10-08",
    authors=("lea", "inconnu"),
    categories=("Réparer",),
    tags=("toile", "couture"),
    series="quatre-mots",
    episode=0,
    summary="Elle répare des spis & des vies.",
    guests=(Guest("Ana Silva", "voilière", "Port-Louis", url="https://ana.example/"),),
    image=Picture("../assets/une voile.jpg", "Une voile rouge", "Photo : Yann"),
    video=Video("https://videos.example/1", "Ana à la machine", Picture("../assets/p.jpg", "Ana")),
    corrections=(Correction(dt.date(2026, 10, 8), "Le spi mesure 7 m, non 8 m."),),
)
TEXT = """<p>Voir <a href="../autre/#suite">la suite</a> ; <a href="#fn:1">note</a>.</p>
<h2 id="mots">Quatre mots ?<a class="headerlink" href="#mots" title="Lien permanent">&para;</a></h2>
<img alt="Le bassin" src="../../assets/bassin.png" class="large" onload="evil()">
<script>alert(1)</script><!-- cmflow: share -->"""


def whole(*posts, **changes):
    made = site(posts, **changes)
    return made, feeds(made)[0]


def checked(feed, made):
    """Return a feed in both formats, each after its judges."""
    return judged(atom(feed, made), json_feed(feed, made))


def golden():
    posts = (INTERVIEW, post("autre", day="2026-09-01", authors=("yann",)))
    return whole(*posts, contents={"ana-silva": TEXT}, locale="en")


@pytest.mark.parametrize("extension", ["xml", "json"])
def test_a_feed_reads_as_its_golden_file(extension):
    made, feed = golden()
    checked(feed, made)
    written = (atom if extension == "xml" else json_feed)(feed, made)
    assert written.decode() == (HERE / f"golden/feed.{extension}").read_text("utf-8")


def test_every_list_that_has_posts_has_a_feed_beside_its_page():
    made = site(
        [INTERVIEW, post("autre", day="2026-09-01", categories=("Atelier",))],
        pages=[page("series/quatre-mots.md"), page("tags.md")],
        bodies={"tags.md": "# Mots\n\n<!-- material/tags -->"},
    )
    found = {feed.path: (feed.home, [p.slug for p in feed.posts]) for feed in feeds(made)}
    assert found == {
        "feed": ("", ["ana-silva", "autre"]),
        "author/lea/feed": ("author/lea/", ["ana-silva"]),
        "category/atelier/feed": ("category/atelier/", ["autre"]),
        "category/réparer/feed": ("category/r%C3%A9parer/", ["ana-silva"]),
        "series/quatre-mots/feed": ("series/quatre-mots/", ["ana-silva"]),
        "tag/couture/feed": ("tags/#tag:couture", ["ana-silva"]),
        "tag/toile/feed": ("tags/#tag:toile", ["ana-silva"]),
    }
    for feed in feeds(made):
        checked(feed, made)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({}, "category/atelier/feed"),
        ({"directory_urls": False}, "category/atelier/feed"),
        ({"blog": Blog()}, "blog/category/atelier/feed"),
        ({"blog": Blog(categories_url_format="../themes/{slug}")}, "themes/atelier/feed"),
    ],
)
def test_a_category_has_its_feed_where_the_engine_lists_its_posts(changes, path):
    assert category_feed("Atelier", settings(**changes)) == path


def test_names_with_the_same_slug_share_a_feed_named_after_both():
    made = site(
        [post("un", categories=("C",)), post("deux", day="2026-10-05", categories=("C++",))]
    )
    shared = next(feed for feed in feeds(made) if feed.path == "category/c/feed")
    assert shared.title == "Les Ateliers · C, C++"
    assert [p.slug for p in shared.posts] == ["un", "deux"]


def test_a_list_never_takes_the_place_of_the_site_feed_nor_leaves_the_site():
    hostile = {"../../x": Author("Eve", "", "", slug="../../../etc")}
    blog = Blog(blog_dir=".", post_url_format="{slug}", categories_url_format="{slug}")
    made = site([post("un", categories=("!!!",), authors=("../../x",))], authors=hostile, blog=blog)
    paths = [feed.path for feed in feeds(made)]
    assert paths.count("feed") == 1
    assert all(".." not in path.split("/") for path in paths)


def test_a_feed_carries_the_newest_posts_only():
    posts = [post(f"p{n}", day=f"2026-10-{n:02}", tags=("t",)) for n in range(1, 10)]
    made = site(posts, feeds=Feeds(entries=3))
    assert [[p.slug for p in feed.posts] for feed in feeds(made)] == [["p9", "p8", "p7"]] * 2


def test_links_pictures_and_text_stand_for_themselves():
    made, feed = whole(INTERVIEW, contents={"ana-silva": TEXT})
    _, data = checked(feed, made)
    html = data["items"][0]["content_html"]
    addresses = re.findall(r'(?:href|src|poster)="([^"]*)"', html)
    assert all(address.startswith("https://") for address in addresses)
    root = "https://ateliers.example/journal/"
    assert f'href="{root}articles/autre/#suite"' in html
    assert f'href="{root}articles/ana-silva/#fn:1"' in html
    assert f'src="{root}assets/bassin.png"' in html
    assert f'src="{root}assets/une%20voile.jpg"' in html
    assert f'<a href="{root}articles/ana-silva/"><img src="{root}assets/p.jpg"' in html
    assert not re.search(r"script|alert|evil|headerlink|¶|cmflow|class=", html)
    assert "Quatre mots\u202f?</h2>" in html


def test_the_main_picture_is_not_shown_twice():
    own = '<p><img alt="" src="../../assets/une%20voile.jpg"></p>'
    made, feed = whole(INTERVIEW, contents={"ana-silva": own})
    assert checked(feed, made)[1]["items"][0]["content_html"].count("une%20voile.jpg") == 1


HOSTILE = "</title><script>alert(1)</script> ]]> {{ 7*7 }}\x00\x0b\ud800 \uffff « &amp; »\nfin"


def test_hostile_words_are_text_in_a_valid_feed():
    made, _ = whole(
        post(
            "eve",
            title=HOSTILE,
            summary=HOSTILE,
            tags=(HOSTILE, "\x00"),
            categories=(HOSTILE,),
            authors=("eve",),
            guests=(Guest(HOSTILE, HOSTILE, url="javascript:alert(1)"),),
            image=Picture("a.png", f'" onload="{HOSTILE}', HOSTILE),
            corrections=(Correction(dt.date(2026, 1, 1), HOSTILE),),
        ),
        contents={"eve": f"<p>{HOSTILE}</p><a href='javascript:x'>x</a><a href='http://['>y</a>"},
        authors={"eve": Author(HOSTILE, "", "", url="javascript:alert(1)")},
        site_name=HOSTILE,
        site_description=HOSTILE,
        organisation=Organisation(HOSTILE, "javascript:alert(1)"),
    )
    for one in feeds(made):
        document, data = checked(one, made)
    title = document.findtext("a:entry/a:title", namespaces=ATOM)
    assert title == "</title><script>alert(1)</script> ]]> {{ 7*7 }} «\u00a0&amp;\u00a0» fin"
    shown = fragment_fromstring(data["items"][0]["content_html"], create_parent=True)
    assert not shown.xpath("//script | //title | //@onload | //@*[contains(., 'javascript:')]")


@given(st.text())
def test_any_title_makes_a_valid_feed(title):
    made, feed = whole(post("un", title=title))
    checked(feed, made)


@given(st.text(alphabet="<>/ab=\"' hrefscript:&;-!\x00\ud800"))
def test_no_text_brings_a_script_or_a_foreign_scheme(html):
    clean = harmless(f"{html}<script>x</script>", "https://ateliers.example/a/")
    assert "<script" not in clean.lower()
    assert not re.search(r"<[^>]*=\"(?!https?:|mailto:|tel:)[a-z]+:", clean)


def test_ids_survive_dates_titles_and_addresses_that_change():
    def ids(one, **changes):
        made, feed = whole(one, **changes)
        document, _ = checked(feed, made)
        return document.xpath("//a:id/text()", namespaces=ATOM)

    first = ids(post("une-voile"))
    moved = post("une-voile", title="Neuf", day="2027-01-01", folder="posts/interviews")
    by_date = Blog(blog_dir=".", post_url_format="{date}/{slug}")
    assert ids(moved, site_url="http://www.ateliers.example:8080/journal", blog=by_date) == first
    assert not set(ids(post("autre"), site_url="https://ateliers.example/notes/")) & set(first)
    assert ids(post("autre"))[1] != first[1]


def test_a_second_run_changes_no_byte_and_the_clock_has_no_part_in_it():
    made, feed = whole(INTERVIEW, post("autre", day="2026-09-01"))
    again, same = whole(INTERVIEW, post("autre", day="2026-09-01"))
    again.moment += dt.timedelta(days=400)
    assert atom(feed, made) == atom(same, again)
    assert json_feed(feed, made) == json_feed(same, again)
    assert b"<updated>2026-10-08T09:00:00+02:00</updated>" in atom(feed, made)


def test_people_without_a_name_are_left_out():
    nobody = {"lea": Author("\x00", "", "")}
    made, feed = whole(
        post("un", authors=("lea",), guests=(Guest(" "),)), authors=nobody, site_name=""
    )
    checked(feed, made)


def test_an_empty_site_has_one_valid_feed():
    made = site()
    (feed,) = feeds(made)
    document, data = checked(feed, made)
    assert data["items"] == []
    assert document.findtext("a:updated", namespaces=ATOM) == "1970-01-01T00:00:00+00:00"


def test_pages_and_posts_without_a_page_are_in_no_feed():
    draft = post("brouillon", tags=("secret",), draft=True)
    whole = site([post("un"), draft], pages=[page("fete.md", event=event())])
    urls = {path: url for path, url in whole.made.urls.items() if path != draft.path}
    made = Site(whole.settings, whole.library, Made(urls, whole.made.contents), now=whole.moment)
    assert [(f.path, [p.slug for p in f.posts]) for f in feeds(made)] == [("feed", ["un"])]


def test_an_english_site_keeps_its_spaces_and_language():
    made, feed = whole(post("one", title="What : no !"), locale="en", site_name="The works")
    document, data = checked(feed, made)
    assert data["language"] == document.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert data["items"][0]["title"] == "What : no !"


def test_the_grammar_refuses_a_feed_without_an_author():
    made, feed = whole(post("un"))
    document = etree.fromstring(atom(feed, made))
    document.remove(document.find("a:author", ATOM))
    assert not GRAMMAR.validate(document)


XML = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\x0b\x0c"))


@given(XML, XML, XML)
def test_atom_is_written_as_elementtree_writes_it(words, value, more):
    root = ElementTree.Element("feed", {"xmlns": value})
    ElementTree.SubElement(root, "title").text = words
    ElementTree.SubElement(root, "link", {"rel": value, "type": more, "href": words})
    inner = ElementTree.SubElement(root, "author")
    ElementTree.SubElement(inner, "name").text = more
    ElementTree.indent(root)
    ours = feed_parts.nested(
        "feed",
        [
            *feed_parts.text("title", words),
            feed_parts.link(value, more, words),
            feed_parts.nested("author", [feed_parts.element("name", more)], 1),
        ],
        0,
        {"xmlns": value},
    )
    assert ours == ElementTree.tostring(root, encoding="unicode")
