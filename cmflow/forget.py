"""The desk of forgetting: takes a person out of everything that cmflow keeps, for good."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from cmflow import comment_file, faces, forgotten, safe
from cmflow.community import Filed
from cmflow.forgotten import MARK, Forgotten
from cmflow.git import Files
from cmflow.moderate import everything
from cmflow.person import Person, folded
from cmflow.shelf import Shelf
from cmflow.thread import Comment

_SHORTEST = 3
_GAP = r"(?:\s|&nbsp;|<[^>]*>)+"


class Erasure(msgspec.Struct, frozen=True):
    """What is taken away: whole comments, and a person's traces in those of others.

    `touched` are the comments of others before and after; `digests` are what remains.
    """

    erased: tuple[Filed, ...]
    touched: tuple[tuple[Filed, Comment], ...]
    digests: frozenset[str]


def erasure(comments: Iterable[Filed], persons: Iterable[Person], key: str) -> Erasure:
    """Work out what is taken away, and change nothing."""
    every, who = tuple(comments), tuple(persons)
    made = Forgotten(key=key)
    digests = frozenset(digest for one in who for digest in _digests(one, made))
    lost = Forgotten(digests, key)
    paths = {one.path for person in who for one in person.said}
    paths |= {one.path for one in every if lost.knows(one.comment.id, one.comment.author.url)}
    above = {one.comment.id: one.comment.reply_to for one in every}
    whole = Forgotten(digests | _nicknames(who, made), key)
    clear = _names(who)
    touched = []
    for one in every:
        if one.path not in paths:
            after = _cleared(one.comment, whole, clear)
            after = replace(after, reply_to=_climbed(one.comment.reply_to, above, lost))
            if after != one.comment:
                touched.append((one, after))
    erased = tuple(one for one in every if one.path in paths)
    return Erasure(erased, tuple(touched), digests)


def erase(shelf: Shelf, persons: Iterable[Person], key: str) -> Erasure:
    """Take persons out of the shelf; the digests are written first, so that nothing comes back."""
    who = tuple(persons)
    # By path, for what is to be kept is made anew after a race.
    erased: dict[str, Filed] = {}
    touched: dict[str, tuple[Filed, Comment]] = {}

    def make() -> Files:
        found = erasure(everything(shelf), who, key)
        erased.update((one.path, one) for one in found.erased)
        touched.update((one.path, (one, after)) for one, after in found.touched)
        digests = shelf.forgotten() | found.digests
        files: dict[str, bytes | None] = {forgotten.FILE: forgotten.text(digests).encode()}
        for one, after in found.touched:
            files[one.path] = comment_file.text(after).encode()
        shown = {one.comment.author.avatar for one in found.erased} - {""}
        besides = frozenset(one.path for one in found.erased)
        files |= faces.unused(shown, shelf, besides) if shown else {}
        # Last, for whoever is cut off finds the person again by what is left.
        return {**files, **{one.path: None for one in found.erased}}

    shelf.keep(make, forgotten.COMMIT, show=True)
    return Erasure(tuple(erased.values()), tuple(touched.values()), shelf.forgotten())


def traces(persons: Iterable[Person]) -> re.Pattern[str] | None:
    """Return what finds a person in any text; nothing where nothing is known to look for."""
    patterns: list[str] = []
    for one in persons:
        patterns += [_name_pattern(name, r"\s+") for name in one.names if _is_name(name)]
        patterns += [rf"(?i:@?{re.escape(found)}(?!\w))" for found in sorted(one.handles)]
        patterns += [rf"(?i:(?<!\w)@{re.escape(found)}(?![\w@]))" for found in sorted(one.nicks)]
        places = (one.profile, one.did, *(k.comment.id for k in one.said))
        urls = (k.comment.url.partition("://")[2] for k in one.said)
        patterns += [
            rf"(?i:{re.escape(place)}(?!\w))" for place in dict.fromkeys((*places, *urls)) if place
        ]
    return re.compile("|".join(patterns)) if patterns else None


def _digests(one: Person, made: Forgotten) -> Iterable[str]:
    yield made.digest("key", "")
    for kept in one.said:
        yield made.digest("id", kept.comment.id)
    if one.profile:
        yield made.digest("profile", one.profile)
    if one.did:
        yield made.digest("did", one.did)
    # A bare nick may be another person's elsewhere; it counts where there is nothing better.
    for found in one.handles or one.nicks:
        yield made.digest("handle", found)


def _nicknames(persons: Iterable[Person], made: Forgotten) -> frozenset[str]:
    return frozenset(made.digest("handle", nick) for one in persons for nick in one.nicks)


def _climbed(reply_to: str, above: Mapping[str, str], lost: Forgotten) -> str:
    """Return the nearest comment above that is not erased, or nothing."""
    seen: set[str] = set()
    while reply_to and reply_to not in seen and lost.knows(reply_to):
        seen.add(reply_to)
        reply_to = above.get(reply_to, "")
    return "" if reply_to in seen else reply_to


Clear = Callable[[str], str]


def _cleared(comment: Comment, lost: Forgotten, clear: Clear) -> Comment:
    """Return a comment of somebody else without the names and addresses of who is forgotten."""
    text = clear(lost.redacted(comment.text))
    name = clear(lost.redacted(comment.author.name))
    author = replace(
        comment.author,
        name=comment.author.name if name == MARK else name,
        url="" if lost.leads(comment.author.url) else comment.author.url,
    )
    changed = text != comment.text
    return replace(
        comment,
        author=author,
        url="" if lost.leads(comment.url) else comment.url,
        # A name may have begun in one tag and ended in another.
        text=safe.kept(text) if changed else comment.text,
        redacted=comment.redacted or changed or author.name != comment.author.name,
    )


def _names(persons: Iterable[Person]) -> Clear:
    """Return what takes names out of a stored text, and leaves its tags alone."""
    names = {folded(name): name for one in persons for name in one.names if _is_name(name)}
    if not names:
        return str
    found = "|".join(_name_pattern(html.escape(name, quote=False), _GAP) for name in names.values())
    pattern = re.compile(rf"(?P<tag><[^>]*>)|{found}")
    return lambda text: pattern.sub(lambda match: match["tag"] or MARK, text)


def _name_pattern(name: str, gap: str) -> str:
    """Match a name; of a single word its capitals count: Rose is a person, and rose a colour."""
    words = name.split()
    said = gap.join(map(re.escape, words))
    return rf"(?<!\w){said}(?!\w)" if len(words) == 1 else rf"(?i:(?<!\w){said}(?!\w))"


def _is_name(name: str) -> bool:
    return len(name) >= _SHORTEST and any(character.isalpha() for character in name)
