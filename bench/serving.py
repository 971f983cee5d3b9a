"""From an edit to the page that shows it, with a generator's own server."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import watching

_GAP = 0.02
_LOOK = 0.5
_LOOKS = 240


class NoAnswerError(Exception):
    """The server did not say what was waited for; the text says why."""


def measure(
    command: tuple[str, ...], folder: Path, page: str, edit: Callable[[], str]
) -> watching.Used:
    """Start a server, edit when it shows a page, and wait until the page holds the edit's words.

    `{port}` in the command becomes a free port; what the server does before the edit is not timed.
    """
    port = _free()
    words = [word.format(port=port) for word in command]
    patience = 2 * watching.PATIENCE
    with watching.started(words, folder, patience) as (process, watch, _):
        try:
            _wait(process, port, page, "")
            _rest(process)
            sought = edit()
            begun = time.perf_counter()
            _wait(process, port, page, sought)
            seconds, fault = time.perf_counter() - begun, ""
        except NoAnswerError as error:
            seconds, fault = 0.0, watch.fault or str(error)
    return watching.Used(seconds, 0.0, watch.memory, fault)


def _wait(process: subprocess.Popen[bytes], port: int, page: str, words: str) -> None:
    """Ask for a page until it holds the words, not so often that the server is kept from work."""
    begun = time.perf_counter()
    while (text := _get(port, page)) is None or words not in text:
        passed = time.perf_counter() - begun
        if process.poll() is not None:
            raise NoAnswerError("failed: the server ended")
        if passed > watching.PATIENCE:
            raise NoAnswerError(f"no answer after {watching.PATIENCE / 60:.0f} minutes")
        time.sleep(max(_GAP, passed / 100))


def _rest(process: subprocess.Popen[bytes]) -> None:
    """Wait until a server has nothing to do: some answer before they have built, or watch.

    It has rested when twice in turn it took less than half of a processor, or after two minutes.
    """
    before, quiet = watching.processor(process.pid), 0
    for _ in range(_LOOKS):
        time.sleep(_LOOK)
        now = watching.processor(process.pid)
        quiet = quiet + 1 if now - before < _LOOK / 2 else 0
        before = now
        if quiet == 2:
            return


def _get(port: int, page: str) -> str | None:
    """Return a page, or nothing where there is none yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=watching.PATIENCE)
    try:
        connection.request("GET", f"/{page.removesuffix('index.html')}")
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return text if answer.status == http.client.OK else None


def _free() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
