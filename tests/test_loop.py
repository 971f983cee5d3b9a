"""The whole loop as it runs by itself: the generated workflows' own steps, from merge to answer."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from collections import Counter

import httpx2
import pytest
import yaml
from actions import ROOT, Actions, Event, git
from served import serving
from sites import a_post, make_site
from test_real_github import github  # noqa: F401  # a fixture

from cmflow.sandbox import Sandbox

OWNER, NAME = "ateliers", "boucle"
SECRETS = {"CMFLOW_TOOT_TOKEN": "sandbox-atelier", "CMFLOW_CIEL_PASSWORD": "sandbox-atelier"}
NOTES = {"mastodon": 1, "bluesky": 1}
YESTERDAY = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.xdist_group("github"),
    pytest.mark.skipif(sys.platform == "win32", reason="the steps are written for bash on Linux"),
]


class World:
    """A bare remote, a writer's clone, a network, a web server and GitHub's API."""

    def __init__(self, root, sandbox, url, api, name=NAME, store=""):
        self.sandbox, self.url, self.api = sandbox, url, api
        self.repository = f"{OWNER}/{name}"
        self.remote, self.clone = root / "remote.git", root / "clone"
        self.hosting, self.store = root / "hosting", store
        self._make(root)
        self.call("POST", "/user/repos", name=name, auto_init=True)
        self.actions = Actions(self.remote, root / "runner", self.hosting, api, self.repository)
        self.actions.secrets = SECRETS

    def _make(self, root):
        channel = {"server": self.sandbox.url, "since": YESTERDAY.date() - dt.timedelta(days=30)}
        said = {
            "timezone": "Europe/Paris",
            "cards": {"enabled": False},
            "ledger": {"store": "git", "branch": self.store},
            "channels": {
                "toot": {"network": "mastodon", **channel},
                "ciel": {"network": "bluesky", "account": "atelier.test", **channel},
            },
        }
        blog = {"blog_dir": ".", "post_url_format": "articles/{slug}"}
        make_site(
            self.clone,
            {"plan/ideas/une-idee.md": "---\ntitle: Une idée\n---\n\nPlus tard.\n"},
            site_url=self.url,
            plugins=["search", {"blog": blog}, "tags", {"cmflow": said}],
        )
        (self.clone / ".gitignore").write_text(".cmflow/\nsite/\n")
        git(root, "init", "--quiet", "--bare", "-b", "main", str(self.remote))
        git(self.clone, "init", "--quiet", "-b", "main")
        git(self.clone, "remote", "add", "origin", str(self.remote))
        self.cmflow("workflows")
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "--quiet", "-m", "Blog")
        git(self.clone, "push", "--quiet", "-u", "origin", "main")

    def cmflow(self, *words):
        command = [sys.executable, "-m", "cmflow", *words]
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": "/"}
        done = subprocess.run(
            command, cwd=self.clone, env=env, capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stdout + done.stderr
        return done.stdout

    # What people do

    def propose(self, slug):
        """Write a post on a branch of its own; returns the event of its pull request."""
        git(self.clone, "fetch", "--quiet")
        git(self.clone, "checkout", "--quiet", "-b", slug, "origin/main")
        (self.clone / f"content/blog/posts/{slug}.md").parent.mkdir(exist_ok=True)
        (self.clone / f"content/blog/posts/{slug}.md").write_text(a_post(slug, date=YESTERDAY))
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "--quiet", "-m", slug)
        git(self.clone, "push", "--quiet", "origin", slug)
        said = self.call(
            "POST", f"/repos/{self.repository}/pulls", title=slug, head=slug, base="main"
        )
        pull = {
            "number": said["number"],
            "head": {"ref": slug, "repo": {"full_name": self.repository}},
        }
        return Event("pull_request", f"refs/pull/{said['number']}/merge", self.actions.tip(slug),
                     pull=pull, base="main")  # fmt: skip

    def merge(self, branch, into="main"):
        """Merge a branch as GitHub does, whoever pushes besides; returns the event of the push."""
        for _ in range(20):
            git(self.clone, "fetch", "--quiet")
            git(self.clone, "checkout", "--quiet", "-B", into, f"origin/{into}")
            git(
                self.clone,
                "merge",
                "--quiet",
                "--no-ff",
                "-m",
                f"Merge {branch}",
                f"origin/{branch}",
            )
            command = ["git", "push", "--quiet", "origin", into]
            if not subprocess.run(
                command, cwd=self.clone, capture_output=True, check=False
            ).returncode:
                return Event("push", sha=self.actions.tip())
        raise AssertionError(branch)

    def publish_answers(self):
        """Merge the answers that wait and delete their branch, as GitHub offers; run what starts.

        Merged into a branch of their own, where there is no workflow, they start none.
        """
        event = self.merge("cmflow/answers", self.store or "main")
        git(self.remote, "branch", "-D", "cmflow/answers")
        if not self.store:
            return self.actions.run("publish.yml", event)
        assert not git(self.remote, "ls-tree", self.store, ".github")
        other = self.actions.run("answers.yml", Event("delete", deleted="another"))
        assert other.results == {"publish": "skipped"}
        return self.actions.run("answers.yml", Event("delete", deleted="cmflow/answers"))

    def publish_one(self, slug, **how):
        self.propose(slug)
        return self.actions.run("publish.yml", self.merge(slug), **how)

    # What one sees

    def call(self, method, path, **body):
        headers = {"Authorization": "Bearer t-bot"}
        reply = httpx2.request(
            method, f"{self.api}{path}", json=body or None, headers=headers, timeout=20
        )
        return reply.raise_for_status().json()

    def comments(self, number):
        return self.call("GET", f"/repos/{self.repository}/issues/{number}/comments")

    def pulls(self):
        return {
            one["head"]["ref"]: one for one in self.call("GET", f"/repos/{self.repository}/pulls")
        }

    def page(self, slug):
        return httpx2.get(f"{self.url}articles/{slug}/", timeout=10)

    def notes(self, slug):
        """How many notes of a post stand on each network."""
        link = f"/articles/{slug}/"
        return Counter(n.network for n in self.sandbox.notes() if link in f"{n.text}{n.card}")

    def receipts(self, slug):
        """The states of all parts in the ledger on the remote."""
        branch = self.store or "main"
        folder = f"receipts/{slug}" if self.store else f"content/community/receipts/{slug}"
        paths = git(self.remote, "ls-tree", "-r", "--name-only", branch, folder).split()
        read = (yaml.safe_load(git(self.remote, "show", f"{branch}:{path}")) for path in paths)
        return [part["state"] for one in read for part in one["parts"]]

    def is_sound(self):
        """Nothing half-done is left on the remote: no marker of a conflict, no strange branch."""
        found = subprocess.run(
            ["git", "grep", "-l", "^<<<<<<< ", "main"],
            cwd=self.remote,
            capture_output=True,
            check=False,
        )
        branches = set(git(self.remote, "branch", "--format=%(refname:short)").split())
        listed = git(self.remote, "ls-tree", "--name-only", "main", "content/blog/posts/").split()
        posts = {path.rpartition("/")[2].removesuffix(".md") for path in listed}
        git(self.remote, "fsck", "--strict", "--no-dangling")
        return not found.stdout and branches - posts <= {"main", "cmflow/answers", self.store}


@pytest.fixture
def world(tmp_path, github, request):  # noqa: F811
    (tmp_path / "hosting").mkdir()
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)[-40:].strip("-")
    with Sandbox(tmp_path / "sandbox") as sandbox, serving(tmp_path / "hosting") as url:
        store = getattr(request, "param", "")
        yield World(tmp_path, sandbox, url, github, name, store)


@pytest.mark.parametrize("world", ["", "community"], indirect=True, ids=["main", "own-branch"])
def test_a_merge_is_published_told_answered_and_woven_into_the_page(world):
    change = world.propose("un-banc")
    ran = world.actions.run("check.yml", change)
    assert ran.results == {"check": "success", "tell": "success"}, ran.text
    world.actions.run("check.yml", change)
    (comment,) = world.comments(change.pull["number"])
    assert "**toot · Mastodon**" in comment["body"]
    assert "/articles/un-banc/" in comment["body"]
    assert not world.sandbox.notes(), "a pull request tells nobody"
    assert not any(world.actions.caches.iterdir()), "nor does it keep what it built"

    first = world.merge("un-banc")
    ran = world.actions.run("publish.yml", first)
    assert set(ran.results.values()) == {"success"}, ran.text
    assert world.page("un-banc").status_code == 200
    assert world.notes("un-banc") == NOTES
    assert world.receipts("un-banc") == ["sent", "sent"]
    assert len(list(world.actions.caches.iterdir())) == 1

    for note in world.sandbox.notes():
        world.sandbox.answer(note.id, f"Bravo depuis {note.network} <script>x</script>", name="Zoé")
    ran = world.actions.run("collect.yml", Event("schedule"))
    assert ran.results == {"collect": "success", "publish": "skipped"}, ran.text
    answers = world.pulls()["cmflow/answers"]
    assert "2" in answers["title"]
    assert "Bravo" not in world.page("un-banc").text, "what is held is shown to nobody"

    ran = world.publish_answers()
    assert set(ran.results.values()) == {"success"}, ran.text
    page = world.page("un-banc").text
    assert "Bravo depuis mastodon" in page
    assert "Bravo depuis bluesky" in page
    assert "<script>x" not in page

    ran = world.actions.run("publish.yml", first)
    assert set(ran.results.values()) == {"success"}, "a run of an old commit is repeated"
    assert "Bravo depuis mastodon" in world.page("un-banc").text, "the newest state is published"
    assert world.notes("un-banc") == NOTES

    world.sandbox.like(world.sandbox.notes()[0].id)
    ran = world.actions.run("collect.yml", Event("schedule"))
    assert ran.results == {"collect": "success", "publish": "success"}, ran.text
    assert world.notes("un-banc") == NOTES
    assert len(list(world.actions.caches.iterdir())) == 1, "what is only woven is not kept again"
    if world.store:
        ran = world.actions.run("answers.yml", Event("delete", deleted="cmflow/publish"))
        assert set(ran.results.values()) == {"success"}, ran.text
    assert world.is_sound()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize("network", NOTES)
def test_a_run_that_is_cancelled_in_the_middle_of_a_call_is_settled_by_the_next(
    world, network, how
):
    paths = {"mastodon": "/api/v1/statuses", "bluesky": "putRecord"}
    world.sandbox.misbehave("slow", path=paths[network], seconds=3)
    ran = world.publish_one(
        "un-banc", cancel=lambda: world.notes("un-banc")[network] > 0, force=how
    )
    assert ran.results["syndicate"] == "cancelled", ran.text
    assert "reserved" in world.receipts("un-banc"), "the call was cut off, and the ledger knows"
    ran = world.actions.run("publish.yml", Event("schedule"))
    assert ran.results["syndicate"] == "success", ran.text
    assert world.notes("un-banc") == NOTES
    assert world.receipts("un-banc") == ["sent", "sent"]
    assert world.is_sound()


def test_two_runs_at_once_tell_everybody_once(world):
    for slug in ("un-banc", "une-voile"):
        world.propose(slug)
        event = world.merge(slug)
    runs = [
        threading.Thread(
            target=world.actions.run, args=("publish.yml", Event("push", sha=event.sha))
        )
        for _ in range(2)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    last = world.actions.run("publish.yml", event)
    assert last.results["syndicate"] == "success", last.text
    for slug in ("un-banc", "une-voile"):
        assert world.notes(slug) == NOTES
        assert world.receipts(slug) == ["sent", "sent"]
    assert world.is_sound()


def test_a_merge_while_a_run_is_at_work_is_not_lost(world):
    merged = []

    def meanwhile():
        """Merge another post the moment that the first one is told; cancel nothing."""
        if not merged and world.notes("un-banc"):
            merged.append(world.merge("une-voile"))
        return False

    world.propose("une-voile")
    ran = world.publish_one("un-banc", cancel=meanwhile)
    assert ran.results["syndicate"] == "success", ran.text
    ran = world.actions.run("publish.yml", merged[0])
    assert ran.results["syndicate"] == "success", ran.text
    assert world.notes("un-banc") == world.notes("une-voile") == NOTES
    assert world.is_sound()


def test_a_change_from_a_fork_is_checked_and_writes_nothing(world):
    change = world.propose("un-banc")
    change.pull["head"]["repo"]["full_name"] = "somebody/boucle"
    ran = world.actions.run("check.yml", change)
    assert ran.results == {"check": "success", "tell": "skipped"}, ran.text
    assert "toot · Mastodon" in ran.summary
    assert world.comments(change.pull["number"]) == []


def test_a_missing_secret_is_named_and_the_other_channel_speaks(world):
    world.actions.secrets = {k: v for k, v in SECRETS.items() if "TOOT" not in k}
    ran = world.publish_one("un-banc")
    assert ran.results["syndicate"] == "failure"
    assert "CMFLOW_TOOT_TOKEN" in ran.text
    assert world.notes("un-banc") == {"bluesky": 1}
    world.actions.secrets = SECRETS
    world.actions.run("publish.yml", Event("schedule"))
    assert world.notes("un-banc") == NOTES


def test_the_calendar_is_kept_the_agenda_opened_and_the_doctor_heard(world):
    ran = world.actions.run("calendar.yml", Event("schedule", schedule="17 5 * * 1"))
    assert set(ran.results.values()) == {"success"}, ran.text
    tip = world.actions.tip()
    assert git(world.remote, "ls-tree", "--name-only", "main", "content/plan/CALENDAR.md")
    ran = world.actions.run("calendar.yml", Event("schedule", schedule="17 5 * * 2"))
    assert ran.results == {"write": "success", "agenda": "skipped"}, ran.text
    assert world.actions.tip() == tip, "what is true already is not pushed again"
    world.actions.secrets = {}
    ran = world.actions.run("doctor.yml", Event("schedule"))
    assert ran.results == {"doctor": "success"}, ran.text
    issues = world.call("GET", f"/repos/{world.repository}/issues")
    texts = sorted(one["body"].partition("\n")[0] for one in issues if "pull_request" not in one)
    assert texts == ["<!-- cmflow: agenda -->", "<!-- cmflow: doctor -->"]
    assert "CMFLOW_TOOT_TOKEN" in next(one["body"] for one in issues if "doctor" in one["body"])
    world.actions.secrets = SECRETS
    ran = world.actions.run("doctor.yml", Event("schedule"))
    issues = world.call("GET", f"/repos/{world.repository}/issues")
    assert not [one for one in issues if "cmflow: doctor" in (one["body"] or "")], ran.text
