"""Where words stand: for each word the sections that have it, as one sorted list of numbers.

Every page has a block of section numbers, a little larger than it needs, so that a heading more or
less in one page does not move the others. A hit is `section * 8 + code`. In a text, the code is how
often the word stands there, less one, at most 7; in a title how often, at most 3, and 4 more where
a tag of the page has it.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from cmflow.search.extracts import Extract
from cmflow.search.words import words

STEP = 4
"""Section numbers are given out in blocks of so many."""

TAG = 4


def _numbers() -> defaultdict[str, array[int]]:
    return defaultdict(lambda: array("I"))


class Hits(msgspec.Struct):
    """The hits of some pages, by word."""

    titles: defaultdict[str, array[int]] = msgspec.field(default_factory=_numbers)
    text: defaultdict[str, array[int]] = msgspec.field(default_factory=_numbers)

    def add(self, page: Extract, first: int, separator: re.Pattern[str] | None) -> None:
        """Add a page whose first section has the number `first`."""
        tags = {word for tag in page.tags for word in words(tag, separator)}
        for section, part in enumerate(page.sections, first):
            base = section * 8
            titled = words(part.title, separator)
            for word, count in titled.items():
                self.titles[word].append(base + min(count, 3) + TAG * (word in tags))
            for word in sorted(tags - titled.keys()):
                self.titles[word].append(base + TAG)
            tags = set()  # a tag is the page's, not each section's
            text = self.text
            for word, count in words(part.text, separator).items():
                text[word].append(base if count == 1 else base + min(count, 8) - 1)


def slots(page: Extract) -> int:
    """Return how many blocks of section numbers a page takes."""
    return -(-len(page.sections) // STEP)


def numbered(pages: Iterable[Extract]) -> Iterator[tuple[int, Extract]]:
    """Give out the section numbers: yields each page with its first."""
    first = 0
    for page in pages:
        yield first, page
        first += slots(page) * STEP
