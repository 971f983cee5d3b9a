"""Never twice, nothing lost: a run killed at every event and every misbehaviour, and then run again.

The process is forked with everything imported and killed by SIGKILL at its n-th event, for every n
until a run comes through: before and after each call to a network, each write to the disk, each git
command. The runs after it must bring every part to stand exactly once where the network can be asked,
at most once where it cannot; and what does not stand must be shown. Each test asserts how many faults
it injected: more than 2,200 in all.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections import Counter
from pathlib import Path

import factory
import pytest
from speaking import MISBEHAVIOURS, World
from speaking import Switch as _Switch

from cmflow import gitstore, ledger_branch
from cmflow.ledger import State
from cmflow.plan import Act
from cmflow.syndicate import foresee, syndicate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


@pytest.fixture(autouse=True)
def _no_power_cuts(monkeypatch):
    # A killed process loses nothing that it wrote, so there is no disk to wait for.
    monkeypatch.setattr(os, "fsync", lambda _file: None)


def watched(switch, put=setattr):
    """Count every change to the disk and every git command as two events: before and after."""

    def around(function, wanted=lambda *_args, **_kwargs: True):
        def wrapped(*args, **kwargs):
            if not wanted(*args, **kwargs):
                return function(*args, **kwargs)
            switch()
            try:
                return function(*args, **kwargs)
            finally:
                switch()

        return wrapped

    def writes(_path, mode="r", *_args, **_kwargs):
        return "w" in mode or "a" in mode

    put(pathlib.Path, "open", around(Path.open, writes))
    put(pathlib.Path, "replace", around(Path.replace))
    put(pathlib.Path, "mkdir", around(Path.mkdir))
    put(pathlib.Path, "unlink", around(Path.unlink))
    put(os, "fsync", around(os.fsync))
    put(tempfile, "mkstemp", around(tempfile.mkstemp))
    put(subprocess, "run", around(subprocess.run))


def killed(world, at, run=syndicate):
    """Run in a child that is killed at its event `at`; returns whether it was."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            switch = _Switch(at)
            # The servers are not ours: what they do to their disks is no event.
            for network in world.networks.values():
                if hasattr(network, "server"):
                    network.server.parent.mkdir(parents=True, exist_ok=True)
            world.event = switch
            trip = world.trip()
            watched(switch)
            run(trip)
            code = 0
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the run failed otherwise than by being killed"
    return False


def recovered(world):
    """Run again and again, later and later, as a schedule would."""
    for minutes in (0, 20, 100):
        world.clock.forward(minutes=minutes)
        syndicate(world.trip())


def judge(world, context):
    """Each part stands once where one can ask, at most once elsewhere, and none is forgotten."""
    trip = world.trip()
    with trip.store.opened():
        ledger = trip.store.load()
    assert not ledger.broken, context
    shown = {(s.slug, s.channel) for s in foresee(trip, live=False) if s.act is Act.UNKNOWN}
    for kind, network in world.networks.items():
        found = Counter(world.standing(kind))
        assert not found or max(found.values()) == 1, (context, kind, "twice", found)
        for slug, at in world.due():
            receipt = ledger.receipts.get((slug, kind))
            part = receipt.parts[at] if receipt and at < len(receipt.parts) else None
            if found[slug, at]:
                assert part is not None, (context, kind, slug, at, "stands without a receipt")
            if network.kind in ("keyed", "listing"):
                assert found[slug, at] == 1, (context, kind, slug, at, "lost")
                assert part.state is State.SENT, (context, kind, slug, at, part)
            elif part is None or part.state is not State.SENT:
                assert (slug, kind) in shown, (context, kind, slug, at, "lost in silence", part)
        _threads(network, context)


def _threads(network, context):
    """Each part answers the part before it, and nothing else."""
    standing = network.standing()
    ids = {one["id"]: (one["slug"], one["at"]) for one in standing}
    for one in standing:
        above = (one["slug"], one["at"] - 1) if one["at"] else None
        assert ids.get(one["under"]) == above, (context, one)


def every_fault(tmp_path, make, context, run=syndicate):
    """Kill a fresh world at its first event, the next at its second, until one comes through."""
    for at in itertools.count(1):
        root = tmp_path / "world"
        world = make(root)
        died = killed(world, at, run)
        for network in world.networks.values():
            network.trouble = []
        recovered(world)
        judge(world, (context, at))
        shutil.rmtree(root)
        if not died:
            return at - 1
    raise AssertionError


POSTS = (factory.post("un"), factory.post("deux", day="2026-10-07"))


