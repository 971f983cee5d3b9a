"""A network on this machine, for trying things out: it speaks as Mastodon and as Bluesky do.

It remembers, is as strict as the real ones, and misbehaves when it is told to.
A test holds one in its hand:

    with Sandbox(folder, clock) as sandbox:
        …send something to sandbox.url…
        assert [note.text for note in sandbox.notes()] == […]
"""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from cmflow.sandbox import timeline
from cmflow.sandbox.memory import Here, Memory
from cmflow.sandbox.misbehave import Fault, Misbehaviour, Mood
from cmflow.sandbox.server import Server, World
from cmflow.sandbox.timeline import Shown

__all__ = ["Fault", "Sandbox", "Shown"]


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def _quietly(line: str) -> None:
    """Say nothing of a request."""


class Sandbox:
    """A running sandbox whose memory is a file below `state`; its ids follow from `clock` alone.

    Port 0 is any free one. Raises `OSError` where the address is taken.
    """

    def __init__(
        self,
        state: Path,
        clock: Callable[[], dt.datetime] = _now,
        *,
        address: tuple[str, int] = ("127.0.0.1", 0),
        language: str = "en",
        log: Callable[[str], None] = _quietly,
    ) -> None:
        self._memory = Memory(state / "sandbox.sqlite3")
        self._clock = clock
        self._mood = Mood()
        self._lock = threading.Lock()
        token = self._memory.keep("token", secrets.token_urlsafe(16))
        world = World(self._here, self._mood, self._lock, language, token, log)
        try:
            self._server = Server(address, world)
        except OSError:
            self._memory.close()
            raise
        self.url = self._server.base
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def __enter__(self) -> Sandbox:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        with self._lock:
            self._memory.close()

    def wait(self) -> None:
        """Serve until interrupted."""
        while self._thread.is_alive():
            self._thread.join(1.0)

    def notes(self, network: str = "") -> list[Shown]:
        """Return all that stands, answers included, the oldest first."""
        with self._lock:
            shown = timeline.everything(self._here())
        return [one for one in shown if network in ("", one.network)]

    def answer(self, note: str, text: str, *, name: str = "Zoé", visibility: str = "") -> str:
        """Let a reader answer a note by its id; returns the id of the answer.

        On Mastodon `visibility` may make it an answer for fewer people: private or direct.
        """
        with self._lock, self._memory.change():
            return timeline.answer(self._here(), note, name, text, visibility)

    def quote(self, note: str, text: str, *, name: str = "Zoé") -> str:
        """Let a reader quote a note by its id; returns the id of what they write."""
        with self._lock, self._memory.change():
            return timeline.quote(self._here(), note, name, text)

    def edit(self, note: str, text: str) -> None:
        """Let the author of an answer, or of a note, write something else in its place."""
        with self._lock, self._memory.change():
            timeline.edit(self._here(), note, text)

    def like(self, note: str, *, name: str = "Zoé") -> None:
        """Let a reader like a note, or take that back."""
        with self._lock, self._memory.change():
            timeline.mark(self._here(), note, name, "favourite")

    def boost(self, note: str, *, name: str = "Zoé") -> None:
        """Let a reader boost a note, or take that back."""
        with self._lock, self._memory.change():
            timeline.mark(self._here(), note, name, "reblog")

    def remove(self, note: str) -> None:
        """Delete a note or an answer, as a person does on the network itself."""
        with self._lock, self._memory.change():
            timeline.remove(self._here(), note)

    def misbehave(
        self, fault: str, *, count: int = 1, skip: int = 0, path: str = "", seconds: float = 1.0
    ) -> None:  # fmt: skip
        """Let requests go wrong: see `cmflow.sandbox.misbehave.Misbehaviour`."""
        with self._lock:
            self._mood.add(Misbehaviour(Fault(fault), count, skip, path, seconds))

    @property
    def misbehaving(self) -> bool:
        """Whether something is still to go wrong."""
        with self._lock:
            return bool(self._mood.orders)

    def behave(self) -> None:
        """Let all go well again."""
        with self._lock:
            self._mood.clear()

    def _here(self) -> Here:
        return Here(self._memory, self._clock(), self._server.base)
