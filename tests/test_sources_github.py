"""GitHub as a place where people answer: what is asked for, what is heard, what is left alone."""

import datetime as dt
import json
import shutil
import subprocess
from pathlib import Path

import contracts
import httpx2
import pytest
import stamina
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wire import CANARY, CREATED, Wire

from cmflow import sources
from cmflow.heard import Topic
from cmflow.network import Account, Answer, NetworkError, Trouble
from cmflow.source import Source
from cmflow.sources import github_discussions
from cmflow.sources.github import LISTENER, door
from cmflow.sources.github_api import site_of
from cmflow.sources.naming import Names
from cmflow.thread import Tally

FOLDER = Path(__file__).parent / "github"
NOW = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
THEN, LATER = "2026-11-20T09:00:00Z", "2026-11-20T10:30:00Z"
VOILE = Topic("la-voile", "https://blog.example/la-voile/", "La voile", NOW)
BANC = Topic("le-banc", "https://blog.example/le-banc/", "Le banc", NOW)
ISSUES = "GET api.github.com/repos/acme/blog/issues"
CHANGED = f"{ISSUES}/comments"


@pytest.fixture(autouse=True)
def _at_once():
    with stamina.set_testing(True, attempts=1):
        yield


def person(login="zoe", **more):
    return {"login": login, "html_url": f"https://github.com/{login}",
            "avatar_url": f"https://avatars.example/{login}", "type": "User", **more}  # fmt: skip


def issue(number=1, title="La voile [la-voile]", body="", **more):
    return {
        "number": number, "title": title, "body": body, "body_html": f"<p>{body}</p>" if body else "",
        "html_url": f"https://github.com/acme/blog/issues/{number}", "user": person("acme"),
        "author_association": "OWNER", "created_at": THEN, "updated_at": THEN, "comments": 1,
        "reactions": {"+1": 2, "heart": 1, "-1": 7, "eyes": 9}, **more,
    }  # fmt: skip


def comment(id_=11, text="Bravo.", who="zoe", number=1, **more):
    at = f"https://github.com/acme/blog/issues/{number}"
    return {
        "id": id_, "html_url": f"{at}#issuecomment-{id_}", "user": person(who),
        "issue_url": f"https://api.github.com/repos/acme/blog/issues/{number}",
        "body": text, "body_html": f"<p>{text}</p>", "author_association": "NONE",
        "created_at": THEN, "updated_at": THEN, **more,
    }  # fmt: skip


def comments_of(number=1):
    return f"{ISSUES}/{number}/comments"


def account(wire, *, token=CANARY, **settings):
    said = Source(kind="github", **{"account": "acme/blog", **settings})
    secrets = {"TOKEN": token} if token else {}
    return Account("git-hub", said, secrets, wire.client(), lambda _path: b"")


def listen(wire, marks=None, *, topics=(VOILE, BANC), **more):
    """Every batch of one run; each request is judged by GitHub's own description."""
    batches = list(LISTENER.listen(account(wire, **more), topics, marks or {}))
    for request in wire.requests:
        contracts.check("github", request)
    return batches


def marks_of(batches):
    return {key: mark for batch in batches for key, mark in batch.marks.items()}


def ids(batches):
    return [one.id.removeprefix("github.com/acme/blog/") for b in batches for one in b.heard]


def quiet(*rows):
    """A repository of some issues, each with one comment, in which nothing changes."""
    told = {CHANGED: (200, []), ISSUES: (200, list(rows))}
    return Wire(told | {comments_of(r["number"]): (200, [comment(10 + r["number"])]) for r in rows})


