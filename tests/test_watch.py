"""How `serve` hears of changes: from the system at once, and from a look at all files."""

from __future__ import annotations

import os
import queue
import time

import pytest
from watchdog.events import FileModifiedEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch
from watchdog.observers.polling import PollingEmitter

from cmflow.engines import server


class Heard(FileSystemEventHandler):
    """Notes the paths of files that changed."""

    def __init__(self) -> None:
        self.paths: queue.Queue[str] = queue.Queue()

    def on_modified(self, event):
        if not event.is_directory:
            self.paths.put(event.src_path)


@pytest.fixture
def watched(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "_SLOW", 0.1)
    (tmp_path / "a.md").write_text("A")
    watch, heard = server.Watch(), Heard()
    watch.schedule(heard, str(tmp_path), recursive=True)
    yield watch, heard, tmp_path / "a.md"
    watch.stop()
    watch.join()


def test_a_change_is_heard_once(watched):
    watch, heard, path = watched
    watch.start()
    time.sleep(0.5)  # until the first look is over
    path.write_text("A, and more")
    assert heard.paths.get(timeout=20) == str(path)
    time.sleep(0.5)
    told = {heard.paths.get() for _ in range(heard.paths.qsize())}  # opened, written, closed
    assert told <= {str(path)}
    time.sleep(1)  # many looks
    assert heard.paths.empty()


def test_nothing_is_heard_of_what_is_only_read(watched):
    watch, heard, path = watched
    every: list[str] = []
    heard.on_any_event = lambda event: every.append(event.event_type)
    watch.start()
    time.sleep(0.5)
    assert path.read_text() == "A"
    list(path.parent.iterdir())
    time.sleep(0.5)
    assert not every


def test_a_look_finds_what_the_system_does_not_tell(watched, monkeypatch):
    def full(_observer):
        raise OSError("inotify watch limit reached")

    monkeypatch.setattr(type(Observer()), "start", full)
    watch, heard, path = watched
    watch.start()
    time.sleep(0.5)
    path.write_text("A, and more")
    assert heard.paths.get(timeout=20) == str(path)


def test_what_the_system_told_of_is_found_when_it_changed_again_since(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("A")
    for told, calls in ((time.time() + 1, 0), (time.time() - 60, 1)):
        heard = Heard()
        server._Seen(heard, {str(path): told}).dispatch(FileModifiedEvent(str(path)))
        assert heard.paths.qsize() == calls
    os.utime(path, (1, 1))  # a copy that keeps its time is new all the same
    heard = Heard()
    server._Seen(heard, {str(path): time.time() - 60}).dispatch(FileModifiedEvent(str(path)))
    assert heard.paths.qsize() == 1


def test_a_look_that_takes_long_is_followed_by_a_long_rest(tmp_path, monkeypatch):
    rests: list[float] = []

    def work(_emitter):
        end = time.thread_time() + 0.1
        while time.thread_time() < end:
            pass

    monkeypatch.setattr(PollingEmitter, "on_thread_start", work)
    monkeypatch.setattr(PollingEmitter, "queue_events", lambda _, timeout: rests.append(timeout))
    look = server._Look(queue.Queue(), ObservedWatch(str(tmp_path), recursive=True), timeout=0.5)
    look.on_thread_start()
    look.queue_events(0.5)
    look.queue_events(0.5)
    assert rests[0] >= 3
    assert rests[1] == 0.5
