"""Webmentions, feeds of comments, and what a person copied: whatever comes, it is read or told."""

import datetime as dt
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import factory
import hostile
import httpx2
import msgspec
import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st
from wire import CANARY, CREATED, Wire

from cmflow import hearing, sources
from cmflow.accounts import Accounts
from cmflow.community import Shelved
from cmflow.heard import Heard, Topic, Unread
from cmflow.hearing import House, Place
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.scalars import quoted
from cmflow.source import Source
from cmflow.sources import feed_reading, jf2, outside
from cmflow.sources.base import UnreadableError
from cmflow.sources.feed import LISTENER as FEED
from cmflow.sources.file import LISTENER as FILE
from cmflow.sources.outside import Posts
from cmflow.sources.webmention import LISTENER as WEBMENTION
from cmflow.thread import Speaker, Tally

BLOG = "https://blog.example/articles"
DOCS = Path(__file__).parents[1] / "docs/sources"
DAY = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
FETE = Topic("fete", f"{BLOG}/fete/", "La fête : « Cité » !", DAY)
MERCI = Topic("merci", f"{BLOG}/merci/", "Merci", DAY)
TOPICS = (FETE, MERCI)
PUBLIC = {"resolve": lambda host: ("93.184.215.14",)}


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=2):
        yield


def account(wire=None, folder=None, *, secrets=None, resolve=PUBLIC["resolve"], **said):
    """An account of a source; `folder` holds the files that it is to find."""
    secrets = {"TOKEN": f"{CANARY}-token"} if secrets is None else secrets
    return Account(
        channel="source",
        settings=Source(**{"kind": "x", **said}),
        secrets=secrets,
        http=(wire or Wire()).client(secrets=tuple(secrets.values()), resolve=resolve),
        read=lambda _path: b"",
        files=lambda _name: folder and {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.*"))
        },
    )  # fmt: skip


def account_of_folder(path, name="mentions"):
    made = account(folder=path, secrets={})
    return msgspec.structs.replace(made, settings=Source("x", folder=name))


def listened(listener, account, topics=TOPICS, marks=None):
    return list(listener.listen(account, topics, marks or {}))


def heard(batches):
    return [one for batch in batches for one in batch.heard]


def unread(batches):
    return [one for batch in batches for one in batch.unread]


def marks(batches):
    kept = {}
    for batch in batches:
        kept |= batch.marks
    return kept


@pytest.mark.parametrize("kind", ["webmention", "feed", "file"])
def test_a_source_is_known_by_its_kind_and_trusts_no_name(kind):
    listener = sources.of_kind(kind)
    assert (listener.name, listener.vouches, listener.needs_note) == (kind, False, False)


@pytest.mark.parametrize("kind", sources.KINDS)
def test_every_kind_of_source_has_a_page_that_names_its_secrets(kind):
    page = (DOCS / f"{kind}.md").read_text("utf-8")
    assert f"kind: {kind}" in page
    for secret in sources.of_kind(kind).secrets:
        assert re.search(rf"`CMFLOW_[A-Z]+_{secret.name}`", page)
    index = (DOCS / "index.md").read_text("utf-8")
    assert f"({kind}.md)" in index
    for link in re.findall(r"\]\(([a-z./]+\.md)", page + index):
        assert (DOCS / link).is_file(), link


# Webmention: https://github.com/aaronpk/webmention.io#api


def mention(number=1, kind="in-reply-to", target=FETE.url, **more):
    source = f"https://lectrice.example/notes/{number}"
    return {
        "type": "entry",
        "author": {"type": "card", "name": "Élodie", "url": "https://lectrice.example/",
                   "photo": "https://webmention.io/avatar/lectrice.jpg"},
        "url": source,
        "published": "2026-11-20T10:41:07+01:00",
        "wm-received": "2026-11-20T09:42:00Z",
        "wm-id": number,
        "wm-source": source,
        "wm-target": target,
        "wm-property": kind,
        "wm-private": False,
        kind: target,
        "content": {"html": "<p>Quelle <b>fête</b> !</p>", "text": "Quelle fête !"},
        **more,
    }  # fmt: skip


SERVICE = "GET webmention.io/api/mentions.jf2"


def service(*mentions):
    """A service that has these mentions, and pages them as the real one does."""

    def answer(request):
        asked = request.url.params
        size, page = int(asked["per-page"]), int(asked.get("page", 0))
        found = [one for one in mentions if one["wm-id"] > int(asked.get("since_id", -1))]
        if asked.get("sort-dir") == "up":
            found = sorted(found, key=lambda one: one["wm-id"])
        return httpx2.Response(200, json={"children": found[page * size :][:size]})

    return Wire({SERVICE: answer})


def test_an_answer_is_heard_as_the_service_tells_it():
    wire = service(mention())
    batches = listened(WEBMENTION, account(wire, account="blog.example"))
    assert heard(batches) == [
        Heard(
            id="webmention/1",
            author=Speaker("Élodie", "https://lectrice.example/"),
            html="<p>Quelle <b>fête</b> !</p>",
            published=dt.datetime(2026, 11, 20, 9, 41, 7, tzinfo=dt.UTC),
            url="https://lectrice.example/notes/1",
            about=FETE.url,
            avatar="https://webmention.io/avatar/lectrice.jpg",
        )
    ]
    assert batches[0].slug == "fete"
    assert batches[0].whole
    assert wire.requests[0].url.params["domain"] == "blog.example"