def test_killed_at_every_event(tmp_path):
    """Two posts, one of them a thread of three, on three kinds of network."""
    faults = every_fault(
        tmp_path, lambda root: World(root, posts=POSTS, parts={"deux": 3}), "plain"
    )
    assert faults >= 340


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_killed_at_every_event_while_networks_misbehave(tmp_path, name):
    """The second call to every network goes wrong; and the run is killed as well, at every event."""

    def make(root):
        world = World(root, posts=POSTS, parts={"deux": 2})
        for network in world.networks.values():
            network.trouble = ["", name]
        return world

    faults = every_fault(tmp_path, make, name)
    assert faults >= 170


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_network_misbehaves_at_every_call(tmp_path, name):
    for call in range(5):
        world = World(tmp_path / f"{call}", posts=POSTS, parts={"deux": 3})
        for network in world.networks.values():
            network.trouble = [""] * call + [name]
        syndicate(world.trip())
        for network in world.networks.values():
            network.trouble = []
        recovered(world)
        judge(world, (name, call))


def test_killed_while_the_run_after_a_kill_settles(tmp_path):
    """A first run dies between the call and its receipt; a second one dies at every event of its own."""

    def make(root):
        world = World(root, posts=POSTS[:1], parts={"un": 2})
        for network in world.networks.values():
            network.trouble = ["drop-after-commit"]
        syndicate(world.trip())
        world.clock.forward(minutes=2)
        return world

    faults = every_fault(tmp_path, make, "settling")
    assert faults >= 95


def test_a_network_that_shows_notes_late_is_not_believed_at_once(tmp_path):
    def make(root):
        world = World(root, ("listing",), posts=POSTS, parts={"deux": 2})
        world.networks["listing"].late = 45
        return world

    faults = every_fault(tmp_path, make, "late")
    assert faults >= 95


# Git


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def remote(folder):
    """A bare repository with a first commit, as a forge would hold it."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    clone(folder, "seed")
    (folder / "seed" / "content" / "blog").mkdir(parents=True)
    (folder / "seed" / "content" / "blog" / "index.md").write_text("# Accueil\n")
    git(folder / "seed", "add", ".")
    identity = ("-c", "user.name=Léa", "-c", "user.email=lea@ateliers.example")
    git(folder / "seed", *identity, "commit", "--quiet", "-m", "Début")
    git(folder / "seed", "push", "--quiet", "origin", "HEAD:main")


def clone(folder, name):
    git(folder, "clone", "--quiet", str(folder / "remote.git"), name)


class GitWorld(World):
    """A world whose ledger is on a branch of a remote; `here` is the clone it is spoken from."""

    here = "one"
    branch = ""
    run = ""

    @property
    def store(self):
        root = self.root / self.here
        branch = ledger_branch.branch_of(
            root / "content" / "community", root, self.branch, "origin"
        )
        run = self.run or uuid.uuid4().hex
        pause = root / "content" / "plan" / "pause.yml"
        return gitstore.GitStore(branch, pause, root / ".cmflow", run)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("git") / "template"
    remote(folder)
    clone(folder, "one")
    return folder


def git_world(template, root, kinds, **changes):
    shutil.copytree(template, root, symlinks=True)
    git(root / "one", "remote", "set-url", "origin", str(root / "remote.git"))
    return GitWorld(root, kinds, **changes)


def test_killed_at_every_git_command(tmp_path, template):
    def make(root):
        return git_world(template, root, ("listing", "blind"), posts=POSTS[:1])

    faults = every_fault(tmp_path, make, "git")
    assert faults >= 75


@pytest.mark.parametrize("branch", ["", "community"])
def test_two_runs_race_on_one_remote(tmp_path, template, branch):
    kinds = ("keyed", "listing", "blind")
    for turn in range(3):
        root = tmp_path / f"{turn}"
        world = git_world(template, root, kinds, posts=POSTS, parts={"deux": 2})
        world.branch = branch
        clone(root, "two")
        children = [racer(world, here, turn) for here in ("one", "two")]
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        recovered(world)
        judge(world, ("race", turn))
        for kind in kinds:
            # Nobody died, so even where nobody can ask everything stands.
            assert Counter(world.standing(kind)) == Counter(world.due()), kind


def racer(world, here, turn):
    child = os.fork()
    if child:
        return child
    code = 1
    with contextlib.suppress(BaseException):
        world.here = here
        pause = random.Random(f"{turn}{here}")
        for network in world.networks.values():
            network.event = lambda _name: __import__("time").sleep(pause.random() / 50)
        syndicate(world.trip())
        code = 0
    os._exit(code)
    return None
