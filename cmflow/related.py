"""Which posts belong beside a post, and why: shared tags first, the rarer the better."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec

from cmflow.post import Post


class Why(enum.Enum):
    """The reason that is shown with a related post."""

    TAGS = "tags"
    PERSONA = "persona"
    CATEGORY = "category"


class Relation(msgspec.Struct, frozen=True):
    """A related post and the reason; `words` are the shared tags or the category."""

    post: Post
    why: Why
    words: tuple[str, ...]


class Relations:
    """Finds related posts; built once for all posts, in time linear in posts and tags."""

    def __init__(self, posts: Sequence[Post]) -> None:
        self._tags: dict[str, list[Post]] = {}
        self._categories: dict[str, list[Post]] = {}
        self._personas: dict[str, list[Post]] = {}
        self._rank = {post.path: at for at, post in enumerate(posts)}
        for post in posts:
            for tag in post.meta.tags:
                self._tags.setdefault(tag, []).append(post)
            for name in post.meta.categories:
                self._categories.setdefault(name, []).append(post)
            if post.meta.persona:
                self._personas.setdefault(post.meta.persona, []).append(post)

    def of(self, post: Post, count: int) -> tuple[Relation, ...]:
        """Return the related posts of a post, the closest first; its own series is left out.

        The series has a navigation of its own, so naming it again would hide other posts.
        """
        found = self._by_tags(post)[:count]
        taken = {post.path} | {relation.post.path for relation in found}
        for why, register, names in (
            (Why.PERSONA, self._personas, (post.meta.persona,)),
            (Why.CATEGORY, self._categories, post.meta.categories),
        ):
            for name in names:
                for near in self._nearest(post, register.get(name, ()), count + len(taken)):
                    if len(found) >= count:
                        return tuple(found)
                    if near.path not in taken and not _same_series(post, near):
                        taken.add(near.path)
                        found.append(Relation(near, why, (name,)))
        return tuple(found)

    def _by_tags(self, post: Post) -> list[Relation]:
        scores: dict[str, float] = {}
        shared: dict[str, list[str]] = {}
        posts: dict[str, Post] = {}
        for tag in post.meta.tags:
            holders = self._tags.get(tag, ())
            # A tag that half the blog carries says little and costs much.
            for other in self._nearest(post, holders, 50):
                if other.path == post.path or _same_series(post, other):
                    continue
                scores[other.path] = scores.get(other.path, 0) + 1 / len(holders)
                shared.setdefault(other.path, []).append(tag)
                posts[other.path] = other
        best = sorted(scores, key=lambda path: (-scores[path], self._rank[path]))
        return [Relation(posts[path], Why.TAGS, tuple(shared[path])) for path in best]

    def _nearest(self, post: Post, posts: Sequence[Post], count: int) -> Sequence[Post]:
        """Cut a list that is in order of time to the `count` posts around one of its own."""
        if len(posts) <= count:
            return posts
        at = min(self._rank.get(post.path, 0), len(self._rank))
        low, high = 0, len(posts)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._rank[posts[middle].path] < at else (low, middle)
        start = max(0, min(low - count // 2, len(posts) - count))
        return posts[start : start + count]


def _same_series(one: Post, other: Post) -> bool:
    return bool(one.meta.series) and one.meta.series == other.meta.series
