"""Under which name a post was announced: the key of a receipt tells, for it outlives a rename.

A rename reaches the ledger at once and the published posts later, by a merge. In between, and for
a run that was on its way, a post and its receipts have different names. Nothing may be announced
again for that, and nothing taken back.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping

from cmflow.ledger import Pair, Receipt
from cmflow.receipts import key_of


class Former:
    """Knows posts by their other names; `slugs` are those of the posts that there are now."""

    def __init__(
        self,
        site: str,
        channels: Iterable[str],
        receipts: Mapping[Pair, Receipt],
        slugs: Collection[str],
    ) -> None:
        self._site = site
        self._channels = tuple(channels)
        self._receipts = receipts
        self._slugs = slugs
        self._later: dict[str, str] = {}
        self._made: dict[str, dict[str, str]] = {}

    def later(self, slug: str) -> str:
        """Return the name under which receipts made for `slug` are kept now, if it is another."""
        if slug not in self._later:
            names = (self._keys.get(self._key(slug, id_), slug) for id_ in self._channels)
            self._later[slug] = next((name for name in names if name != slug), "")
        return self._later[slug]

    def earlier(self, pair: Pair) -> str:
        """Return the post for which the receipt of a pair was made, if that is one of today's."""
        made = self._made.get(pair[1])
        if made is None:
            made = {self._key(slug, pair[1]): slug for slug in self._slugs}
            self._made[pair[1]] = made
        return made.get(self._receipts[pair].parts[0].key, "")

    def left(self, pair: Pair) -> str:
        """Return the former name of a post under which the receipt of a pair was left, if any."""
        names = self._left.get(pair[0], ())
        return next((name for name in names if (name, pair[1]) in self._receipts), "")

    def _key(self, slug: str, channel: str) -> str:
        return key_of(self._site, slug, channel, 0)

    @functools.cached_property
    def _keys(self) -> dict[str, str]:
        return {one.parts[0].key: slug for (slug, _), one in self._receipts.items()}

    @functools.cached_property
    def _left(self) -> dict[str, list[str]]:
        """The names that no post has any more, by the name that the post has now."""
        left: dict[str, list[str]] = {}
        for slug in sorted({slug for slug, _ in self._receipts} - set(self._slugs)):
            left.setdefault(self.later(slug), []).append(slug)
        return left