def test_what_is_said_in_an_issue_about_a_post_is_heard():
    wire = Wire({comments_of(): (200, [comment(), comment(12, who="acme", updated_at=LATER)]),
                 ISSUES: (200, [issue(), issue(2, "Une panne", "Rien à voir")])})  # fmt: skip
    first = next(one for one in listen(wire) if one.slug == "la-voile")
    zoe, acme = first.heard
    assert (zoe.id, zoe.author.name, zoe.html) == (
        "github.com/acme/blog/issues/comments/11", "zoe", "<p>Bravo.</p>",
    )  # fmt: skip
    assert (zoe.author.url, zoe.avatar) == ("https://github.com/zoe", "https://avatars.example/zoe")
    assert zoe.url == "https://github.com/acme/blog/issues/1#issuecomment-11"
    assert (zoe.published.isoformat(), zoe.edited) == ("2026-11-20T09:00:00+00:00", None)
    assert acme.edited.isoformat() == "2026-11-20T10:30:00+00:00"
    assert (zoe.ours, acme.ours, zoe.reply_to) == (False, True, "")
    assert (first.tally, first.whole, first.unread) == (Tally(likes=3), True, ())


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Un mot [la-voile]", ""),
        ("https://blog.example/la-voile/", ""),
        ("Question", "Je lisais https://blog.example/la-voile#lin, et…"),
        ("Question", "<!-- https://blog.example/la-voile/ -->"),
        ("Question", "À propos de [la-voile] : pourquoi ?"),
    ],
)
def test_an_issue_is_about_the_post_that_its_title_or_text_names(title, body):
    wire = Wire({comments_of(): (200, [comment()]), ISSUES: (200, [issue(1, title, body)])})
    assert [one.slug for one in listen(wire) if one.heard] == ["la-voile"]


@pytest.mark.parametrize(
    "body",
    ["[la-voile](https://x.example)", "[la-voile]: https://x.example", "la-voile", "[la-voile-2]"],
)
def test_a_slug_that_is_said_by_chance_names_no_post(body):
    assert Names((VOILE,)).about("Question", body) == ""


def test_what_a_reader_opens_an_issue_with_is_a_comment_and_the_others_answer_it():
    opened = issue(body="J’en veux une.", user=person("ali"), author_association="NONE")
    batches = listen(Wire({comments_of(): (200, [comment()]), ISSUES: (200, [opened])}))
    assert ids(batches) == ["issues/1", "issues/comments/11"]
    first, second = next(one.heard for one in batches if one.heard)
    assert (first.html, first.author.name, first.edited) == ("<p>J’en veux une.</p>", "ali", None)
    assert second.reply_to == first.id


@pytest.mark.parametrize("body", ["", "<!-- https://blog.example/la-voile/ -->"])
def test_an_issue_without_a_word_of_its_own_is_no_comment(body):
    opened = issue(body=body, body_html="", user=person("ali"), author_association="NONE")
    assert ids(listen(Wire({comments_of(): (200, []), ISSUES: (200, [opened])}))) == []


def test_without_rendered_html_the_markdown_is_escaped_and_never_rendered():
    said = comment(
        text="**Gras** <img src=x onerror=y> <!-- caché --> https://x.example", body_html=""
    )
    batches = listen(Wire({comments_of(): (200, [said]), ISSUES: (200, [issue()])}))
    html = next(one.heard[0].html for one in batches if one.heard)
    assert html.startswith("<p>**Gras** &lt;img src=x onerror=y&gt;")
    assert "caché" not in html
    assert '<a href="https://x.example">' in html


def test_machines_pull_requests_and_what_was_hidden_are_not_heard():
    said = [
        comment(11, user=person("dependabot[bot]", type="Bot")),
        comment(12, user=person("helper[bot]")),
        comment(13, minimized={"reason": "spam"}),
        comment(14, user=None),
    ]
    rows = [issue(), issue(2, pull_request={"url": "x"})]
    batches = listen(Wire({comments_of(): (200, said), ISSUES: (200, rows)}))
    assert ids(batches) == ["issues/comments/14"]
    assert next(one.heard[0].author.name for one in batches if one.heard) == "ghost"


def test_a_picture_alone_is_an_answer_with_a_link_to_it():
    said = comment(body_html='<p><img src="https://x.example/y.png"></p>')
    batches = listen(Wire({comments_of(): (200, [said]), ISSUES: (200, [issue()])}))
    assert "issuecomment-11" in next(one.heard[0].html for one in batches if one.heard)


