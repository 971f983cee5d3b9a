"""Everything that is due, once: which steps a site has, and what a failure stops."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from actions import ROOT, git
from served import serving
from sites import CONFIG, a_post, make_site

from cmflow import mkdocs_yml, tick, workflow_facts
from cmflow.sandbox import Sandbox
from cmflow.tick import Step


def site(root, files=(), **cmflow):
    return make_site(
        root,
        dict(files),
        plugins=[*CONFIG["plugins"][:-1], {"cmflow": {"language": "en", **cmflow}}],
    )


def named(config, **more):
    settings, _ = mkdocs_yml.load(config)
    facts, _ = workflow_facts.facts(settings, settings.root, "main")
    return [
        (step.name, *step.words[1:], *filter(None, [step.shell]))
        for step in tick.steps(settings, facts, **more)
    ]


def test_a_bare_site_is_built_and_nothing_else(tmp_path):
    assert named(site(tmp_path)) == [("build",)]


def test_every_step_has_its_place(tmp_path):
    channels = {"toot": {"network": "mastodon", "server": "https://m.example"}}
    config = site(tmp_path, {"plan/ideas/une.md": "---\ntitle: Une\n---\n"}, channels=channels)
    assert named(config, deploy="rsync", wait=5, review=True) == [
        ("build",),
        ("deploy", "rsync"),
        ("syndicate", "--wait", "5"),
        ("collect", "--review"),
        ("calendar", "--write"),
    ]


def test_a_site_that_only_listens_does_not_speak(tmp_path):
    config = site(tmp_path, sources={"lettres": {"kind": "feed", "url": "https://f.example"}})
    assert named(config) == [("build",), ("collect",)]


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ((), {"build": 0, "deploy": 0, "collect": 0}),
        (("build",), {"build": 1, "deploy": -1, "collect": 0}),
        (("deploy",), {"build": 0, "deploy": 1, "collect": 0}),
        (("collect",), {"build": 0, "deploy": 0, "collect": 1}),
    ],
)
def test_a_failure_stops_only_what_lives_on_it(failing, expected):
    todo = (Step("build"), Step("deploy", after="build"), Step("collect"))
    assert tick.run(todo, lambda step: int(step.name in failing)) == expected


def ticked(config, env, *words):
    command = [sys.executable, "-m", "cmflow", "-f", str(config), "tick", *words]
    env = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "HOME": "/",
        "LANGUAGE": "en",
        **env,
    }
    return subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_dry_run_shows_the_commands_and_takes_none(tmp_path):
    done = ticked(site(tmp_path), {}, "--dry-run", "--deploy", "cp -r site /srv")
    assert done.stdout == "cmflow build\ncp -r site /srv\n"
    assert not (tmp_path / "site").exists()


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.skipif(sys.platform == "win32", reason="the command of the caller is one of a shell")
def test_a_site_is_built_deployed_told_and_heard_by_one_command(tmp_path):
    (tmp_path / "web").mkdir()
    env = {"CMFLOW_TOOT_TOKEN": "sandbox-atelier"}
    with Sandbox(tmp_path / "sandbox") as sandbox, serving(tmp_path / "web") as url:
        channel = {"network": "mastodon", "server": sandbox.url, "since": dt.date(2026, 1, 1)}
        blog = {"blog_dir": ".", "post_url_format": "articles/{slug}"}
        said = {"language": "en", "cards": {"enabled": False}, "channels": {"toot": channel}}
        config = make_site(
            tmp_path / "blog",
            {"blog/posts/un-banc.md": a_post("un-banc")},
            site_url=url,
            plugins=["search", {"blog": blog}, "tags", {"cmflow": said}],
        )
        deploy = f'cp -R "$CMFLOW_SITE"/. {tmp_path / "web"}'
        done = ticked(config, env, "--deploy", deploy)
        assert done.returncode == 0, done.stdout + done.stderr
        (note,) = sandbox.notes()
        sandbox.answer(note.id, "Bravo")
        done = ticked(config, env, "--deploy", deploy)
        assert len([note for note in sandbox.notes() if not note.parent]) == 1
        assert list((tmp_path / "blog/content/community/comments/un-banc").glob("*.md"))
        assert done.stdout.count(": done\n") == 4
        done = ticked(config, env, "--deploy", "exit 3")
        assert done.returncode == 1
        assert "deploy: failed" in done.stdout


def test_two_at_once_are_one_too_many(tmp_path):
    from cmflow.store import locked

    config = site(tmp_path)
    with locked(tmp_path / ".cmflow/tick.lock"):
        done = ticked(config, {})
    assert done.returncode == 1
    assert "Another run is at work." in done.stderr


def test_the_ledger_of_a_checkout_without_a_branch_is_that_of_the_main_one(tmp_path):
    """As GitLab and others check out: a commit, and no branch."""
    from cmflow.ledger_branch import branch_of

    git(tmp_path, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    site(tmp_path / "a")
    git(tmp_path / "a", "init", "--quiet", "-b", "main")
    git(tmp_path / "a", "add", "-A")
    git(tmp_path / "a", "commit", "--quiet", "-m", "Site")
    git(tmp_path / "a", "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path / "a", "push", "--quiet", "origin", "main")
    git(tmp_path / "a", "checkout", "--quiet", "--detach")
    for name in ("", "main"):
        found = branch_of(tmp_path / "a/content/community", tmp_path / "a", name, "origin")
        assert (found.name, found.folder) == ("main", "content/community/receipts")
