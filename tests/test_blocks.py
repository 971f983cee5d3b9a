"""The woven parts as readers get them: complete, silent where there is nothing, and never hostile."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from factory import NOW, event, page, post, site

from cmflow.blocks import Blocks
from cmflow.catalogue import catalogue
from cmflow.conversation import anchor
from cmflow.gather import BLOCKS, Facts, Spot
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.post import Author, Correction, Guest, KeyPoint, Picture, Video
from cmflow.share import Target
from cmflow.thread import Comment, Speaker, Status, grow
from cmflow.transcript import Cue

EVIL = "<script>alert(1)</script>{{ 7*7 }}{% include 'x' %}\" onload=\"x"
SCRIPT_LINK = "javascript:alert(1)"


def stands(slug, url):
    """Return the receipt of a note that stands at an address."""
    return Receipt(slug, "m", "mastodon", (PartReceipt(State.SENT, url=url),))


def blocks(made, language="fr", transcripts=None):
    facts = Facts(
        made,
        share=(Target("E-mail", "mailto:?subject={title}&body={url}"),),
        assets={"css": "assets/a.css", "js": "assets/a.js"},
        transcripts=transcripts or {},
        card=lambda _post: "",
    )
    return Blocks(facts, catalogue(language))


def spot(made, of):
    is_post = hasattr(of, "slug")
    return Spot(made.url(of), of.path, of if is_post else None, None if is_post else of)


def woven(made, of, **more):
    above, below = blocks(made, **more).around(spot(made, of), set())
    return above + below


def comment(name, to="", text="Oui", **changes):
    facts = {"url": f"https://social.example/{name}", **changes}
    author = facts.pop("author", Speaker("Ana"))
    return Comment(name, author, NOW, Status.APPROVED, text, reply_to=to, **facts)


@pytest.fixture
def evil():
    """Return a post in which everything that can be hostile is."""
    return post(
        title=EVIL,
        summary=EVIL,
        authors=("evil",),
        categories=("Voix",),
        tags=("t",),
        series="quatre-mots",
        episode=0,
        image=Picture("../a.jpg", EVIL, EVIL),
        guests=(Guest(EVIL, EVIL, EVIL, SCRIPT_LINK, Picture("p.jpg", EVIL), EVIL),),
        corrections=(Correction(dt.date(2026, 10, 7), EVIL),),
        question=EVIL,
    )


def test_hostile_text_stays_text(evil):
    other = post("autre", title=EVIL, tags=("t",), series="", day="2026-10-05")
    tree = grow([comment("1", text=EVIL, author=Speaker(EVIL, SCRIPT_LINK), url=SCRIPT_LINK)])
    authors = {"evil": Author(EVIL, EVIL, "a.png", url=SCRIPT_LINK)}
    back = {
        "threads": {evil.slug: tree},
        "receipts": {evil.slug: (stands(evil.slug, SCRIPT_LINK),)},
    }
    made = site([evil, other], authors=authors, back=back)
    html = woven(made, evil)
    assert "{{ 7*7 }}" in html
    assert "<script" not in html
    assert not re.search(r'(?:href|src)="javascript', html)
    assert not re.search(r'<[^>"]*(?:"[^"]*"[^>"]*)*\sonload=', html)


def test_every_block_is_silent_on_a_page_that_has_nothing():
    bare = page()
    made = site([], pages=[bare])
    rendered = {name: blocks(made).render(name, spot(made, bare)) for name in BLOCKS}
    spoken = {name for name, html in rendered.items() if html.strip()}
    assert spoken == {"events", "share", "subscribe"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_template_has_its_words_in_both_languages(language, evil):
    made = site([evil], threads={evil.slug: grow([comment("1")])})
    html = woven(made, evil, language=language)
    assert ("La conversation" in html) is (language == "fr")
    assert ("The conversation" in html) is (language == "en")


def test_an_answer_says_to_whom_and_opens_where_it_was_written():
    told = post()
    made = site([told], threads={told.slug: grow([comment("a/1"), comment("b", "a/1")])})
    html = blocks(made).render("thread", spot(made, told))
    assert f'<a href="#{anchor("a/1")}" dir="auto">Ana</a>' in html
    assert 'href="https://social.example/b" rel="nofollow ugc noopener">social.example</a>' in html


def test_a_thread_of_thousands_of_answers_is_shown_without_recursion():
    told = post()
    chain = [comment(str(n), str(n - 1) if n else "") for n in range(1500)]
    made = site([told], threads={told.slug: grow(chain)})
    html = blocks(made).render("thread", spot(made, told))
    assert html.count('class="cm-comment ') == 1500
    assert html.count("cm-comment--3 ") == 1497


def test_an_empty_thread_invites_to_where_the_copies_are():
    told = post()
    made = site([told])
    assert "pas encore commencé" in blocks(made).render("thread", spot(made, told))
    copies = (stands(told.slug, "https://social.example/9"),)
    made = site([told], back={"receipts": {told.slug: copies}})
    html = blocks(made).render("thread", spot(made, told))
    assert "Et si la première était la vôtre" in html
    assert '<a href="https://social.example/9" rel="noopener">' in html


def test_a_post_without_conversation_has_none():
    told = post(comments=False)
    made = site([told])
    assert "cm-thread" not in woven(made, told)


def test_an_episode_leads_to_its_neighbours_and_shows_its_number_from_zero():
    posts = [
        post(
            f"e{n}", title=f"Épisode {n}", series="quatre-mots", episode=n, day=f"2026-10-0{n + 1}"
        )
        for n in range(3)
    ]
    made = site(posts)
    first, middle = (blocks(made).render("episodes", spot(made, posts[n])) for n in (0, 1))
    assert "#0" in first
    assert 'rel="prev"' not in first
    assert re.search(r'href="../e0/" rel="prev"', middle)
    assert re.search(r'href="../e2/" rel="next"', middle)


def test_a_video_of_another_host_is_a_link_and_asks_nothing_of_it():
    video = Video("https://youtu.be/abcdefghijk", "Un geste", points=(KeyPoint("1:30", "Tirer"),))
    told = post(video=video)
    made = site([told])
    html = blocks(made).render("video", spot(made, told))
    assert 'href="https://youtu.be/abcdefghijk"' in html
    assert "<iframe" not in html
    assert not re.search(r'src="https?:', html)
    assert 'data-cm-at="90"' in html


def test_a_video_of_the_site_plays_without_a_script_and_its_moments_are_links():
    video = Video("film.webm", "Un geste", captions="film.vtt", points=(KeyPoint("1:30", "Tirer"),))
    told = post(video=video)
    cues = (Cue(0, "Ana", "Un."), Cue(2, "Ana", "Deux."), Cue(4, "Léo", "Trois."))
    made = site([told])
    html = blocks(made, transcripts={told.path: cues}).render("video", spot(made, told))
    assert 'preload="none"' in html
    assert re.search(r'<track kind="captions" src="[^"]*film.vtt" srclang="fr"', html)
    assert re.search(r'href="[^"]*film.webm#t=90"', html)
    assert html.count("cm-transcript__who") == 2


def test_an_event_of_one_day_says_its_end_as_a_time():
    fete = page("events/fete.md", title="Fête", event=event(place="Quai 4"))
    made = site([], pages=[fete])
    html = blocks(made).render("event", spot(made, fete))
    assert "samedi 5 décembre 2026 à 10\u00a0h" in html
    assert ">18\u00a0h</time>" in html
    assert "Quai 4" in html


def test_a_related_post_says_why():
    one = post("un", tags=("voile",), categories=("Atelier",))
    two = post("deux", tags=("voile",), day="2026-10-05")
    three = post("trois", categories=("Atelier",), day="2026-10-04")
    made = site([one, two, three])
    html = blocks(made).render("related", spot(made, one))
    assert "Aussi à propos de\u00a0: voile" in html
    assert "Dans la même rubrique\u00a0: Atelier" in html


def test_the_name_of_a_persona_stays_in_the_plan():
    one = post("un", persona="geheim")
    two = post("deux", persona="geheim", day="2026-10-05")
    made = site([one, two])
    html = blocks(made).render("related", spot(made, one))
    assert "Pour les mêmes lecteurs" in html
    assert "geheim" not in html


def test_a_portrait_on_another_host_is_not_shown():
    told = post(authors=("a",))
    made = site([told], authors={"a": Author("Ana", "Voile", "https://cdn.example/a.png")})
    assert "cdn.example" not in woven(made, told)


def test_a_block_that_the_writer_placed_is_not_shown_twice():
    told = post(question="Et vous ?")
    made = site([told])
    _, below = blocks(made).around(spot(made, told), {"question"})
    assert "Et vous" not in below


def test_a_site_overrides_a_template(tmp_path):
    (tmp_path / "cmflow").mkdir()
    (tmp_path / "cmflow" / "question.html").write_text("À vous : {{ question }}", encoding="utf-8")
    told = post(question="<b>")
    made = site([told], theme=tmp_path)
    assert blocks(made).render("question", spot(made, told)) == "À vous : &lt;b&gt;"