def test_a_quiet_repository_costs_three_requests_however_many_its_threads():
    rows = [issue(1), issue(2, "[le-banc]", updated_at=LATER)]
    wire = quiet(*rows)
    last = comment(12, number=2, updated_at=LATER)
    wire.routes[comments_of(2)] = (200, [last])
    first = listen(wire)
    assert ids(first) == ["issues/comments/11", "issues/comments/12"]
    wire.requests.clear()
    # GitHub tells what was changed since a moment, that moment included.
    wire.routes[CHANGED] = (200, [last])
    again = listen(wire, marks_of(first))
    place = "GET /repos/acme/blog/issues"
    assert wire.asked() == [place, f"{place}/comments", f"{place}/2/comments"]
    assert wire.requests[1].url.params["since"] == LATER
    assert ids(again) == ["issues/comments/12"]
    assert [(one.slug, one.whole) for one in again] == [
        ("la-voile", False), ("le-banc", True), ("", False),
    ]  # fmt: skip
    assert [one.tally for one in again if one.slug] == [Tally(3), Tally(3)]


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        ([issue(1, comments=2)], []),
        ([issue(1, updated_at=LATER)], []),
        ([issue(1)], [comment(11, updated_at=LATER)]),
    ],
    ids=["another count", "another time", "an edit that the issue does not tell"],
)
def test_only_issues_in_which_something_happened_are_read_again(rows, changed):
    banc = issue(2, "[le-banc]")
    marks = marks_of(listen(quiet(issue(1), banc)))
    wire = quiet(*rows, banc)
    wire.routes[CHANGED] = (200, changed)
    again = listen(wire, marks)
    assert ids(again) == ["issues/comments/11"]
    assert [one.whole for one in again] == [True, False, False]
    assert marks_of(again)["since"] == max(
        THEN, rows[0]["updated_at"], *(c["updated_at"] for c in changed)
    )


def test_a_thread_that_is_gone_is_told_so_that_its_comments_are_asked_for():
    marks = marks_of(listen(quiet(issue(1), issue(2, "[le-banc]"))))
    again = listen(quiet(issue(2, "[le-banc]")), marks)
    [lost] = [one for one in again if one.slug == "la-voile"]
    assert (lost.whole, lost.heard, lost.marks) == (True, (), {"issue/1": ""})
    third = listen(quiet(issue(2, "[le-banc]")), marks | marks_of(again))
    assert not [one for one in third if one.slug == "la-voile"]


def test_without_marks_every_post_is_told_for_it_may_have_lost_its_thread():
    batches = listen(quiet(issue(1)))
    assert {one.slug: one.whole for one in batches if one.slug} == {
        "la-voile": True,
        "le-banc": True,
    }


def test_two_issues_about_one_post_are_one_thread():
    batches = listen(quiet(issue(1), issue(2)))
    [one] = [one for one in batches if one.heard]
    assert (len(one.heard), one.tally) == (2, Tally(6))


def test_one_thread_that_fails_is_told_and_the_next_one_is_read():
    wire = quiet(issue(1), issue(2, "[le-banc]"))
    wire.routes[comments_of(1)] = (500, {"message": "oh"})
    batches = listen(wire)
    [unread] = [lost for one in batches for lost in one.unread]
    assert unread.where == "https://github.com/acme/blog/issues/1"
    assert ids(batches) == ["issues/comments/12"]
    assert not next(one for one in batches if one.unread).whole
    assert "issue/1" not in marks_of(batches)


def test_a_comment_that_cannot_be_read_is_told_and_the_rest_is_heard():
    said = [comment(11, created_at="hier"), comment("x"), comment(12)]
    batches = listen(Wire({comments_of(): (200, said), ISSUES: (200, [issue()])}))
    assert ids(batches) == ["issues/comments/12"]
    assert len([lost for one in batches for lost in one.unread]) == 2


