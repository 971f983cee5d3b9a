"""The manual of the rules, made of their docstrings."""

from __future__ import annotations

import inspect

from cmflow import report
from cmflow.rules import RULES

_OPENING = """\
# What `cmflow check` finds

<!-- Made from the docstrings below cmflow/rules: change those, then run `make docs`. -->

`cmflow check` reads everything that was written, and says all that is wrong in one run: the file,
the line, the rule, and what to do. It ends with 1 where it found an error, with 0 where it found
nothing or warnings alone. An **error** breaks a page, publishes what should stay, or loses a
reader; a **warning** is worth a look. `cmflow check --fix` makes the corrections that are safe, one
line at a time, and leaves every other byte of a file as it was.
"""

_FORMATS = """\
## Formats

`--format text` is for people, `--format github` for GitHub Actions, which shows each finding beside
its line. `--format json` is for programs:

{schema}
"""


def document() -> str:
    """Return the manual as Markdown."""
    parts = [_OPENING, *(f"- [`{rule.NAME}`](#{rule.NAME})" for rule in RULES), ""]
    for rule in RULES:
        first, _, rest = inspect.cleandoc(str(rule.__doc__)).partition("\n\n")
        parts += [f"## `{rule.NAME}`\n", f"**{first}**\n", f"{rest}\n"]
    _, _, schema = inspect.cleandoc(str(report.as_json.__doc__)).partition("\n\n")
    return "\n".join([*parts, _FORMATS.format(schema=schema)])
