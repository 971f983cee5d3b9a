"""One run at a time on one machine, and a run that was killed locks nobody out."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time

import pytest

from cmflow.errors import CmflowError
from cmflow.store import locked

HOLD = """
import sys, time
from pathlib import Path
from cmflow.store import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    path = tmp_path / "new" / "syndicate.lock"
    line = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        process.path = path
        yield process
        process.kill()


def test_a_lock_that_another_process_holds_is_refused_at_once(holder):
    begun = time.monotonic()
    with pytest.raises(CmflowError, match="Another run is at work"), locked(holder.path):
        raise AssertionError
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("command", ["syndicate", "collect", "tick"])
def test_the_command_that_is_at_work_is_named(tmp_path, command):
    path = tmp_path / f"{command}.lock"
    with locked(path), pytest.raises(CmflowError) as caught, locked(path):
        raise AssertionError
    assert [finding.path for finding in caught.value.findings] == [command]


def test_the_lock_of_a_process_that_was_killed_is_free(holder):
    holder.kill()
    holder.wait()
    with locked(holder.path):
        pass


def test_a_lock_is_free_again_whatever_ended_the_run(tmp_path):
    path = tmp_path / "syndicate.lock"
    with pytest.raises(KeyboardInterrupt), locked(path):
        raise KeyboardInterrupt
    with locked(path), pytest.raises(CmflowError, match="Another run"), locked(path):
        raise AssertionError


@pytest.mark.skipif(os.name == "nt", reason="every disk of Windows knows locks")
def test_a_disk_without_locks_is_named_and_no_mere_file_takes_their_place(tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refused)
    path = tmp_path / "syndicate.lock"
    with pytest.raises(CmflowError, match="The lock cannot be taken: Function not"), locked(path):
        raise AssertionError


def test_what_is_in_the_way_of_a_lock_is_told(tmp_path):
    path = tmp_path / "syndicate.lock"
    path.mkdir()
    with pytest.raises(CmflowError, match="The lock cannot be taken"), locked(path):
        raise AssertionError
