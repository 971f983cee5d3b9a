"""The pull request in which answers wait: one, its words kept true, nothing of strangers in it."""

from __future__ import annotations

import json

import httpx2
import pytest

from cmflow import pull
from cmflow.catalogue import catalogue
from cmflow.forge import Forge, forge_of
from cmflow.http import Client
from cmflow.network import NetworkError

WORDS = catalogue("en")
FORGE = Forge("atelier/blog", "token-of-a-workflow", "https://api.example")


class GitHub:
    """The pull requests of one repository; like some servers it does not know `head`."""

    def __init__(self):
        self.pulls = []
        self.writes = 0
        self.refuses = False

    def __call__(self, request):
        assert request.headers["Authorization"] == "Bearer token-of-a-workflow"
        if self.refuses:
            said = {"message": "Resource not accessible by integration"}
            return httpx2.Response(403, json=said)
        if request.method == "GET":
            return httpx2.Response(200, json=[one for one in self.pulls if one["state"] == "open"])
        self.writes += 1
        said = json.loads(request.read())
        if request.method == "PATCH":
            one = self.pulls[int(request.url.path.rpartition("/")[2]) - 1]
            one |= said
            return httpx2.Response(200, json=one)
        number = len(self.pulls) + 1
        made = said | {
            "number": number,
            "state": "open",
            "head": {"ref": said["head"]},
            "html_url": f"https://example/pull/{number}",
        }
        self.pulls.append(made)
        return httpx2.Response(201, json=made)


@pytest.fixture
def github():
    return GitHub()


def ensure(github, waiting, **more):
    client = Client(secrets=[FORGE.token], transport=httpx2.MockTransport(github))
    return pull.ensure(FORGE, client, "cmflow/answers", "main", waiting, WORDS, **more)


def test_merged_apart_from_the_blog_it_says_how_the_answers_are_published(github):
    assert "delete its branch" not in (ensure(github, {"banc": 1}) and github.pulls[0]["body"])
    ensure(github, {"banc": 1}, apart=True)
    assert "delete its branch" in github.pulls[0]["body"]
    assert github.pulls[0]["body"].endswith("- `banc`: 1\n")


def test_it_is_opened_once_and_then_left_alone(github):
    github.pulls.append(
        {
            "number": 1,
            "state": "open",
            "head": {"ref": "another"},
            "title": "x",
            "body": None,
            "html_url": "x",
        }
    )
    assert ensure(github, {"voile": 2, "banc": 1}) == "https://example/pull/2"
    assert github.pulls[1]["title"] == "3 answers wait to be read"
    assert "- `banc`: 1\n- `voile`: 2" in github.pulls[1]["body"]
    assert github.pulls[1]["base"] == "main"
    assert ensure(github, {"voile": 2, "banc": 1}) == "https://example/pull/2"
    assert github.writes == 1


def test_its_words_follow_what_waits(github):
    ensure(github, {"voile": 1})
    ensure(github, {"voile": 4})
    assert len(github.pulls) == 1
    assert github.pulls[0]["title"] == "4 answers wait to be read"


def test_after_a_closed_one_a_new_one_is_opened(github):
    ensure(github, {"voile": 1})
    github.pulls[0]["state"] = "closed"
    assert ensure(github, {"voile": 1}) == "https://example/pull/2"


def test_a_refusal_names_itself_without_the_token(github):
    github.refuses = True
    with pytest.raises(NetworkError) as caught:
        ensure(github, {"voile": 1})
    assert "not accessible by integration" in caught.value.words
    assert FORGE.token not in caught.value.words


def test_outside_of_a_workflow_there_is_none():
    assert forge_of({"GITHUB_REPOSITORY": "a/b"}) is None
    assert (
        forge_of({"GITHUB_REPOSITORY": "a/b", "GITHUB_TOKEN": "t"}).api == "https://api.github.com"
    )
