"""A whole Bluesky network for tests: server, app view, and a Postgres of their own below a folder.

Everything listens on this machine and ends with the context. Node is of `test_real_bluesky`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "bluesky"
READY = 120
_PATIENCE = 30
_DEBIAN = Path("/usr/lib/postgresql")


def postgres_programs() -> Path:
    """The folder of Postgres' programs; skips, saying why, where there is none."""
    named = shutil.which("initdb")
    places = [Path(named).parent] if named else []
    places += sorted(_DEBIAN.glob("*/bin"), reverse=True)
    found = next((one for one in places if (one / "initdb").is_file()), None)
    if found is None:
        pytest.skip(
            "no Postgres is here, which a whole Bluesky network needs: postgresql of Debian"
        )
    return found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def postgres():
    """The address of a database of one's own, which is empty, and gone afterwards."""
    programs, port = postgres_programs(), free_port()
    # Not below the folder of pytest: it is root's alone where the tests run as root, and Postgres
    # refuses to be root.
    folder = Path(tempfile.mkdtemp(prefix="cmflow-pg-"))
    root = getattr(os, "geteuid", lambda: 1)() == 0
    who = {"user": "postgres", "group": "postgres"} if root else {}
    if who:
        shutil.chown(folder, **who)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **who}
    made = [programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "cmflow", "-E", "UTF8"]
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", folder, "-F", "-c", "max_connections=200"]
    server = None
    try:
        subprocess.run([*made, "--no-locale"], check=True, timeout=60, **quiet)
        server = subprocess.Popen([programs / "postgres", "-D", folder / "data", *options], **quiet)
        _await_port(server, port)
        yield f"postgresql://cmflow@127.0.0.1:{port}/postgres"
    finally:
        if server:
            _end(server)
        shutil.rmtree(folder, ignore_errors=True)


def _await_port(process, port):
    for _ in range(_PATIENCE * 10):
        assert process.poll() is None, "Postgres ended before it was ready"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("Postgres is not ready")


def _end(process):
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.wait()


@contextlib.contextmanager
def network(node: str):
    """The addresses of a running network: `pds`, a person's server, and `appview`."""
    with postgres() as database:
        # It asks for the address of a Redis and then uses none.
        environ = {**os.environ, "DB_POSTGRES_URL": database, "DB_POSTGRES_SCHEMA": "cmflow",
                   "REDIS_HOST": "127.0.0.1"}  # fmt: skip
        process = subprocess.Popen(
            [node, "whole.mjs"], cwd=FOLDER, env=environ, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=lambda: lines.put(process.stdout.readline()), daemon=True).start()
        try:
            said = lines.get(timeout=READY)
            assert said, "the Bluesky network ended before it was ready"
            yield json.loads(said)
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()
