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
from test_cli import run as typed
from test_never_twice import watched

from cmflow import inbox, ledger_branch, moderate, offered
from cmflow.cli import ask
from cmflow.gitshelf import BELL, GitShelf
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


# A remote that takes branches and tags alone, or not even all of these


REFUSES = """#!/bin/sh
case "$1" in {pattern}) echo "only branches and tags are taken" >&2; exit 1;; esac
"""


def refuse(world, pattern):
    hook = world.remote / "hooks" / "update"
    hook.write_text(REFUSES.format(pattern=pattern))
    hook.chmod(0o755)


def named(branch):
    return git(branch.remote, "for-each-ref", "--format=%(refname)").splitlines()


@pytest.mark.parametrize("how", [(), ("--squash",)], ids=["merged", "squashed"])
def test_a_remote_that_takes_branches_alone_forgets_no_deletion_either(held, how):
    refuse(held, "refs/heads/*|refs/tags/*) ;; *")
    held.place.talk(A, said("1", "Du spam", name="Vendeur"), said("2"))
    shelf = held.review_shelf()
    held.collect(shelf)
    assert shelf.forgetful is None
    assert f"refs/heads/{offered.BRANCH}" in named(held)
    (path,) = (path for path, text in held.tree(BRANCH).items() if "Vendeur" in text)
    held.change(BRANCH, path, lambda _text: None)
    held.merge(*how)
    git(held.remote, "branch", "-D", BRANCH)
    for run in ("again", "third"):
        shelf = held.review_shelf(run)
        held.collect(shelf)
        assert shelf.waiting == {}
        assert shelf.forgetful is None
    git(held.site, "pull", "--quiet")
    shown = {id_: comment.status for id_, comment in held.comments(A).items()}
    assert shown == {"1": Status.REJECTED, "2": Status.APPROVED}
    assert named(held) == ["refs/heads/main"], "nothing is left to be settled"


def test_a_remote_that_remembers_nothing_is_named_and_loses_nothing(held):
    refuse(held, f"refs/cmflow/*|refs/heads/{offered.BRANCH}")
    held.place.talk(A, said("1"), said("2", ours=True, to="1"))
    shelf = held.review_shelf()
    held.collect(shelf)
    assert shelf.waiting == {A: 1}, "what is held still waits for its pull request"
    assert len([p for p in held.tree() if "/comments/" in p]) == 1
    words = shelf.forgetful.message.show()
    for one in ("origin", "refs/cmflow/offered", offered.BRANCH, "only branches and tags"):
        assert one in words
    assert "status: rejected" in shelf.forgetful.remedy.show()
    (path,) = set(held.tree(BRANCH)) - set(held.tree())
    held.change(BRANCH, path, lambda text: text.replace("status: approved", "status: rejected"))
    held.merge()
    held.collect(held.review_shelf("again"))
    git(held.site, "pull", "--quiet")
    assert held.comments(A)["1"].status is Status.REJECTED, "as the message says"


def test_once_a_remote_takes_them_again_there_is_one_place(held):
    refuse(held, "refs/cmflow/*")
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    refuse(held, "nothing")
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.review_shelf("again"))
    assert [ref for ref in named(held) if "offered" in ref] == [offered.REF]


def test_what_a_remote_took_before_it_refused_is_not_read_any_more(held):
    held.place.talk(A, said("1"))
    held.collect(held.review_shelf())
    refuse(held, "refs/cmflow/*")
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.review_shelf("again"))
    shelf = held.review_shelf("third")
    held.collect(shelf)
    assert shelf.forgetful is None
    assert len(shelf._offered.files) == 2
    git(held.remote, "branch", "-D", BRANCH)
    shelf = held.review_shelf("forget")
    with shelf.opened():
        paths = dict.fromkeys(shelf._offered.files)
        shelf.keep(lambda: paths, "Forgotten")
    assert "takes neither" in shelf.forgetful.message.show(), "what lies there is told"


# What a person decides is published at once, what a machine collects is not


def decided(world, branch, decision, *ids, more=False):
    shelf = world.git_shelf("person", branch=branch)
    with moderate.opened(shelf, to_write=True, sleep=lambda _seconds: None):
        chosen = [one for one in moderate.everything(shelf) if one.comment.id[-1] in ids]
        moderate.decide(shelf, chosen, decision, "Moderation", more=more)


