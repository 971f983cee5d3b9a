"""The pages and schemas that are made from the code are those that the code makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "docs"))

import generate


@pytest.mark.parametrize("path", list(generate.FILES), ids=lambda path: path.name)
def test_what_is_made_is_fresh(path):
    assert path.read_text("utf-8") == generate.FILES[path](), "run: make docs"
