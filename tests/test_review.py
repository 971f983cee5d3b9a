"""Comments on a branch of a remote, and those that wait there for a review in a pull request."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading

import pytest
from answering import NOW, SLUGS, World, said
from speaking import Switch
from test_never_twice import watched

from cmflow import ledger_branch, moderate
from cmflow.gitshelf import GitShelf
from cmflow.moderation import Rules
from cmflow.review import BRANCH, ReviewShelf
from cmflow.thread import Status

A, B, C = SLUGS


def git(folder, *words):
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *words],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


class GitWorld(World):
    """The same, in a clone of a remote."""

    def __init__(self, root, **more):
        super().__init__(root, **more)
        self.remote = root / "remote.git"
        self.site = self.config.parent
        git(root, "init", "--quiet", "--bare", "-b", "main", str(self.remote))
        git(self.site, "init", "--quiet", "-b", "main")
        (self.site / ".gitignore").write_text(".cmflow/\n")
        git(self.site, "add", "-A")
        git(self.site, "commit", "--quiet", "-m", "Site")
        git(self.site, "remote", "add", "origin", str(self.remote))
        git(self.site, "push", "--quiet", "-u", "origin", "main")

    def git_shelf(self, run="run", branch=""):
        return GitShelf(self._branch(branch), self.settings, run)

    def review_shelf(self, run="run", branch=""):
        return ReviewShelf(self._branch(branch), self.settings, run)

    def _branch(self, name):
        return ledger_branch.branch_of(self.settings.community, self.settings.root, name, "origin")

    def tree(self, branch="main"):
        """Every file of content/community on a branch of the remote."""
        listed = git(self.remote, "ls-tree", "-r", "--name-only", "-z", branch).split("\0")
        inside = [path for path in listed if path.startswith("content/community/")]
        return {path: git(self.remote, "show", f"{branch}:{path}") for path in inside}

    def change(self, branch, path, make):
        """Change or delete a file on a branch as a person would."""
        place = self.root / "reviewer"
        shutil.rmtree(place, ignore_errors=True)
        git(self.root, "clone", "--quiet", "-b", branch, str(self.remote), str(place))
        text = make((place / path).read_text())
        if text is None:
            (place / path).unlink()
        else:
            (place / path).write_text(text)
        git(place, "commit", "--quiet", "-am", "Review")
        git(place, "push", "--quiet")

    def merge(self, *how):
        place = self.root / "merger"
        shutil.rmtree(place, ignore_errors=True)
        git(self.root, "clone", "--quiet", str(self.remote), str(place))
        git(place, "merge", "--quiet", *how, f"origin/{BRANCH}")
        if "--squash" in how:
            git(place, "commit", "--quiet", "-m", "Squashed")
        git(place, "push", "--quiet")

    def has(self, branch):
        return bool(git(self.remote, "branch", "--list", branch))


@pytest.fixture
def world(tmp_path):
    return GitWorld(tmp_path)


@pytest.fixture
def held(tmp_path):
    return GitWorld(tmp_path, rules=Rules())


def test_answers_are_pushed_in_one_commit_and_the_second_run_pushes_none(world):
    for slug in SLUGS:
        world.place.talk(slug, said(f"{slug}1"), likes=2)
    world.collect(world.git_shelf())
    tip = git(world.remote, "rev-parse", "main")
    assert len(world.tree()) == 6
    assert git(world.remote, "rev-list", "--count", "main") == "2"
    world.collect(world.git_shelf("another"))
    assert git(world.remote, "rev-parse", "main") == tip


def test_a_branch_of_their_own_is_made_and_read(world):
    world.place.talk(A, said("1"))
    world.collect(world.git_shelf(branch="community"))
    (path,) = git(world.remote, "ls-tree", "-r", "--name-only", "community").splitlines()
    assert path.startswith(f"comments/{A}/")
    assert world.tree() == {}
    assert world.comments(A), "the worktree shows it where the site looks for it"


def test_two_that_collect_at_once_lose_nothing_and_leave_no_conflict(tmp_path):
    world = GitWorld(tmp_path / "one")
    for slug in SLUGS:
        world.place.talk(slug, *(said(f"{slug}{n}", minute=n) for n in range(4)), likes=3)
    other = GitWorld.__new__(GitWorld)
    other.__dict__.update(world.__dict__)
    other.site = tmp_path / "two"
    git(tmp_path, "clone", "--quiet", str(world.remote), str(other.site))
    other.config = other.site / "mkdocs.yml"
    other.settings = world.settings.__class__(
        **{name: getattr(world.settings, name) for name in world.settings.__struct_fields__}
        | {"config": other.config, "docs": other.site / "content/blog"}
    )
    world.place.talk(B, *(said(f"{B}{n}", minute=n) for n in range(6)), likes=4)
    failures = []

    def run(one, name):
        try:
            one.collect(one.git_shelf(name))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in ((world, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len([path for path in world.tree() if "/comments/" in path]) == 14
    alone = World(tmp_path / "alone")
    shutil.copy(world.place.file, alone.place.file)
    alone.collect()
    assert {path: text.strip() for path, text in world.tree().items()} == {
        f"content/community/{path}": data.decode().strip() for path, data in alone.files().items()
    }


def test_what_is_held_waits_on_a_branch_and_merging_it_approves_it(held):
    held.place.talk(A, said("1"), said("2", ours=True, to="1"), likes=1)
    held.collect(held.review_shelf())
    assert len([p for p in held.tree() if "/comments/" in p]) == 1, "only our own answer"
    waiting = set(held.tree(BRANCH)) - set(held.tree())
    (path,) = waiting
    assert "\nstatus: approved\n" in held.tree(BRANCH)[path]
    held.merge()
    git(held.site, "pull", "--quiet")
    assert held.comments(A)["1"].status is Status.APPROVED


def test_a_second_run_leaves_the_branch_as_it_is(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    tips = git(held.remote, "for-each-ref")
    shelf = held.review_shelf("again")
    held.collect(shelf)
    assert git(held.remote, "for-each-ref") == tips
    assert shelf.waiting == {A: 1}


def test_what_comes_later_joins_the_same_branch(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.review_shelf("again"))
    assert len(held.tree(BRANCH)) == 2


@pytest.mark.parametrize("how", [(), ("--squash",)])
def test_a_merged_branch_is_taken_away_and_begins_anew(held, how):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    held.merge(*how)
    held.collect(held.review_shelf("again"))
    assert not held.has(BRANCH)
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.review_shelf("third"))
    assert len(set(held.tree(BRANCH)) - set(held.tree())) == 1


def test_deleting_a_file_in_the_review_rejects_it_for_good(held):
    held.place.talk(A, said("1", "Du spam", name="Vendeur"), said("2"))
    held.collect(held.review_shelf())
    (path,) = (path for path, text in held.tree(BRANCH).items() if "Vendeur" in text)
    held.change(BRANCH, path, lambda _text: None)
    held.collect(held.review_shelf("again"))
    assert "status: rejected" in held.tree(BRANCH)[path]
    assert "Vendeur" not in held.tree(BRANCH)[path]
    held.merge()
    held.collect(held.review_shelf("third"))
    git(held.site, "pull", "--quiet")
    assert held.comments(A)["1"].status is Status.REJECTED
    assert not held.has(BRANCH)


def test_writing_rejected_in_the_review_rejects_it_for_good(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    (path,) = held.tree(BRANCH)
    held.change(BRANCH, path, lambda text: text.replace("status: approved", "status: rejected"))
    held.collect(held.review_shelf("again"))
    assert "status: rejected" in held.tree(BRANCH)[path]


def test_an_edit_at_the_source_is_followed_while_it_waits(held):
    held.place.talk(A, said("1", "Faute"))
    held.collect(held.review_shelf())
    held.place.talk(A, said("1", "Sans faute", edited=NOW.isoformat()))
    held.collect(held.review_shelf("again"))
    (text,) = held.tree(BRANCH).values()
    assert "Sans faute" in text
    assert held.tree() == {}


def test_a_refused_push_says_what_to_do(world):
    hook = world.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho protected branch >&2\nexit 1\n")
    hook.chmod(0o755)
    world.place.talk(A, said("1"))
    with pytest.raises(Exception, match="protected branch") as caught:
        world.collect(world.git_shelf())
    assert "pull request" in caught.value.findings[0].remedy.show()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("review", [False, True])
def test_a_run_killed_at_any_git_command_and_run_again_makes_the_same_files(tmp_path, review):
    def scene(folder):
        made = GitWorld(folder, rules=Rules() if review else Rules(hold="none"))
        made.place.talk(A, said("1"), said("2", to="1"), likes=1)
        made.collect(shelf(made, "first"))
        made.place.talk(A, said("1", "Autre", edited=NOW.isoformat()), said("3"), likes=2)
        return made

    def shelf(made, run):
        return made.review_shelf(run) if review else made.git_shelf(run)

    def trees(made):
        return made.tree(), made.tree(BRANCH) if review else {}

    calm = scene(tmp_path / "calm")
    calm.collect(shelf(calm, "calm"))
    expected = trees(calm)
    start = scene(tmp_path / "start")
    kills = 0
    for at in range(1, 300):
        _reset(start, tmp_path)
        if not _killed(start, at, lambda: shelf(start, "killed")):
            break
        kills += 1
        start.collect(shelf(start, "after"))
        assert trees(start) == expected, at
    assert 20 < kills < 299


def _reset(world, root):
    """Put remote, clone and place back as they were before the first kill."""
    saved = root / "saved"
    if not saved.exists():
        shutil.copytree(world.root, saved, symlinks=True)
        return
    shutil.rmtree(world.root)
    shutil.copytree(saved, world.root, symlinks=True)


def _killed(world, at, shelf):
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            made = shelf()
            switch = Switch(at)
            watched(switch)
            world.collect(made)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_whoever_only_reads_makes_no_branch(world):
    before = git(world.remote, "for-each-ref")
    shelf = world.git_shelf(branch="community")
    with shelf.opened():
        assert shelf.slugs() == ()
    assert git(world.remote, "for-each-ref") == before


def test_what_is_held_has_a_branch_to_be_merged_into_even_if_nothing_else_came(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf(branch="community"))
    assert held.has("community"), "a pull request needs what it is merged into"
    assert git(held.remote, "ls-tree", "-r", "--name-only", "community") == ""
    assert git(held.remote, "merge-base", "community", BRANCH)


def test_a_squashed_review_starts_the_workflow_that_publishes_it(held):
    """GitHub puts the words of all commits into that of the squash."""
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    (path,) = held.tree(BRANCH)
    held.change(BRANCH, path, lambda _text: None)
    held.collect(held.review_shelf("again"))
    assert "[skip ci]" not in git(held.remote, "log", "--format=%B", f"main..{BRANCH}")


def test_an_empty_folder_of_a_new_site_gives_way_to_the_branch(world):
    keep = world.settings.community / ".gitkeep"
    keep.parent.mkdir(exist_ok=True)
    keep.touch()
    git(world.site, "add", "-A")
    git(world.site, "commit", "--quiet", "-m", "As init makes it")
    git(world.site, "push", "--quiet")
    world.place.talk(A, said("1"))
    world.collect(world.git_shelf(branch="community"))
    assert world.comments(A), "the worktree shows it where the site looks for it"
    assert not keep.exists()
    changed = git(world.site, "status", "--porcelain").splitlines()
    assert changed == ["D content/community/.gitkeep"], "and whoever commits all takes none along"
    git(world.site, "add", "-A")
    git(world.site, "commit", "--quiet", "-m", "All")
    assert "content/community" not in git(world.site, "ls-files")
    world.collect(world.git_shelf("again", branch="community"))
    exclude = (world.site / ".git/info/exclude").read_text()
    assert exclude.count("/content/community/\n") == 1


def test_a_folder_with_other_files_does_not(world):
    mine = world.settings.community / "mine.txt"
    mine.parent.mkdir(exist_ok=True)
    (mine.parent / ".gitkeep").touch()
    mine.write_text("Garder.\n")
    world.place.talk(A, said("1"))
    world.collect(world.git_shelf(branch="community"))
    assert sorted(p.name for p in mine.parent.iterdir()) == [".gitkeep", "mine.txt"]


@pytest.mark.parametrize("how", [(), ("--squash",)], ids=["merged", "squashed"])
@pytest.mark.parametrize("stays", [True, False], ids=["branch-stays", "branch-deleted"])
def test_what_is_deleted_and_merged_in_one_sitting_stays_rejected(held, how, stays):
    """As GitHub offers it: a file taken away, the rest merged, the branch deleted."""
    held.place.talk(A, said("1", "Du spam", name="Vendeur"), said("2"))
    held.collect(held.review_shelf())
    (path,) = (path for path, text in held.tree(BRANCH).items() if "Vendeur" in text)
    held.change(BRANCH, path, lambda _text: None)
    held.merge(*how)
    if not stays:
        git(held.remote, "branch", "-D", BRANCH)
    for run in ("again", "third"):
        shelf = held.review_shelf(run)
        held.collect(shelf)
        assert shelf.waiting == {}
    git(held.site, "pull", "--quiet")
    shown = {id_: comment.status for id_, comment in held.comments(A).items()}
    assert shown == {"1": Status.REJECTED, "2": Status.APPROVED}
    assert "Vendeur" not in held.tree()[path]
    assert not held.has(BRANCH)
    assert git(held.remote, "for-each-ref", "refs/cmflow") == "", "nothing is left to be settled"


def test_a_review_that_was_thrown_away_decides_nothing(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    git(held.remote, "branch", "-D", BRANCH)
    shelf = held.review_shelf("again")
    held.collect(shelf)
    assert shelf.waiting == {A: 1}


def test_what_is_kept_of_an_open_review_is_no_word_of_anybody(held):
    held.place.talk(A, said("1", "Un mot", name="Zoé"))
    held.collect(held.review_shelf())
    (path,) = git(held.remote, "ls-tree", "-r", "--name-only", "refs/cmflow/offered").splitlines()
    kept = git(held.remote, "show", f"refs/cmflow/offered:{path}")
    assert "status: rejected" in kept
    assert "Un mot" not in kept
    assert "Zoé" not in kept


def test_whoever_looks_reads_the_tip_of_the_branch_and_no_old_mirror(world):
    world.place.talk(A, said("1"))
    world.collect(world.git_shelf())
    (path,) = world.tree()
    world.change("main", path, lambda text: text.replace("approved", "rejected"))
    shelf = world.git_shelf("another")
    with moderate.opened(shelf, to_write=False, sleep=lambda _seconds: None):
        (one,) = moderate.everything(shelf)
    assert one.comment.status is Status.REJECTED


def test_what_a_person_is_taken_out_of_keeps_nothing_of_it(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    (path,) = held.tree(BRANCH)
    shelf = held.review_shelf("forget")
    with shelf.opened():
        shelf.keep(lambda: {path.removeprefix("content/community/"): None}, "Forgotten")
    assert git(held.remote, "for-each-ref", "refs/cmflow") == ""
    shelf = held.review_shelf("again")
    with shelf.opened():
        assert shelf.slugs() == (), "nor is it taken for rejected"
