"""Install the judges of our pages (axe, vnu, Lighthouse) where npm is there."""

import shutil
import subprocess
import sys
from pathlib import Path

npm = shutil.which("npm")
if npm is None:
    sys.stderr.write("npm is not installed: the tests that judge pages will be skipped.\n")
else:
    folder = Path(__file__).parent.parent / "tests" / "web"
    # Not `npm ci`: it refuses a lock file that names no download addresses.
    command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
    sys.exit(subprocess.run(command, cwd=folder, check=False).returncode)
