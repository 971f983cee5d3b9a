"""Every sentence that a person may read exists in both languages, with the typography of each."""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path

import pytest

from cmflow.catalogue import catalogue
from cmflow.errors import say

sys.path.insert(0, str(Path(__file__).parent.parent / "tools"))

import messages

ENTRIES = [entry for entry in messages.extracted() if entry.id]


def pairs() -> list[tuple[str, str]]:
    """Every English sentence with its French one, plurals included."""
    french = catalogue("fr")
    found = []
    for entry in ENTRIES:
        if isinstance(entry.id, tuple | list):
            one, many = entry.id
            found += [(one, french.ngettext(one, many, 1)), (many, french.ngettext(one, many, 2))]
        else:
            found.append((entry.id, french.gettext(entry.id)))
    return found


def test_the_catalogue_is_as_make_messages_writes_it():
    assert messages.FRENCH.read_bytes().replace(b"\r\n", b"\n") == messages.updated()


def test_nothing_waits_for_a_translation():
    import babel.messages.pofile as po

    with messages.FRENCH.open("rb") as file:
        entries = [entry for entry in po.read_po(file, locale="fr") if entry.id]
    assert len(entries) > 100
    empty = [
        e.id for e in entries if not e.string or (isinstance(e.string, tuple) and not all(e.string))
    ]
    assert empty == []
    assert [e.id for e in entries if e.fuzzy] == []


def test_a_translation_names_the_same_values():
    def names(sentence: str) -> set[str]:
        plain = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        return plain | set(re.findall(r"%\((\w+)\)s", sentence))

    assert [(en, fr) for en, fr in pairs() if names(en) != names(fr)] == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a plain space before high punctuation", r"[^\s] [;!?»](?:\s|$)"),
        ("a plain space before a colon", r"\w :(?:\s|$)"),
        ("a plain space inside guillemets", r"« "),
        ("a straight apostrophe", r"\w'\w"),
        ("English quotation marks", r"[“”]"),
        ("three dots for an ellipsis", r"\w\.\.\."),
    ],
)
def test_french_has_its_own_typography(fault, pattern):
    assert [fr for _, fr in pairs() if re.search(pattern, re.sub(r"`[^`]*`", "", fr))] == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a straight double quotation mark around a word", r'(?<!: )"\w+"(?!\w)'),
        ("three dots", r"\w\.\.\."),
    ],
)
def test_english_has_its_own_typography(fault, pattern):
    assert [en for en, _ in pairs() if re.search(pattern, re.sub(r"`[^`]*`", "", en))] == []


def test_nought_is_singular_in_french_and_plural_in_english():
    assert catalogue("fr").ngettext("one", "many", 0) == "one"
    assert catalogue("en").ngettext("one", "many", 0) == "many"


def test_a_value_with_braces_is_not_a_template():
    assert say("The key “{key}” is unknown.", key="{x}{").show() == "The key “{x}{” is unknown."
