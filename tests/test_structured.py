"""Structured data says what a page is about: full addresses, offsets, and nothing unknown."""

import datetime as dt
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from factory import LEA, event, page, post, site

from cmflow.post import Author, Correction, Guest, KeyPoint, Picture, Video
from cmflow.safe import script_json
from cmflow.settings import Blog, Organisation
from cmflow.structured import describe
from cmflow.thread import Comment, Speaker, Status, grow

HERE = Path(__file__).parent

INTERVIEW = post(
    "ana-silva",
    title="Ana Silva, voilière",
    day="2026-10-06",
    updated="2026-10-08",
    authors=("lea", "inconnu"),
    categories=("Réparer", "Voix"),
    tags=("toile", "couture"),
    series="quatre-mots",
    episode=0,
    summary="Elle répare des spis.",
    guests=(
        Guest(
            "Ana Silva",
            "voilière",
            "Port-Louis",
            url="https://ana.example/",
            portrait=Picture("../assets/ana.jpg", "Ana"),
        ),
    ),
    image=Picture("../assets/une voile.jpg", "Une voile rouge"),
    video=Video(
        "../assets/ana.mp4",
        "Ana à la machine",
        duration="1:02:05",
        points=(KeyPoint("1:30", "Le point zigzag"), KeyPoint("bientôt", "La suite")),
    ),
    corrections=(
        Correction(dt.date(2026, 10, 9), "Port-Louis est dans le Morbihan."),
        Correction(dt.date(2026, 10, 8), "Le spi mesure 7 m."),
    ),
)


def one(kind, graphs):
    """Return the graph of a kind; there must be exactly one."""
    (found,) = [graph for graph in graphs if graph["@type"] == kind]
    return found


def about(thing, made, **more):
    where = "post" if hasattr(thing, "slug") else "page"
    return describe(made, made.url(thing), **{where: thing}, **more)


def test_an_interview_reads_as_its_golden_file():
    made = site([INTERVIEW], pages=[page("series/quatre-mots.md")])
    graphs = about(INTERVIEW, made, card="assets/cards/ana-silva.png")
    golden = json.loads((HERE / "golden/interview.jsonld").read_text("utf-8"))
    assert json.loads(json.dumps(graphs)) == golden


