"""Files of the tool pushed from any checkout: once, and over nobody's work."""

from __future__ import annotations

import subprocess

import pytest
from actions import git

from cmflow import publication
from cmflow.errors import CmflowError

FILE = "content/plan/CALENDAR.md"


class World:
    def __init__(self, root):
        self.root, self.remote = root, root / "remote.git"
        git(root, "init", "--quiet", "--bare", "-b", "main", str(self.remote))
        self.a = self.clone("a")
        (self.a / FILE).parent.mkdir(parents=True)
        (self.a / FILE).write_text("un\n")
        (self.a / "autre.md").write_text("un\n")
        self.commit(self.a, "Début")

    def clone(self, name, *how):
        git(self.root, "clone", "--quiet", *how, self.remote.as_uri(), name)
        return self.root / name

    def commit(self, clone, words):
        git(clone, "add", "-A")
        git(clone, "commit", "--quiet", "-m", words)
        git(clone, "push", "--quiet", "origin", "HEAD:main")

    def push(self, clone, *paths, run="run"):
        names = paths or (FILE,)
        return publication.push(
            clone, tuple(clone / n for n in names), "Calendrier", run=run, sleep=lambda _: None
        )

    def show(self, path=FILE):
        return git(self.remote, "show", f"main:{path}")

    @property
    def commits(self):
        return int(git(self.remote, "rev-list", "--count", "main"))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_what_changed_is_one_commit_and_what_did_not_is_none(world):
    (world.a / FILE).write_text("deux\n")
    assert world.push(world.a).paths == (FILE,)
    assert (world.show(), world.commits) == ("deux", 2)
    assert world.push(world.a).paths == ()
    assert world.commits == 2
    assert git(world.a, "status", "--porcelain") == f"M {FILE}", "the checkout is left as it was"


@pytest.mark.parametrize("how", [("--depth", "1"), ()], ids=["shallow", "whole"])
def test_a_checkout_without_a_branch_pushes_to_the_main_one(world, how):
    b = world.clone("b", *how)
    git(b, "checkout", "--quiet", "--detach")
    (b / FILE).write_text("deux\n")
    assert world.push(b).branch == "main"
    assert world.show() == "deux"


def test_an_old_checkout_writes_over_nothing_that_came_after_it(world):
    b = world.clone("b")
    (world.a / "autre.md").write_text("deux\n")
    world.commit(world.a, "Autre")
    (b / FILE).write_text("deux\n")
    assert world.push(b).paths == (FILE,)
    assert (world.show(), world.show("autre.md")) == ("deux", "deux")


def test_a_file_that_somebody_changed_meanwhile_is_left(world):
    b = world.clone("b")
    (world.a / FILE).write_text("à la main\n")
    world.commit(world.a, "À la main")
    (b / FILE).write_text("deux\n")
    done = world.push(b)
    assert (done.paths, done.left) == ((), (FILE,))
    assert world.show() == "à la main"


def test_a_push_in_between_is_no_reason_to_fail(world, monkeypatch):
    b = world.clone("b")
    (b / FILE).write_text("deux\n")
    made = publication.fast_import
    quicker = iter(["deux", "trois"])

    def late(*words):
        for text in quicker:
            (world.a / "autre.md").write_text(text)
            git(world.a, "pull", "--quiet", "--rebase", "--autostash")
            world.commit(world.a, text)
            break
        return made(*words)

    monkeypatch.setattr(publication, "fast_import", late)
    assert world.push(b).paths == (FILE,)
    assert (world.show(), world.show("autre.md")) == ("deux", "trois")


def test_a_new_file_is_added_and_one_that_is_gone_taken_away(world):
    (world.a / "content/plan/neuf.md").write_text("neuf\n")
    (world.a / FILE).unlink()
    assert set(world.push(world.a, "content/plan").paths) == {FILE, "content/plan/neuf.md"}
    assert git(world.remote, "ls-tree", "-r", "--name-only", "main").split() == [
        "autre.md",
        "content/plan/neuf.md",
    ]


def _fails(world, clone, *paths):
    with pytest.raises(CmflowError) as caught:
        world.push(clone, *paths)
    (finding,) = caught.value.findings
    return finding.message.show(), finding.remedy.show()


def test_a_protected_branch_is_named_with_what_to_do(world):
    hook = world.remote / "hooks/pre-receive"
    hook.write_text(
        "#!/bin/sh\necho 'GH006: Protected branch update failed for refs/heads/main.' >&2\nexit 1\n"
    )
    hook.chmod(0o755)
    (world.a / FILE).write_text("deux\n")
    message, remedy = _fails(world, world.a)
    assert "GH006" in message
    assert "deploy key" in remedy


def test_a_remote_that_refuses_is_quoted(world):
    hook = world.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'Le disque est plein' >&2\nexit 1\n")
    hook.chmod(0o755)
    (world.a / FILE).write_text("deux\n")
    message, remedy = _fails(world, world.a)
    assert "Le disque est plein" in message
    assert "tries again" in remedy


def test_without_a_remote_there_is_a_command_to_type(world):
    git(world.a, "remote", "remove", "origin")
    message, remedy = _fails(world, world.a)
    assert "“origin”" in message
    assert remedy.startswith("Add one: git remote add origin")


def test_outside_of_a_repository_git_is_quoted(tmp_path):
    with pytest.raises(CmflowError) as caught:
        publication.push(tmp_path, (tmp_path / "x",), "x", run="run")
    assert "not a git repository" in caught.value.findings[0].message.show()


def test_a_path_outside_is_refused(world):
    message, _ = _fails(world, world.a, "../x.md")
    assert "outside of the repository" in message


def test_two_at_once_make_one_commit(world):
    b = world.clone("b")
    for clone in (world.a, b):
        (clone / FILE).write_text("deux\n")
    world.push(world.a, run="a")
    assert world.push(b, run="b").paths == ()
    assert world.commits == 2
    assert not subprocess.run(
        ["git", "fsck", "--strict"], cwd=world.remote, capture_output=True, check=False
    ).returncode
