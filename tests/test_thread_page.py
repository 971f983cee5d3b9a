"""The conversation on the page: who spoke, where, when, and every way to answer."""

from __future__ import annotations

import datetime as dt
import re

import lxml.html
import msgspec
import pytest
from factory import NOW, answers, atom, json_feed, page, post, settings, site
from feed_judges import judged
from hypothesis import given
from hypothesis import strategies as st
from sites import a_post, built, make_site
from test_blocks import blocks, spot, stands

from cmflow import comment_file, conversation, tally_file
from cmflow.channel import Channel
from cmflow.colours import WHITE, contrast
from cmflow.conversation import anchor
from cmflow.decode import decode
from cmflow.feeds import feeds
from cmflow.initials import colour, drawing, letters
from cmflow.post import PostMeta
from cmflow.source import Comments, Source
from cmflow.structured import describe
from cmflow.thread import Comment, Speaker, Status, Tally, grow

CHANNELS = {
    "masto": Channel(network="mastodon"),
    "bsky": Channel(network="bluesky"),
    "chat": Channel(network="slack"),
}
SOURCES = {"web": Source(kind="webmention"), "box": Source(kind="mail", door=False)}


def said(id_, to="", minute=0, **changes):
    """Return an approved comment that stands at m.example."""
    facts = {
        "author": Speaker("Ana", "https://m.example/@ana"),
        "url": f"https://m.example/@ana/{id_}",
        "source": "masto",
        "text": "<p>Oui.</p>",
        **changes,
    }
    at = NOW - dt.timedelta(days=1) + dt.timedelta(minutes=minute)
    return Comment(id_, published=at, status=Status.APPROVED, reply_to=to, **facts)


def talk(*comments, told=None, tallies=None, faces=frozenset(), pages=(), receipts=(), **changes):
    """Return a site with one post and its thread, and the HTML of that."""
    told = told or post()
    changes = {"channels": CHANNELS, "sources": SOURCES, "comments": Comments(), **changes}
    back = {
        "threads": {told.slug: grow(comments)},
        "tallies": {told.slug: tallies or {}},
        "receipts": {told.slug: receipts},
        "faces": faces,
    }
    made = site([told], back=back, pages=pages, **changes)
    html = blocks(made, language="en").render("thread", spot(made, told))
    return made, lxml.html.document_fromstring(f"<body>{html}")


def one(tree, selector):
    [found] = tree.xpath(f"//*[contains(concat(' ', @class, ' '), ' {selector} ')]")
    return found


def text(node):
    return " ".join(node.text_content().split())


def classes(tree):
    return [item.get("class") for item in tree.iter("li") if "cm-comment" in item.get("class", "")]


def test_an_answer_is_an_h_cite_with_its_person_its_day_its_address_here_and_there():
    _, tree = talk(said("1"))
    item = one(tree, "h-cite")
    assert item.get("id") == anchor("1")
    assert one(tree, "h-card").xpath(".//a[@class='p-name u-url']/@href") == [
        "https://m.example/@ana"
    ]
    assert item.xpath(".//a[.//time]/@href") == [f"#{anchor('1')}"]
    assert item.xpath(".//time/@datetime") == ["2026-11-19T10:00:00+01:00"]
    there = one(tree, "cm-comment__from")
    assert (text(there), there.get("href")) == ("Mastodon · m.example", "https://m.example/@ana/1")
    away = item.xpath(".//a[starts-with(@href, 'http')]/@rel")
    assert away == ["nofollow ugc noopener"] * 2


@pytest.mark.parametrize(
    ("source", "url", "words"),
    [
        ("web", "https://ana.example/note", "ana.example"),
        ("bsky", "https://bsky.app/profile/did:plc:a/post/1", "Bluesky · bsky.app"),
        ("box", "", "by mail"),
        ("no-more", "https://m.example/1", "m.example"),
        ("bsky", "javascript:alert(1)", "Bluesky"),
    ],
)
def test_an_answer_says_where_it_comes_from(source, url, words):
    _, tree = talk(said("1", source=source, url=url))
    assert text(one(tree, "cm-comment__from")) == words


def test_an_answer_of_nobody_knows_where_says_nothing_of_it():
    _, tree = talk(said("1", source="", url=""))
    assert tree.xpath("//*[contains(@class, 'cm-comment__from')]") == []


def test_our_own_answers_are_marked_and_edits_are_dated():
    ours = said("2", "1", 1, author=Speaker("Léa"), team=True, edited=NOW)
    _, tree = talk(said("1"), ours)
    assert ["cm-comment--ours" in name for name in classes(tree)] == [False, True]
    assert text(one(tree, "cm-comment__ours")) == "our answer"
    assert text(one(tree, "cm-comment__edited")).startswith("edited on ")
    assert text(one(tree, "cm-comment__to")) == "in answer to Ana"


