"""What a step tells the workflow that it is part of; elsewhere nobody listens.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import os
from pathlib import Path


def summarise(text: str) -> None:
    """Add a text to the page of the run."""
    _append("GITHUB_STEP_SUMMARY", f"{text.strip()}\n")


def output(name: str, value: str) -> None:
    """Tell a later step or job what came of this one."""
    _append("GITHUB_OUTPUT", f"{name}={value}\n")


def _append(variable: str, text: str) -> None:
    if where := os.environ.get(variable):
        with Path(where).open("a", encoding="utf-8") as file:
            file.write(text)
