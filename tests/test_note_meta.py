"""The front matter `notes:`: false, a mapping, and what is neither."""

import notes
import pytest

from cmflow import schema
from cmflow.decode import decode
from cmflow.post import NoteMeta, PostMeta

DATE = {"date": {"created": notes.dt.date(2026, 10, 6)}}


def decoded(value):
    meta, problems = decode({**DATE, "notes": value}, PostMeta)
    return meta.notes, [(p.rule, p.path) for p in problems]


def test_a_note_is_false_or_says_something():
    assert decoded({"a": False, "b": {"text": "Un"}, "c": {"parts": ["Un"]}}) == (
        {"a": False, "b": NoteMeta(text="Un"), "c": NoteMeta(parts=("Un",))}, [],
    )  # fmt: skip


@pytest.mark.parametrize("value", [True, 0, None, "Un", ["Un"]])
def test_what_is_neither_is_a_wrong_type_and_hides_no_other_note(value):
    said, problems = decoded({"a": value, "b": {"text": "Un"}})
    assert said == {"b": NoteMeta(text="Un")}
    assert problems == [("wrong-type", ("notes", "a"))]


def test_an_unknown_key_and_a_text_that_yaml_reads_as_a_number_are_named():
    assert decoded({"a": {"texte": "Un", "text": 12}})[1] == [
        ("unknown-key", ("notes", "a", "texte")),
        ("yaml-surprise", ("notes", "a", "text")),
    ]


def test_the_schema_knows_both():
    known = schema.front_matter()
    note = known["properties"]["notes"]["additionalProperties"]
    assert note == {"anyOf": [{"$ref": "#/$defs/NoteMeta"}, {"enum": [False]}]}
    assert known["$defs"]["NoteMeta"]["additionalProperties"] is False
