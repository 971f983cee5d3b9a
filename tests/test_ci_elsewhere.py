"""The loop on GitLab and Forgejo: the examples of docs/ci, their own lines run on empty machines."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from actions import ROOT, git
from served import serving
from sites import a_post, make_site
from test_ci_docs import example, fences

from cmflow.sandbox import Sandbox
from cmflow.workflows import CACHED

BIN = Path(sys.executable).parent
YESTERDAY = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(days=1)
SCHEMAS = {"gitlab": "vendor.gitlab-ci", "forgejo": "vendor.github-workflows"}

# What stands in for a program of the machine: it does nothing, or copies where the web server looks.
NOTHING = "#!/bin/sh\nexit 0\n"
RSYNC = '#!/bin/sh\nfor word in "$@"; do case $word in /*) cp -R "$word." {web} ;; esac; done\n'


@pytest.mark.parametrize("page", SCHEMAS)
def test_the_published_schema_allows_the_example(page, tmp_path):
    """Forgejo reads the syntax of GitHub."""
    (text,) = fences(page, "yaml")
    (tmp_path / "ci.yml").write_text(text, "utf-8")
    words = [BIN / "check-jsonschema", "--builtin-schema", SCHEMAS[page], tmp_path / "ci.yml"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_gitlab_keeps_what_the_workflows_of_github_keep():
    assert example("gitlab")["pages"]["cache"]["paths"] == [*CACHED, "site"]


class Elsewhere:
    """A remote, a writer, a web server, a network, and machines that begin empty."""

    def __init__(self, root, sandbox, url):
        self.root, self.sandbox, self.url = root, sandbox, url
        self.remote, self.clone, self.web = root / "remote.git", root / "clone", root / "web"
        self.machines = 0
        channel = {"server": sandbox.url, "network": "mastodon", "since": dt.date(2026, 1, 1)}
        said = {
            "language": "en", "cards": {"enabled": False}, "ledger": {"store": "git"},
            "channels": {"mastodon": channel},
        }  # fmt: skip
        blog = {"blog_dir": ".", "post_url_format": "articles/{slug}"}
        files = {
            "blog/posts/un-banc.md": a_post("un-banc", date=YESTERDAY),
            "plan/ideas/une.md": "---\ntitle: Une\n---\n",
        }
        plugins = ["search", {"blog": blog}, "tags", {"cmflow": said}]
        make_site(self.clone, files, site_url=url, plugins=plugins)
        (self.clone / ".gitignore").write_text(".cmflow/\nsite/\npublic/\n")
        git(root, "init", "--quiet", "--bare", "-b", "main", str(self.remote))
        git(self.clone, "init", "--quiet", "-b", "main")
        git(self.clone, "remote", "add", "origin", str(self.remote))
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "--quiet", "-m", "Blog")
        git(self.clone, "push", "--quiet", "-u", "origin", "main")
        self.commit = git(self.clone, "rev-parse", "HEAD")
        self.tools = self._tools()

    def _tools(self):
        folder = self.root / "tools"
        folder.mkdir()
        python = f'#!/bin/sh\nexec "{sys.executable}" -m cmflow "$@"\n'
        stubs = {"cmflow": python, "rsync": RSYNC.format(web=self.web)}
        for name, text in {**stubs, "apt-get": NOTHING, "pip": NOTHING}.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        return folder

    def machine(self, *, detached=True):
        """A fresh clone: of a commit and no branch, as GitLab does; of the branch's tip else."""
        self.machines += 1
        work = self.root / f"machine{self.machines}"
        git(self.root, "clone", "--quiet", self.remote.as_uri(), str(work))
        if detached:
            git(work, "checkout", "--quiet", "--detach", self.commit)
        return work

    def run(self, work, lines, **env):
        """Run lines in one shell, as a job does; `address` is what the forge calls the remote."""
        address = "https://cmflow:push@forge.example/atelier/blog.git"
        env = {
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.root),
            "LANG": "C.UTF-8", "LANGUAGE": "en", "PYTHONPATH": str(ROOT), "CI": "true",
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_VALUE_0": address,
            "GIT_CONFIG_KEY_0": f"url.{self.remote.as_uri()}.insteadOf",
            "CMFLOW_MASTODON_TOKEN": "sandbox-atelier", **env,
        }  # fmt: skip
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
            cwd=work, env=env, capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def merge(self, branch):
        git(self.clone, "pull", "--quiet", "--no-rebase", "origin", "main", branch)
        git(self.clone, "push", "--quiet", "origin", "main")

    @property
    def page(self):
        return httpx2.get(f"{self.url}articles/un-banc/", timeout=10).text


@pytest.fixture
def elsewhere(tmp_path):
    (tmp_path / "web").mkdir()
    with Sandbox(tmp_path / "sandbox") as sandbox, serving(tmp_path / "web") as url:
        yield Elsewhere(tmp_path, sandbox, url)


def on_gitlab(world):
    """The pipeline of the main branch: each job on a machine of its own."""
    said = example("gitlab")
    env = {
        "CI_DEFAULT_BRANCH": "main", "CI_SERVER_HOST": "forge.example",
        "CI_PROJECT_PATH": "atelier/blog", "CMFLOW_PUSH_TOKEN": "push",
    }  # fmt: skip
    for name in ("pages", "speak"):
        work = world.machine()
        world.run(work, [*said["default"]["before_script"], *said[name]["script"]], **env)
        if name == "pages":
            world.run(work, [f"cp -R public/. {world.web}"])


def on_forgejo(world):
    """The job of the schedule; where it was installed is not where it is here."""
    work = world.machine(detached=False)
    for step in example("forgejo")["jobs"]["tick"]["steps"]:
        if "run" in step and "apt-get" not in step["run"]:
            env = {name: "secret" for name in step.get("env", {}) if "CMFLOW" not in name}
            world.run(work, [step["run"].replace("/opt/cmflow/bin/cmflow", "cmflow")], **env)


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are written for a shell of Linux")
@pytest.mark.parametrize("forge", [on_gitlab, on_forgejo], ids=["gitlab", "forgejo"])
def test_a_post_is_published_told_answered_and_woven_there_too(elsewhere, forge):
    forge(elsewhere)
    assert "un-banc" in elsewhere.page
    (note,) = elsewhere.sandbox.notes()
    elsewhere.sandbox.answer(note.id, "Bravo de loin", name="Zoé")
    assert git(elsewhere.remote, "ls-tree", "--name-only", "main", "content/plan/CALENDAR.md")

    forge(elsewhere)
    assert "Bravo de loin" not in elsewhere.page, "what is held is shown to nobody"
    elsewhere.merge("cmflow/answers")
    forge(elsewhere)
    assert "Bravo de loin" in elsewhere.page
    assert len([one for one in elsewhere.sandbox.notes() if not one.parent]) == 1
    assert not git(elsewhere.remote, "branch", "--list", "cmflow/answers")