def pages(link):
    """Two pages of comments, the second one at an address."""
    first = httpx2.Response(
        200, json=[comment(11)], headers={"Link": f'<{link}>; rel="next", <x>; rel="last"'}
    )
    return lambda request: (
        first if "page" not in request.url.params else (httpx2.Response(200, json=[comment(12)]))
    )


def test_further_pages_are_read_where_github_says_they_are():
    link = "https://api.github.com/repos/acme/blog/issues/1/comments?per_page=100&page=2"
    wire = Wire({comments_of(): pages(link), ISSUES: (200, [issue()])})
    assert ids(listen(wire)) == ["issues/comments/11", "issues/comments/12"]


def test_a_token_is_never_sent_to_another_host():
    wire = Wire({comments_of(): pages("https://evil.example/?page=2"), ISSUES: (200, [issue()])})
    listen(wire)
    assert {one.url.host for one in wire.requests} == {"api.github.com"}


def limited(**headers):
    return httpx2.Response(403, json={"message": "API rate limit exceeded"}, headers=headers)


@pytest.mark.parametrize(
    ("reply", "again"),
    [
        (
            limited(
                **{
                    "x-ratelimit-remaining": "0",
                    "x-ratelimit-reset": str(int(CREATED.timestamp()) + 90),
                }
            ),
            90,
        ),
        (limited(**{"retry-after": "60"}), 60),
        (limited(), None),
    ],
)
def test_a_rate_that_is_used_up_ends_the_run_and_says_for_how_long(reply, again):
    with pytest.raises(NetworkError) as refused:
        listen(Wire({ISSUES: reply}))
    assert (refused.value.trouble, refused.value.again) == (Trouble.RATE, again)


def test_when_nothing_is_left_of_the_rate_nobody_asks_again_and_what_was_heard_stays():
    spent = {"x-ratelimit-remaining": "0", "date": "Fri, 20 Nov 2026 09:41:07 GMT",
             "x-ratelimit-reset": str(int(CREATED.timestamp()) + 300)}  # fmt: skip
    wire = quiet(issue(1), issue(2, "[le-banc]"))
    wire.routes[comments_of(1)] = httpx2.Response(200, json=[comment()], headers=spent)
    run = LISTENER.listen(account(wire), (VOILE, BANC), {})
    heard = [next(run)]
    with pytest.raises(NetworkError) as refused:
        next(run)
    assert (refused.value.trouble, refused.value.again) == (Trouble.RATE, 300)
    assert ids(heard) == ["issues/comments/11"]
    assert len(wire.requests) == 2


def test_without_a_token_public_issues_are_heard_all_the_same():
    wire = quiet(issue())
    assert ids(listen(wire, token="")) == ["issues/comments/11"]
    assert "authorization" not in wire.requests[0].headers
    with pytest.raises(NetworkError) as refused:
        listen(Wire({ISSUES: limited()}), token="")
    assert refused.value.remedy.values == {"name": "CMFLOW_GIT_HUB_TOKEN"}


@pytest.mark.parametrize(
    "settings",
    [
        {"account": "acme"},
        {"account": "acme/../x"},
        {"url": "http://github.example"},
        {"url": "ftp://x"},
    ],
)
def test_settings_that_name_no_repository_are_refused_before_anything_is_asked(settings):
    wire = Wire()
    with pytest.raises(NetworkError) as refused:
        listen(wire, **settings)
    assert refused.value.trouble is Trouble.AUTH
    assert not wire.requests


@pytest.mark.parametrize("status", [301, 404, 410])
def test_a_repository_that_is_elsewhere_is_named(status):
    with pytest.raises(NetworkError) as refused:
        listen(Wire({ISSUES: (status, {"message": "Not Found"})}))
    assert "owner/repository" in refused.value.remedy.template


def test_the_label_chooses_the_threads():
    wire = Wire({ISSUES: (200, [])})
    listen(wire, label="commentaires")
    assert wire.requests[0].url.params["labels"] == "commentaires"


