"""Judges of feeds: the grammar of RFC 4287, a schema of JSON Feed 1.1, and a reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import feedparser
import jsonschema
import rnc2rng
from lxml import etree

_SCHEMAS = Path(__file__).parent / "schemas"

GRAMMAR = etree.RelaxNG(
    etree.fromstring(rnc2rng.dumps(rnc2rng.load(str(_SCHEMAS / "atom.rnc"))).encode())
)
SCHEMA = json.loads((_SCHEMAS / "jsonfeed.schema.json").read_text("utf-8"))


def judged(xml: bytes, text: bytes) -> tuple[Any, dict[str, Any]]:
    """Return a feed read from both of its formats, each valid and both alike in their entries."""
    document = etree.fromstring(xml)
    GRAMMAR.assertValid(document)
    parsed = feedparser.parse(xml)
    assert not parsed.bozo, parsed.get("bozo_exception")
    data = json.loads(text)
    jsonschema.validate(data, SCHEMA)
    assert [entry.id for entry in parsed.entries] == [item["id"] for item in data["items"]]
    return document, data
