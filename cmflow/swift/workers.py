"""Work spread over the processors by forked workers; where there is no fork, nothing is spread."""

from __future__ import annotations

import contextlib
import functools
import gc
import logging
import os
import pickle
import selectors
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeVar

T = TypeVar("T")

_COUNT = struct.Struct("<I")
_HEAD = struct.Struct("<II")
_LITTER = 20_000
"""So many things a worker makes before it looks for what nobody needs any more."""

_LUMP = 8
"""How many things a worker takes at a time: enough to amortise, few enough to end together."""


def wanted() -> int:
    """Return how many workers are of use here; 0 where none may be made.

    A process with threads must not fork: a lock that another thread holds stays locked in the copy.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1 or sys.platform == "darwin":
        return 0
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return min(allowed, 8) if allowed > 1 else 0


def spread(count: int, work: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Do `work` for every number below `count` in workers, and yield each answer with its number.

    A number whose work failed, or whose worker died, is missing: the caller does it, and sees the
    failure with its own eyes.
    """
    hands = wanted()
    if not hands:
        return
    gc.freeze()  # a collection in a worker would touch, and so copy, every page of memory
    tasks_out, tasks_in = os.pipe()
    pipes: list[int] = []
    children: list[int] = []
    try:
        for _ in range(hands):
            answers_out, answers_in = os.pipe()
            child = os.fork()
            if child == 0:
                _toil([tasks_in, answers_out, *pipes], tasks_out, answers_in, count, work)
            os.close(answers_in)
            pipes.append(answers_out)
            children.append(child)
        os.close(tasks_out)
        tasks_out = -1
        _hand_out(tasks_in, count)
        tasks_in = -1
        yield from _gather(pipes)
    finally:
        gc.unfreeze()
        for pipe in (tasks_out, tasks_in, *pipes):
            if pipe >= 0:
                os.close(pipe)
        for child in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0)


@contextlib.contextmanager
def aside(work: Callable[[], T]) -> Iterator[Callable[[], T]]:
    """Begin a piece of work in another process; the function in this context waits for its result.

    Where no process can be made, or where that one failed, the work is done when it is asked for.
    """
    if not wanted():
        yield functools.cache(work)
        return
    answer_out, answer_in = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(answer_out)
        _answer(answer_in, work)
    os.close(answer_in)
    with os.fdopen(answer_out, "rb") as answer:

        def result() -> T:
            try:
                made: T = pickle.load(answer)  # noqa: S301  # of our own process
            except (EOFError, pickle.UnpicklingError):
                return work()
            return made

        try:
            yield functools.cache(result)
        finally:
            answer.close()  # by that, whoever still writes ends
            os.waitpid(child, 0)


def _answer(pipe: int, work: Callable[[], object]) -> NoReturn:
    try:
        with os.fdopen(pipe, "wb") as answer:
            pickle.dump(work(), answer)
    finally:
        os._exit(0)


def _hand_out(pipe: int, count: int) -> None:
    """Put the first number of every lump into the pipe; a pipe holds 65,536 bytes."""
    room = 65_536 // _COUNT.size
    lump = max(_LUMP, -(-count // room))
    with contextlib.suppress(BrokenPipeError):
        for first in range(0, count, lump):
            os.write(pipe, _COUNT.pack(first))
    os.close(pipe)


def _toil(
    unwanted: list[int], tasks: int, answers: int, count: int, work: Callable[[int], bytes]
) -> None:
    """Work until no task is left, and end this process; never returns."""
    status = 1
    try:
        for pipe in unwanted:
            os.close(pipe)
        # What is said here is said again by the parent, in its turn.
        talk = logging.getLogger("mkdocs")
        talk.handlers, talk.propagate = [logging.NullHandler()], False
        gc.enable()
        gc.set_threshold(_LITTER)  # of its own: what it was born with is frozen
        room = 65_536 // _COUNT.size
        lump = max(_LUMP, -(-count // room))
        with os.fdopen(answers, "wb") as out:
            while head := os.read(tasks, _COUNT.size):
                first = _COUNT.unpack(head)[0]
                for number in range(first, min(first + lump, count)):
                    try:
                        data = work(number)
                    except Exception:  # noqa: S112  # the parent does it again, and sees why
                        continue
                    out.write(_HEAD.pack(number, len(data)))
                    out.write(data)
                out.flush()
        status = 0
    finally:
        os._exit(status)


def _gather(pipes: list[int]) -> Iterator[tuple[int, bytes]]:
    waiting = selectors.DefaultSelector()
    rest = {pipe: bytearray() for pipe in pipes}
    for pipe in pipes:
        waiting.register(pipe, selectors.EVENT_READ)
    while waiting.get_map():
        for key, _ in waiting.select():
            data = os.read(key.fd, 1 << 20)
            if not data:
                waiting.unregister(key.fd)
                continue
            rest[key.fd] += data
            yield from _whole(rest[key.fd])


def _whole(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the complete answers off the front of a buffer."""
    at = 0
    while len(buffer) - at >= _HEAD.size:
        number, size = _HEAD.unpack_from(buffer, at)
        end = at + _HEAD.size + size
        if end > len(buffer):
            break
        yield number, bytes(buffer[at + _HEAD.size : end])
        at = end
    del buffer[:at]