def ask(id_, reply=None, **more):
    wire = Wire({"GET .*": reply, "POST .*": reply})
    answer = LISTENER.ask(account(wire, **more), VOILE, f"github.com/acme/blog/{id_}")
    for request in wire.requests:
        contracts.check("github", request)
    return answer


def test_a_comment_that_is_asked_for_stands_is_gone_or_nobody_knows():
    assert ask("issues/comments/11", (200, comment())).html == "<p>Bravo.</p>"
    assert ask("issues/1", (200, issue(body="Oui"))).id == "github.com/acme/blog/issues/1"
    for status in (404, 410):
        assert ask("issues/comments/11", (status, {"message": "Not Found"})) is Answer.ABSENT
    assert ask("issues/comments/11", (200, comment(minimized={"reason": "abuse"}))) is Answer.ABSENT
    assert ask("issues/comments/11", (200, {"id": 11})) is Answer.CANNOT_TELL
    assert ask("issues/comments/..%2f", None) is Answer.CANNOT_TELL
    elsewhere = LISTENER.ask(account(Wire()), VOILE, "github.com/acme/blog-2/issues/1")
    assert elsewhere is Answer.CANNOT_TELL
    with pytest.raises(NetworkError):
        ask("issues/comments/11", (403, {"message": "Forbidden"}))


# Discussions


def said(id_, text="Bravo.", who="zoe", **more):
    return {
        "id": id_, "url": f"https://github.com/acme/blog/discussions/1#{id_}", "deletedAt": None,
        "isMinimized": False, "author": {"__typename": "User", "login": who,
        "url": f"https://github.com/{who}", "avatarUrl": f"https://avatars.example/{who}"},
        "authorAssociation": "NONE", "body": text, "bodyHTML": f"<p>{text}</p>",
        "createdAt": THEN, "lastEditedAt": None, **more,
    }  # fmt: skip


def discussion(id_="D_1", title="La voile [la-voile]", **more):
    return said(id_, "Parlons-en", "acme", authorAssociation="MEMBER") | {
        "title": title, "category": {"name": "Le blog", "slug": "le-blog"},
        "reactionGroups": [{"content": "HEART", "reactors": {"totalCount": 4}},
                           {"content": "CONFUSED", "reactors": {"totalCount": 9}}], **more,
    }  # fmt: skip


def page(*nodes, after=""):
    return {"pageInfo": {"hasNextPage": bool(after), "endCursor": after}, "nodes": list(nodes)}


class Graph:
    """A server of GraphQL that knows our queries and nothing else."""

    def __init__(self, listed, talks=None, further=None):
        self.listed, self.talks, self.further = listed, talks or {}, further or {}
        self.wire = Wire({"POST api.github.com/graphql": self.answer})

    def answer(self, request):
        asked = json.loads(request.content)
        query, told = asked["query"], asked["variables"]
        if query == github_discussions.LIST:
            return {"data": {"repository": {"discussions": self.listed}}}
        if query == github_discussions.COMMENTS:
            held = self.further if told.get("after") else self.talks
            return {"data": {"nodes": [{"id": id_, "comments": held[id_]} for id_ in told["ids"]]}}
        assert query == github_discussions.REPLIES
        return {
            "data": {"nodes": [{"id": id_, "replies": self.further[id_]} for id_ in told["ids"]]}
        }

    def listen(self, marks=None, **more):
        return listen(self.wire, marks, discussions=True, **more)


def test_discussions_are_trees_and_come_whole_over_all_their_pages():
    first = said("C_1", replies=page(said("R_1", who="ali"), after="r"))
    graph = Graph(
        page(discussion(), discussion("D_2", "Autre chose")),
        {"D_1": page(first, after="c")},
        {"D_1": page(said("C_2", replies=page())), "C_1": page(said("R_2", who="acme"))},
    )
    [batch] = [one for one in graph.listen() if one.heard]
    place = "github.com/acme/blog/discussions/comments"
    assert [(one.id, one.reply_to) for one in batch.heard] == [
        (f"{place}/C_1", ""),
        (f"{place}/R_1", f"{place}/C_1"),
        (f"{place}/R_2", f"{place}/C_1"),
        (f"{place}/C_2", ""),
    ]
    assert [one.ours for one in batch.heard] == [False, False, True, False]
    assert (batch.slug, batch.whole, batch.tally) == ("la-voile", True, Tally(4))