def words_of(world, branch="main"):
    return git(world.remote, "log", "-1", "--format=%B", branch)


def test_what_a_person_approves_starts_what_publishes_and_a_collection_does_not(held):
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.git_shelf())
    assert "[skip ci]" in words_of(held), "or the publication that collects would start itself"
    decided(held, "", moderate.approved, "1")
    assert "Moderation" in words_of(held)
    assert "[skip ci]" not in words_of(held)
    decided(held, "", moderate.restored, "1")
    assert "[skip ci]" not in words_of(held), "a comment that is taken back has to go"


@pytest.mark.parametrize("decision", [moderate.rejected("4. Vend"), inbox.done], ids=["no", "done"])
def test_what_no_reader_sees_starts_nothing(held, decision):
    held.place.talk(A, said("1"))
    held.collect(held.git_shelf())
    decided(held, "", decision, "1")
    assert "Moderation" in words_of(held)
    assert "[skip ci]" in words_of(held)


def ringing(world):
    """Write down every branch that is made and deleted on the remote."""
    log = world.root / "rung.txt"
    hook = world.remote / "hooks" / "post-receive"
    hook.write_text(f'#!/bin/sh\ncat >> "{log}"\n')
    hook.chmod(0o755)

    def rung():
        lines = log.read_text().splitlines() if log.exists() else []
        bells = [line.split() for line in lines if line.endswith(f"/{BELL}")]
        log.unlink(missing_ok=True)
        return ["deleted" if set(after) == {"0"} else "made" for _, after, _ in bells]

    return rung


def test_on_a_branch_of_its_own_a_deleted_branch_starts_what_publishes(held):
    rung = ringing(held)
    held.place.talk(A, said("1"), said("2"))
    held.collect(held.git_shelf(branch="community"))
    assert rung() == [], "a collection tells the next job itself"
    decided(held, "community", moderate.approved, "1", more=True)
    assert rung() == [], "the last decision of a sitting does it for all"
    decided(held, "community", moderate.approved, "2")
    assert rung() == ["made", "deleted"]
    decided(held, "community", moderate.approved, "2")
    assert rung() == [], "nothing was decided"
    assert not held.has(BELL)


def sat(world, monkeypatch, capsys, *keys):
    """Decide about one comment after the other by these keys; the words of each commit, in order."""
    before, pressed = git(world.remote, "rev-parse", "main"), iter(keys)

    def key():
        found = next(pressed)
        if isinstance(found, str):
            return found
        raise found

    monkeypatch.chdir(world.site)
    monkeypatch.setattr("cmflow.cli.moderate.shelf_of", lambda _: world.git_shelf("person"))
    monkeypatch.setattr(ask, "somebody", lambda: True)
    monkeypatch.setattr("click.getchar", key)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "3")
    code, out, _ = typed(capsys, "moderate")
    commits = git(world.remote, "log", "--reverse", "--format=%B%x00", f"{before}..main")
    return code, out, ["[skip ci]" in words for words in commits.split("\0") if words.strip()]


def test_a_sitting_is_published_once(held, monkeypatch, capsys):
    held.place.talk(A, *(said(str(n), minute=n) for n in range(5)))
    held.collect(held.git_shelf())
    code, out, skipped = sat(held, monkeypatch, capsys, "a", "r", "a", "a", "q")
    assert code == 0
    assert skipped == [True, True, True, False], "the last that readers see starts it"
    statuses = [line.split("\t")[1] for line in out.splitlines()]
    assert statuses == ["rejected", "approved", "approved", "approved"]


def test_a_sitting_that_is_broken_off_loses_no_decision(held, monkeypatch, capsys):
    held.place.talk(A, said("1"), said("2", minute=1))
    held.collect(held.git_shelf())
    skipped = sat(held, monkeypatch, capsys, "a", KeyboardInterrupt())[2]
    assert skipped == [False]


def test_where_nobody_may_ring_the_decision_is_kept(held):
    held.place.talk(A, said("1"))
    held.collect(held.git_shelf(branch="community"))
    refuse(held, f"refs/heads/{BELL}")
    decided(held, "community", moderate.approved, "1")
    assert held.comments(A)["1"].status is Status.APPROVED
