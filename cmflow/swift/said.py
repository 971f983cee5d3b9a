"""What the engine says while it works, taken down, so that it can be said again elsewhere."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

Line = tuple[str, int, str]
"""A logger's name, a level, a message."""


class Said(logging.Handler):
    """Takes down what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[Line] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take down a line."""
        self.lines.append((record.name, record.levelno, record.getMessage()))


@contextlib.contextmanager
def overheard() -> Iterator[Said]:
    """Take down what is logged, in addition to whoever listens already."""
    said = Said()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(said)
    try:
        yield said
    finally:
        logger.removeHandler(said)


def repeat(lines: list[Line]) -> None:
    """Say again what was said in a worker, or in an earlier build."""
    for name, level, line in lines:
        logging.getLogger(name).log(level, "%s", line)
