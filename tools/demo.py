"""Show the example blog beside a network of this machine, with its readers and its calendar.

Everything happens in a copy below `.cmflow/demo`, so that the example stays as it was committed.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import readers

from cmflow.sandbox import Sandbox

ROOT = Path(__file__).parent.parent
COPY = ROOT / ".cmflow" / "demo"
PLACE = ("127.0.0.1", 8765)
CALENDAR = ("127.0.0.1", 8766)
CHANNELS = ("--source", "mastodon", "--source", "bluesky")
"""The mailbox of the example is nobody's, so it is not asked."""

WORDS = """
The blog:     {blog}
The network:  {network}
The calendar: {calendar}

Readers have answered: {blog}articles/troisieme-machine/#cm-thread
Answer there as a reader would; a few seconds later your words wait for a person:

    cd {folder}
    {command} moderate

Ctrl-C ends everything.
"""


def copied() -> Path:
    """Copy the example and return the `mkdocs.yml` of the copy."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in ("content", "theme"):
        shutil.copytree(ROOT / name, COPY / name)
    return Path(shutil.copy(ROOT / "mkdocs.yml", COPY / "mkdocs.yml"))


def cmflow(*command: str, env: dict[str, str], quiet: bool = False) -> str:
    """Run a cmflow command in the copy, and return what it wrote for programs."""
    run = [sys.executable, "-m", "cmflow", *command]
    out = subprocess.PIPE if quiet else None
    return subprocess.run(run, cwd=COPY, env=env, check=False, stdout=out, text=True).stdout or ""


@contextlib.contextmanager
def serving(address: str, env: dict[str, str]) -> Iterator[None]:
    """Serve the copy beside this process, and end that with it."""
    run = [sys.executable, "-m", "cmflow", "serve", "--address", address]
    started = subprocess.Popen(run, cwd=COPY, env=env)
    try:
        yield
    finally:
        started.terminate()
        started.wait()


@contextlib.contextmanager
def network() -> Iterator[Sandbox]:
    """Open the sandbox; ends the demo where its address is taken."""
    try:
        sandbox = Sandbox(COPY / "sandbox", address=PLACE, language="fr")
    except OSError as error:
        sys.exit(f"{PLACE[0]}:{PLACE[1]}: {error.strerror}. Is another program listening there?")
    with sandbox:
        yield sandbox


def answers(url: str, seconds: int = 60) -> None:
    """Wait until an address answers."""
    for _ in range(seconds * 4):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.25)
        else:
            return
    sys.exit(f"{url} does not answer. Is another program listening there?")


def approve(env: dict[str, str]) -> None:
    """Let pass, as a person would, what only waits because everything does."""
    waiting = json.loads(cmflow("moderate", "list", "--json", env=env, quiet=True))["comments"]
    ids = [one["short"] for one in waiting if one["held_for"] == ["all"]]
    if ids:
        cmflow("moderate", "approve", *ids, env=env)


def listen(sandbox: Sandbox, env: dict[str, str]) -> None:
    """Collect as soon as something changes on the network, until interrupted."""
    known = sandbox.notes()
    while True:
        time.sleep(2)
        there = sandbox.notes()
        if there != known:
            cmflow("collect", *CHANNELS, env=env)
            known = there


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def planning() -> Iterator[None]:
    """Serve the team's calendar, to which a calendar program can subscribe as well."""
    folder = COPY / ".cmflow" / "calendar"
    folder.mkdir(parents=True)
    handler = functools.partial(Quiet, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(CALENDAR, handler)
    except OSError as error:
        where = ":".join(map(str, CALENDAR))
        sys.exit(f"{where}: {error.strerror}. Is another program listening there?")
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def main(address: str) -> None:
    """Serve the copy, the sandbox and the calendar; tell, hear the readers; stay until Ctrl-C."""
    copied()
    with network() as sandbox, planning():
        env = os.environ | {
            "DRAFTS": "false",
            "SITE_URL": f"http://{address}/",
            "SANDBOX_URL": sandbox.url,
            "CMFLOW_MASTODON_TOKEN": "sandbox-cabestan",
            "CMFLOW_BLUESKY_PASSWORD": "sandbox-cabestan",
        }
        blog = f"http://{address}/"
        with serving(address, env):
            answers(blog)
            cmflow("syndicate", env=env)
            readers.speak(sandbox)
            cmflow("collect", *CHANNELS, env=env)
            approve(env)
            # After the notes went out, so that the calendar knows of them.
            cmflow("calendar", "--write", env=env, quiet=True)
            command = "cmflow" if shutil.which("cmflow") else f"{sys.executable} -m cmflow"
            told = WORDS.format(
                blog=blog, network=sandbox.url, folder=COPY, command=command,
                calendar=f"http://{CALENDAR[0]}:{CALENDAR[1]}/calendar.html",
            )  # fmt: skip
            sys.stderr.write(told)
            with contextlib.suppress(KeyboardInterrupt):
                listen(sandbox, env)


if __name__ == "__main__":
    main(sys.argv[1])
