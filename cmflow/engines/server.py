"""The server for writers: MkDocs' own, but told of a change when it happens.

MkDocs looks at all files twice a second. Here the system tells at once where it can, and a slow
look, the rarer the longer it takes, finds what it does not tell: files on a network, or on the disk
of another system.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingEmitter

_SLOW = 3.0
"""Seconds between two looks at all files, at least."""

_REST = 30
"""So many times as long as a look takes the processor is left in peace: builds want it."""


_CHANGES: list[type[FileSystemEvent]] = [
    DirCreatedEvent, DirDeletedEvent, DirModifiedEvent, DirMovedEvent,
    FileClosedEvent, FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent,
]  # fmt: skip
"""What the system is to tell. Not that a file is read: a build reads them all, and would call for
the next one; tens of thousands at once are more than the system's queue holds."""


class _Told(FileSystemEventHandler):
    """Hands on what the system tells of."""

    def __init__(self, handler: FileSystemEventHandler, told: dict[str, float]) -> None:
        self._handler = handler
        self._when = told

    def dispatch(self, event: FileSystemEvent) -> None:
        """Hand on an event, and note it."""
        self._when |= dict.fromkeys((str(event.src_path), str(event.dest_path)), time.time())
        self._handler.dispatch(event)


class _Seen(FileSystemEventHandler):
    """Hands on what the system has not told of before."""

    def __init__(self, handler: FileSystemEventHandler, told: Mapping[str, float]) -> None:
        self._handler = handler
        self._when = told

    def dispatch(self, event: FileSystemEvent) -> None:
        """Hand on an event."""
        path = str(event.src_path)
        told = self._when.get(path)
        if told is None or _changed(path) > told:
            self._handler.dispatch(event)


def _changed(path: str) -> float:
    """Return when a file was changed, in seconds since 1970; 0 where there is none any more."""
    try:
        stat = Path(path).stat()
    except OSError:
        return 0.0
    return max(stat.st_mtime, stat.st_ctime)


class _Look(PollingEmitter):
    """Looks at all files below a folder, with a rest after it."""

    _cost = 0.0

    def on_thread_start(self) -> None:
        """Take the first look."""
        begun = time.thread_time()
        super().on_thread_start()
        self._cost = time.thread_time() - begun

    def queue_events(self, timeout: float) -> None:
        """Rest, look, and hand on what is another than before."""
        begun = time.thread_time()
        super().queue_events(max(timeout, _REST * self._cost))
        self._cost = time.thread_time() - begun


class Watch:
    """Two observers as one: the system's own, and one that looks."""

    def __init__(self) -> None:
        self._told = Observer()
        self._looking = BaseObserver(_Look, timeout=_SLOW)
        self._pairs: dict[Any, Any] = {}
        self._when: dict[str, float] = {}

    def schedule(self, handler: Any, path: str, *, recursive: bool) -> Any:
        """Watch a path; returns what `unschedule` wants."""
        seen, told = _Seen(handler, self._when), _Told(handler, self._when)
        made = self._looking.schedule(seen, path, recursive=recursive)
        self._pairs[made] = self._told.schedule(
            told, path, recursive=recursive, event_filter=_CHANGES
        )
        return made

    def unschedule(self, watch: Any) -> None:
        """Watch a path no longer."""
        self._looking.unschedule(watch)
        with contextlib.suppress(KeyError):
            self._told.unschedule(self._pairs.pop(watch))

    def start(self) -> None:
        """Begin to watch; a system that has no room for so many watches is not asked."""
        with contextlib.suppress(OSError):
            self._told.start()
        self._looking.start()

    def stop(self) -> None:
        """Watch nothing any more."""
        self._looking.stop()
        self._told.stop()

    def join(self) -> None:
        """Wait until both have ended."""
        for one in (self._looking, self._told):
            if one.is_alive():
                one.join()


class Server(LiveReloadServer):
    """Shows what lies in a folder, and has it built again at every change."""

    def __init__(
        self, builder: Callable[[], None], host: str, port: int, root: Path, mount_path: str
    ) -> None:
        super().__init__(builder, host, port, str(root), mount_path)
        self.observer = Watch()  # type: ignore[assignment]  # it is used as this one is
        self.error_handler = self._page

    def _page(self, code: int) -> bytes | None:
        path = Path(self.root) / f"{code}.html"
        return path.read_bytes() if path.is_file() else None
