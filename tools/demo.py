"""Show the example blog beside a network of this machine, which is told what is due.

Everything happens in a copy below `.cmflow/demo`, so that the example stays as it was committed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPY = ROOT / ".cmflow" / "demo"
SANDBOX = "127.0.0.1:8765"


def copied() -> Path:
    """Copy the example and return the `mkdocs.yml` of the copy."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in ("content", "theme"):
        shutil.copytree(ROOT / name, COPY / name)
    return Path(shutil.copy(ROOT / "mkdocs.yml", COPY / "mkdocs.yml"))


@contextlib.contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[None]:
    """Run a cmflow command beside this one, and end it with this one."""
    started = subprocess.Popen([sys.executable, "-m", "cmflow", *command], cwd=COPY, env=env)
    try:
        yield
    finally:
        started.terminate()
        started.wait()


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


def main(address: str) -> None:
    """Serve the copy and the sandbox, syndicate once, and stay until Ctrl-C."""
    config = str(copied())
    env = os.environ | {
        "DRAFTS": "false",
        "SITE_URL": f"http://{address}/",
        "SANDBOX_URL": f"http://{SANDBOX}",
        "CMFLOW_MASTODON_TOKEN": "sandbox-cabestan",
        "CMFLOW_BLUESKY_PASSWORD": "sandbox-cabestan",
    }
    with (
        running("sandbox", "--address", SANDBOX, "--state", str(COPY / "sandbox"), env=env),
        running("-f", config, "serve", "--address", address, env=env),
    ):
        answers(f"http://{SANDBOX}/")
        answers(f"http://{address}/")
        command = [sys.executable, "-m", "cmflow", "-f", config, "syndicate"]
        subprocess.run(command, cwd=COPY, env=env, check=False)
        sys.stderr.write(f"\nThe blog:    http://{address}/\nThe network: http://{SANDBOX}/\n")
        sys.stderr.write("Answer there as a reader would. Ctrl-C ends both.\n")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1])
