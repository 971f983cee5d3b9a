"""Write a text as a value of YAML, so that YAML reads back the same text."""

from __future__ import annotations

import re

import yaml
from yaml.reader import Reader

_BREAKS = re.compile("[\t\n\r\x85\u2028\u2029]+")


def quoted(text: str) -> str:
    """Write a text in double quotes, on one line; what YAML cannot hold at all is left out."""
    plain = Reader.NON_PRINTABLE.sub("", _BREAKS.sub(" ", text)).replace("\ufeff", "")
    return '"{}"'.format(plain.replace("\\", "\\\\").replace('"', '\\"'))


def scalar(text: str) -> str:
    """Write a text in quotes only where YAML would read something else without them."""
    try:
        plain = yaml.safe_load(f"key: {text}\n") == {"key": text}
        plain = plain and yaml.safe_load(f"[{text}]") == [text]
    except (yaml.YAMLError, ValueError):
        plain = False
    return text if plain else quoted(text)
