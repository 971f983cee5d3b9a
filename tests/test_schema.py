"""The JSON Schemas say what the types say, and what the files in the package say."""

from __future__ import annotations

import datetime as dt
import json

import jsonschema
import pytest
import yaml

from cmflow import schema
from cmflow.catalogue import catalogue
from cmflow.decode import decode
from cmflow.post import PostMeta
from cmflow.settings import Cmflow

FRONT = jsonschema.Draft202012Validator(schema.front_matter())
SETTINGS = jsonschema.Draft202012Validator(schema.settings())


def plain(text: str) -> object:
    """Read YAML as an editor's schema sees it: times are texts."""
    return json.loads(json.dumps(yaml.safe_load(text), default=lambda when: when.isoformat()))


@pytest.mark.parametrize("name", list(schema.SCHEMAS))
def test_a_schema_is_a_schema(name):
    jsonschema.Draft202012Validator.check_schema(schema.SCHEMAS[name]())


@pytest.mark.parametrize("kind", [PostMeta, *schema.parts(PostMeta), Cmflow, *schema.parts(Cmflow)])
def test_every_key_says_what_it_is_for(kind):
    silent = set(kind.__struct_fields__) - set(schema.descriptions(kind))
    assert silent == set()
    assert all(words.endswith(".") for words in schema.descriptions(kind).values())


def test_the_parts_of_a_struct_are_all_found():
    assert [part.__name__ for part in schema.parts(PostMeta)] == [
        "Dates", "Picture", "Guest", "Correction", "Video", "NoteMeta", "KeyPoint",
    ]  # fmt: skip


FINE = """\
date: 2026-10-06T09:00:00+02:00
title: "A"
slug: a
authors: [lea]
summary:
intent: help
image: {src: a.jpg, alt: ""}
guests: [{name: A, portrait: {src: b.jpg, alt: B}, consent: 2026-10-01}]
video: {src: v.webm, title: V, points: [{at: "1:30", text: T}]}
corrections: [{date: 2026-10-07, text: T}]
"""

MISTAKES = [
    ("slgu: a", "date: 2026-10-06"),
    ("intent: sell", "date: 2026-10-06"),
    ("episode: first", "date: 2026-10-06"),
    ("authors: lea", "date: 2026-10-06"),
    ("image: {src: a.jpg}", "date: 2026-10-06"),
    ("guests: [{name: A, naem: B}]", "date: 2026-10-06"),
    ("title: A", ""),
    ("date: {updated: 2026-10-06}", ""),
]


@pytest.mark.parametrize("date", ["2026-10-06", "2026-10-06T09:00:00Z", "{created: 2026-10-06}"])
def test_what_decodes_fits_the_schema(date):
    text = FINE.replace("2026-10-06T09:00:00+02:00", date)
    assert list(FRONT.iter_errors(plain(text))) == []


@pytest.mark.parametrize(("line", "rest"), MISTAKES)
def test_what_does_not_decode_does_not_fit_the_schema(line, rest):
    text = f"{line}\n{rest}\n"
    data = yaml.safe_load(text)
    if "date" in data and isinstance(data["date"], dt.date):
        data["date"] = {"created": data["date"]}
    assert decode(data, PostMeta)[1]
    assert list(FRONT.iter_errors(plain(text)))


BLOCKS = [
    ("plugins: [search, cmflow]", True),
    ("plugins: [{cmflow: }]", True),
    ("plugins: [{cmflow: {timezone: Europe/Paris, cards: {text: '#fff'}}}, {blog: {x: 1}}]", True),
    ("plugins: {cmflow: {series: {a: {title: A}}}}", True),
    ("site_name: X\ntheme: {name: material}", True),
    ("plugins: [{cmflow: {timezon: Europe/Paris}}]", False),
    ("plugins: [{cmflow: {feeds: {entries: many}}}]", False),
    ("plugins: {cmflow: {series: {a: {summary: A}}}}", False),
]


@pytest.mark.parametrize(("text", "fits"), BLOCKS)
def test_the_settings_are_found_in_mkdocs_yml(text, fits):
    assert SETTINGS.is_valid(plain(text)) is fits


def test_descriptions_can_be_translated():
    assert "TITLE. PUT IT" in schema.text("front-matter", str.upper)
    assert '"title": {' in schema.text("front-matter", str.upper)


@pytest.mark.parametrize("words", schema.sentences())
def test_every_description_is_in_french(words):
    assert catalogue("fr").gettext(words) != words
