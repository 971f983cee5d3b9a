"""The table of contents of a search index: which file holds which page, and which words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import msgspec

FORMAT = 1
"""Raised with every change of what the files hold."""


class Shelf(msgspec.Struct, array_like=True):
    """The shards of one kind, by their beginnings in order: files, and about how many bytes."""

    beginnings: list[str]
    files: list[str]
    weights: list[int]


class Directory(msgspec.Struct, array_like=True):
    """What the files of a search index are.

    `bundles` are the names of the files with pages, and `filled` how many pages each has; `slots`
    how many blocks of section numbers each page takes; `sections` how many there are in all;
    `boosts` the weights, by the number of the page, that are not one.
    """

    rules: str
    sections: int
    bundles: list[str]
    filled: list[int]
    slots: list[int]
    boosts: dict[int, float]
    titles: Shelf
    text: Shelf


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Directory)


def rules(separator: str) -> str:
    """Return by what rules words are found: what was made by others cannot be built upon."""
    return f"{FORMAT} {unicodedata.unidata_version} {separator}"


def shelf(places: Iterable[tuple[str, str, int]]) -> Shelf:
    """Make a shelf of beginnings, each with its file and its weight."""
    made = Shelf([], [], [])
    for beginning, file, weight in sorted(places):
        made.beginnings.append(beginning)
        made.files.append(file)
        made.weights.append(weight)
    return made


def write(directory: Directory) -> bytes:
    """Write a directory as JSON."""
    return _ENCODER.encode(directory)


def read(data: bytes) -> Directory:
    """Read what `write` wrote; raises `msgspec.MsgspecError`."""
    return _DECODER.decode(data)
