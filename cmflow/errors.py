"""What went wrong, where, and what to do: findings as data, translated only when shown."""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec


class Message(msgspec.Struct, frozen=True):
    """A sentence for a person: an English template and the values it names.

    The template is the key of the catalogue, so that a message is made once and shown in any
    language. A value may itself be a message.
    """

    template: str
    values: dict[str, object] = {}

    def show(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence, its template and its nested messages translated."""
        values = {
            key: value.show(translate) if isinstance(value, Message) else value
            for key, value in self.values.items()
        }
        return translate(self.template).format(**values)


def say(template: str, /, **values: object) -> Message:
    """Make a message; the catalogue's extraction looks for calls of this name."""
    return Message(template, values)


class Level(enum.Enum):
    """How much a finding weighs: an error stops a publication, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Fix(msgspec.Struct, frozen=True):
    """A safe correction: the one line to change, as it is and as it should be.

    With `insert`, the line `new` is put before line `line` instead, and `old` is empty.
    """

    line: int
    old: str
    new: str
    insert: bool = False


class Finding(msgspec.Struct, frozen=True):
    """One result of `check`: rule, file and line, what is wrong and what to do.

    `path` is relative to the folder of `mkdocs.yml`, with slashes; `line` counts from 1, and 0
    means the file as a whole.
    """

    rule: str
    path: str
    line: int
    message: Message
    remedy: Message
    level: Level = Level.ERROR
    fix: Fix | None = None

    @property
    def order(self) -> tuple[str, int, str, str]:
        """Sort key: by place first, so that a report reads like the tree."""
        return (self.path, self.line, self.rule, self.message.template)


class CmflowError(Exception):
    """Work that cannot go on, with every reason that was found."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("; ".join(finding.message.show() for finding in findings))
        self.findings = findings


COMMAND = "cmflow"
"""Stands for a rule where a command itself could not do its work."""


def failure(path: str, message: Message, remedy: Message, *, line: int = 0) -> CmflowError:
    """Make the error of a command that could not do its work, outside of any rule of `check`."""
    return CmflowError(Finding(COMMAND, path, line, message, remedy))
