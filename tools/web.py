"""Install the judges of our pages (axe, vnu, Lighthouse) and a GitHub to try on, where npm is."""

import shutil
import subprocess
import sys
from pathlib import Path

npm = shutil.which("npm")
if npm is None:
    sys.stderr.write(
        "npm is not installed: the tests that judge pages, and those on GitHub, will be skipped.\n"
    )
    sys.exit()
# Not `npm ci`: it refuses a lock file that names no download addresses.
command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
tests = Path(__file__).parent.parent / "tests"
sys.exit(
    max(
        subprocess.run(command, cwd=tests / name, check=False).returncode
        for name in ("web", "github")
    )
)