@pytest.mark.parametrize("name", ["", " ", "\u200b\u200d", "\u202e"])
def test_a_name_that_nobody_sees_is_someone(name):
    _, tree = talk(said("1", author=Speaker(name, "https://m.example/@x")), said("2", "1", 1))
    first, _ = tree.xpath("//*[contains(@class, 'p-name')]")
    assert text(first) == "Someone"
    assert text(one(tree, "cm-comment__to")) == "in answer to Someone"


def test_answers_are_nested_to_a_depth():
    chain = [said(str(n), str(n - 1) if n else "", n) for n in range(6)]
    _, tree = talk(*chain)
    depths = [re.search(r"cm-comment--(\d)", name)[1] for name in classes(tree)]
    assert depths == ["0", "1", "2", "3", "3", "3"]


def test_only_what_was_approved_is_on_the_page():
    hidden = [
        msgspec.structs.replace(said(status.value, text="CANARY"), status=status)
        for status in Status
        if status is not Status.APPROVED
    ]
    made, tree = talk(said("1"), *hidden)
    assert len(classes(tree)) == 1
    assert "CANARY" not in text(tree)
    assert all(b"CANARY" not in atom(feed, made) for feed in answers(made))


def test_reactions_are_one_line_for_all_channels():
    tallies = {"masto": Tally(9, 3), "bsky": Tally(likes=3, quotes=1), "no-more": Tally(100)}
    _, tree = talk(tallies=tallies)
    assert text(one(tree, "cm-thread__reactions")) == (
        "On Mastodon and Bluesky: liked 12 times, passed on 3 times, quoted once."
    )


@pytest.mark.parametrize("tallies", [{}, {"masto": Tally()}, {"no-more": Tally(9)}])
def test_where_nothing_was_counted_nothing_is_said(tallies):
    _, tree = talk(tallies=tallies)
    assert tree.xpath("//*[contains(@class, 'reactions')]") == []


def test_a_door_is_offered_where_whoever_reads_can_answer():
    told = post()
    notes = [("masto", "mastodon"), ("bsky", "bluesky"), ("chat", "slack"), ("li", "linkedin")]
    receipts = tuple(
        msgspec.structs.replace(
            stands(told.slug, f"https://{channel}.example/1"), channel=channel, network=network
        )
        for channel, network in notes
    )
    _, tree = talk(receipts=receipts, sources={})
    doors = {text(a): a.get("href") for a in tree.xpath("//ul[@class='cm-doors']//a")}
    assert doors == {
        "on Mastodon": "https://masto.example/1",
        "on Bluesky": "https://bsky.example/1",
    }


def test_two_accounts_on_one_network_are_told_apart_by_their_hosts():
    told = post()
    receipts = (
        stands(told.slug, "https://fr.example/1"),
        stands(told.slug, "https://en.example/1"),
    )
    _, tree = talk(receipts=receipts, sources={})
    doors = [text(a) for a in tree.xpath("//ul[@class='cm-doors']//a")]
    assert doors == ["on Mastodon (fr.example)", "on Mastodon (en.example)"]


def test_a_mail_and_a_thread_on_github_are_doors():
    sources = {
        "box": Source(kind="mail", account="bonjour@ateliers.example"),
        "git": Source(kind="github", account="ateliers/journal"),
        "shut": Source(kind="github", account="ateliers/atelier", door=False),
    }
    _, tree = talk(sources=sources)
    doors = {text(a): a.get("href") for a in tree.xpath("//ul[@class='cm-doors']//a")}
    assert list(doors) == ["by mail", "on GitHub"]
    assert doors["by mail"].startswith("mailto:bonjour@ateliers.example?subject=")
    assert "une-voile" in doors["by mail"]
    assert doors["on GitHub"].startswith("https://github.com/ateliers/journal/issues/new?")
    heard = said("1", url="https://github.com/ateliers/journal/issues/7#issuecomment-1")
    _, tree = talk(heard, sources=sources)
    there = tree.xpath("//ul[@class='cm-doors']//a/@href")
    assert "https://github.com/ateliers/journal/issues/7" in there


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ({"account": "ateliers.example"}, "https://webmention.io/ateliers.example/webmention"),
        ({"account": "a b", "url": "https://w.example/"}, "https://w.example/a%20b/webmention"),
        ({"account": "ateliers.example", "door": False}, ""),
        ({"account": "ateliers.example", "folder": "mentions"}, ""),
        ({"account": "a", "url": "javascript:alert(1)//"}, ""),
        ({}, ""),
    ],
)
def test_other_sites_are_told_where_to_mention_a_post(source, address):
    made, _ = talk(sources={"web": Source(kind="webmention", **source)})
    head = blocks(made).head(spot(made, made.posts[0]))
    assert re.findall(r'<link rel="webmention" href="([^"]*)">', head) == [
        a for a in [address] if a
    ]
    shut, _ = talk(
        sources={"web": Source(kind="webmention", **source)}, told=post(comments="closed")
    )
    assert "webmention" not in blocks(shut).head(spot(shut, shut.posts[0]))