def test_likes_and_boosts_are_counted_and_never_named():
    told = [
        mention(1, "like-of"),
        mention(2, "bookmark-of"),
        mention(3, "repost-of"),
        mention(4, "like-of", MERCI.url.removesuffix("/")),
        mention(5, "like-of", "https://blog.example/elsewhere/"),
    ]
    batches = listened(WEBMENTION, account(service(*told)))
    tallies = {batch.slug: batch.tally for batch in batches if batch.slug}
    assert tallies == {"fete": Tally(likes=2, boosts=1), "merci": Tally(likes=1)}
    assert not heard(batches)


def test_a_like_that_was_taken_back_is_counted_no_more():
    batches = listened(WEBMENTION, account(service()))
    assert {batch.slug: batch.tally for batch in batches if batch.slug}["fete"] == Tally()


def test_likes_that_a_channel_counts_itself_are_not_counted_twice():
    told = [
        mention(1, "like-of", **{"wm-source": "https://brid.gy/like/mastodon/@a@b.example/1/2"}),
        mention(2, "repost-of", **{"wm-source": "https://brid.gy/repost/bluesky/did:plc:x/1/2"}),
        mention(3, "like-of", **{"wm-source": "https://brid.gy/like/flickr/x/1/2"}),
    ]
    batches = listened(WEBMENTION, account(service(*told)))
    assert batches[0].tally == Tally(likes=1)


def test_an_answer_that_bridgy_passes_on_keeps_its_address_on_the_network():
    url = "https://mastodon.example/@elodie/1135"
    passed = mention(1, url=url, **{"wm-source": "https://brid.gy/comment/mastodon/x/1/2"})
    assert heard(listened(WEBMENTION, account(service(passed))))[0].url == url


def test_no_page_takes_the_address_of_a_comment_elsewhere():
    claimed = mention(1, url="https://mastodon.example/@marie/1135")
    [one] = heard(listened(WEBMENTION, account(service(claimed))))
    assert one.url == "https://lectrice.example/notes/1"


def test_what_is_private_and_what_we_say_ourselves_is_not_heard():
    told = [
        mention(1, **{"wm-private": True}),
        mention(2, visibility="private"),
        mention(3, **{"wm-source": MERCI.url}),
        mention(4, "rsvp", content=None),
    ]
    batches = listened(WEBMENTION, account(service(*told)))
    assert not heard(batches)
    assert not unread(batches)


def test_of_a_page_that_mentions_us_only_its_title_and_beginning_are_kept():
    article = "<h1>Une <script>alert(1)</script>visite</h1><p>" + "mot " * 500 + "</p>"
    told = mention(1, "mention-of", name="Une visite à Lorient", content={"html": article})
    said = heard(listened(WEBMENTION, account(service(told))))[0].html
    assert said.startswith("<p><strong>Une visite à Lorient</strong></p><p>Une visite mot mot")
    assert len(said) < 500
    assert "alert" not in said


def test_a_title_that_is_only_the_first_words_is_not_said_twice():
    told = mention(1, "mention-of", name="Merci à tous…", content={"text": "Merci à tous & <b>"})
    said = heard(listened(WEBMENTION, account(service(told))))[0].html
    assert said == "<p>Merci à tous &amp; &lt;b&gt;</p>"


def test_a_page_without_words_is_a_link_to_it():
    told = [mention(1, "mention-of", content=None, name=None), mention(2, content={"html": ""})]
    said = [one.html for one in heard(listened(WEBMENTION, account(service(*told))))]
    assert said == [
        f'<p><a href="https://lectrice.example/notes/{number}">lectrice.example/notes/{number}</a></p>'
        for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"text": "a <b>\n\nc"}, "<p>a &lt;b&gt;</p><p>c</p>"),
        ({"content-type": "text/html", "value": "<p>old</p>"}, "<p>old</p>"),
        ({"content-type": "text/plain", "value": "<p>old</p>"}, "<p>&lt;p&gt;old&lt;/p&gt;</p>"),
        ("<p>plain", "<p>&lt;p&gt;plain</p>"),
    ],
)
def test_words_come_in_several_shapes_and_only_html_is_html(content, said):
    assert heard(listened(WEBMENTION, account(service(mention(content=content)))))[0].html == said


def test_one_mention_that_makes_no_sense_does_not_stop_the_others():
    told = [
        mention(1), {"wm-id": 2}, mention(3, url=7, **{"wm-source": None}),
        mention(4, target=""), mention(5),
    ]  # fmt: skip
    batches = listened(WEBMENTION, account(service(*told)))
    assert [one.id for one in heard(batches)] == ["webmention/1", "webmention/5"]
    assert len(unread(batches)) == 3
    assert marks(batches) == {"newest": ""}


def test_a_quiet_service_is_asked_once():
    told = [mention(number) for number in range(1, 251)]
    first = service(*told)
    kept = marks(listened(WEBMENTION, account(first)))
    assert len(first.requests) == 3
    second = service(*told)
    assert not heard(listened(WEBMENTION, account(second), marks=kept))
    assert len(second.requests) == 1