def test_what_was_deleted_or_hidden_in_a_discussion_is_not_heard_and_its_answers_are():
    rows = [
        said("C_1", deletedAt=LATER, replies=page(said("R_1"))),
        said("C_2", isMinimized=True, replies=page()),
        said("C_3", author=None, replies=page()),
        said("C_4", author={"__typename": "Bot", "login": "robot"}, replies=page()),
    ]
    batches = Graph(page(discussion()), {"D_1": page(*rows)}).listen()
    assert [one.rpartition("/")[2] for one in ids(batches)] == ["R_1", "C_3"]


def test_a_discussion_that_a_reader_opened_is_the_first_comment():
    opened = discussion(authorAssociation="NONE", author={"__typename": "User", "login": "ali"})
    batches = Graph(page(opened), {"D_1": page(said("C_1", replies=page()))}).listen()
    assert ids(batches) == ["discussions/D_1", "discussions/comments/C_1"]
    assert next(one.heard[1].reply_to for one in batches if one.heard).endswith("/discussions/D_1")


def test_the_category_chooses_the_discussions():
    graph = Graph(page(discussion()), {"D_1": page(said("C_1", replies=page()))})
    for label in ("Le blog", "le-blog"):
        assert ids(graph.listen(label=label)) == ["discussions/comments/C_1"]
    assert ids(graph.listen(label="Idées")) == []


def test_a_discussion_that_is_gone_is_told_once():
    graph = Graph(page(discussion()), {"D_1": page()})
    marks = marks_of(graph.listen())
    gone = Graph(page())
    [lost] = gone.listen(marks)
    assert (lost.slug, lost.whole, lost.heard) == ("la-voile", True, ())
    assert gone.listen(marks | marks_of([lost])) == []


def test_a_repository_that_graphql_does_not_find_takes_nothing_away():
    nothing = {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "no"}]}
    with pytest.raises(NetworkError) as refused:
        listen(Wire({"POST .*": nothing}), discussions=True)
    assert "owner/repository" in refused.value.remedy.template


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("RATE_LIMITED", Trouble.RATE),
        ("FORBIDDEN", Trouble.AUTH),
        ("INSUFFICIENT_SCOPES", Trouble.AUTH),
        ("SERVICE_UNAVAILABLE", Trouble.TRANSIENT),
    ],
)
def test_an_error_of_graphql_is_sorted_by_its_kind(kind, trouble):
    told = {"data": None, "errors": [{"type": kind, "message": f"no {CANARY}"}]}
    with pytest.raises(NetworkError) as refused:
        listen(Wire({"POST .*": told}), discussions=True)
    assert refused.value.trouble is trouble
    assert CANARY not in refused.value.words


def test_discussions_want_a_token_and_say_so():
    wire = Wire()
    with pytest.raises(NetworkError) as refused:
        listen(wire, discussions=True, token="")
    assert refused.value.trouble is Trouble.AUTH
    assert refused.value.remedy.values == {"name": "CMFLOW_GIT_HUB_TOKEN"}
    assert not wire.requests


def test_one_comment_of_a_discussion_is_asked_for_by_its_id():
    def one(row):
        return ask("discussions/comments/C_1", {"data": {"nodes": [row]}}, discussions=True)

    assert one(said("C_1")).html == "<p>Bravo.</p>"
    assert one(None) is Answer.ABSENT
    assert one(said("C_1", deletedAt=LATER)) is Answer.ABSENT
    assert one({"id": "C_1"}) is Answer.CANNOT_TELL


