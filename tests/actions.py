"""A small GitHub Actions for tests: runs the `run:` steps of a site's own workflows as they stand.

What a stand-in for a foreign action does is what a runner would see of it: a checkout is a clone,
an artifact and a cache are folders, and to deploy is to put the artifact where a web server finds
it. Concurrency is not held: whatever GitHub would let wait runs at once here, which is harder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORD = re.compile(r"'(?:[^']|'')*'|&&|\|\||!=|==|!|[A-Za-z_][\w.-]*\(?|[(),]|\s+|\d+")
_LITERALS = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}
TIMEOUT = 180


def git(folder, *words):
    """Run git as a person, and return what it prints."""
    command = ["git", "-c", "user.name=Léa", "-c", "user.email=lea@example.org", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not done.returncode, (words, done.stderr)
    return done.stdout.strip()


@dataclass
class Event:
    """What starts a workflow; `ref` and `sha` are those of the moment at which it happened."""

    name: str
    ref: str = "refs/heads/main"
    sha: str = ""
    schedule: str = ""
    pull: dict | None = None
    base: str = ""
    deleted: str = ""


@dataclass
class Ran:
    """What came of a run: each job with its result, and all that its steps printed."""

    results: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    summary: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.log)


class Actions:
    """Runs the workflows of a remote; `hosting` is the folder that the web server serves."""

    def __init__(self, remote: Path, root: Path, hosting: Path, api: str, repository: str) -> None:
        self.remote, self.root, self.hosting = remote, root, hosting
        self.api, self.repository = api, repository
        self.secrets: dict[str, str] = {}
        self.environ: dict[str, str] = {}
        self.runs = 0
        self._lock = threading.Lock()
        self.online = threading.Lock()
        """A host puts one site online after the other."""
        tools = root / "tools"
        tools.mkdir(parents=True)
        own = tools / "cmflow"
        own.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cmflow "$@"\n')
        own.chmod(0o755)
        self.tools = tools
        self.caches = root / "caches"
        self.caches.mkdir()

    def tip(self, branch: str = "main") -> str:
        return git(self.remote, "rev-parse", branch)

    def run(
        self,
        name: str,
        event: Event,
        *,
        cancel: Callable[[], bool] = lambda: False,
        force: int = signal.SIGTERM,
    ) -> Ran:
        """Run a workflow as it stands at the commit of its event; `cancel` ends it in the middle."""
        with self._lock:
            self.runs += 1
            number = self.runs
        event.sha = event.sha or self.tip(event.ref.removeprefix("refs/heads/"))
        run = _Run(self, self.root / f"run{number}", event, cancel, force)
        return run.workflow(name, {})


class _Run:
    def __init__(self, actions, folder, event, cancel, force):
        self.actions, self.folder, self.event = actions, folder, event
        self.cancel, self.force = cancel, force
        self.cancelled = False
        self.artifacts = folder / "artifacts"
        self.artifacts.mkdir(parents=True)

    def workflow(self, name: str, inputs: Mapping[str, object]) -> Ran:
        text = git(self.actions.remote, "show", f"{self.event.sha}:.github/workflows/{name}")
        said = yaml.safe_load(text)
        ran = Ran()
        for id_, job in said["jobs"].items():
            self._job(id_, job, ran, inputs, said)
        return ran

    def _job(self, id_, job, ran, inputs, workflow):
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        context = {
            "needs": {
                one: {"outputs": ran.outputs[one], "result": ran.results[one]} for one in needs
            },
            "inputs": inputs,
            "github": self._github(),
        }
        fine = all(ran.results[one] == "success" for one in needs)
        wanted = str(job.get("if", "success()"))
        values = _Values(context, cancelled=self.cancelled, success=fine)
        # Without a word on the state, a condition means: and all went well before.
        if not values.truth(wanted) or (
            not re.search(r"(success|cancelled|always)\(\)", wanted) and not fine
        ):
            ran.results[id_], ran.outputs[id_] = "skipped", {}
            return
        if "uses" in job:
            inner = self.workflow(Path(job["uses"]).name, job.get("with", {}))
            worst = next(
                (one for one in inner.results.values() if one in ("failure", "cancelled")),
                "success",
            )
            ran.results[id_], ran.outputs[id_] = worst, {}
            ran.log += inner.log
            return
        assert job["timeout-minutes"]
        one = _Job(self, self.folder / f"{id_}{len(ran.log)}", job, context, workflow)
        one.take()
        ran.results[id_] = one.result
        ran.outputs[id_] = {k: str(one.values.fill(v)) for k, v in job.get("outputs", {}).items()}
        ran.log += one.log
        ran.summary += one.summary.read_text()

    def _github(self):
        event = self.event
        payload = {"schedule": event.schedule, "pull_request": event.pull}
        if event.deleted:
            payload |= {"ref": event.deleted, "ref_type": "branch"}
        return {
            "token": "t-bot", "repository": self.actions.repository, "event_name": event.name,
            "ref": event.ref, "run_attempt": "1", "run_id": self.folder.name, "event": payload,
        }  # fmt: skip


class _Job:
    """One job on a machine of its own: a workspace, a temporary folder, an environment."""

    def __init__(self, run, folder, job, context, workflow):
        self.run, self.job = run, job
        self.work, self.temp = folder / "work", folder / "temp"
        for path in (self.work, self.temp):
            path.mkdir(parents=True)
        self.summary = folder / "summary.md"
        self.summary.touch()
        self.event = folder / "event.json"
        self.event.write_text(json.dumps({"pull_request": run.event.pull}))
        self.log: list[str] = []
        self.result = "success"
        self.steps: dict[str, dict] = {}
        granted = run.actions.secrets if job.get("environment") else {}
        self.context = {**context, "steps": self.steps, "runner": {"temp": str(self.temp)},
                        "secrets": granted}  # fmt: skip
        self.where = workflow.get("defaults", {}).get("run", {}).get("working-directory", ".")
        self.shell = workflow["defaults"]["run"]["shell"]

    @property
    def values(self):
        return self._values(self.context)

    def _values(self, context):
        return _Values(context, cancelled=self.run.cancelled, success=self.result == "success")

    def take(self):
        for step in self.job["steps"]:
            self._step(step, self.context)

    def _step(self, step, context):
        wanted = str(step.get("if", "success()"))
        values = self._values(context)
        if not values.truth(wanted) or ("()" not in wanted and self.result != "success"):
            return
        if "run" in step:
            outputs = self.temp / f"output{len(self.steps)}{time.monotonic_ns()}"
            outputs.touch()
            code = self._shell(step, values, outputs)
            lines = [line.partition("=") for line in outputs.read_text().splitlines()]
            self.steps[step.get("id", f"_{len(self.steps)}")] = {
                "outputs": {name: value for name, _, value in lines}
            }
            if code:
                self.result = "cancelled" if self.run.cancelled else "failure"
            return
        self._stand_in(
            step["uses"].partition("@")[0],
            {k: values.fill(v) for k, v in step.get("with", {}).items()},
            step,
        )

    def _shell(self, step, values, outputs):
        actions, event = self.run.actions, self.run.event
        text = step["run"]
        assert "${{" not in text, "nothing of an event stands in a script"
        own = {name: str(values.fill(value)) for name, value in step.get("env", {}).items()}
        env = {
            "PATH": f"{actions.tools}{os.pathsep}{os.environ['PATH']}", "HOME": str(self.temp),
            "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "CI": "true", "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": actions.repository, "GITHUB_API_URL": actions.api,
            "GITHUB_REF": event.ref, "GITHUB_SHA": event.sha, "GITHUB_BASE_REF": event.base,
            "GITHUB_EVENT_NAME": event.name, "GITHUB_EVENT_PATH": str(self.event),
            "GITHUB_SERVER_URL": "https://github.example", "GITHUB_WORKSPACE": str(self.work),
            "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.temp), **actions.environ, **own,
        }  # fmt: skip
        # As https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax says.
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
        place = self.work / step.get("working-directory", self.where)
        out = (self.temp / f"log{time.monotonic_ns()}").open("w+b")
        process = subprocess.Popen(
            command,
            cwd=place,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        ends = time.monotonic() + TIMEOUT
        while process.poll() is None:
            assert time.monotonic() < ends, (text, _read(out))
            if self.run.cancel() and not self.run.cancelled:
                self.run.cancelled = True
                os.killpg(process.pid, self.run.force)
            time.sleep(0.02)
        said = _read(out)
        self.log.append(f"$ {text}\n{said}[{process.returncode}]")
        assert "Traceback (most recent call last)" not in said, said
        return process.returncode

    def _stand_in(self, action, given, step):
        actions, event = self.run.actions, self.run.event
        if action == "actions/checkout":
            self._checkout(given)
        elif action[1:] == "/.github/actions/cmflow":
            said = yaml.safe_load((self.work / action[2:] / "action.yml").read_text())
            for one in said["runs"]["steps"]:
                # Python and cmflow are here already; what else it does is done.
                defaults = {k: v["default"] for k, v in said["inputs"].items()}
                inner = {**self.context, "inputs": {**defaults, **given}}
                if "cache" in one.get("uses", "") or not _installs(one.get("run", "pip install")):
                    self._step(one, inner)
        elif action == "actions/cache/restore":
            self._restore(given["restore-keys"])
        elif action == "actions/cache/save":
            self._save(given["key"], given["path"].split())
        elif action == "actions/upload-artifact":
            source = Path(given["path"])
            target = self.run.artifacts / given["name"]
            source = source if source.is_absolute() else self.work / source
            copy = shutil.copytree if source.is_dir() else _copied
            copy(source, target)
        elif action == "actions/download-artifact":
            for path in (self.run.artifacts / given["name"]).iterdir():
                shutil.copy(path, given["path"])
        elif action == "actions/upload-pages-artifact":
            shutil.copytree(self.work / given["path"], self.run.artifacts / given["name"])
        elif action == "actions/deploy-pages":
            with actions.online:
                _deploy(self.run.artifacts / given["artifact_name"], actions.hosting)
            self.steps[step["id"]] = {"outputs": {"page_url": "there"}}
        else:
            raise AssertionError(f"no stand-in for {action}")
        del event

    def _checkout(self, given):
        actions, event = self.run.actions, self.run.event
        depth = given.get("fetch-depth", 1)
        source = actions.remote.as_uri()
        ref = given.get("ref", "")
        shallow = [] if str(depth) == "0" else ["--depth", str(depth)]
        if ref:
            git(self.work, "clone", "--quiet", *shallow, "--branch", ref, source, ".")
        elif event.pull:
            head = event.pull["head"]["ref"]
            git(self.work, "clone", "--quiet", source, ".")
            git(self.work, "checkout", "--quiet", "--detach", f"origin/{event.base}")
            git(self.work, "merge", "--quiet", "--no-edit", f"origin/{head}")
        else:
            git(self.work, "clone", "--quiet", source, ".")
            git(self.work, "checkout", "--quiet", "--detach", event.sha)
        if not given.get("persist-credentials", True):
            git(self.work, "remote", "set-url", "--push", "origin", "/nowhere")

    def _restore(self, prefix):
        """Bring what the newest run kept, its times as they were."""
        found = sorted(self.run.actions.caches.glob(f"{prefix}*.tar"), key=_age)
        if found:
            subprocess.run(["tar", "-xf", found[-1]], cwd=self.work, check=True)

    def _save(self, key, paths):
        """Keep what is there of these, as GitHub does, under a name that nobody used before."""
        there = [path for path in paths if (self.work / path).exists()]
        target = self.run.actions.caches / f"{key}.tar"
        assert not target.exists()
        half = target.with_suffix(f".{threading.get_ident()}")
        subprocess.run(["tar", "--posix", "-cf", half, *there], cwd=self.work, check=True)
        half.replace(target)


class _Values:
    """Expressions, as far as our workflows use them.

    https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
    """

    def __init__(self, context, *, cancelled, success):
        self.context, self.cancelled, self.success = context, cancelled, success

    def fill(self, value):
        if not isinstance(value, str):
            return value
        return _EXPRESSION.sub(lambda found: str(self.of(found[1])), value)

    def truth(self, wanted):
        found = _EXPRESSION.fullmatch(wanted.strip())
        return bool(self.of(found[1] if found else wanted))

    def of(self, expression):
        words = "".join(self._python(word) for word in _WORD.findall(expression.strip()))
        functions = {"endsWith": lambda text, end: str(text).endswith(end),
                     "cancelled": lambda: self.cancelled, "success": lambda: self.success,
                     "always": lambda: True, "_at": self._at}  # fmt: skip
        found = eval(words.strip(), {"__builtins__": {}}, functions)
        return "" if found is None else found

    def _python(self, word):
        if word.startswith("'"):
            return repr(word[1:-1].replace("''", "'"))
        if word in _LITERALS:
            return _LITERALS[word]
        if word.endswith("(") or not word[0].isalpha():
            return word
        return f"_at({word!r})"

    def _at(self, path):
        found = self.context
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return found


def _age(path):
    return path.stat().st_mtime_ns


def _installs(script):
    return "pip install" in script or "uv sync" in script


def _read(file):
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _copied(source, target):
    target.mkdir()
    shutil.copy(source, target)


def _deploy(artifact: Path, hosting: Path) -> None:
    """Put a site where the server finds it, in one move for each file."""
    for path in _files(hosting):
        if not (artifact / path).exists():
            (hosting / path).unlink()
    for path in _files(artifact):
        target = hosting / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{threading.get_ident()}")
        shutil.copy(artifact / path, fresh)
        fresh.replace(target)


def _files(folder: Path) -> Iterator[Path]:
    return (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
