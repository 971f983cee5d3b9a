"""From what was heard to what is kept: the files of a post as they should be. Pure.

The same things heard twice change nothing. What a person decided outlives every later reading; what
was deleted at its source is emptied; who was forgotten does not come back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec.structs import replace

from cmflow import comment_file, safe
from cmflow.community import Filed, Shelved
from cmflow.forgotten import MARK, Forgotten
from cmflow.heard import Heard
from cmflow.moderation import Rules, Voice
from cmflow.thread import Comment, Speaker, Status

_EARLY = dt.timedelta(days=1)
_LONGEST = 2000
_LONGEST_ID = 500


class Place(msgspec.Struct, frozen=True):
    """Where something was heard: the post, the id of the source, and whether it vouches."""

    slug: str
    source: str
    vouches: bool = False


class House(msgspec.Struct, frozen=True):
    """The rules of a site, and whom it forgot.

    `avatars` maps addresses to files kept of them; `vouching` are the ids of the sources that vouch
    for who speaks; `closes` says when the conversation under a post closes, by slug.
    """

    rules: Rules = Rules()
    forgotten: Forgotten = Forgotten()
    avatars: Mapping[str, str] = {}
    vouching: frozenset[str] = frozenset()
    closes: Mapping[str, dt.datetime] = {}


class Change(msgspec.Struct, frozen=True):
    """A comment's file before and after; `before` is nothing where it is new."""

    path: str
    before: Comment | None
    after: Comment


def merge(
    known: Shelved, heard: Iterable[Heard], place: Place, house: House, now: dt.datetime
) -> tuple[Change, ...]:
    """Return what changes by what was heard; `now` is when, for what bears no date.

    What another source told before, by its address, is not taken twice. A file that cannot be read
    is left alone.
    """
    told = _elsewhere(known, place, house)
    changes: dict[str, Change] = {}
    for one in _remembered(heard, house):
        kept = known.kept.get(one.id)
        before = kept.comment if kept else None
        if before is None and _same(_link(one.url)) in told:
            continue
        after = _after(before, one, place, house, now)
        path = kept.path if kept else comment_file.path_of(place.slug, after)
        if path not in known.broken and after != before:
            changes[one.id] = Change(path, before, after)
    return tuple(changes.values())


def _elsewhere(known: Shelved, place: Place, house: House) -> frozenset[str]:
    """Return the addresses of what other sources told.

    A source that vouches believes only its like: else anybody could keep an answer out by telling
    its address first.
    """
    return frozenset(
        _same(one.comment.url)
        for one in known.kept.values()
        if one.comment.url
        and one.comment.source != place.source
        and (not place.vouches or one.comment.source in house.vouching)
    )


def _remembered(heard: Iterable[Heard], house: House) -> Iterator[Heard]:
    """Yield what may be kept, under ids that a file keeps as they are; what has none is left out.

    An answer to what is left out answers nothing that we know.
    """
    every = [_identified(one) for one in heard if one.id]
    left = {one.id for one in every if house.forgotten.knows(one.id, one.author.url)}
    for one in every:
        if one.id not in left:
            yield replace(one, reply_to="") if one.reply_to in left else one


def _identified(heard: Heard) -> Heard:
    return replace(heard, id=_identity(heard.id), reply_to=_identity(heard.reply_to))


def _identity(id_: str) -> str:
    if len(id_) <= _LONGEST_ID and id_.isprintable():
        return id_
    return f"odd/{hashlib.sha256(id_.encode(errors='replace')).hexdigest()[:32]}"


def gone(kept: Filed) -> Change:
    """Return what becomes of a comment that was deleted at its source.

    Its place stays, and what a person decided: a source may be wrong, and tell it again.
    """
    before = kept.comment
    after = Comment(
        id=before.id,
        author=Speaker(""),
        published=before.published,
        status=Status.GONE,
        text="",
        reply_to=before.reply_to,
        source=before.source,
        reason=before.reason,
        settled=before.settled,
        redacted=before.redacted,
    )
    return Change(kept.path, before, after)


