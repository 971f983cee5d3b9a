"""Git keeps the ledger: the tip and not the checkout, a refused push as lock, and nothing touched."""

from __future__ import annotations

import contextlib

import pytest
from speaking import NOW
from test_never_twice import POSTS, clone, git, git_world, remote

from cmflow import verdict
from cmflow.errors import CmflowError
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.outcome import Result
from cmflow.plan import Act
from cmflow.store import Conflict
from cmflow.syndicate import foresee, syndicate


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("git") / "template"
    remote(folder)
    clone(folder, "one")
    return folder


@pytest.fixture
def world(tmp_path, template):
    return git_world(template, tmp_path / "world", ("listing",), posts=POSTS[:1])


def receipt(state=State.SENT, slug="un", url="https://m.example/1"):
    return Receipt(slug, "listing", "listing", (PartReceipt(state, key="k", url=url),))


def commit(world, path, text, where="seed"):
    git(world.root / where, "pull", "--quiet", str(world.root / "remote.git"), "main")
    target = world.root / where / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    git(world.root / where, "add", ".")
    identity = ("-c", "user.name=Léa", "-c", "user.email=lea@ateliers.example")
    git(world.root / where, *identity, "commit", "--quiet", "-m", path)
    git(world.root / where, "push", "--quiet", str(world.root / "remote.git"), "HEAD:main")


def log(world, branch="main"):
    return git(world.root / "remote.git", "log", "--format=%s", branch).splitlines()


def test_a_reservation_is_pushed_before_the_call_and_the_receipt_after_it(world):
    seen = []
    world.networks["listing"].event = lambda _name: seen.append(log(world)[0])
    syndicate(world.trip())
    assert seen[0] == "un on listing, part 1: reserved"
    assert log(world)[0] == "un on listing, part 1: sent"


def test_the_checkout_is_not_touched(world):
    before = git(world.root / "one", "rev-parse", "HEAD")
    syndicate(world.trip())
    assert git(world.root / "one", "rev-parse", "HEAD") == before
    changed = git(world.root / "one", "status", "--porcelain").splitlines()
    assert changed == ["?? .cmflow/"]


def test_the_ledger_is_read_from_the_tip_and_not_from_the_checkout(world):
    syndicate(world.trip())
    clone(world.root, "two")
    git(world.root / "two", "checkout", "--quiet", "HEAD~2")
    git(world.root / "two", "checkout", "--quiet", "-B", "main")
    world.here = "two"
    assert syndicate(world.trip()).outcomes == ()
    assert len(world.standing("listing")) == 1


def test_a_push_of_something_else_in_between_does_no_harm(world):
    store = world.store
    with store.opened():
        commit(world, "content/blog/nouveau.md", "# Nouveau\n")
        store.save(receipt(), None, "kept")
    assert log(world)[:2] == ["kept", "content/blog/nouveau.md"]
    assert "nouveau.md" in git(world.root / "remote.git", "ls-tree", "-r", "--name-only", "main")


def test_a_push_of_the_same_receipt_in_between_is_a_conflict(world):
    first = world.store
    clone(world.root, "two")
    world.here = "two"
    second = world.store
    with first.opened(), second.opened():
        second.save(receipt(State.RESERVED), None, "quicker")
        with pytest.raises(Conflict):
            first.save(receipt(State.RESERVED), None, "slower")
        assert first.read(("un", "listing")) == receipt(State.RESERVED)
    assert log(world)[0] == "quicker"


def test_two_machines_that_do_the_very_same_in_the_same_second_make_two_commits(world):
    clone(world.root, "two")
    stores = []
    for here, world.run in (("one", "a"), ("two", "b")):
        world.here = here
        stores.append(world.store)
    with stores[0].opened(), stores[1].opened():
        won = 0
        for store in stores:
            with contextlib.suppress(Conflict):
                store.save(receipt(State.RESERVED), None, "same words")
                won += 1
    assert won == 1


