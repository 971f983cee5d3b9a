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
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    sys.exit(subprocess.run(command, cwd=folder, check=False).returncode)
