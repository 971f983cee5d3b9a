"""Bring `cmflow/locale/fr.po` up to date with the sentences of the code and the templates."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from cmflow import schema
from cmflow.workflows import SYNTAX

ROOT = Path(__file__).parent.parent
FRENCH = ROOT / "cmflow" / "locale" / "fr.po"

KEYWORDS = {"say": None, "gettext": None, "ngettext": (1, 2), "_": None, "N_": None}


def extracted() -> Catalog:
    """Collect every sentence that a person may read, in the order of the files."""
    found = Catalog(project="cmflow", charset="utf-8")
    methods = [
        ("**.py", "python"),
        ("**/templates/**.html", "jinja2"),
        ("**/templates/**.txt", "jinja2"),
        ("**/skeleton/new/**.md", "jinja2"),
        ("**/skeleton/new/**.yml", "jinja2"),
        ("**/skeleton/github/**", "jinja2"),
    ]
    options = {
        "**/templates/**.html": {"trimmed": "true", "silent": "false"},
        "**/skeleton/github/**": {**SYNTAX, "silent": "false"},
    }
    for name, _line, words, comments, context in extract_from_dir(
        str(ROOT / "cmflow"), methods, options, keywords=KEYWORDS, comment_tags=("Translators:",)
    ):
        # Without line numbers, a change elsewhere in a file is no change here.
        found.add(
            words, locations=[(name.replace("\\", "/"), 0)], auto_comments=comments, context=context
        )
    for words in schema.sentences():
        found.add(words, locations=[("schema.py", 0)])
    return found


def updated() -> bytes:
    """Return the French catalogue as it should stand: known sentences kept, new ones empty."""
    with FRENCH.open("rb") as file:
        french = read_po(file, locale="fr")
    french.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    french.obsolete.clear()
    out = io.BytesIO()
    write_po(out, french, width=100, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return out.getvalue()


def main() -> None:
    """Write the catalogue, and say how many sentences wait for a translation."""
    data = updated()
    FRENCH.write_bytes(data)
    waiting = [
        entry.id
        for entry in read_po(io.BytesIO(data), locale="fr")
        if entry.id and not entry.string
    ]
    for sentence in waiting:
        sys.stdout.write(f"{sentence}\n")
    sys.stderr.write(f"{len(waiting)} sentences to translate in {FRENCH.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
