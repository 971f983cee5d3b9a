"""An index made of the last one where few pages changed: the shards of their words, and no others.

What comes out is, byte for byte, what would come out of all pages. Where that cannot be had cheaply
(pages came or went, a shard is to be split or joined), nothing comes out, and all pages are taken.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate

from cmflow.search import directory, extracts, hits, shards
from cmflow.search.directory import Directory, Shelf
from cmflow.search.extracts import Extract
from cmflow.search.files import PAGES, WORDS, Index, Read, keep, pattern, place, tabled, whole
from cmflow.search.hits import Hits
from cmflow.search.shards import Shard
from cmflow.search.words import fold

MOST = 50
"""Files with pages that may have changed; with more, all are taken."""

_Change = tuple[Sequence[int], Sequence[int]]
"""What a word's hits in the changed pages were, and what they are."""


class _Plain(Exception):  # noqa: N818  # no error: the plain way is taken
    """The index is to be made of all pages."""


def edited(last: Directory, read: Read, pages: Sequence[Extract], separator: str) -> Index | None:
    """Return the index of all pages, made of the last one; nothing where that cannot be done.

    Raises `OSError` or `msgspec.MsgspecError` where a file of the last index is damaged.
    """
    if last.rules != directory.rules(separator) or last.slots != [hits.slots(p) for p in pages]:
        return None
    made: dict[str, bytes] = {}
    bundles = extracts.bundles([extracts.write(page) for page in pages])
    names = [keep(PAGES, extracts.bundle(bundle), made) for bundle in bundles]
    filled = [len(bundle) for bundle in bundles]
    before = _before(last, names, filled, read)
    if before is None:
        return None
    for name in last.bundles:
        made.pop(place(PAGES, name), None)
    old, new = Hits(), Hits()
    cut = pattern(separator)
    for at, (first, page) in enumerate(hits.numbered(pages)):
        if at in before and before[at] != page:
            old.add(before[at], first, cut)
            new.add(page, first, cut)
    try:
        titles = _shelf(last.titles, _changes(old.titles, new.titles), read, made)
        text = _shelf(last.text, _changes(old.text, new.text), read, made)
    except _Plain:
        return None
    return Index(tabled(pages, names, filled, separator, titles, text), made)


def _before(
    last: Directory, names: list[str], filled: list[int], read: Read
) -> dict[int, Extract] | None:
    """Return the pages, by their number, of the last index that are in bundles which changed."""
    kept = set(_firsts(last.bundles, last.filled)).intersection(_firsts(names, filled))
    if len(last.bundles) - len(kept) > MOST:
        return None
    before: dict[int, Extract] = {}
    for name, first in _firsts(last.bundles, last.filled):
        if (name, first) not in kept:
            found = extracts.unbundled(whole(read, place(PAGES, name)))
            before |= {first + at: extracts.read(page) for at, page in enumerate(found)}
    return before


def _firsts(bundles: list[str], filled: list[int]) -> list[tuple[str, int]]:
    """Return each bundle with the number of its first page."""
    return list(zip(bundles, accumulate(filled, initial=0), strict=False))


def _changes(
    old: Mapping[str, Sequence[int]], new: Mapping[str, Sequence[int]]
) -> dict[str, _Change]:
    return {
        word: (old.get(word, ()), new.get(word, ()))
        for word in sorted(old.keys() | new.keys())
        if old.get(word) != new.get(word)
    }


def _shelf(
    last: Shelf, changes: Mapping[str, _Change], read: Read, made: dict[str, bytes]
) -> Shelf:
    """Write those shards anew whose words changed."""
    shelf = Shelf(last.beginnings, [*last.files], [*last.weights])
    places = {word: _place_of(word, last.beginnings) for word in changes}
    for file in dict.fromkeys(last.files[at] for at in places.values()):
        shard = shards.read(whole(read, place(WORDS, file)))
        for word, change in changes.items():
            if last.files[places[word]] == file:
                shelf.weights[places[word]] += _change(shard, word, *change)
        in_order = sorted((fold(word), word) for word in shard)
        data = shards.write({word: shard[word] for _, word in in_order})
        name = keep(WORDS, data, made)
        shelf.files = [name if one == file else one for one in shelf.files]
    for at in set(places.values()):
        _stay(shelf, at, last.weights[at])
    return shelf


def _change(shard: Shard, word: str, old: Sequence[int], new: Sequence[int]) -> int:
    """Give a word other hits; returns by how many bytes, about, its shard grows."""
    before = shard.pop(word, [])
    after = _numbers(before, old, new)
    if after:
        shard[word] = after
    return sum(shards.weight(word, n) * sign for n, sign in ((before, -1), (after, 1)) if n)


def _place_of(word: str, beginnings: list[str]) -> int:
    """Return which shard a word is in, or belongs in; beginnings are sorted."""
    bare = fold(word)
    for length in range(len(bare), 0, -1):
        at = bisect.bisect_left(beginnings, bare[:length])
        if at == len(beginnings) or beginnings[at] != bare[:length]:
            continue
        following = beginnings[at + 1] if at + 1 < len(beginnings) else ""
        if length < len(bare) and following.startswith(bare[:length]):
            break  # that shard is for the beginning itself
        return at
    raise _Plain


def _numbers(last: list[int], old: Sequence[int], new: Sequence[int]) -> list[int]:
    if last and last[0] < 0:
        count = -last[0] - len(old) + len(new)
        if count <= shards.MOST:
            raise _Plain
        return [-count]
    gone = set(old)
    found = sorted([hit for hit in shards.unpacked(last) if hit not in gone] + list(new))
    return shards.packed(found) if found else []


def _stay(shelf: Shelf, at: int, before: int) -> None:
    """Make sure that all words would still be cut where they were."""
    own, weight, beginnings = shelf.beginnings[at], shelf.weights[at], shelf.beginnings
    whole = at + 1 < len(beginnings) and beginnings[at + 1].startswith(own)
    if weight == 0 or (weight > shards.LARGEST and not whole):
        raise _Plain
    if shards.light(own, weight, whole=whole) != shards.light(own, before, whole=whole):
        raise _Plain
    for length in range(1, len(own) + whole):
        first = bisect.bisect_left(beginnings, own[:length])
        end = bisect.bisect_right(beginnings, own[:length] + "\U0010ffff")
        if sum(shelf.weights[first:end]) <= shards.LARGEST:
            raise _Plain
