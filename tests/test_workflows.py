"""The workflows: what they are made of, what judges of workflows say, and how they are kept."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
import yaml
from sites import CONFIG, make_site

from cmflow import gitshelf, mkdocs_yml, review, workflow_facts, workflow_pins, workflows
from cmflow.cli import run
from cmflow.errors import CmflowError

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "workflows"
BIN = Path(sys.executable).parent

on_a_runner = pytest.mark.skipif(sys.platform == "win32", reason="written for bash on Linux")

GIT = {"store": "git"}
OWN = {"store": "git", "branch": "community"}
SINCE = dt.date(2026, 11, 1)
TEAM = "lea:\n  name: Léa\n  accounts: [https://mastodon.example/@lea, https://github.com/lea-k]\n"
IDEA = {"plan/ideas/dos.md": "---\ntitle: Dos\n---\n"}


def channel(network: str, **more: object) -> dict[str, object]:
    return {"network": network, "since": SINCE, **more}


MASTODON = channel("mastodon", server="https://mastodon.example")
EVERY = {
    "mastodon-fr": MASTODON,
    "bluesky": channel("bluesky", account="cabestan.example"),
    "telegram": channel("telegram", account="@cabestan"),
    "discord": channel("discord"),
    "slack": channel("slack", account="C0123"),
    "linkedin": channel("linkedin", account="123"),
    "facebook": channel("facebook", account="123"),
    "threads": channel("threads", account="123"),
    "x": channel("x"),
    "devto": channel("devto"),
    "websub": channel("websub", server="https://hub.example"),
    "webmention": channel("webmention"),
    "newsletter": channel("newsletter"),
    "forum": channel("assisted"),
}
SOURCES = {
    "courriel": {"kind": "mail", "server": "imap.example", "account": "bonjour@example.org"},
    "voisins": {"kind": "feed", "url": "https://voisins.example/feed.xml"},
    "tickets": {"kind": "github", "account": "cabestan/blog", "label": "réponses"},
    "mentions": {"kind": "webmention", "account": "example.org"},
    "formulaire": {"kind": "file", "folder": "answers"},
}

SETTINGS: dict[str, dict[str, object]] = {
    "nothing": {},
    "english": {"language": "en", "timezone": "America/New_York"},
    "plan": {"files": IDEA},
    "channel-kept-in-files": {"channels": {"mastodon": MASTODON}},
    "channel-on-main": {"channels": {"mastodon": MASTODON}, "ledger": GIT},
    "channel-on-a-branch": {"channels": {"mastodon": MASTODON}, "ledger": OWN},
    "every-channel": {"channels": EVERY, "ledger": GIT},
    "every-source": {"sources": SOURCES, "ledger": GIT},
    "assisted-alone": {"channels": {"forum": channel("assisted")}, "ledger": GIT},
    "one-way": {"channels": {"websub": EVERY["websub"]}, "ledger": GIT},
    "everything": {
        "channels": EVERY,
        "sources": SOURCES,
        "ledger": OWN,
        "files": {**IDEA, "plan/team.yml": TEAM, "community/forgotten.txt": "aa\n"},
        "beside": {"requirements.txt": "mkdocs-cmflow~=0.1\n"},
    },
    "everything-english": {
        "language": "en",
        "channels": EVERY,
        "sources": SOURCES,
        "ledger": GIT,
        "files": {**IDEA, "plan/team.yml": TEAM},
        "beside": {"requirements.txt": "mkdocs-cmflow==0.1 --hash=sha256:00\n"},
    },
    "uv": {"beside": {"uv.lock": "version = 1\n"}},
    "project": {"beside": {"pyproject.toml": '[project]\ndependencies = ["mkdocs-cmflow"]\n'}},
    "a-folder": {"below": "le blog", "channels": {"mastodon": MASTODON}, "ledger": OWN},
    "odd-names": {"branch": "release/été: 1", "channels": {"x": EVERY["x"]}, "ledger": GIT},
}


def a_repository(top: Path, wanted: dict[str, object]) -> Path:
    """Write a repository with a site of these settings; returns its `mkdocs.yml`."""
    wanted = dict(wanted)
    (top / ".git").mkdir(parents=True)
    beside, files = wanted.pop("beside", {}), wanted.pop("files", {})
    root = top / str(wanted.pop("below", ""))
    wanted.pop("branch", None)
    block = {"timezone": "Europe/Paris", "language": "fr", **wanted}
    plugins = [one for one in CONFIG["plugins"] if not isinstance(one, dict) or "blog" in one]
    config = make_site(root, files, plugins=[*plugins, {"cmflow": block}])
    for name, text in beside.items():
        (root / name).write_text(text, "utf-8")
    return config


def made(config: Path, branch: str = "main") -> dict[str, str]:
    """Write the workflows of a site, and return them by their paths below `.github`."""
    settings, findings = mkdocs_yml.load(config)
    assert not findings, [f.message.show() for f in findings]
    top = workflow_facts.top_of(settings.root)
    facts, _ = workflow_facts.facts(settings, top, branch)
    workflows.write(workflows.changes(facts, top), top)
    folder = top / ".github"
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The repository of each of the settings, its workflows written."""
    found = {}
    for name, wanted in SETTINGS.items():
        found[name] = tmp_path_factory.mktemp(name)
        made(a_repository(found[name], wanted), str(wanted.get("branch", "main")))
    return found


