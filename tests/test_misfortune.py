"""GitHub has had enough, or the disk is full: what a person reads then, and that nothing is lost."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from actions import ROOT, git
from sites import CONFIG, a_post, make_site

TOKEN = "geheim-geheim"
MINE = {"pull_request": {"number": 3, "head": {"repo": {"full_name": "atelier/blog"}}}}
ANSWER = "---\npost: un-banc\nname: Zoé\ndate: 2026-11-20\n---\n\nBravo.\n"
FULL = Path("/dev/full")


class GitHub(http.server.ThreadingHTTPServer):
    """GitHub's API, which refuses everything as long as `said` is set."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.said: tuple[int, dict[str, str]] | None = None
        self.words = "API rate limit exceeded for installation ID 1."
        self.opened: list[dict[str, object]] = []


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, format, *args):
        pass

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self):
        github = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        status, headers, reply = 200, {}, []
        if github.said:
            status, headers = github.said
            reply = {"message": github.words}
        elif self.command == "POST":
            github.opened.append(json.loads(body))
            status, reply = 201, {"number": 1, "html_url": "https://github.example/pull/1"}
        data = json.dumps(reply).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def github():
    with GitHub() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def blog(tmp_path):
    said = {
        "language": "en",
        "cards": {"enabled": False},
        "ledger": {"store": "git"},
        "sources": {"copie": {"kind": "file"}},
    }
    make_site(
        tmp_path / "blog",
        {
            "blog/posts/un-banc.md": a_post("un-banc"),
            "plan/ideas/une.md": "---\ntitle: Une\n---\n",
            "plan/heard/zoe.md": ANSWER,
        },
        plugins=[*CONFIG["plugins"][:-1], {"cmflow": said}],
    )
    (tmp_path / "event.json").write_text(json.dumps(MINE))
    (tmp_path / "summary.md").write_text("### Résumé\n", "utf-8")
    return tmp_path / "blog"


@pytest.fixture
def remote(blog):
    """The remote of the blog, which is a repository then."""
    place = blog.parent / "remote.git"
    git(blog.parent, "init", "--quiet", "--bare", "-b", "main", str(place))
    (blog / ".gitignore").write_text(".cmflow/\nsite/\n")
    git(blog, "init", "--quiet", "-b", "main")
    git(blog, "remote", "add", "origin", str(place))
    git(blog, "add", "-A")
    git(blog, "commit", "--quiet", "-m", "Blog")
    git(blog, "push", "--quiet", "-u", "origin", "main")
    return place


def run(blog, *words, before=None, out=subprocess.PIPE, **env):
    """Run the command as a workflow does; no failure is a traceback, and none tells the token."""
    page = blog.parent / "page.md"
    env = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LANGUAGE": "en",
        "HOME": str(blog.parent), "GITHUB_STEP_SUMMARY": str(page),
        "GITHUB_REPOSITORY": "atelier/blog", "GITHUB_TOKEN": TOKEN,
        "GITHUB_EVENT_PATH": str(blog.parent / "event.json"),
        # Half a compiled module in the cache of Python would outlive the test.
        "PYTHONDONTWRITEBYTECODE": "1", **env,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "cmflow", *words],
        cwd=blog, env=env, stdout=out, stderr=subprocess.PIPE, text=True, timeout=120,
        check=False, preexec_fn=before,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "mistake of its own" not in done.stderr, done.stderr
    assert TOKEN not in done.stderr
    return done


# GitHub has had enough


def soon():
    return str(int(time.time()) + 1800)


