"""WebSub, Webmention, and what a person does by hand."""

import contracts
import httpx2
import pytest
import stamina
from wire import URL, Wire, account, note, reservation

from cmflow.network import Answer, NetworkError, Sent, Trouble
from cmflow.networks import assisted
from cmflow.networks.assisted import NETWORK as ASSISTED
from cmflow.networks.endpoint import discover
from cmflow.networks.webmention import NETWORK as WEBMENTION
from cmflow.networks.websub import NETWORK as WEBSUB
from cmflow.reply import Reply


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=3):
        yield


# WebSub


@pytest.mark.parametrize("answer", [httpx2.Response(204), httpx2.Response(202, text="Accepted")])
def test_a_hub_is_told_in_both_ways_in_which_hubs_listen(answer):
    wire = Wire({"POST hub.example/": answer})
    sent = WEBSUB.send(account(WEBSUB, wire), note(), 0, reservation(), ())
    assert sent.id == "https://blog.example/feed.xml"
    contracts.check("websub", wire.requests[0])
    form = contracts.content(wire.requests[0])
    assert form["hub.url"] == form["hub.topic"] == "https://blog.example/feed.xml"


def test_a_ping_in_doubt_is_sent_again():
    wire = Wire({"POST hub.example/": [(503, {}), httpx2.Response(204)]})
    WEBSUB.send(account(WEBSUB, wire), note(), 0, reservation(), ())
    assert len(wire.requests) == 2
    assert WEBSUB.find(account(WEBSUB, wire), note(), 0, reservation()) is Answer.ABSENT


def test_a_hub_that_refuses_says_so():
    wire = Wire({"POST hub.example/": httpx2.Response(400, text="unknown topic")})
    with pytest.raises(NetworkError) as caught:
        WEBSUB.send(account(WEBSUB, wire), note(), 0, reservation(), ())
    assert caught.value.trouble is Trouble.CONTENT


# Webmention: https://webmention.rocks/ numbers its discovery tests; these are its cases.

PAGE = "https://a.example/post?x=1"


@pytest.mark.parametrize(
    ("links", "body", "endpoint"),
    [
        (("</wm>; rel=webmention",), "", "https://a.example/wm"),
        (("<https://b.example/wm?v=1>; rel=webmention",), "", "https://b.example/wm?v=1"),
        (("", ""), '<link rel="webmention" href="/wm">', "https://a.example/wm"),
        ((), '<p><a href="wm" rel=webmention>x</a>', "https://a.example/wm"),
        (('</wm>; REL="webmention"',), "", "https://a.example/wm"),
        (('</wm>; rel="x webmention y"',), "", "https://a.example/wm"),
        (('</a>; rel="next", </wm>; rel="webmention"',), "", "https://a.example/wm"),
        (("</a>; rel=next", "</wm>; rel=WebMention"), "", "https://a.example/wm"),
        (('</a>; rel="not-webmention"',), "", ""),
        (("</wm>; rel=webmention",), '<link rel="webmention" href="/no">', "https://a.example/wm"),
        ((), '<link rel="x webmention" href="/wm">', "https://a.example/wm"),
        (
            (),
            '<!-- <a rel="webmention" href="/no"></a> --><a rel="webmention" href="/wm">',
            "https://a.example/wm",
        ),
        (
            (),
            '&lt;a rel="webmention" href="/no"&gt;<a rel="webmention" href="/wm">',
            "https://a.example/wm",
        ),
        ((), '<a rel="webmention">no</a><a rel="webmention" href="/wm">', "https://a.example/wm"),
        ((), '<link rel="webmention" href="">', PAGE),
        (
            (),
            '<a rel="webmention" href="/1"><link rel="webmention" href="/2">',
            "https://a.example/1",
        ),
        (
            (),
            '<link rel="not-webmention" href="/no"><a rel="webmention" href="/wm">',
            "https://a.example/wm",
        ),
        ((), '<a rel="webmention" href="/wm?query=yes">', "https://a.example/wm?query=yes"),
        (
            (),
            '<base href="https://c.example/d/"><a rel="webmention" href="wm">',
            "https://c.example/d/wm",
        ),
        ((), '<script>\'<a rel="webmention" href="/no">\'</script>', ""),
        ((), "<p>none</p>", ""),
    ],
)
def test_the_endpoint_is_discovered_as_the_specification_says(links, body, endpoint):
    reply = Reply(200, {"content-type": "text/html; charset=utf-8"}, body.encode(), PAGE, links)
    assert discover(reply) == endpoint


def test_no_endpoint_is_read_out_of_a_picture():
    body = b'<a rel="webmention" href="/no">'
    assert discover(Reply(200, {"content-type": "image/svg+xml"}, body, PAGE)) == ""