def judged(*command: object) -> str:
    """Run a judge and return what it says where it is not content."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, encoding="utf-8")
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", SETTINGS)
def test_zizmor_finds_nothing(every, name):
    assert judged(BIN / "zizmor", "--offline", "--persona=pedantic", "--no-progress",
                  "--collect=all", every[name]) == ""  # fmt: skip


SCHEMAS = {
    "vendor.github-workflows": "workflows/*.yml",
    "vendor.github-actions": "actions/*/action.yml",
    "vendor.dependabot": "dependabot.yml",
    "vendor.github-issue-forms": "ISSUE_TEMPLATE/*.yml",
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_schemas_of_github_allow_them(every, schema):
    files = [
        path for top in every.values() for path in sorted((top / ".github").glob(SCHEMAS[schema]))
    ]
    assert files
    assert judged(BIN / "check-jsonschema", "--builtin-schema", schema, *files) == ""


TEMPLATES = sorted(path for path in workflows.TEMPLATES.rglob("*.yml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_yaml_before_it_is_filled_in(path):
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)


def test_and_after(every):
    for top in every.values():
        for path in (top / ".github").rglob("*.yml"):
            assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict), path


def every_workflow(every):
    for name, top in every.items():
        for path in sorted((top / ".github" / "workflows").glob("*.yml")):
            yield f"{name}/{path.name}", yaml.safe_load(path.read_text("utf-8"))


def every_step(every):
    for where, workflow in every_workflow(every):
        for id_, job in workflow["jobs"].items():
            for step in job.get("steps", ()):
                yield f"{where}/{id_}", job, step


def test_nothing_is_allowed_that_is_not_said_with_its_reason(every):
    granted = re.compile(r"^ +(contents|pull-requests|pages|id-token|issues|actions): (read|write)")
    for top in every.values():
        for path in (top / ".github" / "workflows").glob("*.yml"):
            text = path.read_text("utf-8")
            assert "\npermissions: {}\n" in text
            lines = [line for line in text.split("\n") if granted.match(line)]
            assert lines
            assert [line for line in lines if not re.search(r" # \S", line)] == []


def test_every_job_ends_and_every_workflow_waits_for_itself(every):
    for where, workflow in every_workflow(every):
        assert workflow["concurrency"]["cancel-in-progress"] is where.endswith("/check.yml")
        # What tells a new post must not give its place to a run that only weaves answers.
        assert ("queue" in workflow["concurrency"]) == where.endswith("/publish.yml")
        for job in workflow["jobs"].values():
            assert "uses" in job or job["timeout-minutes"] <= 30, where


def test_no_workflow_begins_by_what_a_stranger_does(every):
    for where, workflow in every_workflow(every):
        # YAML 1.1 reads the key “on” as true.
        began = set(workflow[True])
        ours = {"push", "schedule", "workflow_dispatch", "workflow_call", "delete"}
        assert began <= {"pull_request", *ours}
        assert ("pull_request" in began) is where.endswith("/check.yml")
        assert ("delete" in began) is where.endswith("/answers.yml")


def test_no_expression_of_github_stands_in_a_script(every):
    scripts = [step["run"] for _, _, step in every_step(every) if "run" in step]
    for top in every.values():
        path = top / ".github" / "actions" / "cmflow" / "action.yml"
        steps = yaml.safe_load(path.read_text("utf-8"))["runs"]["steps"]
        scripts += [step["run"] for step in steps if "run" in step]
    assert len(scripts) > 100
    assert [script for script in scripts if "${{" in script] == []


def test_secrets_are_only_in_the_protected_environment(every):
    seen = set()
    for where, job, step in every_step(every):
        named = re.findall(r"secrets\.(\w+)", str(step))
        if named:
            assert job["environment"] == {"name": "cmflow", "deployment": False}, where
            seen.update(named)
    assert {"CMFLOW_MASTODON_TOKEN", "CMFLOW_X_KEY", "CMFLOW_FORGET_KEY"} <= seen
    for where, workflow in every_workflow(every):
        assert "secrets." not in str(workflow) or not where.endswith("/check.yml")


def test_only_the_secrets_of_the_site_are_handed_to_it(every):
    text = (every["channel-on-main"] / ".github/workflows/publish.yml").read_text("utf-8")
    assert set(re.findall(r"CMFLOW_\w+", text)) == {"CMFLOW_MASTODON_TOKEN"}
    text = (every["one-way"] / ".github/workflows/publish.yml").read_text("utf-8")
    assert re.findall(r"CMFLOW_\w+", text) == []


def test_credentials_stay_only_where_something_is_pushed(every):
    for where, job, step in every_step(every):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            kept = step["with"]["persist-credentials"]
            assert kept is (job["permissions"].get("contents") == "write"), where


def test_what_was_built_is_kept_by_the_run_that_publishes_it_and_by_no_other(every):
    """What a pull request builds must not reach what is published."""
    kept = {".cmflow/cache", ".cmflow/cards", ".cmflow/calendar/public.ics", "site"}
    for where, workflow in every_workflow(every):
        steps = [step for job in workflow["jobs"].values() for step in job.get("steps", ())]
        saves = [step for step in steps if "/cache/save@" in step.get("uses", "")]
        assert "actions/cache@" not in str(workflow)
        assert len(saves) == where.endswith("/publish.yml"), where
        for step in saves:
            below = "le blog/" if where.startswith("a-folder") else ""
            assert set(step["with"]["path"].splitlines()) == {f"{below}{path}" for path in kept}
            assert "${{ github.run_id }}" in step["with"]["key"], "a key is never used twice"
            assert step["if"] == "${{ steps.build.outputs.woven != 'true' }}"
    for top in every.values():
        action = yaml.safe_load((top / ".github/actions/cmflow/action.yml").read_text("utf-8"))
        (step,) = (s for s in action["runs"]["steps"] if "/cache" in s.get("uses", ""))
        assert "/cache/restore@" in step["uses"]
        assert step["with"]["key"].startswith(step["with"]["restore-keys"])


def test_answers_that_are_merged_apart_are_published_once_their_branch_is_deleted(every):
    """Where they lie there is no workflow, so merging starts none: GitHub reads those of `main`."""
    text = (every["channel-on-a-branch"] / ".github/workflows/answers.yml").read_text("utf-8")
    said = yaml.safe_load(text)
    assert list(said[True]) == ["delete"]
    (job,) = said["jobs"].values()
    for branch in (review.BRANCH, gitshelf.BELL):
        assert f"github.event.ref == '{branch}'" in job["if"]
    assert job["uses"].endswith("/publish.yml")
    assert job["with"] == {"quiet": True}
    assert "github.event.ref" in said["concurrency"]["group"], "no other branch takes its turn"


def test_every_foreign_action_is_pinned_to_a_commit(every):
    for top in every.values():
        for path in (top / ".github").rglob("*.yml"):
            for uses in re.findall(r"uses: (.+)", path.read_text("utf-8")):
                assert re.fullmatch(r"\$/\.github/.+|[\w-]+/[\w/-]+@[0-9a-f]{40} # v[\d.]+", uses)


APPLIES = {
    "nothing": set(),
    "plan": {"workflows/calendar.yml", "ISSUE_TEMPLATE/idea.yml"},
    "channel-kept-in-files": set(),
    "channel-on-main": {"workflows/collect.yml"},
    "channel-on-a-branch": {"workflows/collect.yml", "workflows/answers.yml"},
    "one-way": set(),
    "assisted-alone": set(),
    "every-source": {"workflows/collect.yml", "ISSUE_TEMPLATE/comment.yml"},
    "everything": {
        "workflows/answers.yml",
        "workflows/collect.yml",
        "workflows/calendar.yml",
        "ISSUE_TEMPLATE/comment.yml",
        "ISSUE_TEMPLATE/idea.yml",
        "CODEOWNERS",
    },
}
ALWAYS = {
    "actions/cmflow/action.yml",
    "dependabot.yml",
    "pull_request_template.md",
    "workflows/check.yml",
    "workflows/doctor.yml",
    "workflows/publish.yml",
}


@pytest.mark.parametrize("name", APPLIES)
def test_there_is_only_what_applies(every, name):
    folder = every[name] / ".github"
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert there - {"actions/cmflow/requirements.txt"} == ALWAYS | APPLIES[name]


SPEAKS = {"channel-on-main", "channel-on-a-branch", "every-channel", "one-way", "everything",
          "everything-english", "a-folder", "odd-names"}  # fmt: skip


def test_there_is_a_job_that_speaks_only_where_a_machine_may(every):
    said = {
        where.partition("/")[0]
        for where, workflow in every_workflow(every)
        if where.endswith("/publish.yml") and "syndicate" in workflow["jobs"]
    }
    assert said == SPEAKS


INSTALLS = {
    "nothing": 'uv pip install -r "$GITHUB_ACTION_PATH/requirements.txt"\n',
    "everything": "uv pip install -r requirements.txt\n",
    "everything-english": "uv pip install --require-hashes -r requirements.txt\n",
    "uv": "uv sync --locked --no-dev\n",
    "project": "uv sync --no-dev\n",
}


@pytest.mark.parametrize("name", INSTALLS)
def test_it_is_installed_as_the_site_installs_it(every, name):
    path = every[name] / ".github" / "actions" / "cmflow" / "action.yml"
    steps = yaml.safe_load(path.read_text("utf-8"))["runs"]["steps"]
    assert [step["run"] for step in steps if "pip " in step.get("run", "")
            or "uv " in step.get("run", "")] == [INSTALLS[name]]  # fmt: skip


def test_a_site_in_a_folder_is_built_in_it(every):
    folder = every["a-folder"] / ".github"
    publish = yaml.safe_load((folder / "workflows/publish.yml").read_text("utf-8"))
    assert publish["defaults"]["run"]["working-directory"] == "le blog"
    uploads = [s for s in publish["jobs"]["build"]["steps"] if "upload" in s.get("uses", "")]
    assert [step["with"]["path"] for step in uploads] == ["le blog/site"]
    action = yaml.safe_load((folder / "actions/cmflow/action.yml").read_text("utf-8"))
    scripts = [step for step in action["runs"]["steps"] if "run" in step]
    assert {step["working-directory"] for step in scripts} == {"le blog"}


def test_the_top_of_the_repository_is_found_from_a_folder_in_it(tmp_path, monkeypatch):
    config = a_repository(tmp_path, SETTINGS["a-folder"])
    monkeypatch.chdir(config.parent)
    assert run(["-f", "mkdocs.yml", "workflows"]) == 0
    assert workflows.published(tmp_path) == "main"
    assert "working-directory: le blog" in (tmp_path / ".github/workflows/publish.yml").read_text(
        "utf-8"
    )


def test_a_name_is_the_same_after_yaml(every):
    publish = every["odd-names"] / ".github/workflows/publish.yml"
    read = yaml.safe_load(publish.read_text("utf-8"))
    assert read[True]["push"]["branches"] == ["release/été: 1"]
    assert read["jobs"]["build"]["steps"][0]["with"]["ref"] == "release/été: 1"
    assert workflows.published(every["odd-names"]) == "release/été: 1"


def test_schedules_are_at_odd_minutes_by_the_clocks_of_the_site(every):
    minutes = set()
    for name, zone in (("nothing", "Europe/Paris"), ("english", "America/New_York")):
        for path in (every[name] / ".github/workflows").glob("*.yml"):
            for entry in yaml.safe_load(path.read_text("utf-8"))[True].get("schedule", ()):
                assert entry["timezone"] == zone
                minutes.add(int(entry["cron"].split()[0]))
    assert all(minute % 2 and minute % 5 for minute in minutes)
    assert len(minutes) > 1


@on_a_runner
@pytest.mark.parametrize("name", ["channel-on-main", "channel-on-a-branch", "a-folder"])
def test_pages_are_published_again_where_a_comment_or_a_reaction_changed(every, name, tmp_path):
    """The script of collect.yml, run: `changed` is told, and a failure stays one."""
    collect = yaml.safe_load((every[name] / ".github/workflows/collect.yml").read_text("utf-8"))
    step = next(s for s in collect["jobs"]["collect"]["steps"] if s.get("id") == "collect")
    branch, folder = step["env"]["BRANCH"], step["env"]["FOLDER"]
    remote, work, out = tmp_path / "remote.git", tmp_path / "work", tmp_path / "out"

    def git(*words: str, cwd: Path = work) -> None:
        name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *name, *words], cwd=cwd, check=True, capture_output=True)

    work.mkdir()
    git("init", "--bare", "-q", str(remote))
    git("init", "-q", "-b", branch, ".")
    git("remote", "add", "origin", str(remote))
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("push", "-q", "origin", branch)
    stub = tmp_path / "bin" / "cmflow"
    stub.parent.mkdir()

    def collected(path: str, code: int) -> tuple[int, str]:
        made = (
            f"mkdir -p $(dirname '{path}') && date +%N > '{path}' && git add . &&" if path else ""
        )
        stub.write_text(
            f"#!/bin/bash\n{made} git -c user.name=x -c user.email=x@y commit -q --allow-empty"
            f" -m answer && git push -q {remote} {branch}\nexit {code}\n"
        )
        stub.chmod(0o755)
        out.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=work, capture_output=True, text=True, check=False,
            env={"PATH": f"{stub.parent}:/usr/bin:/bin", "GITHUB_OUTPUT": str(out),
                 "BRANCH": branch, "FOLDER": folder},
        )  # fmt: skip
        return done.returncode, out.read_text().strip() + done.stderr

    assert collected("", 0) == (0, "changed=false")
    assert collected(f"{folder}receipts/a.yml", 0) == (0, "changed=false")
    assert collected(f"{folder}comments/a.md", 0) == (0, "changed=true")
    assert collected(f"{folder}reactions/a.yml", 1) == (1, "changed=true")
    assert collected("", 0) == (0, "changed=false")


@on_a_runner
@pytest.mark.parametrize("depth", [1, 0])
def test_what_came_back_is_mounted_where_the_site_looks_for_it(every, tmp_path, depth):
    """The script of the action, run on a site whose community has a branch of its own."""
    path = every["channel-on-a-branch"] / ".github" / "actions" / "cmflow" / "action.yml"
    step = yaml.safe_load(path.read_text("utf-8"))["runs"]["steps"][0]
    remote, work = tmp_path / "remote.git", tmp_path / "work"
    keep = work / "content" / "community" / ".gitkeep"
    keep.parent.mkdir(parents=True)
    keep.touch()
    a_git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    a_git(work, "init", "-q", "-b", "main", ".")
    a_git(work, "config", "user.name", "x")
    a_git(work, "config", "user.email", "x@y")
    a_git(work, "add", ".")
    a_git(work, "commit", "-q", "-m", "site")
    a_git(work, "push", "-q", str(remote), "main")

    def mounted(name: str) -> Path:
        there = tmp_path / name
        shallow = [f"--depth={depth}"] if depth else []
        a_git(tmp_path, "clone", "-q", *shallow, remote.as_uri(), str(there))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=there, capture_output=True, text=True, check=False,
            env={**step["env"], "PATH": "/usr/bin:/bin", "GITHUB_TOKEN": "secret"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "secret" not in done.stdout + done.stderr
        return there / "content" / "community"

    assert [path.name for path in mounted("before").iterdir()] == [".gitkeep"]
    a_git(work, "checkout", "-q", "--orphan", "community")
    a_git(work, "rm", "-rfq", ".")
    (work / "comments").mkdir()
    (work / "comments" / "a.md").write_text("Bonjour.\n")
    a_git(work, "add", ".")
    a_git(work, "commit", "-q", "-m", "comments")
    a_git(work, "push", "-q", str(remote), "community")
    community = mounted("after")
    assert (community / "comments" / "a.md").read_text() == "Bonjour.\n"
    # A run that speaks or listens commits there.
    a_git(community, "push", "-q", "origin", "HEAD:refs/heads/community")


@on_a_runner
def test_git_is_given_the_token_where_a_private_repository_asks_for_it(every, tmp_path):
    asked = "protocol=https\nhost=github.com\n\n"
    told = [(where.partition("/")[0], step) for where, _, step in every_step(every)]
    for name, top in every.items():
        action = (top / ".github/actions/cmflow/action.yml").read_text("utf-8")
        told += [(f"{name} mounts", step) for step in yaml.safe_load(action)["runs"]["steps"]]
    told = [(name, step["env"]) for name, step in told if "GIT_CONFIG_COUNT" in step.get("env", {})]
    for _, env in told:
        done = subprocess.run(
            ["git", "credential", "fill"], input=asked, capture_output=True, text=True, check=True,
            cwd=tmp_path, env={**env, "PATH": "/usr/bin:/bin", "GITHUB_TOKEN": "gh-token"},
        )  # fmt: skip
        assert "username=x-access-token\npassword=gh-token\n" in done.stdout
    mounts = {f"{name} mounts" for name in ("channel-on-a-branch", "everything", "a-folder")}
    assert {name for name, _ in told} == SPEAKS | mounts


@on_a_runner
def test_every_script_is_bash(every):
    scripts = {step["run"] for _, _, step in every_step(every) if "run" in step}
    for script in scripts:
        done = subprocess.run(["bash", "-n"], input=script, text=True, check=False,
                              capture_output=True)  # fmt: skip
        assert done.returncode == 0, done.stderr


# What stands there already


def test_pins_that_stand_there_are_kept(tmp_path):
    config = a_repository(tmp_path, SETTINGS["nothing"])
    made(config)
    path = tmp_path / ".github" / "workflows" / "publish.yml"
    newer = f"actions/checkout@{'ab' * 20} # v9.1.0"
    text = re.sub(r"actions/checkout@.+", newer, path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    again = made(config)
    assert newer in again["workflows/publish.yml"]
    newer = f"actions/cache/save@{'cd' * 20} # v7.0.0"
    text = re.sub(r"actions/cache/save@.+", newer, path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    again = made(config)
    assert newer in again["workflows/publish.yml"]
    # Another file keeps its own.
    assert workflow_pins.PINS["actions/checkout"].commit in again["workflows/check.yml"]


def test_a_branch_is_no_pin():
    texts = ["  uses: actions/checkout@main # v7\n", "- uses: actions/cache@v6\n"]
    assert workflow_pins.pinned(texts) == {}


def test_what_somebody_else_wrote_is_left_alone(tmp_path, capsys):
    config = a_repository(tmp_path, SETTINGS["everything"])
    own = tmp_path / ".github" / "dependabot.yml"
    own.parent.mkdir()
    own.write_text("version: 2\nupdates: []\n")
    other = tmp_path / ".github" / "workflows" / "tests.yml"
    other.parent.mkdir()
    other.write_text("on: push\n")
    assert run(["-f", str(config), "workflows"]) == 0
    assert own.read_text() == "version: 2\nupdates: []\n"
    assert other.read_text() == "on: push\n"
    assert ".github/dependabot.yml is not from cmflow" in capsys.readouterr().err
    assert run(["-f", str(config), "workflows", "--check"]) == 0


def test_what_nothing_asks_for_any_more_is_taken_away(tmp_path):
    config = a_repository(tmp_path, SETTINGS["channel-on-main"])
    assert "workflows/collect.yml" in made(config)
    text = config.read_text("utf-8")
    config.write_text(text.replace("network: mastodon", "network: websub"), "utf-8")
    assert "workflows/collect.yml" not in made(config)


def test_stale_files_fail_with_a_diff(tmp_path, capsys):
    config = a_repository(tmp_path, SETTINGS["nothing"])
    assert run(["-f", str(config), "workflows", "--check"]) == 1
    assert not (tmp_path / ".github").exists()
    made(config)
    assert run(["-f", str(config), "workflows", "--check"]) == 0
    text = config.read_text("utf-8")
    config.write_text(text.replace("Europe/Paris", "Europe/Rome"), "utf-8")
    capsys.readouterr()
    assert run(["-f", str(config), "workflows", "--check"]) == 1
    said = capsys.readouterr()
    assert "--- a/.github/workflows/publish.yml\n+++ b/.github/workflows/publish.yml\n" in said.out
    assert "-      timezone: Europe/Paris\n+      timezone: Europe/Rome\n" in said.out
    assert "cmflow workflows" in said.err


def test_writing_twice_changes_nothing(tmp_path):
    config = a_repository(tmp_path, SETTINGS["everything"])
    assert made(config) == made(config)


def test_line_ends_of_windows_are_not_stale(tmp_path):
    config = a_repository(tmp_path, SETTINGS["nothing"])
    made(config)
    path = tmp_path / ".github" / "workflows" / "check.yml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert run(["-f", str(config), "workflows", "--check"]) == 0


# What a person is told


def test_the_secrets_to_add_are_named_with_where_one_gets_them(tmp_path, capsys):
    config = a_repository(tmp_path, SETTINGS["channel-on-main"])
    assert run(["-f", str(config), "workflows"]) == 0
    said = capsys.readouterr()
    assert ".github/workflows/publish.yml\n" in said.out
    assert "CMFLOW_MASTODON_TOKEN" in said.err
    assert "Settings → Environments" in said.err


def test_a_ledger_in_files_is_warned_of(tmp_path, capsys):
    config = a_repository(tmp_path, SETTINGS["channel-kept-in-files"])
    assert run(["-f", str(config), "workflows"]) == 0
    said = capsys.readouterr().err
    assert "ledger: {store: git}" in said
    assert "CMFLOW_MASTODON_TOKEN" not in said


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"channels": {"a": channel("mastodonn")}}, "network: mastodonn"),
        ({"sources": {"a": {"kind": "rss"}}}, "kind: rss"),
    ],
)
def test_what_there_is_not_is_named_with_its_line(tmp_path, wanted, line):
    config = a_repository(tmp_path, wanted)
    with pytest.raises(CmflowError) as error:
        made(config)
    [finding] = error.value.findings
    assert line in config.read_text("utf-8").split("\n")[finding.line - 1]


# The branch that is published


def a_git(top: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=top, check=True, capture_output=True)


def test_the_branch_is_the_one_before_else_that_of_the_remote(tmp_path):
    config = make_site(tmp_path, {})
    assert workflow_facts.branch_of(tmp_path) == "main"
    a_git(tmp_path, "init", "-q", "-b", "trunk", ".")
    assert workflow_facts.branch_of(tmp_path) == "trunk"
    a_git(tmp_path, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "--allow-empty", "-mx")
    a_git(tmp_path, "branch", "main")
    assert workflow_facts.branch_of(tmp_path) == "main"
    a_git(tmp_path, "update-ref", "refs/remotes/origin/live", "HEAD")
    a_git(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/live")
    assert workflow_facts.branch_of(tmp_path) == "live"
    a_git(tmp_path, "checkout", "-q", "--detach")
    assert run(["-f", str(config), "workflows"]) == 0
    assert workflows.published(tmp_path) == "live"
    assert run(["-f", str(config), "workflows", "--branch", "next"]) == 0
    assert run(["-f", str(config), "workflows"]) == 0
    assert workflows.published(tmp_path) == "next"


# From nothing to a first push


def test_from_an_empty_folder_to_a_first_push_no_file_is_edited(tmp_path, monkeypatch):
    """`init`, `workflows`, a push; then what the workflows do at the remote, in a fresh clone."""
    remote, mine, theirs = (tmp_path / name for name in ("remote.git", "mine", "theirs"))
    a_git(tmp_path, "init", "-q", "--bare", "-b", "main", str(remote))
    words = ["--language", "fr", "--name", "L’Atelier", "--url", "https://atelier.example/"]
    assert run(["init", str(mine), *words, "--author", "Zoé"]) == 0
    a_git(mine, "init", "-q", "-b", "main", ".")
    assert run(["-f", str(mine / "mkdocs.yml"), "workflows"]) == 0
    a_git(mine, "add", ".")
    a_git(mine, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "-m", "Le blog")
    a_git(mine, "push", "-q", str(remote), "main")
    a_git(tmp_path, "clone", "-q", "--depth=1", remote.as_uri(), str(theirs))
    assert run(["-f", str(theirs / "mkdocs.yml"), "workflows", "--check"]) == 0
    read = yaml.safe_load((theirs / ".github/workflows/check.yml").read_text("utf-8"))
    steps = [step["run"] for step in read["jobs"]["check"]["steps"] if "run" in step]
    assert steps[:2] == ["cmflow check --format github", "cmflow build --strict"]
    monkeypatch.chdir(theirs)
    for step in steps[:2]:
        done = subprocess.run([sys.executable, "-m", *step.split()], check=False,
                              capture_output=True, text=True, encoding="utf-8")  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert (theirs / "site" / "index.html").is_file()


def test_the_guide_tells_of_every_workflow_and_of_every_step(every):
    guide = (ROOT / "docs" / "ci" / "github.md").read_text("utf-8")
    for path in (every["everything"] / ".github").rglob("*"):
        assert path.is_dir() or path.name in guide, path
    for name in ("everything", "everything-english"):
        settings, _ = mkdocs_yml.load(every[name] / "mkdocs.yml")
        facts, _ = workflow_facts.facts(settings, every[name], "main")
        for step in workflows.steps(facts):
            if step.template.startswith("Settings"):
                # As far as GitHub's own words go.
                said = [part.strip(" “”.") for part in step.show().partition(":")[0].split("→")]
                assert all(part in guide for part in said), said


# Goldens


def test_this_repository_s_own_workflows_are_made_by_it(capsys):
    assert run(["-f", str(ROOT / "mkdocs.yml"), "workflows", "--check"]) == 0, "cmflow workflows"


def test_a_template_that_names_what_there_is_not_fails():
    with pytest.raises(jinja2.UndefinedError):
        workflows._environment("en").from_string("<%= nobody %>").render()


@pytest.mark.parametrize("path", sorted(p.name for p in GOLDEN.glob("*.yml")))
def test_the_workflows_of_a_whole_site_are_those_that_a_person_read(every, path):
    folder = every["everything-english"] / ".github"
    [there] = folder.rglob(path)
    assert there.read_text("utf-8") == (GOLDEN / path).read_text("utf-8")
