"""What is written on GitHub: one comment, one issue, found again and kept true, over nobody's words."""

from __future__ import annotations

import json

import httpx2
import pytest
import stamina

from cmflow import forge
from cmflow.http import Client
from cmflow.network import NetworkError

FORGE = forge.Forge("atelier/blog", "token-of-a-workflow", "https://api.example")


class GitHub:
    """Issues and comments of one repository; the token is that of a workflow, and nobody's."""

    def __init__(self):
        self.issues, self.comments = [], []
        self.writes = 0
        self.me = None
        self.workflows = []

    def __call__(self, request):
        assert request.headers["Authorization"] == "Bearer token-of-a-workflow"
        path = request.url.path.removeprefix("/repos/atelier/blog")
        if path == "/user":
            said = {"message": "Resource not accessible by integration"}
            return (
                httpx2.Response(200, json={"login": self.me})
                if self.me
                else httpx2.Response(403, json=said)
            )
        if request.method == "GET":
            return httpx2.Response(200, json=self.read(path, request.url.params))
        self.writes += 1
        return self.write(request.method, path, json.loads(request.read()))

    def read(self, path, params):
        at = (int(params["page"]) - 1) * int(params["per_page"])
        if path == "/actions/workflows":
            return {"workflows": self.workflows[at : at + 100]}
        rows = self.comments if path.endswith("/comments") else self.issues
        return [one for one in rows if one.get("state", "open") == "open"][at : at + 100]

    def write(self, method, path, body):
        rows = self.comments if "comments" in path else self.issues
        if method == "PATCH":
            one = rows[int(path.rpartition("/")[2]) - 1]
            one |= body
        else:
            one = self.add(rows, **body)
        return httpx2.Response(200 if method == "PATCH" else 201, json=one)

    def add(self, rows, login="github-actions[bot]", type="Bot", **body):
        number = len(rows) + 1
        rows.append({"id": number, "number": number, "user": {"login": login, "type": type},
                     "html_url": f"https://example/{number}", "state": "open", **body})  # fmt: skip
        return rows[-1]


@pytest.fixture
def github():
    return GitHub()


def client(github):
    return Client(secrets=[FORGE.token], transport=httpx2.MockTransport(github))


def comment(github, text):
    return forge.keep_comment(FORGE, client(github), 7, "check", text)


def test_a_comment_is_written_once_then_changed_then_left_alone(github):
    assert comment(github, "Un") == "https://example/1"
    assert comment(github, "Deux") == "https://example/1"
    assert comment(github, "Deux") == "https://example/1"
    assert github.writes == 2
    assert [one["body"] for one in github.comments] == ["<!-- cmflow: check -->\nDeux\n"]


def test_a_person_who_copies_the_mark_is_not_written_over(github):
    github.add(github.comments, "zoe", "User", body="<!-- cmflow: check -->\nÀ moi")
    comment(github, "Un")
    assert github.comments[0]["body"].endswith("À moi")
    assert len(github.comments) == 2


def test_with_a_token_of_a_person_that_persons_comment_is_ours(github):
    github.me = "lea"
    github.add(github.comments, "zoe", "User", body="<!-- cmflow: check -->\nÀ moi")
    github.add(github.comments, "lea", "User", body="<!-- cmflow: check -->\nUn")
    comment(github, "Deux")
    assert github.comments[1]["body"].endswith("Deux\n")
    assert len(github.comments) == 2


def test_it_is_found_behind_a_hundred_others(github):
    for _ in range(250):
        github.add(github.comments, "zoe", "User", body="Bravo")
    comment(github, "Un")
    comment(github, "Deux")
    assert len(github.comments) == 251


def test_a_text_without_end_is_cut_to_what_github_takes(github):
    comment(github, "é" * 100_000)
    assert len(github.comments[0]["body"]) < 65_536


def test_an_issue_is_opened_once_kept_true_and_closed(github):
    github.add(github.issues, body="<!-- cmflow: doctor -->", pull_request={})
    keep = (FORGE, client(github), "doctor")
    assert forge.keep_issue(*keep, "Titre", "Un") == "https://example/2"
    assert forge.keep_issue(*keep, "Titre", "Deux") == "https://example/2"
    assert forge.close_issue(*keep) == "https://example/2"
    assert github.issues[1]["state"] == "closed"
    assert forge.close_issue(*keep) == ""
    assert forge.keep_issue(*keep, "Titre", "Trois") == "https://example/3"


def test_the_states_of_workflows_are_read_page_by_page(github):
    github.workflows = [{"path": f"{at}.yml", "state": "active"} for at in range(101)]
    assert len(forge.workflows(FORGE, client(github))) == 101


def test_a_refusal_says_what_github_said_and_not_the_token():
    def refuse(_request):
        return httpx2.Response(403, json={"message": "No token-of-a-workflow here"})

    http = Client(secrets=[FORGE.token], transport=httpx2.MockTransport(refuse))
    with stamina.set_testing(True, attempts=1), pytest.raises(NetworkError) as caught:
        forge.keep_issue(FORGE, http, "doctor", "Titre", "Un")
    assert "No" in caught.value.words
    assert FORGE.token not in caught.value.words


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"pull_request": {"number": 3, "head": {"repo": {"full_name": "atelier/blog"}}}}, forge.Change(3, False)),
        ({"pull_request": {"number": 3, "head": {"repo": {"full_name": "zoe/blog"}}}}, forge.Change(3, True)),
        ({"pull_request": {"number": 3, "head": {"repo": None}}}, forge.Change(3, True)),
        ({"pull_request": None}, None),
        ({}, None),
        ([], None),
    ],
)  # fmt: skip
def test_a_change_is_foreign_when_it_comes_from_a_fork(event, expected, tmp_path):
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    environ = {"GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "atelier/blog"}
    assert forge.change_of(environ) == expected


def test_outside_of_a_workflow_there_is_no_forge_and_no_change():
    assert forge.forge_of({}) is None
    assert forge.change_of({}) is None
    assert forge.change_of({"GITHUB_EVENT_PATH": "/nowhere"}) is None
