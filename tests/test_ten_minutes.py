"""The ten minutes of the README, typed as they stand there: from nothing to an answered post."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import subprocess
import sys
import time

import httpx2
import pytest
from actions import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(sys.platform == "win32", reason="typed into a shell and a terminal of Unix"),
]

_FENCE = re.compile(r"^```(sh|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
STAYING = ("cmflow sandbox", "cmflow serve")
BLOG, NETWORK = "127.0.0.1:8000", "127.0.0.1:8765"


def told():
    """The commands and the settings of the README, in their order."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = text.partition("## Ten minutes")[2].partition("\n## ")[0]
    found = _FENCE.findall(section)
    commands = [line for kind, body in found if kind == "sh" for line in body.splitlines()]
    return commands, [body for kind, body in found if kind == "yaml"]


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{one.getsockname()[1]}"


class Shell:
    """A newcomer's terminals; two addresses are others than in the README, for these may be taken."""

    def __init__(self, root):
        self.root, self.place = root, root
        self.ports = {BLOG: free(), NETWORK: free()}
        tools = root / "bin"
        tools.mkdir()
        (tools / "cmflow").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cmflow "$@"\n')
        (tools / "cmflow").chmod(0o755)
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self.env = {"PATH": path, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": str(root),
                    "TERM": "dumb"}  # fmt: skip

    def here(self, text):
        for one, other in self.ports.items():
            text = text.replace(one, other)
        return text

    def type(self, line, keys=""):
        """Run a line, in a terminal where keys are pressed; it must succeed."""
        if line.startswith("cd "):
            self.place /= line[3:]
            return ""
        if line.startswith("export "):
            name, _, value = line[7:].partition("=")
            self.env[name] = value
            return ""
        if keys:
            return self._in_a_terminal(line, keys)
        done = subprocess.run(["sh", "-c", line], cwd=self.place, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
        assert not done.returncode, (line, done.stdout, done.stderr)
        return done.stdout

    def _in_a_terminal(self, line, keys):
        import pty

        ours, theirs = pty.openpty()
        process = subprocess.Popen(["sh", "-c", line], cwd=self.place, env=self.env,
                                   stdin=theirs, stdout=theirs, stderr=theirs)  # fmt: skip
        os.close(theirs)
        said, pressed = b"", False
        with contextlib.suppress(OSError):
            while select.select([ours], [], [], 30)[0] and (chunk := os.read(ours, 4096)):
                said += chunk
                # What is typed before it is asked for, a terminal throws away.
                if not pressed and b"q: quit" in said:
                    time.sleep(0.3)
                    os.write(ours, keys.encode())
                    pressed = True
        os.close(ours)
        assert process.wait(30) == 0, said.decode("utf-8", "replace")
        return said.decode("utf-8", "replace")

    @contextlib.contextmanager
    def staying(self, line):
        """Let a command go on in a terminal of its own until the end."""
        at = self.ports[NETWORK if "sandbox" in line else BLOG]
        process = subprocess.Popen(["sh", "-c", f"exec {line} --address {at}"], cwd=self.place, env=self.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            self.until(lambda: httpx2.get(f"http://{at}/", timeout=5).status_code == 200)
            yield
        finally:
            process.terminate()
            process.wait(20)

    def until(self, holds, seconds=60):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with contextlib.suppress(httpx2.HTTPError):
                if holds():
                    return
            time.sleep(0.2)
        raise AssertionError("it never came about")


def answer(url, words):
    """Answer the newest note in the browser's way: the form of its page."""
    page = httpx2.get(url, timeout=10).text
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if 'value="answer"' in f)
    hidden = dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', form))
    said = {**hidden, "do": "answer", "name": "Zoé", "text": words}
    action = re.search(r'action="([^"]*)"', form)
    target = url.rstrip("/") + (action[1] if action else "/")
    reply = httpx2.post(target, data=said, timeout=10, headers={"Origin": url.rstrip("/")})
    assert reply.status_code in (200, 303), reply.text


def test_the_ten_minutes_of_the_readme_lead_to_an_answered_post(tmp_path):
    shell = Shell(tmp_path)
    commands, (address, channel) = told()
    assert commands[0].startswith("pip install"), "cmflow is installed here already"
    network = f"http://{shell.ports[NETWORK]}"
    with contextlib.ExitStack() as open_terminals:
        for line in commands[1:]:
            if line in STAYING:
                open_terminals.enter_context(shell.staying(line))
                if line == "cmflow sandbox":
                    config = shell.place / "mkdocs.yml"
                    text = re.sub(
                        r"^site_url:.*\n",
                        shell.here(address),
                        config.read_text("utf-8"),
                        flags=re.MULTILINE,
                    )
                    config.write_text(
                        text.replace("  - cmflow:\n", "  - cmflow:\n" + shell.here(channel)),
                        "utf-8",
                    )
                continue
            if line == "cmflow collect":
                answer(f"{network}/", "Saturday at last!")
            said = shell.type(line, "a" if line == "cmflow moderate" else "")
            if line.startswith("cmflow new"):
                post = shell.place / "content/blog/posts/why-we-open-on-saturdays.md"
                text = post.read_text("utf-8").replace("draft: true\n", "")
                post.write_text(
                    text.replace('summary: ""', 'summary: "Because you asked."'), "utf-8"
                )
            if line.startswith("cmflow preview"):
                assert "Because you asked." in said
        page = next((shell.place / "content/community/comments").glob("*/*.md"))
        slug = page.parent.name
        assert "status: approved" in page.read_text("utf-8")
        built = list(
            (shell.place / "content/community/receipts").glob("why-we-open-on-saturdays/trial.yml")
        )
        assert built, "the note is in the ledger"
        blog = f"http://{shell.ports[BLOG]}"
        found = re.search(rf'href="([^"]*/{slug}/)"', httpx2.get(f"{blog}/", timeout=10).text)
        url = f"{blog}/{found[1].removeprefix(blog).lstrip('./')}"
        shell.until(lambda: "Saturday at last!" in httpx2.get(url, timeout=10).text)
        notes = httpx2.get(f"{network}/", timeout=10).text
        for line in ("cmflow syndicate --wait 1", "cmflow collect"):
            assert line in commands
            shell.type(line)
        again = httpx2.get(f"{network}/", timeout=10).text
        assert again.count("<article") == notes.count("<article"), "nothing is said twice"
