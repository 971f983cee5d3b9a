"""A YAML file that people keep as a register: its data, and the line of everything in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cmflow import frontmatter
from cmflow.decode import Problem
from cmflow.errors import Finding, Level, Message
from cmflow.reading import plain_yaml
from cmflow.settings import Settings


class Register:
    """A file of ids with their entries. `findings` is what is wrong with it, as far as known."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.findings: list[Finding] = []
        self.path = settings.below_root(path)
        data = plain_yaml(path, settings, self.findings) if path.is_file() else None
        self.data: Any = {} if data is None else data
        self._text = path.read_text("utf-8-sig") if data is not None else ""

    @property
    def entries(self) -> dict[str, Any]:
        """What stands in the file by id; nothing where it holds no ids."""
        return {str(id_): entry for id_, entry in self.data.items()} if self.sound else {}

    @property
    def sound(self) -> bool:
        """A file that holds no ids at all is none of ours."""
        return isinstance(self.data, dict)

    def line(self, *keys: str | int) -> int:
        """Return the line of a value."""
        return frontmatter.line_in(self._text, *keys)

    def add(
        self,
        rule: str,
        keys: tuple[str | int, ...],
        message: Message,
        remedy: Message,
        level: Level = Level.ERROR,
    ) -> None:
        """Add a finding at the line of a value."""
        self.findings.append(Finding(rule, self.path, self.line(*keys), message, remedy, level))

    def report(self, problems: list[Problem], *keys: str | int) -> None:
        """Add what decoding an entry found."""
        for problem in problems:
            self.add(problem.rule, (*keys, *problem.path), problem.message, problem.remedy)