def addresses(value, key=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from addresses(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from addresses(inner, key)
    elif key in {
        "url",
        "item",
        "image",
        "contentUrl",
        "thumbnailUrl",
        "sameAs",
        "mainEntityOfPage",
    }:
        yield value


def test_every_address_has_a_host():
    fete = page(
        "events/fete.md", event=event(place="Le bassin"), image=Picture("a b.png", "La fête")
    )
    made = site([INTERVIEW], pages=[fete], me=("https://social.example/@ateliers",))
    graphs = [*about(INTERVIEW, made, card="c.png"), *about(fete, made), *describe(made, "")]
    found = [urlsplit(address) for address in addresses(graphs)]
    assert len(found) > 20
    assert {place.scheme for place in found} == {"https"}
    assert all(place.netloc for place in found)


def test_times_carry_their_offset_in_summer_and_in_winter():
    winter = post("hiver", day="2026-12-01")
    made = site([INTERVIEW, winter])
    assert (
        one("BlogPosting", about(INTERVIEW, made))["datePublished"] == "2026-10-06T09:00:00+02:00"
    )
    assert one("BlogPosting", about(winter, made))["dateModified"] == "2026-12-01T09:00:00+01:00"


def test_a_plain_post_says_nothing_that_is_not_known():
    plain = post("un")
    made = site([plain], contents={"un": f"<p>{'mot ' * 100}</p>"})
    found = one("BlogPosting", about(plain, made))
    empty = {"", None, (), "[]", "{}"}
    assert not [key for key, value in found.items() if str(value) in empty]
    assert {"about", "video", "image", "correction", "isPartOf", "position"}.isdisjoint(found)
    assert len(found["description"]) <= 160
    assert found["description"].startswith("mot mot")


def test_comments_are_counted_with_the_answers_and_without_depth_limit():
    when = dt.datetime(2026, 10, 7, tzinfo=dt.UTC)
    chain = [
        Comment(str(n), Speaker("A"), when, Status.APPROVED, "x", reply_to=str(n - 1))
        for n in range(5000)
    ]
    quiet = post("quiet", day="2026-10-01", comments=False)
    made = site([INTERVIEW, quiet], threads={"ana-silva": grow(chain), "quiet": grow(chain)})
    assert one("BlogPosting", about(INTERVIEW, made))["commentCount"] == 5000
    assert "commentCount" not in one("BlogPosting", about(quiet, made))
    assert one("BlogPosting", about(INTERVIEW, site([INTERVIEW])))["commentCount"] == 0


@pytest.mark.parametrize(
    ("place", "url", "location", "mode"),
    [
        (
            "Le bassin",
            "",
            {"@type": "Place", "name": "Le bassin", "address": "Le bassin"},
            "Offline",
        ),
        ("Le bassin", "https://x.example/", None, "Offline"),
        (
            "",
            "https://x.example/",
            {"@type": "VirtualLocation", "url": "https://x.example/"},
            "Online",
        ),
    ],
)
def test_an_event_says_when_and_where(place, url, location, mode):
    fete = page("events/fete.md", title="La fête", event=event(place=place, url=url))
    found = one("Event", about(fete, site(pages=[fete])))
    assert found["startDate"] == "2026-12-05T10:00:00+01:00"
    assert found["endDate"] == "2026-12-05T18:00:00+01:00"
    assert found["eventAttendanceMode"].endswith(f"/{mode}EventAttendanceMode")
    assert found["organizer"]["name"] == "Ateliers SARL"
    assert location in (None, found["location"])


def test_a_naive_event_is_meant_in_the_zone_of_the_company():
    fete = page("fete.md", event=event("2026-07-05T10:00:00", ""))
    found = one("Event", about(fete, site(pages=[fete])))
    assert found["startDate"] == "2026-07-05T10:00:00+02:00"
    assert {"endDate", "location", "eventAttendanceMode"}.isdisjoint(found)


def test_the_front_page_is_a_site_and_a_blog_where_they_are_one():
    assert [graph["@type"] for graph in describe(site(), "")] == ["WebSite", "Blog"]
    apart = site(blog=Blog(blog_dir="journal"))
    assert [graph["@type"] for graph in describe(apart, "")] == ["WebSite"]
    assert [graph["@type"] for graph in describe(apart, "journal/")] == ["Blog"]


def test_the_page_of_an_author_is_a_profile():
    (found,) = describe(site(), "author/yann-le-goff/")
    assert found["@type"] == "ProfilePage"
    assert found["mainEntity"]["url"] == "https://ateliers.example/journal/author/yann-le-goff/"
    assert found["mainEntity"]["sameAs"] == "https://yann.example/"
    assert describe(site(blog=Blog()), "author/yann-le-goff/") == []


def test_breadcrumbs_lead_from_the_front_page_through_the_category():
    made = site([INTERVIEW])
    steps = one("BreadcrumbList", about(INTERVIEW, made))["itemListElement"]
    assert [(step["position"], step["name"]) for step in steps] == [
        (1, "Les Ateliers"),
        (2, "Réparer"),
        (3, "Ana Silva, voilière"),
    ]


def test_the_video_of_a_platform_is_named_by_its_page():
    film = post(
        "film", video=Video("https://videos.example/w/1", "Film", points=(KeyPoint("0:10", "x"),))
    )
    video = one("BlogPosting", about(film, site([film])))["video"]
    assert video["url"] == "https://videos.example/w/1"
    assert {"contentUrl", "hasPart", "duration", "thumbnailUrl"}.isdisjoint(video)


def test_hostile_words_stay_words_and_foreign_schemes_are_left_out():
    bad = "</script><script>alert(1)</script>"
    eve = post(
        "eve",
        title=bad,
        authors=("lea", "eve"),
        guests=(Guest(bad, url="javascript:alert(1)"),),
        image=Picture("data:image/png;base64,AAAA", bad),
    )
    authors = {"lea": LEA, "eve": Author(bad, bad, "javascript:x", url="javascript:alert(1)")}
    made = site(
        [eve], authors=authors, organisation=Organisation(bad, "javascript:x", "javascript:y")
    )
    graphs = about(eve, made)
    assert one("BlogPosting", graphs)["headline"] == bad
    assert not [address for address in addresses(graphs) if not address.startswith("https://")]
    assert "<" not in script_json(graphs)