def test_a_pause_that_was_pushed_a_second_ago_is_obeyed(world):
    def crisis(name):
        if name == "before the call":
            commit(world, "content/plan/pause.yml", "reason: Une rumeur\n")

    world.parts = {"un": 2}
    world.event = crisis
    report = syndicate(world.trip())
    assert [one.result for one in report.outcomes] == [Result.SENT, Result.HELD]
    assert "Une rumeur" in report.outcomes[1].words.show()


def test_a_remote_that_refuses_lets_nothing_be_sent_and_says_why(world):
    hook = world.root / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected branch hook declined' >&2\nexit 1\n")
    hook.chmod(0o755)
    trip = world.trip()
    trip.store._sleep = lambda _seconds: None
    report = syndicate(trip)
    assert [one.result for one in report.outcomes] == [Result.FAILED]
    assert "protected branch hook declined" in report.outcomes[0].words.show()
    assert world.standing("listing") == []


def test_a_remote_that_cannot_be_reached_is_named_without_its_password(world):
    trip = world.trip()
    url = "https://x:hunter2canary@127.0.0.1:1/x.git"
    git(world.root / "one", "remote", "set-url", "origin", url)
    with pytest.raises(CmflowError) as caught:
        syndicate(trip)
    assert "hunter2canary" not in str(caught.value)
    assert "origin/main" in str(caught.value)


def test_a_branch_of_its_own_is_made_where_there_is_none(world):
    world.branch = "community"
    syndicate(world.trip())
    assert log(world) == ["Début"]
    files = git(world.root / "remote.git", "ls-tree", "-r", "--name-only", "community")
    assert files.splitlines() == ["receipts/un/listing.yml"]


def test_who_may_not_push_reads_an_empty_ledger_where_the_branch_was_not_made_yet(world):
    hook = world.root / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    world.branch = "ledger"
    [step] = foresee(world.trip(), live=False)
    assert step.act is Act.SEND
    report = syndicate(world.trip())
    assert report.outcomes[0].result is Result.FAILED
    assert not world.standing("listing")


def test_a_branch_of_its_own_is_mounted_where_the_site_looks_for_it(world):
    world.branch = "community"
    syndicate(world.trip())
    community = world.root / "one" / "content" / "community"
    assert (community / "receipts" / "un" / "listing.yml").is_file()
    world.posts = POSTS
    syndicate(world.trip())
    assert (community / "receipts" / "deux" / "listing.yml").is_file()


def test_a_folder_that_holds_files_is_not_mounted_over(world):
    world.branch = "community"
    community = world.root / "one" / "content" / "community"
    community.mkdir()
    (community / "mine.txt").write_text("x")
    assert len(syndicate(world.trip()).outcomes) == 1
    assert [path.name for path in community.iterdir()] == ["mine.txt"]


def test_a_checkout_of_a_commit_keeps_its_receipts_on_the_main_branch(world):
    git(world.root / "one", "checkout", "--quiet", "--detach")
    syndicate(world.trip())
    assert log(world)[-1] == "Début"
    assert len(log(world)) > 1


def test_without_a_branch_one_is_told_what_to_do(world):
    git(world.root / "one", "checkout", "--quiet", "--detach")
    git(world.root / "remote.git", "symbolic-ref", "HEAD", "refs/heads/none")
    with pytest.raises(CmflowError, match="no branch"):
        world.trip()


def test_an_archive_is_seeded_in_one_commit(world):
    assert verdict.seed(world.store, POSTS, world.channels, NOW) == 2
    assert log(world) == ["The archive, seeded", "Début"]
    assert verdict.seed(world.store, POSTS, world.channels, NOW) == 0


def test_locks_of_a_git_that_was_killed_are_cleared(world):
    syndicate(world.trip())
    for path in ("one/.git/refs/cmflow/ledger.lock", "one/.cmflow/ledger.index.lock"):
        (world.root / path).write_text("")
    world.posts = POSTS
    assert len(syndicate(world.trip()).outcomes) == 1
