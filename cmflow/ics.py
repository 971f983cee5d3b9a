"""Write entries as an iCalendar feed that Google, Apple and Outlook calendars can subscribe to.

Times are written in UTC and whole days as days, so a feed needs no `VTIMEZONE`; what recurs comes
one occurrence at a time. There is no `METHOD`: a feed is no invitation, and RFC 5546 would ask for
an organiser. Specifications: https://www.rfc-editor.org/rfc/rfc5545 and, for the name and the
interval of the feed, https://www.rfc-editor.org/rfc/rfc7986.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

import icalendar
import msgspec

from cmflow.labels import Labels, place
from cmflow.safe import address
from cmflow.schedule import Entry, Kind, Moment, Slot, Stage

SHORTEST = dt.timedelta(minutes=30)
"""What a time without an end gets for one: calendars draw nothing of no length."""

_INTERVAL = dt.timedelta(hours=6)
"""How often a program should ask again."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DONE = (None, Stage.APPROVED, Stage.SCHEDULED, Stage.PUBLISHED)


class Feed(msgspec.Struct, frozen=True):
    """What a feed says of itself. `host` makes the ids of its entries unique in the world.

    With `public`, nothing is written that only the team should see: no file, no state, no author.
    """

    name: str
    host: str
    zone: str
    public: bool


class _Kept(msgspec.Struct, frozen=True):
    """What the former feed said of one entry."""

    sequence: int
    stamp: dt.datetime
    text: bytes


def host_of(site_url: str, site_name: str) -> str:
    """Return what makes the ids of a site unique: its host, else its name."""
    return urlsplit(site_url).hostname or "".join(c for c in site_name if c.isalnum()) or "cmflow"


def write(
    feed: Feed,
    entries: Iterable[Entry],
    labels: Labels,
    *,
    now: dt.datetime,
    gaps: Iterable[Slot] = (),
    former: bytes = b"",
) -> bytes:
    """Write a feed; `former` are the bytes it had before, or nothing.

    An entry that did not change keeps its `DTSTAMP` and `SEQUENCE`; one that did takes `now`, and
    its sequence grows by one. So the same input gives the same bytes. `now` is an aware time.
    """
    kept = _kept(former)
    calendar = _opening(feed)
    events = [_event(entry, feed, labels) for entry in _unique(entries)]
    events += [_gap(gap, feed, labels) for gap in gaps]
    for event in sorted(events, key=lambda event: (_instant(event.start), str(event["uid"]))):
        _stamp(event, kept.get(str(event["uid"])), now)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _unique(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Give a second entry of one uid another: two posts of one slug are a finding, not the end."""
    seen: set[str] = set()
    for entry in entries:
        if entry.uid in seen:
            yield msgspec.structs.replace(entry, uid=f"{entry.uid}/{entry.path}/{entry.start}")
        else:
            seen.add(entry.uid)
            yield entry


def _opening(feed: Feed) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//cmflow//content calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # Outlook and Google read the older names, Apple both.
    calendar.add("name", feed.name)
    calendar.add("x-wr-calname", feed.name)
    calendar.add("x-wr-timezone", feed.zone)
    calendar.add("refresh-interval", _INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    return calendar


def _event(entry: Entry, feed: Feed, labels: Labels) -> icalendar.Event:
    done = entry.kind is not Kind.POST or entry.stage in _DONE
    there = entry.kind is not Kind.POST or entry.public
    title = labels.title(entry)
    if entry.kind is Kind.NOTE and entry.channel:
        title = f"{entry.channel} · {title}"
    elif not feed.public and entry.kind is Kind.POST and entry.stage is not Stage.PUBLISHED:
        title = f"{title} ({labels.state(entry)})"
    event = _bare(f"{entry.uid}@{feed.host}", entry.start, entry.end, title)
    event.add("status", "CONFIRMED" if done else "TENTATIVE")
    event.add("transp", "OPAQUE" if entry.kind is Kind.EVENT else "TRANSPARENT")
    event.add("categories", [_title(labels.kind(entry))])
    description = entry.text if feed.public else _description(entry, labels)
    url = address(entry.url) if there else ""
    for name, value in (("description", description), ("location", entry.place), ("url", url)):
        if value:
            event.add(name, _plain(value))
    return event


def _gap(gap: Slot, feed: Feed, labels: Labels) -> icalendar.Event:
    title = f"{_title(labels.gap)} · {gap.title}"
    uid = f"slot/{gap.cadence}/{gap.start:%Y-%m-%dT%H%M}@{feed.host}"
    event = _bare(uid, gap.start, None, title)
    event.add("status", "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    event.add("categories", [_title(labels.gap)])
    return event


def _bare(uid: str, start: Moment, end: Moment | None, title: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", _plain(uid))
    event.add("dtstart", _utc(start))
    if isinstance(start, dt.datetime):
        event.add("dtend", _utc(end if end and _utc(end) > _utc(start) else start + SHORTEST))
    else:
        event.add("dtend", end or start + dt.timedelta(days=1))
    event.add("summary", _plain(title))
    return event


def _description(entry: Entry, labels: Labels) -> str:
    facts = [labels.state(entry), labels.authors(entry.authors), labels.series(entry.series)]
    if entry.channel:
        facts.append(entry.channel)
    lines = [" · ".join(fact for fact in facts if fact), entry.text, place(entry)]
    return "\n".join(line for line in lines if line)


def _stamp(event: icalendar.Event, kept: _Kept | None, now: dt.datetime) -> None:
    """Give an event the stamp and the sequence of the former feed, or the next ones."""
    same = kept is not None and kept.text == event.to_ical()
    event.add("sequence", 0 if kept is None else kept.sequence + (not same))
    event.add("dtstamp", kept.stamp if kept is not None and same else _utc(now))


def _kept(former: bytes) -> Mapping[str, _Kept]:
    """Read what the former feed said; one that cannot be read said nothing."""
    try:
        calendar = icalendar.Calendar.from_ical(former) if former else icalendar.Calendar()
    except ValueError:
        return {}
    found: dict[str, _Kept] = {}
    for event in calendar.walk("VEVENT"):
        try:
            sequence, stamp = int(event.pop("sequence")), event.pop("dtstamp").dt
            found[str(event["uid"])] = _Kept(sequence, stamp, event.to_ical())
        except (KeyError, ValueError, AttributeError):
            continue
    return found


def _utc(moment: Moment) -> Moment:
    if not isinstance(moment, dt.datetime):
        return moment
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def _instant(moment: Moment) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime(moment.year, moment.month, moment.day, tzinfo=dt.UTC)


def _plain(text: str) -> str:
    """Leave out the control characters that RFC 5545 (section 3.3.11) leaves out of a text."""
    return _CONTROL.sub("", text)


def _title(word: str) -> str:
    return word[:1].upper() + word[1:]
