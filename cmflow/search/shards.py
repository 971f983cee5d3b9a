"""Words and their hits in files: a shard holds words with one beginning, as long as need be.

Where the words with one beginning would make a shard too large, there is one for each beginning
that is a letter longer, and one for the word that is the beginning itself; light neighbours share
one. So which word is in which shard follows from the words alone, and an edit changes few of them.

JSON, because Python and browsers read and write it by compiled code; differences instead of the
numbers themselves, because they are short, and hosts compress.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from operator import sub

import msgspec

from cmflow.search.words import fold

LARGEST = 64_000
"""Bytes of a shard before compression, about."""

LIGHT = 8_000
"""Beginnings that weigh no more may share a shard: a file costs more than its bytes."""

_NEIGHBOURS = LARGEST // LIGHT
"""Letters, in the order of their code points, that may share one."""

MOST = 6_000
"""A word with more hits in texts, or in titles, than that is counted there and not looked up.

Such a word tells nothing, and no other makes a shard grow with the blog.
"""

Shard = dict[str, list[int]]
"""By word, the differences of its hits from one to the next; or, where it has too many, how many,
below zero."""

Cut = tuple[dict[str, int], Shard]
"""A shard, and before it the beginnings it is found by, with about how many bytes each takes."""

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Shard)
_Entry = tuple[str, str, list[int]]


def packed(hits: Sequence[int]) -> list[int]:
    """Write the hits of a word as they stand in a shard."""
    if len(hits) > MOST:
        return [-len(hits)]
    return [hits[0], *map(sub, hits[1:], hits)]


def unpacked(numbers: Sequence[int]) -> list[int]:
    """Read what `packed` wrote of hits that are not too many."""
    return list(accumulate(numbers))


def weight(word: str, numbers: Sequence[int]) -> int:
    """Return about how many bytes a word and what is `packed` of it take."""
    return len(word) + 6 + 4 * len(numbers)


def light(beginning: str, weighs: int, *, whole: bool) -> bool:
    """Tell whether a beginning may share a shard; `whole` where it is for that very word."""
    return weighs <= LIGHT and len(beginning) > 1 and not whole


def cut(hits: Mapping[str, Sequence[int]]) -> Iterator[Cut]:
    """Yield the shards of all words."""
    keyed = sorted((fold(word), word) for word in hits)
    yield from _split([(key, word, packed(hits[word])) for key, word in keyed], 1)


def _split(part: Iterable[_Entry], depth: int) -> Iterator[Cut]:
    shared: dict[int, Cut] = {}
    for beginning, group in groupby(part, lambda entry: entry[0][:depth]):
        entries = list(group)
        weighs = sum(weight(word, numbers) for _, word, numbers in entries)
        whole = len(beginning) < depth  # the word itself, however it is accented
        if not whole and weighs > LARGEST:
            yield from _split(entries, depth + 1)
            continue
        shard = {word: numbers for _, word, numbers in entries}
        if light(beginning, weighs, whole=whole):
            beginnings, others = shared.setdefault(ord(beginning[-1]) // _NEIGHBOURS, ({}, {}))
            beginnings[beginning] = weighs
            others.update(shard)
        else:
            yield {beginning: weighs}, shard
    yield from shared.values()


def write(shard: Shard) -> bytes:
    """Write a shard as JSON."""
    return _ENCODER.encode(shard)


def read(data: bytes) -> Shard:
    """Read what `write` wrote; raises `msgspec.MsgspecError`."""
    return _DECODER.decode(data)