LIMITS = {
    "the hour is used up": lambda: (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": soon()}),
    "too much at once": lambda: (403, {"retry-after": "600"}),
    "too many requests": lambda: (429, {"retry-after": "600"}),
}  # fmt: skip
EACH = pytest.mark.parametrize("limit", LIMITS.values(), ids=LIMITS)


@pytest.mark.enable_socket
@EACH
@pytest.mark.parametrize(
    "words",
    [("ci", "comment", "../summary.md"), ("ci", "agenda"), ("doctor", "--issue")],
    ids=" ".join,
)
def test_a_rate_that_is_used_up_is_named_and_the_text_stands_on_the_page_of_the_run(
    blog, github, limit, words
):
    github.said = limit()
    done = run(blog, *words, GITHUB_API_URL=github.address)
    assert done.returncode == 1
    assert "API rate limit exceeded" in done.stderr
    assert "the next run tries again" in done.stderr
    assert "permissions" not in done.stderr, "no right is missing"
    assert (blog.parent / "page.md").stat().st_size > 10


@pytest.mark.enable_socket
@EACH
def test_answers_wait_on_their_branch_until_the_next_run_may_open_the_pull_request(
    blog, remote, github, limit
):
    github.said = limit()
    done = run(blog, "collect", "--review", GITHUB_API_URL=github.address)
    assert done.returncode == 1
    assert "The pull request cannot be opened" in done.stderr
    assert "They wait on the branch cmflow/answers; the next run opens it." in done.stderr
    kept = git(remote, "rev-parse", "cmflow/answers")
    github.said = None
    done = run(blog, "collect", "--review", GITHUB_API_URL=github.address)
    assert done.returncode == 0, done.stderr
    assert git(remote, "rev-parse", "cmflow/answers") == kept
    assert [one["head"] for one in github.opened] == ["cmflow/answers"]


@pytest.mark.enable_socket
def test_a_remote_that_takes_no_reference_of_ours_is_named_and_the_pull_request_opened(
    blog, remote, github
):
    hook = remote / "hooks" / "pre-receive"
    refs = "refs/cmflow/\\|refs/heads/cmflow/offered"
    hook.write_text(f'#!/bin/sh\nif grep -q "{refs}"; then echo Not here. >&2; exit 1; fi\n')
    hook.chmod(0o755)
    done = run(blog, "collect", "--review", GITHUB_API_URL=github.address)
    assert done.returncode == 0, done.stderr
    assert "origin takes neither refs/cmflow/offered nor the branch cmflow/offered" in done.stderr
    assert "Not here." in done.stderr
    assert "write “status: rejected” into the file" in done.stderr
    assert [one["head"] for one in github.opened] == ["cmflow/answers"]


@pytest.mark.enable_socket
def test_a_right_that_is_missing_is_no_used_up_rate(blog, github):
    github.said = (403, {"x-ratelimit-remaining": "4999"})
    github.words = "Resource not accessible by integration"
    done = run(blog, "doctor", "--issue", GITHUB_API_URL=github.address)
    assert done.returncode == 1
    assert "permissions" in done.stderr


# The disk is full


on_linux = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@on_linux
@pytest.mark.parametrize(
    ("words", "variable"),
    [
        (("ci", "agenda"), "GITHUB_STEP_SUMMARY"),
        (("ci", "push", "-m", "x", "content/plan"), "GITHUB_OUTPUT"),
    ],
    ids=["summary", "output"],
)
def test_a_full_disk_is_named_and_is_no_mistake_of_ours(blog, remote, words, variable):
    done = run(blog, *words, **{variable: str(FULL), "GITHUB_REPOSITORY": ""})
    assert done.returncode == 1
    assert "the disk is full. Make room and run it again" in done.stderr


@on_linux
def test_what_cannot_be_told_on_a_full_disk_fails(blog):
    with FULL.open("w") as out:
        done = run(blog, "calendar", out=out)
    assert done.returncode == 1
    assert "the disk is full" in done.stderr


def small():
    """Let no file grow beyond some kilobytes, as on a disk that is nearly full."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))


@on_linux
@pytest.mark.parametrize("words", [("build",), ("build", "--strict")], ids=" ".join)
def test_a_build_that_finds_no_room_leaves_the_site_as_it_was(blog, words):
    assert run(blog, "build").returncode == 0
    site = blog / "site"
    before = {path: path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
    post = blog / "content/blog/posts/deux.md"
    post.write_text(a_post("deux"))
    done = run(blog, *words, before=small)
    assert done.returncode == 1, done.stderr
    assert "File too large" in done.stderr
    assert {path: path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()} == before
    assert not list((blog / ".cmflow").glob("site-*")), "and no half of one behind"
    assert run(blog, "build").returncode == 0
    assert "deux" in (site / "index.html").read_text("utf-8")


@on_linux
def test_a_collection_that_finds_no_room_is_made_up_by_the_next(blog, remote):
    config = blog / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("store: git", "store: files"), "utf-8")
    (blog / "content/plan/heard/zoe.md").write_text(ANSWER + "Long. " * 3_000)
    done = run(blog, "collect", before=small, GITHUB_TOKEN="")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "File too large" in done.stderr
    assert "Make room" in done.stderr
    assert not list((blog / "content/community").rglob("*.md"))
    done = run(blog, "collect", GITHUB_TOKEN="")
    assert done.returncode == 0, done.stderr
    assert list((blog / "content/community/comments/un-banc").glob("*.md"))


GIT = """#!/bin/sh
case " $* " in
*" fast-import "*)
  echo "fatal: sha1 file write error. Out of diskspace: No space left on device" >&2; exit 128;;
esac
exec {git} "$@"
"""


@on_linux
@pytest.mark.parametrize(
    "words",
    [("collect",), ("collect", "--review"), ("ci", "push", "-m", "x", "content/plan")],
    ids=" ".join,
)
def test_a_git_that_finds_no_room_changes_nothing_on_the_remote(blog, remote, words):
    stub = blog.parent / "bin" / "git"
    stub.parent.mkdir()
    stub.write_text(GIT.format(git=shutil.which("git")))
    stub.chmod(0o755)
    (blog / "content/plan/CALENDAR.md").write_text("# Calendrier\n")
    before = git(remote, "for-each-ref")
    path = f"{stub.parent}{os.pathsep}{os.environ['PATH']}"
    done = run(blog, *words, PATH=path, GITHUB_REPOSITORY="")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "No space left on device" in done.stderr
    assert "Make room, then run it again: nothing is lost." in done.stderr
    assert git(remote, "for-each-ref") == before
    assert run(blog, *words, GITHUB_REPOSITORY="").returncode == 0
    assert git(remote, "for-each-ref") != before
