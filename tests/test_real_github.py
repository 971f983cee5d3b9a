"""Issues on a real counterpart of GitHub's REST API (emulate): what is said there comes home."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
import yaml
from sites import CONFIG as SITE
from sites import a_post, make_site
from test_real_bluesky import BUNDLED

from cmflow import mkdocs_yml
from cmflow.shelf import FileShelf
from cmflow.thread import Status, grow, walk

ROOT = Path(__file__).parent.parent
PROGRAM = Path(__file__).parent / "github/node_modules/emulate/dist/index.js"
READY = 30
OWNER = "ateliers"
SLUG = "la-voile"
URL = f"https://essai.example/articles/{SLUG}/"
PEOPLE = (OWNER, "zoe", "ali")

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.xdist_group("github")]


def node():
    """The path of a Node that emulate runs on; skips, saying why, where there is none."""
    if not PROGRAM.is_file():
        pytest.skip("emulate is not installed: python tools/web.py")
    for found in (str(BUNDLED), shutil.which("node")):
        asked = [found, "-e", "require('module').registerHooks || process.exit(1)"]
        if found and shutil.which(found) and not subprocess.run(asked, check=False).returncode:
            return found
    pytest.skip("no Node 22.15 or newer is here: python tools/bluesky.py brings one")


@pytest.fixture(scope="module")
def github(tmp_path_factory):
    """The address of a running server with a few people; it ends with the tests of this file."""
    folder = tmp_path_factory.mktemp("github")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    seed = {
        "tokens": {f"token-of-{who}": {"login": who, "scopes": ["repo"]} for who in PEOPLE},
        "github": {"users": [{"login": who} for who in PEOPLE], "repos": []},
    }
    (folder / "seed.yaml").write_text(yaml.safe_dump(seed))
    command = [
        node(),
        str(PROGRAM),
        "--service",
        "github",
        "--port",
        str(port),
        "--seed",
        "seed.yaml",
    ]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(READY * 10):
            assert process.poll() is None, process.stdout.read().decode()
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.get(f"{address}/meta", timeout=1)
                break
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


class House:
    """A repository of its own on the server, and a small site that listens to it."""

    def __init__(self, address, name, root, **settings):
        self.address, self.name = address, name
        self.call(OWNER, "POST", "/user/repos", name=name)
        source = {"kind": "github", "url": address, "account": f"{OWNER}/{name}", **settings}
        said = {"cards": {"enabled": False}, "comments": {"hold": "none"},
                "sources": {"github": source}}  # fmt: skip
        plugins = [*SITE["plugins"][:-1], {"cmflow": said}]
        posts = {f"blog/posts/{slug}.md": a_post(slug) for slug in (SLUG, "le-banc")}
        self.config = make_site(root, posts, plugins=plugins)

    def call(self, who, method, path, **body):
        headers = {"Authorization": f"token token-of-{who}"}
        reply = httpx2.request(
            method, f"{self.address}{path}", json=body or None, headers=headers, timeout=20
        )
        return reply.raise_for_status().json() if reply.content else None

    def open(self, who, title, body=""):
        return self.at(who, "POST", "issues", title=title, body=body)["number"]

    def say(self, who, issue, body):
        return self.at(who, "POST", f"issues/{issue}/comments", body=body)["id"]

    def at(self, who, method, path, **body):
        return self.call(who, method, f"/repos/{OWNER}/{self.name}/{path}", **body)

    def run(self, *arguments, token=f"token-of-{OWNER}"):
        environ = {**os.environ, "CMFLOW_GITHUB_TOKEN": token, "PYTHONPATH": str(ROOT),
                   "LANGUAGE": "en"}  # fmt: skip
        command = [sys.executable, "-m", "cmflow", "-f", str(self.config), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environ, timeout=120, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def files(self):
        folder = self.config.parent / "content" / "community"
        return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

    def read(self):
        """The thread as it is read: depth, who, status and words."""
        shelf = FileShelf(mkdocs_yml.load(self.config)[0])
        comments = [one.comment for one in shelf.comments(SLUG).kept.values()]
        shown = [(r.depth, r.comment.author.name, r.comment.text) for r in walk(grow(comments))]
        return shown, sum(1 for one in comments if one.status is Status.GONE)


@pytest.fixture
def house(github, tmp_path, request):
    return House(github, request.node.name.replace("_", "-")[-40:], tmp_path / "site")


def test_what_is_said_in_an_issue_edited_and_deleted_is_followed(house):
    issue = house.open(OWNER, "La voile", f"Parlons-en : {URL}")
    first = house.say("zoe", issue, "D’où vient le lin ?\n\n<script>alert(1)</script>")
    second = house.say("ali", issue, "Moi aussi.")
    house.say(OWNER, issue, "De Bretagne.")
    other = house.open(OWNER, "Une panne", "Rien à voir.")
    house.say("zoe", other, "Pas pour le blog.")
    done = house.run("collect")
    assert done.returncode == 0, done.stdout
    assert house.read()[0] == [
        (0, "zoe", "<p>D’où vient le lin ?</p>\n<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        (0, "ali", "<p>Moi aussi.</p>"),
        (0, OWNER, "<p>De Bretagne.</p>"),
    ]
    house.at("zoe", "PATCH", f"issues/comments/{first}", body="D’où vient ce lin ?")
    house.at("ali", "DELETE", f"issues/comments/{second}")
    house.run("collect")
    assert house.read() == (
        [(0, "zoe", "<p>D’où vient ce lin ?</p>"), (0, OWNER, "<p>De Bretagne.</p>")],
        1,
    )
    assert b"ali" not in b"".join(house.files().values())


def test_an_issue_that_a_reader_opens_is_the_first_comment(house):
    issue = house.open("zoe", f"La voile [{SLUG}]", f"J’en veux une.\n\n<!-- {URL} -->")
    house.say("ali", issue, "Moi de même.")
    house.run("collect")
    assert house.read()[0] == [
        (0, "zoe", "<p>J’en veux une.</p>"),
        (1, "ali", "<p>Moi de même.</p>"),
    ]


def test_a_second_run_changes_no_byte_with_or_without_what_it_remembers(house):
    issue = house.open("zoe", f"La voile [{SLUG}]", "J’en veux une.")
    house.say("ali", issue, "Moi de même.")
    house.run("collect")
    before = house.files()
    assert "rien de nouveau" in house.run("collect").stdout
    (house.config.parent / ".cmflow" / "marks.json").unlink()
    assert "rien de nouveau" in house.run("collect").stdout
    assert house.files() == before


def test_more_comments_than_a_page_are_all_heard(house):
    issue = house.open(OWNER, f"La voile [{SLUG}]")
    for at in range(103):
        house.say("zoe", issue, f"Mot {at}")
    house.run("collect")
    assert len(house.read()[0]) == 103


def test_the_page_leads_to_the_thread_that_is_there(house):
    issue = house.open(OWNER, f"La voile [{SLUG}]")
    house.say("zoe", issue, "Bravo.")
    house.run("collect")
    house.run("build")
    site = house.config.parent / "site" / "articles"
    assert f'{house.address}/{OWNER}/{house.name}/issues/{issue}"' in (
        site / SLUG / "index.html"
    ).read_text("utf-8")
    assert "issues/new?title=Le+Banc" in (site / "le-banc" / "index.html").read_text("utf-8")


def test_a_repository_that_is_not_there_is_named_and_takes_nothing_away(house):
    issue = house.open("zoe", f"La voile [{SLUG}]", "J’en veux une.")
    house.say("ali", issue, "Moi de même.")
    house.run("collect")
    before = house.files()
    text = house.config.read_text("utf-8")
    house.config.write_text(text.replace(f"{OWNER}/{house.name}", f"{OWNER}/nulle-part"), "utf-8")
    done = house.run("collect")
    assert (done.returncode, house.files()) == (1, before)
    assert "account:" in done.stdout