def _after(
    before: Comment | None, heard: Heard, place: Place, house: House, now: dt.datetime
) -> Comment:
    if before is not None and before.status is Status.REJECTED:
        return before
    voice = Voice(heard.language, vouched=place.vouches, ours=heard.ours)
    told = _told(before, heard, place, house, now)
    team = (before is not None and before.team) or house.rules.is_team(told, voice)
    told = replace(told, team=team)
    if before is None:
        return _judged(told, _reasons(told, voice, place, house))
    if before.status is Status.GONE:
        return _returned(before, told, _reasons(told, voice, place, house))
    if _says(told) == _says(before):
        return replace(told, status=before.status, held_for=before.held_for)
    if before.status is Status.HELD:
        # Held by hand, or by rules that may be others by now: only a person lets it pass.
        reasons = _reasons(told, voice, place, house)
        return replace(told, status=Status.HELD, held_for=reasons or before.held_for)
    # Whoever can pass for another could put other words into an approved comment.
    doubt = () if place.vouches or heard.ours else ("edited",)
    return _judged(told, (*doubt, *(() if team else house.rules.of_content(told, voice))))


def _says(comment: Comment) -> tuple[str, ...]:
    """Return what a person has judged: the words, and under whose name they stand."""
    return comment.text, comment.author.name, comment.author.url


def _reasons(told: Comment, voice: Voice, place: Place, house: House) -> tuple[str, ...]:
    if told.team:
        return ()
    until = house.closes.get(place.slug)
    late = ("closed",) if until is not None and told.published >= until else ()
    return (*house.rules.reasons(told, voice), *late)


def _returned(before: Comment, told: Comment, reasons: tuple[str, ...]) -> Comment:
    """Judge what was deleted and stands again: rejected if it ever was, or else it waits."""
    if before.reason:
        return replace(told, status=Status.REJECTED, reason=before.reason)
    return _judged(told, reasons if told.team else (*reasons, "returned"))


def _judged(told: Comment, reasons: tuple[str, ...]) -> Comment:
    status = Status.HELD if reasons else Status.APPROVED
    return replace(told, status=status, held_for=reasons)


def _told(
    before: Comment | None, heard: Heard, place: Place, house: House, now: dt.datetime
) -> Comment:
    """Return a comment as its source tells it, made harmless; what never changes stays."""
    text = safe.kept(heard.html)
    lost = house.forgotten
    clear = lost.redacted(text)
    named = safe.name(heard.author.name)
    if before is not None and before.redacted:
        # Whoever was forgotten may be named there in a way that only a person has seen.
        clear, named = before.text or MARK, before.author.name or named
    return Comment(
        id=heard.id,
        author=Speaker(
            name=named,
            url="" if lost.leads(heard.author.url) else _link(heard.author.url),
            avatar=house.avatars.get(heard.avatar, before.author.avatar if before else ""),
        ),
        published=before.published if before else _published(heard.published, now),
        status=Status.HELD,
        text=clear,
        url="" if lost.leads(heard.url) else _link(heard.url),
        reply_to=_above(before, heard, house),
        source=before.source if before else place.source,
        edited=_edited(before, heard, now),
        settled=before.settled if before else False,
        redacted=(before is not None and before.redacted) or clear != text,
    )


def _above(before: Comment | None, heard: Heard, house: House) -> str:
    """Return what is answered: as it was, where the source lost it or we may not know it."""
    was = before.reply_to if before else ""
    told = heard.reply_to
    return was if not told or house.forgotten.knows(told) else told


def _published(when: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Return when a comment was published: now, where it says nothing, or a day to come."""
    when = _utc(when)
    return _utc(now) or now if when is None or when > now + _EARLY else when


def _edited(before: Comment | None, heard: Heard, now: dt.datetime) -> dt.datetime | None:
    edited = _utc(heard.edited)
    if edited is None:
        return before.edited if before else None
    published = before.published if before else _published(heard.published, now)
    return edited if published < edited <= now + _EARLY else None


def _utc(when: dt.datetime | None) -> dt.datetime | None:
    """Return a time in UTC and whole seconds; nothing for the first and last day of all."""
    try:
        return when.astimezone(dt.UTC).replace(microsecond=0) if when else None
    except OverflowError:
        return None


def _link(url: str) -> str:
    """Return a web address that can be shown, or nothing."""
    found = safe.address(url) if len(url) <= _LONGEST else ""
    return found if found.lower().startswith(("http://", "https://")) else ""


def _same(url: str) -> str:
    """Write an address so that two of one thing are equal."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    place = parts.netloc.lower()
    return urlunsplit(("", place, parts.path.rstrip("/"), parts.query, parts.fragment))
