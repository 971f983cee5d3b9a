"""A command run under watch: how long, how much of the processors, how much memory, and bounds."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil

MEMORY = 6_000.0
"""What all processes of a tool may use, in MB, before they are stopped."""

PATIENCE = 900.0
"""How many seconds one build, or one start of a server, may take."""

_DUTY = 20
_SHORTEST = 0.02


class Used(msgspec.Struct, frozen=True):
    """Seconds on the clock and of the processors, peak memory in MB; what went wrong, or ""."""

    seconds: float
    processor: float
    memory: float
    fault: str = ""


class Watch:
    """The peak memory of a process and its children; it stops them where they go too far."""

    def __init__(self, process: subprocess.Popen[bytes], patience: float) -> None:
        self.memory = 0.0
        self.fault = ""
        self._pid, self._limit = process.pid, time.perf_counter() + patience
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Wait until the processes have ended, and no longer look at them."""
        self._thread.join()

    def _look(self) -> None:
        """Look again and again, but not so often that it slows what is measured."""
        try:
            process = psutil.Process(self._pid)
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                begun = time.perf_counter()
                self.memory = max(self.memory, sum(map(_memory, family(process))) / 1e6)
                if self.memory > MEMORY:
                    self._stop(process, f"stopped at {MEMORY / 1000:.0f} GB")
                elif begun > self._limit:
                    self._stop(process, f"stopped after {PATIENCE / 60:.0f} minutes")
                time.sleep(max(_SHORTEST, _DUTY * (time.perf_counter() - begun)))
        except psutil.Error:
            return

    def _stop(self, process: psutil.Process, fault: str) -> None:
        self.fault = fault
        stop(process)


def run(command: list[str], folder: Path) -> Used:
    """Run a command to its end."""
    begun, before = time.perf_counter(), _processor()
    with started(command, folder, PATIENCE) as (process, watch, log):
        code = process.wait()
        seconds = time.perf_counter() - begun
        watch.end()
        fault = watch.fault or (f"failed: {_last_words(log)}" if code else "")
    return Used(seconds, _processor() - before, watch.memory, fault)


@contextmanager
def started(
    command: list[str], folder: Path, patience: float
) -> Iterator[tuple[subprocess.Popen[bytes], Watch, Path]]:
    """Start a command under watch; give its process, the watch and the file of all it says.

    At the end whatever still runs of it is stopped.
    """
    # Who has a tool installed has it compiled, from the first time on.
    env = {name: said for name, said in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as place:
        log = Path(place) / "log"
        with log.open("wb") as said:
            process = subprocess.Popen(  # noqa: S603  # commands of our own
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        watch = Watch(process, patience)
        try:
            yield process, watch, log
        finally:
            if process.poll() is None:
                stop(psutil.Process(process.pid))
                process.wait()
            watch.end()


def family(process: psutil.Process) -> list[psutil.Process]:
    """Return a process and all its children."""
    return [process, *process.children(recursive=True)]


def processor(pid: int) -> float:
    """Return the seconds that the processors have spent on a process and its children."""
    spent = 0.0
    try:
        for one in family(psutil.Process(pid)):
            times = one.cpu_times()
            spent += times.user + times.system
    except psutil.Error:
        return spent
    return spent


def stop(process: psutil.Process) -> None:
    """End a process and its children."""
    for one in family(process):
        try:
            one.kill()
        except psutil.Error:
            continue


def _memory(process: psutil.Process) -> float:
    """Return what a process uses; a page that several share counts once for all of them."""
    try:
        info = process.memory_full_info()
    except psutil.Error:
        return 0.0
    return float(getattr(info, "pss", info.uss))


def _processor() -> float:
    """Return the seconds that the processors spent on children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _last_words(log: Path) -> str:
    """Return the last line that is not empty, without what would break a table."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
    said = [line for line in lines if line]
    return said[-1][:120].replace("|", "/") if said else "it said nothing"