@pytest.mark.parametrize("closed", [{"comments": Comments(close=7)}, {}])
def test_a_closed_conversation_has_no_door_and_keeps_what_was_said(closed):
    told = post(day="2026-10-06", comments=None if closed else "closed")
    receipts = (stands(told.slug, "https://m.example/1"),)
    _, tree = talk(said("1"), told=told, receipts=receipts, **closed)
    assert tree.xpath("//ul[@class='cm-doors']") == []
    assert len(classes(tree)) == 1


@pytest.mark.parametrize(
    ("days", "meta", "words"),
    [
        (45, None, "This conversation closed on November 20, 2026."),
        (46, None, ""),
        (0, None, ""),
        (0, "closed", "This conversation is closed."),
        (46, "closed", "This conversation is closed."),
    ],
)
def test_a_conversation_closes_on_its_day_or_by_a_word(days, meta, words):
    told = post(day="2026-10-06", comments=meta)
    _, tree = talk(told=told, comments=Comments(close=days))
    found = tree.xpath("//*[@class='cm-thread__closed']")
    assert [text(node) for node in found] == ([words] if words else [])
    assert bool(tree.xpath("//*[@class='cm-empty']")) is not bool(words)


def test_the_charter_is_linked_where_the_page_is():
    charter = page("charte.md", title="Charte")
    _, tree = talk(pages=[charter], comments=Comments(charter="charte.md"))
    assert one(tree, "cm-thread__more").xpath("./a/@href") == ["../../charte/"]
    _, tree = talk(comments=Comments(charter="charte.md"))
    assert tree.xpath("//*[@class='cm-thread__more']") == []


def test_a_face_is_shown_only_where_the_site_has_it():
    who = Speaker("Ana", avatar="0a.png")
    _, tree = talk(said("1", author=who))
    assert tree.xpath("//img") == []
    assert one(tree, "cm-face").tag == "svg"
    _, tree = talk(said("1", author=who), faces=frozenset({"0a.png"}))
    assert one(tree, "cm-face").get("src") == "../../assets/cmflow/avatars/0a.png"


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ana Silva", "AS"),
        ("zoé", "Z"),
        ("Éloïse d’Arc", "ÉA"),
        ("🦀🦀", "🦀"),
        ("👩‍👩‍👧 Ana", "A"),
        ("", "?"),
        ("   ", "?"),
        ("<b>", "B"),
        ("<>", "<"),
        ("山田 太郎", "山太"),
        ("Z" + "\u0351" * 500, "Z"),
    ],
)
def test_initials_are_the_first_letters_of_a_name(name, initials):
    assert letters(name) == initials


@given(st.text())
def test_every_name_has_a_short_drawing_that_can_be_read(name):
    drawn = drawing(name)
    [shape] = lxml.html.fragments_fromstring(drawn)
    assert shape.tag == "svg"
    assert [child.tag for child in shape] == ["circle", "text"]
    assert len(letters(name)) <= 10
    assert contrast(colour(name), WHITE) >= 4.5
    assert drawing(name) == drawn


def test_answers_have_a_feed_for_their_post_and_one_for_all():
    mine = said("1", text="<p>Quel « fil » ?</p><script>alert(1)</script>")
    theirs = said("2", "1", 5, author=Speaker("", "javascript:alert(1)"), edited=NOW)
    told = post("une-voile", title="Une voile & un fil")
    made, _ = talk(mine, theirs, told=told)
    whole, thread = answers(made)
    assert (whole.path, whole.home) == ("comments/feed", "")
    assert (thread.path, thread.home) == (
        "articles/une-voile/comments/feed",
        "articles/une-voile/",
    )
    for feed in (whole, thread):
        document, data = judged(atom(feed, made), json_feed(feed, made))
        newest, oldest = data["items"]
        here = "https://ateliers.example/journal/articles/une-voile/"
        assert newest["url"] == f"{here}#{anchor('2')}"
        assert oldest["external_url"] == "https://m.example/@ana/1"
        assert oldest["content_html"] == "<p>Quel «\u00a0fil\u00a0»\u202f?</p>"
        assert "Ana" in oldest["title"]
        assert newest["date_modified"] == NOW.isoformat(timespec="seconds")
        answered = document.xpath("//*[local-name() = 'in-reply-to']")
        assert [node.get("href") for node in answered] == [f"{here}#{anchor('1')}", here]
        assert [node.get("ref") for node in answered] == [
            oldest["id"],
            _id_of(made, "une-voile"),
        ]