def test_our_queries_are_valid_by_githubs_own_schema():
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules/graphql").is_dir():
        pytest.skip("GitHub's schema is not installed: python tools/web.py")
    ours = ["LIST", "COMMENTS", "REPLIES", "ONE"]
    queries = json.dumps([getattr(github_discussions, name) for name in ours] + ["{ nothing }"])
    told = subprocess.run(
        [node, "validate.mjs"],
        cwd=FOLDER,
        input=queries,
        capture_output=True,
        text=True,
        check=True,
    )
    *wrong, nonsense = json.loads(told.stdout)
    assert wrong == [[], [], [], []]
    assert nonsense


# The door


@pytest.mark.parametrize(
    ("api", "site"),
    [
        ("", "https://github.com"),
        ("https://api.github.com", "https://github.com"),
        ("https://github.acme.example/api/v3", "https://github.acme.example"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
    ],
)
def test_people_go_to_the_site_of_an_api(api, site):
    source = Source(kind="github", url=api, account="acme/blog")
    assert site_of(api) == site
    assert door(source, "la-voile", "x", VOILE.url).startswith(f"{site}/acme/blog/issues/new?")


def test_the_door_prepares_a_thread_that_will_be_recognised():
    source = Source(kind="github", account="acme/blog")
    form = httpx2.URL(door(source, "la-voile", "La voile & le « lin »", VOILE.url)).params
    assert Names((VOILE,)).about(form["title"]) == "la-voile"
    assert Names((VOILE,)).about("Question", form["body"]) == "la-voile"
    assert form["title"].startswith("La voile & le « lin »")
    talk = Source(kind="github", account="acme/blog", discussions=True, label="Le blog")
    assert "/discussions/new?" in door(talk, "la-voile", "x", VOILE.url)
    assert httpx2.URL(door(talk, "la-voile", "x", VOILE.url)).params["category"] == "le-blog"


def test_the_door_leads_to_the_thread_that_is_known():
    known = [
        "https://evil.example/issues/3",
        "https://github.com/acme/blog/issues/7#issuecomment-1",
    ]
    source = Source(kind="github", account="acme/blog")
    assert door(source, "x", "x", VOILE.url, known) == "https://github.com/acme/blog/issues/7"
    assert "/new?" in door(source, "x", "x", VOILE.url, known[:1])


# Answers of any shape

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
    | st.sampled_from([THEN, "[la-voile]", VOILE.url, "9999-12-31T23:59:59Z", "\ud800", "0"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from([*issue(), *comment(), *person(), *discussion(), "nodes", "data", "repository",
                         "discussions", "comments", "replies", "pageInfo", "errors", "type"]),
        inner, max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(rows=st.lists(JSON, max_size=4), changes=st.dictionaries(st.sampled_from([*issue()]), JSON))
def test_an_answer_of_any_shape_is_heard_told_or_refused(rows, changes):
    wire = Wire({comments_of(): lambda _: httpx2.Response(200, content=json.dumps([*rows, comment(99)])),
                 ".*": lambda _: httpx2.Response(200, content=json.dumps([*rows, issue() | changes]))})  # fmt: skip
    for discussions in (False, True):
        try:
            batches = list(
                sources.of_kind("github").listen(
                    account(wire, discussions=discussions), (VOILE,), {}
                )
            )
        except NetworkError:
            continue
        for one in (one for batch in batches for one in batch.heard):
            assert one.id.startswith("github.com/acme/blog/")
            assert one.html
            assert one.published.tzinfo


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(answer=JSON)
def test_graphql_of_any_shape_is_heard_told_or_refused(answer):
    graph = Graph(page(discussion()))
    graph.answer = lambda request: httpx2.Response(200, content=json.dumps(
        {"data": {"repository": {"discussions": page(discussion())}}}
        if "repository" in json.loads(request.content)["query"] else answer))  # fmt: skip
    graph.wire.routes = {"POST .*": graph.answer}
    try:
        list(LISTENER.listen(account(graph.wire, discussions=True), (VOILE,), {}))
        LISTENER.ask(
            account(graph.wire, discussions=True), VOILE, "github.com/acme/blog/discussions/x"
        )
    except NetworkError:
        pass
