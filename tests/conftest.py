"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Compile a template of the engine once a test process: half of what a small build costs."""
    plain = jinja2.Environment.compile
    made: dict[Any, Any] = {}

    def compiled(env: jinja2.Environment, source: Any, *args: Any, **named: Any) -> Any:
        # Of ours, a filter may be at work while compiling, and it knows the language.
        if env.undefined is jinja2.StrictUndefined or callable(env.autoescape):
            return plain(env, source, *args, **named)
        key = (
            source, args, *sorted(named.items()), env.trim_blocks, env.lstrip_blocks,
            env.autoescape, env.variable_start_string, env.block_start_string,
            env.line_statement_prefix, *sorted(env.extensions), *sorted(env.filters),
            *sorted((name, repr(value)) for name, value in env.policies.items()),
        )  # fmt: skip
        if key not in made:
            made[key] = plain(env, source, *args, **named)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compiled)
        yield