NAMES = {
    "a.example": ("93.184.215.14",),
    "b.example": ("93.184.215.15",),
    "in.example": ("10.0.0.1",),
}


def mention(routes, text, **settings):
    wire = Wire(routes)
    one = account(WEBMENTION, wire, **settings)
    guarded = type(one)(one.channel, one.settings, one.secrets,
                        wire.client(resolve=NAMES.__getitem__), one.read)  # fmt: skip
    try:
        return wire, WEBMENTION.send(guarded, note(text), 0, reservation(), ())
    except NetworkError as error:
        return wire, error


WANTS = httpx2.Response(200, html='<link rel="webmention" href="/wm">')


def test_each_link_of_the_text_is_mentioned_once_and_our_own_is_not():
    wire, sent = mention(
        {
            "GET 93.184.215.14/(1|2)": lambda _: httpx2.Response(
                200, html='<a rel="webmention" href="/wm">'
            ),
            "GET 93.184.215.15/": lambda _: httpx2.Response(200, html="no mentions here"),
            "POST 93.184.215.14/wm": lambda _: httpx2.Response(
                201, headers={"location": "https://a.example/status/1"}
            ),
        },
        f"https://a.example/1 https://a.example/1 https://b.example/ https://a.example/2 {URL}",
    )
    assert sent == Sent("https://a.example/1 https://a.example/2", "https://a.example/status/1")
    posts = [one for one in wire.requests if one.method == "POST"]
    assert [contracts.content(one)["target"] for one in posts] == [
        "https://a.example/1",
        "https://a.example/2",
    ]
    assert all(contracts.content(one)["source"] == URL for one in posts)
    for one in posts:
        assert one.headers["host"] == "a.example"
        contracts.check("webmention", one)


def test_a_failure_does_not_stop_the_other_mentions_and_is_told():
    wire, error = mention(
        {
            "GET 93.184.215.14/": httpx2.ReadTimeout("slow"),
            "GET 93.184.215.15/": WANTS,
            "POST 93.184.215.15/wm": httpx2.Response(202),
        },
        "https://a.example/ https://b.example/",
    )
    assert error.trouble is Trouble.TRANSIENT
    assert error.certain
    assert wire.requests[-1].method == "POST"


@pytest.mark.parametrize("reply", [httpx2.Response(404), httpx2.Response(200, html="no")])
def test_a_page_that_wants_no_mention_is_no_error(reply):
    assert mention({"GET 93.184.215.14/": reply}, "https://a.example/")[1] == Sent("", "")


@pytest.mark.parametrize(("status", "trouble"), [(429, Trouble.RATE), (503, Trouble.TRANSIENT)])
def test_a_page_that_fails_for_a_while_is_asked_again(status, trouble):
    error = mention({"GET 93.184.215.14/": httpx2.Response(status)}, "https://a.example/")[1]
    assert (error.trouble, error.certain) == (trouble, True)


def test_an_endpoint_that_refuses_is_no_error_of_ours():
    routes = {"GET 93.184.215.14/": WANTS, "POST 93.184.215.14/wm": httpx2.Response(400)}
    assert mention(routes, "https://a.example/")[1] == Sent("", "")


def test_neither_a_page_nor_an_endpoint_within_our_network_is_asked():
    wire, sent = mention({}, "http://in.example/")
    assert not wire.requests
    inward = httpx2.Response(200, html='<link rel="webmention" href="http://in.example/wm">')
    wire, sent = mention({"GET 93.184.215.14/": inward}, "https://a.example/")
    assert sent == Sent("", "")
    assert [one.method for one in wire.requests] == ["GET"]


def test_an_inner_host_is_asked_where_the_settings_name_it():
    routes = {"GET 10.0.0.1/": WANTS, "POST 10.0.0.1/wm": httpx2.Response(202)}
    _, sent = mention(routes, "http://in.example/", server="http://in.example")
    assert sent.id == "http://in.example/"


# By hand


def test_only_a_person_sends_by_hand():
    wire = Wire()
    with pytest.raises(NetworkError) as caught:
        ASSISTED.send(account(ASSISTED, wire), note(), 0, reservation(), ())
    assert caught.value.certain
    assert "--paste fete/chan" in caught.value.remedy.show()
    assert not wire.requests


def test_what_is_to_be_pasted_has_the_link_once():
    assert (
        assisted.paste(note("un", "deux", warning="Attention"))
        == f"Attention\n\nun\n\ndeux\n\n{URL}"
    )
    assert assisted.paste(note(f"voir {URL}")) == f"voir {URL}"
