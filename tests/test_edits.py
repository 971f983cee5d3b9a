"""Whatever is edited between two builds: the second makes what a first one would make."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import hypothesis
import pytest
from edits import EDITS, Desk, site
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sites import NOW
from test_speed import different

from cmflow import build
from cmflow.swift import workers

EDIT = st.tuples(st.sampled_from(EDITS), *[st.integers(0, 999)] * 3)
LATER = st.sampled_from([0, 0, 0, 1, 40])
"""Days that pass: a conversation closes 60 days after its post."""


def make(config: Path, *, days: int = 0, cached: bool = True, now: dt.datetime = NOW) -> Path:
    now += dt.timedelta(days=days)
    return build.build(
        config, engine="material", strict=False, now=now, talk=lambda _: None, cached=cached
    ).site


def copied(root: Path, where: Path) -> Path:
    """Copy a site that then knows nothing of earlier builds, but what its calendar said."""
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(root, where, ignore=shutil.ignore_patterns("site", "cache", "build.lock"))
    return where / "mkdocs.yml"


@pytest.mark.parametrize("part", range(4))
def test_after_any_edits_a_warm_build_makes_what_a_cold_one_makes(tmp_path, monkeypatch, part):
    @hypothesis.seed(part)
    @hypothesis.settings(
        max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(EDIT, min_size=1, max_size=3), LATER)
    def edited(edits: list[tuple[str, int, int, int]], days: int) -> None:
        shutil.rmtree(tmp_path / "one", ignore_errors=True)
        shutil.copytree(begun, tmp_path / "one")
        desk = Desk(tmp_path / "one")
        for name, *numbers in edits:
            getattr(desk, name)(*numbers)
        warm = make(desk.root / "mkdocs.yml", days=days)
        cold = make(copied(desk.root, tmp_path / "other"), days=days, cached=False)
        assert different(cold, warm) == []

    if part:
        monkeypatch.setattr(workers, "wanted", lambda: 0)
    begun = tmp_path / "begun"
    make(site(begun))
    edited()


KILLS = 50
GROUPS = 5


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such signal there")
@pytest.mark.parametrize("group", range(GROUPS))
def test_a_build_killed_at_any_moment_is_repaired_by_the_next(tmp_path, group):
    config = site(tmp_path / "one")
    desk = Desk(config.parent)
    chance = random.Random(group)  # moments, not secrets
    took = run(config)
    for turn in range(KILLS // GROUPS):
        desk.body(turn, group, 0)
        desk.title(turn + 1, turn, 0) if turn % 2 else desk.answer(turn, turn, 0)
        if turn % 3 == 2:
            desk.forget(0, 0, turn)
        process = start(config)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, took))
        process.send_signal(signal.SIGKILL)
        process.wait()
        run(config)
        config_of_copy = copied(desk.root, tmp_path / "other")
        cold = make(config_of_copy, cached=False, now=dt.datetime.now(dt.UTC))
        assert different(cold, desk.root / "site") == [], turn
        assert not [path.name for path in (desk.root / ".cmflow").glob("site-*")]


def start(config: Path) -> subprocess.Popen[bytes]:
    """Begin a build in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cmflow", "build"],
        cwd=config.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run(config: Path) -> float:
    """Build in a process of its own, and return the seconds that took."""
    begun = time.monotonic()
    assert start(config).wait() == 0
    return time.monotonic() - begun
