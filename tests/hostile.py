"""What strangers may send, for tests: the strings of `cases/hostile.txt`, and some too long for a file.

`STRINGS` are all of them, `PUBLIC` those of a list that everybody knows, where it is installed
(https://www.npmjs.com/package/blns); `ADDRESSES` are those written as an address, `TEMPLATES` those
written for a template engine: a page shows them as they are, and never 49. What a harmful one would do is seen by
a dialog, by a request to evil.example, or by leaving the page.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

FILE = Path(__file__).parent / "cases" / "hostile.txt"
LIST = Path(__file__).parent / "web" / "node_modules" / "blns" / "resources" / "blns.json"

_UNSEEN = re.compile(r"\\u\{([0-9a-f]+)\}")


def _sections() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    before, strings = "#", []
    for line in FILE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            # Only a heading stands below an empty line.
            strings = found.setdefault(line.removeprefix("# "), []) if not before else strings
        elif line:
            strings.append(_UNSEEN.sub(lambda match: chr(int(match[1], 16)), line))
        before = line
    return {title: tuple(strings) for title, strings in found.items()}


SECTIONS = _sections()
STRINGS = tuple(dict.fromkeys(string for strings in SECTIONS.values() for string in strings))
ADDRESSES = SECTIONS["Addresses"]
TEMPLATES = SECTIONS["Templates"]

PUBLIC = tuple(filter(None, json.loads(LIST.read_bytes()))) if LIST.is_file() else ()

LONG = {
    "a word without end": "a" * 1_000_000,
    "a text of a megabyte": "lorem ipsum " * 90_000,
    "elements within elements": "<b>" * 50_000,
    "lists within lists": "<ul><li>" * 20_000,
    "quotations within quotations": "<blockquote>" * 20_000 + "x",
    "links without end": '<a href="https://evil.example/">x</a>' * 20_000,
    "brackets only": "<" * 500_000,
    "entities only": "&" * 500_000,
    "half comments": "<!--" * 100_000,
    "half tags": "<a x='" * 50_000,
    "attributes without end": "<p " + "a=b " * 100_000 + ">x</p>",
    "blank lines only": "\n" * 500_000,
    "an address without end": "https://evil.example/" + "a" * 500_000,
    "brackets after an address": "https://evil.example/" + ")" * 500_000,
    "marks upon marks": "e" + "\u0301" * 100_000,
    "faces only": "😀" * 100_000,
    "directions only": "\u202e" * 100_000,
    "joiners only": "\u200d" * 100_000,
}
"""Strings too long to write down, each by what it is."""