def test_an_edited_mention_is_heard_though_its_number_is_old():
    kept = marks(listened(WEBMENTION, account(service(mention(2), mention(1)))))
    edited = mention(1, content={"text": "Non."})
    batches = listened(WEBMENTION, account(service(edited, mention(2))), marks=kept)
    assert heard(batches)[0].html == "<p>Non.</p>"


def test_a_new_post_lets_everything_be_read_again():
    kept = marks(listened(WEBMENTION, account(service(mention(1))), topics=(MERCI,)))
    assert heard(listened(WEBMENTION, account(service(mention(1))), marks=kept))


def test_a_service_that_never_ends_is_left():
    wire = Wire({SERVICE: (200, {"children": [mention(number) for number in range(100)]})})
    batches = listened(WEBMENTION, account(wire))
    assert len(wire.requests) == 2
    assert len(heard(batches)) == 100
    assert not any(batch.whole for batch in batches)


def test_what_was_heard_before_a_failure_is_kept_and_nothing_is_believed_gone():
    page = {"children": [mention(number) for number in range(100)]}
    wire = Wire({SERVICE: [(200, page), (503, {}), (503, {})]})
    batches = []
    with pytest.raises(NetworkError) as caught:
        batches.extend(WEBMENTION.listen(account(wire), TOPICS, {}))
    assert caught.value.trouble is Trouble.TRANSIENT
    assert len(heard(batches)) == 100
    assert not any(batch.whole or batch.tally or batch.marks for batch in batches)


def test_a_token_is_asked_for_and_never_shown():
    with pytest.raises(NetworkError) as caught:
        listened(WEBMENTION, account(secrets={}))
    assert "CMFLOW_SOURCE_TOKEN" in caught.value.words
    wire = Wire({SERVICE: (401, {"error_description": f"wrong: {CANARY}-token"})})
    with pytest.raises(NetworkError) as caught:
        listened(WEBMENTION, account(wire))
    assert caught.value.trouble is Trouble.AUTH
    assert CANARY not in caught.value.words


def test_a_token_goes_only_over_tls():
    with pytest.raises(NetworkError):
        listened(WEBMENTION, account(url="http://webmention.example"))


@pytest.mark.parametrize("said", [[], {"children": "x"}, {"links": []}, None, "x"])
def test_a_service_that_answers_something_else_is_refused(said):
    with pytest.raises(NetworkError):
        listened(WEBMENTION, account(Wire({SERVICE: (200, said)})))


def test_another_service_has_other_numbers():
    wire = Wire({"GET mentions.example/api/mentions.jf2": (200, {"children": [mention(1)]})})
    batches = listened(WEBMENTION, account(wire, url="https://mentions.example/"))
    assert heard(batches)[0].id == "webmention/mentions.example/1"


def test_one_mention_can_be_asked_for():
    told = [mention(number) for number in (3, 7, 8)]
    assert WEBMENTION.ask(account(service(*told)), FETE, "webmention/7").id == "webmention/7"
    assert WEBMENTION.ask(account(service(*told)), FETE, "webmention/5") is Answer.ABSENT
    spoilt = mention(7, target="")
    assert WEBMENTION.ask(account(service(spoilt)), FETE, "webmention/7") is Answer.CANNOT_TELL
    assert WEBMENTION.ask(account(service()), FETE, "webmention/abc") is Answer.CANNOT_TELL


MF2 = {
    "type": ["h-entry"],
    "properties": {
        "in-reply-to": [{"type": ["h-cite"], "properties": {"url": [FETE.url]}}],
        "author": [{"type": ["h-card"], "properties": {
            "name": ["Élodie"], "url": ["https://lectrice.example/"]}}],
        "url": ["https://lectrice.example/notes/9"],
        "published": ["2026-11-20T10:41:07+01:00"],
        "content": [{"html": "<p>Bravo</p>", "value": "Bravo"}],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [MF2, [MF2], {"type": "feed", "children": [MF2]}, {"items": [MF2], "rels": {}}],
    ids=["one", "list", "feed", "parsed page"],
)
def test_files_of_an_own_endpoint_are_read(tmp_path, document):
    (tmp_path / "a.json").write_text(json.dumps(document))
    (tmp_path / "a.txt").write_text("no mention")
    batches = listened(WEBMENTION, account_of_folder(tmp_path))
    [one] = heard(batches)
    assert one.id.startswith("webmention/")
    assert (one.author.name, one.html, one.about) == ("Élodie", "<p>Bravo</p>", FETE.url)
    assert batches[0].whole


def test_a_broken_file_is_told_by_its_name_and_the_rest_is_read(tmp_path):
    (tmp_path / "a.json").write_text('{"type": ')
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.json").write_text(json.dumps(mention(3)))
    (tmp_path / "d.json").write_text("[" * 100_000)
    (tmp_path / "e.json").write_text('"' + "x" * 2_100_000 + '"')
    batches = listened(WEBMENTION, account_of_folder(tmp_path))
    assert [one.where for one in unread(batches)] == [f"mentions/{name}.json" for name in "abde"]
    assert [one.id for one in heard(batches)] == ["webmention/3"]
    # What is missing may stand in what is broken.
    gone = WEBMENTION.ask(account_of_folder(tmp_path), FETE, "webmention/4")
    assert gone is Answer.CANNOT_TELL


def test_a_mention_whose_file_is_gone_is_gone(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(mention(3)))
    found = account_of_folder(tmp_path)
    assert WEBMENTION.ask(found, FETE, "webmention/3").id == "webmention/3"
    (tmp_path / "a.json").unlink()
    assert WEBMENTION.ask(found, FETE, "webmention/3") is Answer.ABSENT


def test_a_folder_that_is_not_there_is_said():
    with pytest.raises(NetworkError) as caught:
        listened(WEBMENTION, account_of_folder(None))
    assert caught.value.words == "mentions: no such folder"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([FETE.url, "https://x.example/", "h-entry", "javascript:x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            "type", "properties", "author", "name", "url", "photo", "content", "html", "text",
            "value", "published", "wm-id", "wm-source", "wm-target", "wm-property", "wm-private",
            "in-reply-to", "like-of", "mention-of", "summary", "children", "items", "lang",
        ]), inner, max_size=6),
    max_leaves=30,
)  # fmt: skip