def _id_of(made, slug):
    document = atom(feeds(made)[0], made).decode()
    return re.search(r"<entry>\s*<id>([^<]*)", document)[1]


def test_the_feed_of_posts_leads_to_the_answers():
    made, _ = talk(said("1"))
    feed = atom(feeds(made)[0], made).decode()
    address = "https://ateliers.example/journal/articles/une-voile/comments/feed.xml"
    assert f'<link rel="replies" type="application/atom+xml" href="{address}" />' in feed
    silent, _ = talk()
    assert b"replies" not in atom(feeds(silent)[0], silent)


@pytest.mark.parametrize("comments", [[], [said("1")]])
def test_a_post_without_answers_or_conversation_has_no_feed(comments):
    told = post(comments=False) if comments else post()
    made = site([told], threads={told.slug: grow(comments)})
    assert answers(made) == ()


def test_where_pages_are_files_a_feed_has_a_folder_of_its_own():
    made, _ = talk(said("1"), directory_urls=False)
    assert answers(made)[1].path == "articles/une-voile/comments/feed"


def test_search_engines_are_told_of_the_answers():
    made, _ = talk(said("1", text="<p>Un « fil »</p>"), said("2", "1", 1), told=post())
    [told] = made.posts
    [article, _] = describe(made, made.url(told), told)
    assert article["commentCount"] == 2
    first = article["comment"][0]
    assert (first["@type"], first["text"], first["author"]["name"]) == (
        "Comment",
        "Un « fil »",
        "Ana",
    )
    assert first["url"].endswith(f"#{anchor('1')}")


def test_a_built_site_has_the_feeds_the_links_and_only_the_faces_it_shows(tmp_path):
    shown = said("m.example/1", author=Speaker("Ana", avatar="0a.png"))
    held = msgspec.structs.replace(
        said("m.example/2", author=Speaker("Bo", avatar="0b.png")), status=Status.HELD
    )
    files = {
        f"community/{comment_file.path_of('a', c)}": comment_file.text(c) for c in (shown, held)
    }
    files |= {f"community/avatars/{name}.png": b"a picture" for name in ("0a", "0b", "0c")}
    files["community/reactions/a.yml"] = tally_file.text({"masto": Tally(2)})
    files["blog/posts/a.md"] = a_post("a")
    own = {
        "timezone": "Europe/Paris",
        "cards": {"enabled": False},
        "comments": {"avatars": True},
        "channels": {
            "masto": {
                "network": "mastodon",
                "server": "https://m.example",
                "since": dt.date(2026, 1, 1),
            }
        },
    }
    plugins = [{"blog": {"blog_dir": ".", "post_url_format": "articles/{slug}"}}, {"cmflow": own}]
    out = built(make_site(tmp_path, files, plugins=plugins))
    assert [p.name for p in (out / "assets/cmflow/avatars").iterdir()] == ["0a.png"]
    html = (out / "articles/a/index.html").read_text("utf-8")
    assert 'src="../../assets/cmflow/avatars/0a.png"' in html
    assert 'href="comments/feed.xml"' in html.partition("<body")[0]
    assert "Bo" not in re.findall(r"p-name[^>]*>([^<]*)", html)
    assert (out / "articles/a/comments/feed.json").is_file()
    front = (out / "index.html").read_text("utf-8").partition("<body")[0]
    assert 'href="comments/feed.xml"' in front


def test_a_place_is_known_by_the_settings_alone():
    made = settings(channels=CHANNELS, sources=SOURCES)
    assert [conversation.place(name, made) for name in ("masto", "web", "else")] == [
        "mastodon",
        "webmention",
        "",
    ]


@pytest.mark.parametrize(
    ("written", "read"), [("closed", "closed"), (False, False), (True, True), (None, None)]
)
def test_a_post_says_whether_it_is_open_to_answers(written, read):
    meta, problems = decode({"date": {"created": NOW}, "comments": written}, PostMeta)
    assert (meta.comments, problems) == (read, [])


@pytest.mark.parametrize("written", ["close", 0, []])
def test_another_word_about_answers_is_a_finding(written):
    _, [problem] = decode({"date": {"created": NOW}, "comments": written}, PostMeta)
    assert problem.path == ("comments",)
    assert "true, false or closed" in problem.message.show()
