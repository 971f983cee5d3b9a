"""A small blog that is served here and speaks on channels: the commands as people run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sites import a_post, built, make_site

from cmflow.frontmatter import parse

ROOT = Path(__file__).parent.parent


class Voyage:
    """The site below a folder, whose output is to be served at an address; nothing is held."""

    def __init__(self, root: Path, url: str, channels: dict, secrets: dict[str, str]) -> None:
        self.root = root
        cmflow = {
            "timezone": "Europe/Paris", "cards": {"enabled": False}, "comments": {"hold": "none"},
            "channels": channels,
        }  # fmt: skip
        blog = {"blog_dir": ".", "post_url_format": "articles/{slug}"}
        self.config = make_site(
            root,
            {"blog/posts/un-banc.md": a_post("un-banc")},
            site_url=url,
            plugins=["search", {"blog": blog}, "tags", {"cmflow": cmflow}],
        )
        self.environ = {**os.environ, "PYTHONPATH": str(ROOT), **secrets}

    def build(self) -> None:
        built(self.config)

    def run(self, *command: str) -> str:
        """Run a command, which must succeed; returns what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "cmflow", *command], cwd=self.root, env=self.environ,
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def files(self) -> dict[str, bytes]:
        """Everything that came back, without the receipts."""
        folder = self.root / "content" / "community"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and "receipts" not in path.parts
        }

    def comments(self) -> dict[str, dict]:
        """The front matter of the comments by their id, with the text under `text`."""
        found = {}
        for path, data in self.files().items():
            if path.startswith("comments/"):
                source, finding = parse(path, data.decode())
                assert finding is None
                found[source.meta["id"]] = {**source.meta, "text": source.body.strip()}
        return found

    def reactions(self) -> str:
        """The file of the reactions to the post."""
        return self.files().get("reactions/un-banc.yml", b"").decode()

    def page(self) -> str:
        """The page of the post, built anew."""
        self.build()
        return (self.root / "site/articles/un-banc/index.html").read_text("utf-8")