@given(_JSON)
@settings(max_examples=400, deadline=None)
def test_whatever_shape_a_mention_has_it_is_read_or_told(document):
    for entry in jf2.entries(document):
        try:
            found = jf2.read(entry, Posts(TOPICS))
        except UnreadableError:
            continue
        if found and found.heard:
            assert isinstance(found.heard.html, str)
            assert found.heard.id.startswith("webmention/")
            msgspec.json.encode(found)


# Feeds


def rss(*items, title="Commentaires sur : Merci", link=MERCI.url, more=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{title}</title><link>{link}</link><language>fr-FR</language>{more}{"".join(items)}
</channel></rss>"""


def item(number=1, text="<![CDATA[<p>Bravo</p>]]>", link="", title="Par : Élodie", more=""):
    link = link or f"{MERCI.url}#comment-{number}"
    return f"""<item><title>{title}</title><link>{link}</link><dc:creator>Élodie</dc:creator>
<pubDate>Fri, 20 Nov 2026 09:41:0{number % 10} +0000</pubDate>
<guid isPermaLink="false">https://blog.example/?p=7#comment-{number}</guid>
<description>{text}</description>{more}</item>"""


def read(text, url="https://blog.example/comments/feed/", kind="application/rss+xml", **more):
    data = text if isinstance(text, bytes) else text.encode()
    return feed_reading.read(data, kind, url, Posts(TOPICS), **more)


def test_a_comment_of_wordpress_is_heard():
    [one] = read(rss(item())).heard
    assert re.fullmatch(r"feed/blog\.example/[0-9a-f]{32}", one.id)
    assert one == Heard(
        id=one.id,
        author=Speaker("Élodie"),
        html="<p>Bravo</p>",
        published=dt.datetime(2026, 11, 20, 9, 41, 1, tzinfo=dt.UTC),
        url=f"{MERCI.url}#comment-1",
        language="fr-FR",
        about="merci",
    )


def test_an_id_does_not_move_with_what_may_change():
    first, second = rss(item(text="a")), rss(item(2), item(text="b", title="x"), title="y")
    assert read(first).heard[0].id == read(second).heard[1].id


@pytest.mark.parametrize(
    "title",
    [
        "Comment on Merci by Élodie", "Commentaires sur Merci par Élodie", "Re: Merci", "Merci",
        "RE : MERCI", "Commentaires sur : Merci", "Comment on “Merci” by x by y",
    ],
)  # fmt: skip
def test_a_title_names_the_post(title):
    text = rss(
        item(title=title, link="https://x.example/1"), title="Comments", link="https://x.example"
    )
    assert read(text).heard[0].about == "merci"


def test_titles_are_compared_without_typography():
    posts = Posts((FETE,))
    assert posts.titled('Comment on La f&ecirc;te: "Cit&eacute;" ! by x') == ""
    assert posts.titled("Commentaires sur La fête\u00a0: «\u00a0Cité\u00a0»\u202f! par x") == "fete"


@pytest.mark.parametrize("title", ["Grand merci", "Merci beaucoup", "Merci Merci", "", "x" * 9999])
def test_a_title_that_only_resembles_names_nothing(title):
    text = rss(item(title=title, link="https://x.example/1"), title="x", link="https://x.example")
    assert read(text).heard[0].about == "https://x.example/1"


def test_two_posts_of_one_title_are_not_told_apart_by_it():
    other = msgspec.structs.replace(FETE, title="Merci")
    assert Posts((MERCI, other)).titled("Comment on Merci by x") == ""


def test_a_reply_of_wordpress_hangs_on_the_comment_that_it_names_first():
    above = f'En réponse à <a href="{MERCI.url}#comment-2">Paul</a>. Oui.'
    reply, parent = read(rss(item(1, f"<![CDATA[{above}]]>"), item(2))).heard
    assert reply.reply_to == parent.id


def test_a_link_deep_in_a_text_is_no_answer_to_it():
    text = f'<![CDATA[{"mot " * 40} <a href="{MERCI.url}#comment-2">Paul</a>]]>'
    assert read(rss(item(1, text), item(2))).heard[0].reply_to == ""


def atom(*entries, more=""):
    return f"""<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:thr="http://purl.org/syndication/thread/1.0"><title>Comments</title>
<link href="https://blog.example/"/>{more}{"".join(entries)}</feed>"""


def entry(number, answers="", *, updated="2026-11-20T10:41:07+01:00", more=""):
    return f"""<entry><id>tag:blog.example,2026:{number}</id><title>x</title>
<author><name>Élodie</name><uri>https://lectrice.example/</uri><email>e@lectrice.example</email></author>
<link rel="alternate" href="{FETE.url}#c{number}"/><published>2026-11-20T10:41:07+01:00</published>
<updated>{updated}</updated>{answers}<content type="html">&lt;p&gt;Oui&lt;/p&gt;</content>{more}</entry>"""


def test_threads_of_atom_are_kept_though_the_parent_comes_later():
    answers = '<thr:in-reply-to ref="tag:blog.example,2026:2" href="x"/>'
    top = f'<thr:in-reply-to ref="tag:blog.example,2026:post" href="{FETE.url}"/>'
    reply, parent = read(atom(entry(1, answers), entry(2, top))).heard
    assert reply.reply_to == parent.id
    assert parent.reply_to == ""


def test_an_answer_to_what_the_feed_no_longer_lists_keeps_its_parent():
    answers = '<thr:in-reply-to ref="tag:blog.example,2026:2"/>'
    parent = read(atom(entry(2))).heard[0]
    assert read(atom(entry(1, answers))).heard[0].reply_to == parent.id


def test_replies_of_blogger_name_their_parent_by_its_own_address():
    api = "https://www.blogger.example/feeds/1/7/comments/default"
    post = f'<thr:in-reply-to ref="tag:blogger.com,1999:blog-1.post-7" href="{FETE.url}"/>'
    first = entry(
        1, post, more=f'<link rel="self" href="{api}/1"/><link rel="related" href="{api}/2"/>'
    )
    second = entry(2, post, more=f'<link rel="self" href="{api}/2"/>')
    reply, parent = read(atom(first, second)).heard
    assert (reply.reply_to, parent.reply_to) == (parent.id, "")


def test_the_head_of_a_thread_elsewhere_names_the_post_and_is_no_answer():
    place = "https://www.reddit.example/r/x/comments/abc/fete/"
    head = f'<entry><id>t3_abc</id><title>Une fête</title><link href="{place}"/><updated>2026-11-20T09:00:00Z</updated><content type="html">&lt;a href="{FETE.url}"&gt;[link]&lt;/a&gt;</content></entry>'
    said = f'<entry><id>t1_1</id><title>/u/elodie on Une fête</title><author><name>/u/elodie</name></author><link href="{place}1/"/><updated>2026-11-20T09:41:00Z</updated><content type="html">Oui</content></entry>'
    text = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><link rel="alternate" href="{place}"/>{head}{said}</feed>'
    [one] = read(text, "https://www.reddit.example/r/x/comments/abc/.rss").heard
    assert (one.id.startswith("feed/www.reddit.example/"), one.about) == (True, "fete")
    assert one.published == dt.datetime(2026, 11, 20, 9, 41, tzinfo=dt.UTC)


def test_an_edit_is_told():
    one = read(atom(entry(1, updated="2026-11-21T08:00:00Z"))).heard[0]
    assert one.edited == dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC)


def test_no_mailbox_is_ever_shown():
    people = ["<author>elodie@lectrice.example</author>",
              "<author>elodie@lectrice.example (Élodie)</author>",
              "<author>Élodie &lt;elodie@lectrice.example&gt;</author>"]  # fmt: skip
    for person in people:
        text = rss(item(more=person).replace("<dc:creator>Élodie</dc:creator>", ""))
        [one] = read(text).heard
        assert "@" not in f"{one.author}", person
        assert one.author.name.lower() in ("elodie", "élodie")
    assert "@" not in f"{read(atom(entry(1))).heard[0].author}"


def test_comments_that_share_an_address_have_none_of_their_own():
    for link in (MERCI.url, "https://disqus.example/thread"):
        text = f"<![CDATA[<a href='{link}'>x</a>]]>".replace("'", '"')
        page = read(rss(item(1, text, link=link), item(2, text, link=link)))
        assert [one.url for one in page.heard] == ["", ""]
        assert len({one.id for one in page.heard}) == 2
        assert not any(one.reply_to for one in page.heard)


def test_a_comment_without_date_author_or_id_is_heard_all_the_same():
    text = (
        "<rss version='2.0'><channel><item><description>Bravo</description></item></channel></rss>"
    )
    [one] = read(text).heard
    assert (one.published, one.html, one.author.name) == (None, "Bravo", "")


def test_a_comment_without_words_is_told_and_the_rest_is_read():
    page = read(rss(item(1, "", title=""), item(2)))
    assert len(page.heard) == 1
    assert "has no words" in page.unread[0].message.show()


@pytest.mark.parametrize(
    ("declared", "real"),
    [("utf-8", "cp1252"), ("us-ascii", "utf-8"), ("iso-8859-1", "cp1252"), ("x-unknown", "utf-8"),
     ("utf-16", "utf-8"), ("utf-8", "utf-16")],
)  # fmt: skip
def test_a_feed_that_lies_about_its_encoding_is_read_as_well_as_can_be(declared, real):
    text = rss(item(text="Bravo, Élodie")).replace('encoding="UTF-8"', f'encoding="{declared}"')
    page = read(text.encode(real), kind=f"text/xml; charset={declared}")
    assert page.heard or page.unread
    assert all("Bravo" in one.html for one in page.heard)


def test_of_broken_xml_the_beginning_is_read_and_the_rest_told():
    page = read(rss(item(1), item(2)).partition("</channel>")[0] + "<item><title>x</tit")
    assert len(page.heard) >= 2
    assert "broken after" in page.unread[-1].message.show()


@pytest.mark.parametrize(
    "text", ["", "<html><body>Bonjour", "{}", "\x00\x01", "%PDF-1.7", "GIF89a"]
)
def test_what_is_no_feed_is_told(text):
    page = read(text)
    assert not page.heard
    assert page.unread


def test_no_file_of_this_machine_is_read(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(rss(item(text=CANARY)))
    inside = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    for text in (
        str(secret),
        secret.as_uri(),
        rss(item(text="&x;")).replace("?>", f"?>{inside}", 1),
    ):
        assert CANARY not in f"{read(text)}"


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 300_000 + "<rss>",
        rss(item(more=f"<author>{'a.' * 100_000}</author>")),
    ],
    ids=["blank lines", "an author"],
)
def test_a_feed_that_would_be_read_for_ever_is_left(text):
    page = read(text, limit=1.0)
    assert not page.heard
    assert "more time" in page.unread[0].message.show()


def bomb(size, times):
    entity = f'<!DOCTYPE rss [\n<!ENTITY a "{"x" * size}">\n]>\n'
    return rss(item(text="&a;" * times)).replace("?>", f"?>\n{entity}", 1)


@pytest.mark.parametrize(("size", "times"), [(900_000, 100_000), (10_000, 8_000)])
def test_a_feed_that_would_fill_the_memory_is_left(size, times):
    page = read(bomb(size, times))
    assert not page.heard
    assert "make sense" in page.unread[0].message.show()


def test_the_parser_knows_no_secret(monkeypatch):
    seen = {}

    def run(*_args, env, **_more):
        seen.update(env)
        raise OSError

    monkeypatch.setenv("CMFLOW_SOURCE_TOKEN", CANARY)
    monkeypatch.setattr(feed_reading.subprocess, "run", run)
    assert read(rss(item())).unread
    assert seen
    assert CANARY not in seen.values()


HOME = "GET 93.184.215.14/feed"
URL = "https://blog.example/feed"


def xml(text, status=200, **headers):
    return httpx2.Response(status, content=text.encode(), headers=headers)


def test_a_feed_that_did_not_change_is_not_read_again():
    wire = Wire({HOME: [xml(rss(item()), etag='"1"', **{"last-modified": "x"}), xml("", 304)]})
    first = listened(FEED, account(wire, url=URL))
    assert len(heard(first)) == 1
    second = listened(FEED, account(wire, url=URL), marks=marks(first))
    assert wire.requests[1].headers["if-none-match"] == '"1"'
    assert wire.requests[1].headers["if-modified-since"] == "x"
    assert not heard(second)
    assert not unread(second)
    assert "etag" not in marks(second)


@pytest.mark.parametrize("changed", ["a post", "the address", "something unreadable"])
def test_a_feed_is_asked_for_in_full_when_it_could_say_something_new(changed):
    broken = item(2, "", title="") if changed == "something unreadable" else ""
    wire = Wire({"GET .*": [xml(rss(item(), broken), etag='"1"')]})
    kept = marks(listened(FEED, account(wire, url=URL)))
    topics = TOPICS[:1] if changed == "a post" else TOPICS
    url = f"{URL}2" if changed == "the address" else URL
    listened(FEED, account(wire, url=url), topics, kept)
    assert "if-none-match" not in wire.requests[1].headers


def test_a_feed_in_several_pages_is_followed_to_its_end():
    def page(number, after):
        more = f'<link rel="next" href="https://blog.example/feed?p={after}"/>' if after else ""
        return xml(atom(entry(number), more=more))

    wire = Wire({HOME: [page(1, 2), page(2, 3), page(3, 0)]})
    assert len(heard(listened(FEED, account(wire, url=URL)))) == 3
    assert len(wire.requests) == 3


def test_a_feed_whose_pages_never_end_is_left():
    def page(request):
        number = int(request.url.params.get("p", 0)) + 1
        return xml(atom(entry(1), more=f'<link rel="next" href="{URL}?p={number}"/>'))

    wire = Wire({HOME: page})
    assert listened(FEED, account(wire, url=URL))
    assert len(wire.requests) == 2


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_an_address_inside_is_refused_unless_the_settings_allow_it(address):
    def inside(_host):
        return (address,)

    wire = Wire({"GET .*": xml(rss(item()))})
    with pytest.raises(NetworkError) as caught:
        listened(FEED, account(wire, url=URL, resolve=inside))
    assert not wire.requests
    assert "private: true" in caught.value.remedy.show()
    assert heard(listened(FEED, account(wire, url=URL, resolve=inside, private=True)))


def test_a_redirect_to_the_inside_is_refused_even_so():
    names = {"blog.example": ("93.184.215.14",), "in.example": ("10.0.0.1",)}
    wire = Wire({HOME: xml("", 302, location="http://in.example/")})
    for private in (False, True):
        with pytest.raises(NetworkError):
            listened(FEED, account(wire, url=URL, resolve=names.get, private=private))
    assert all(request.url.host == "93.184.215.14" for request in wire.requests)


@pytest.mark.parametrize(
    ("answer", "trouble", "remedy"),
    [
        (xml("", 404), Trouble.CONTENT, "url:"),
        (xml("", 401), Trouble.CONTENT, "url:"),
        (xml("", 503), Trouble.TRANSIENT, "next run"),
        (xml("", 429), Trouble.RATE, "next run"),
        (xml("x" * 2_000_001), Trouble.TRANSIENT, "next run"),
        (httpx2.ConnectError("x"), Trouble.TRANSIENT, "next run"),
    ],
)
def test_a_feed_that_cannot_be_fetched_says_what_to_do(answer, trouble, remedy):
    with pytest.raises(NetworkError) as caught:
        listened(FEED, account(Wire({HOME: answer}), url=URL))
    assert caught.value.trouble is trouble
    assert remedy in caught.value.remedy.show()


def test_a_feed_without_an_address_is_said():
    with pytest.raises(NetworkError):
        listened(FEED, account())


def test_what_a_feed_no_longer_lists_is_not_gone():
    assert FEED.ask(account(url=URL), FETE, "feed/blog.example/x") is Answer.CANNOT_TELL


# What a person copied


def pasted(folder, file="marie.md", text="Bravo & merci.\n\nOn recommence ?", **meta):
    meta = {"post": "fete", "name": "Marie", "date": "2026-11-20", **meta}
    lines = "".join(f"{key}: {value}\n" for key, value in meta.items() if value is not None)
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{lines}---\n\n{text}\n", "utf-8")


def files(folder):
    return listened(FILE, account_of_folder(folder, "content/plan/heard"))


def test_what_a_person_copied_is_heard(tmp_path):
    pasted(tmp_path, url="https://www.linkedin.com/feed/update/1", profile="https://m.example/")
    [one] = heard(files(tmp_path))
    assert one == Heard(
        id=one.id,
        author=Speaker("Marie", "https://m.example/"),
        html="<p>Bravo &amp; merci.</p><p>On recommence ?</p>",
        published=dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC),
        url="https://www.linkedin.com/feed/update/1",
        about="fete",
    )
    assert re.fullmatch(r"file/[0-9a-f]{32}", one.id)


def test_what_is_copied_is_text_and_no_markup(tmp_path):
    pasted(tmp_path, text="# x <b>y</b> [z](javascript:alert(1))\n{{ 7*7 }}")
    assert heard(files(tmp_path))[0].html == (
        "<p># x &lt;b&gt;y&lt;/b&gt; [z](javascript:alert(1))<br>{{ 7*7 }}</p>"
    )


def test_a_conversation_is_copied_file_by_file(tmp_path):
    pasted(tmp_path, "linkedin/marie.md")
    pasted(tmp_path, "linkedin/paul.md", name="Paul", reply_to="linkedin/marie.md")
    pasted(tmp_path, "linkedin/lea.md", name="Léa", reply_to="linkedin/paul", team="true")
    lea, marie, paul = heard(files(tmp_path))
    assert (marie.reply_to, paul.reply_to, lea.reply_to) == ("", marie.id, paul.id)
    assert (lea.ours, marie.ours) == (True, False)


@pytest.mark.parametrize(
    "about", ["fete", FETE.url, f"{FETE.url}#cm-thread", "https://x.example/a"]
)
def test_a_post_is_named_by_its_slug_or_its_address(tmp_path, about):
    pasted(tmp_path, post=quoted(about))
    assert heard(files(tmp_path))[0].about in ("fete", "https://x.example/a")


@pytest.mark.parametrize(
    ("meta", "line", "why"),
    [
        ({"post": "fette"}, 2, "fette"),
        ({"post": None}, 2, "post"),
        ({"name": None}, 2, "name"),
        ({"date": "2026-11-20T10:41:07"}, 4, "offset"),
        ({"date": '"2026-11-20"'}, 4, "date"),
        ({"name": "no"}, 3, "name"),
        ({"author": "x"}, 5, "author"),
        ({"reply_to": "nobody"}, 5, "nobody"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, meta, line, why):
    pasted(tmp_path, **meta)
    pasted(tmp_path, "paul.md", name="Paul")
    batches = files(tmp_path)
    told = unread(batches)[0]
    assert told.where == f"content/plan/heard/marie.md:{line}"
    assert why in told.message.show()
    assert "Paul" in [one.author.name for one in heard(batches)]


def test_what_a_comment_never_loses_is_right_from_the_beginning(tmp_path):
    pasted(tmp_path, date="2026-11-20T10:41:07")
    assert not heard(files(tmp_path))
    pasted(tmp_path, date="2026-11-20T10:41:07+01:00")
    assert heard(files(tmp_path))[0].published.hour == 10


@pytest.mark.parametrize(
    "data",
    [b"", b"no front matter", b"---\npost: fete\n", b"\xff\xfe", b"---\n[\n---\n", b"x" * 2_100_000,
     b"---\npost: fete\nname: x\n---\n\n"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_told(tmp_path, data):
    (tmp_path / "marie.md").write_bytes(data)
    batches = files(tmp_path)
    assert not heard(batches)
    assert unread(batches)[0].where.startswith("content/plan/heard/marie.md")


def test_an_empty_plan_is_no_mistake_and_a_wrong_folder_is():
    assert listened(FILE, account()) == []
    with pytest.raises(NetworkError):
        listened(FILE, account_of_folder(None))


def test_tidying_the_folder_takes_no_comment_back():
    assert FILE.ask(account(), FETE, "file/x") is Answer.CANNOT_TELL


def test_only_files_that_are_meant_are_found(tmp_path):
    site = factory.settings(config=tmp_path / "mkdocs.yml")
    folder = tmp_path / "heard"
    for name in ("a.md", "b/c.md", ".hidden.md", ".git/d.md"):
        pasted(folder, name)
    (tmp_path / "secret.md").write_text(CANARY)
    (folder / "link.md").symlink_to(tmp_path / "secret.md")
    found = Accounts(site, {}, lambda: CREATED, None)._files("heard")
    assert list(found) == ["a.md", "b/c.md"]
    assert Accounts(site, {}, lambda: CREATED, None)._files("nowhere") is None


# Malice, through every one of them


class Harmless(HTMLParser):
    """Fails on everything in HTML that could do something."""

    def handle_starttag(self, tag, attrs):
        assert tag in {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong",
                       "ul"}, tag  # fmt: skip
        for name, value in attrs:
            assert name in ("href", "rel"), name
            if name == "href":
                # As a browser finds it: https://url.spec.whatwg.org/#scheme-start-state
                seen = re.sub(r"[\t\n\r]", "", value).lstrip("".join(map(chr, range(33))))
                scheme = re.match(r"([a-z][a-z0-9+.-]*):", seen, re.IGNORECASE)
                assert not scheme or scheme[1].lower() in ("http", "https", "mailto"), value


def by_webmention(string, _tmp):
    said = mention(1, content={"html": string, "text": string}, name=string, url=string)
    said["author"] = {"name": string, "url": string, "photo": string}
    return [
        jf2.read(one, Posts(TOPICS)).heard for one in (said, {**said, "wm-property": "mention-of"})
    ]


def by_file(string, tmp):
    pasted(tmp, name=quoted(string), url=quoted(string), profile=quoted(string), text=string)
    return heard(files(tmp))


def stored(one):
    place = Place("fete", "source")
    changes = hearing.merge(Shelved({}, frozenset(), ()), [one], place, House(), CREATED)
    return changes[0].after


def check(one):
    """What is kept of a comment can do nothing, and says what was said."""
    kept = stored(one)
    Harmless().feed(kept.text)
    assert re.match(r"(https?://|$)", kept.author.url, re.IGNORECASE)
    assert re.match(r"(https?://|$)", kept.url, re.IGNORECASE)
    assert "\n" not in kept.author.name
    return kept


@pytest.mark.parametrize("way", [by_webmention, by_file])
def test_no_string_of_a_stranger_can_do_anything(way, tmp_path):
    assert len(hostile.STRINGS) >= 500
    count = 0
    for string in hostile.STRINGS:
        plain = string.encode("utf-8", "replace").decode()
        for one in way(plain, tmp_path):
            check(one)
            count += 1
    assert count >= 500


def test_no_string_of_a_stranger_can_do_anything_through_a_feed():
    def escaped(string):
        text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", string)
        return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

    found = [
        item(at, escaped(string), escaped(string) if string in hostile.ADDRESSES else "", escaped(string))
        .replace("Élodie</dc:creator>", f"{escaped(string)}</dc:creator>")
        for at, string in enumerate(hostile.STRINGS)
    ]  # fmt: skip
    page = read(rss(*found))
    assert len(page.heard) + len(page.unread) >= len(hostile.STRINGS) - 20
    for one in page.heard:
        check(one)


@pytest.mark.parametrize("string", hostile.TEMPLATES)
def test_a_template_stays_the_text_that_it_is(string, tmp_path):
    if not string.startswith("<") and "\n" not in string and string.strip():
        pasted(tmp_path, text=string)
        [one] = heard(files(tmp_path))
        shown = re.sub("<[^>]*>", "", stored(one).text)
        assert html.unescape(shown) == re.sub(r"[\x00-\x1f]", "", string).strip()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Élodie", "Élodie"),
        ("elodie@lectrice.photography", "elodie"),
        ("elodie@lectrice.photography (Élodie D.)", "Élodie D."),
        ("Élodie <elodie@lectrice.photography>", "Élodie"),
        ("Élodie (elodie@lectrice.photography)", "Élodie"),
        ("@elodie@mastodon.example", "elodie"),
        ("Jean (le vrai)", "Jean (le vrai)"),
        ("😀 <a@b.example>", "😀"),
        ("", "m.example"),
    ],
)
def test_a_name_is_shown_without_mailbox(said, shown):
    assert outside.shown_name(said, "", "https://m.example/") == shown


@pytest.mark.parametrize("what", hostile.LONG)
def test_no_length_makes_us_wait(what, tmp_path):
    string = hostile.LONG[what]
    words = {"text": string[:1_000_000]} if what != "blank lines only" else {}
    pasted(tmp_path, name=quoted(string[:500_000]), **words)
    for one in [*by_webmention(f"x {string}", tmp_path), *heard(files(tmp_path))]:
        # What is closed again after the cut makes it longer.
        assert len(check(one).text) <= 60_000


@given(st.binary(max_size=300))
@settings(max_examples=15, deadline=None)
def test_whatever_bytes_a_feed_has_it_is_read_or_told(data):
    page = read(data)
    assert page.heard or page.unread
    assert all(isinstance(one, Unread) for one in page.unread)
