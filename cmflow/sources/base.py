"""What the listeners of networks share: reading answers of any shape, and going through topics."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from msgspec.structs import replace

from cmflow.errors import Message, say
from cmflow.heard import Batch, Heard, Marks, Topic, Unread
from cmflow.network import Account, NetworkError, Trouble
from cmflow.networks.spans import spans
from cmflow.thread import Tally

FROM = "from"
"""The mark that names the post at which a run was stopped; the next one begins there."""

LARGE = 32_000_000
"""How many bytes a whole thread may have; it is far more than any other answer."""

_MOST_UNREAD = 20
_SILENCES = 3
_MOST = 1_000_000_000
_GAP = re.compile(r"\n{2,}")


class UnreadableError(Exception):
    """Something that a network told and that has not what a comment needs."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.show())
        self.why = why


def table(said: Any, *path: str) -> dict[str, Any]:
    """Return an object deep in an answer; an empty one where there is none."""
    for step in path:
        said = said.get(step) if isinstance(said, dict) else None
    return said if isinstance(said, dict) else {}


def text(said: Any, *path: str) -> str:
    """Return a text or a whole number deep in an answer as text; empty where there is none.

    Halves of characters, which no file can hold, are replaced.
    """
    value = table(said, *path[:-1]).get(path[-1]) if path else said
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**40 else ""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def count(said: Any, *path: str) -> int:
    """Return a count deep in an answer; nought where there is none that can be."""
    value = table(said, *path[:-1]).get(path[-1])
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), _MOST)


def moment(written: Any) -> dt.datetime | None:
    """Read a time: ISO 8601, or seconds since 1970; nothing where it is none. Always in UTC."""
    try:
        if isinstance(written, (int, float)) and not isinstance(written, bool):
            return dt.datetime.fromtimestamp(written, dt.UTC)
        read = dt.datetime.fromisoformat(str(written))
        return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def web(url: str) -> str:
    """Return an address of the web, or nothing where it is of another kind."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def host_of(url: str) -> str:
    """Return the host of an address, without its port: of an id it is the part that stays."""
    return (urlsplit(url).hostname or "").lower()


def marked_up(
    plain: str, links: Iterable[tuple[int, int, str]], *, codec: str = "utf-8", width: int = 1
) -> str:
    """Write a plain text as HTML: paragraphs, and links from and to a unit of a codec.

    A link that is not within the text, that lies over an earlier one or that has no address of the
    web is no link. Bluesky counts bytes of UTF-8, Telegram units of UTF-16, which are `width` 2.
    """
    units, found, at = plain.encode(codec), Markup(), 0

    def words(start: int, end: int) -> str:
        return units[start * width : end * width].decode(codec, "replace")

    for start, end, url in sorted(links):
        if at <= start < end <= len(units) // width and web(url):
            label = " ".join(words(start, end).split())
            found += escape(words(at, start)) + _link(url, label)
            at = end
    return paragraphs(found + escape(words(at, len(units) // width)))


def linked(plain: str) -> str:
    """Write a plain text as HTML: paragraphs, and its addresses as links."""
    links = [(one.start, one.end, one.link) for one in spans(plain) if one.link]
    return marked_up(plain, links, codec="utf-32-le", width=4)


def paragraphs(escaped: Markup) -> str:
    """Write an escaped text as paragraphs and lines."""
    lines = (one.strip("\n") for one in _GAP.split(str(escaped).replace("\r\n", "\n")))
    return "".join(f"<p>{one.replace(chr(10), '<br>')}</p>" for one in lines if one.strip())


def attachment(url: str, label: str) -> str:
    """Write the mention of something attached: a sign that needs no language, and its words."""
    shown = " ".join(label.split())
    return f"<p>📎 {_link(url, shown or host_of(url)) if web(url) else escape(shown)}</p>"


def _link(url: str, label: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url, label)


def summed(tallies: Iterable[Tally]) -> Tally | None:
    """Add the reactions to the parts of a note; nothing where no part was counted."""
    known = list(tallies)
    if not known:
        return None
    return Tally(
        likes=sum(one.likes for one in known),
        boosts=sum(one.boosts for one in known),
        quotes=sum(one.quotes for one in known),
    )


def read_each(
    rows: Iterable[Any], read: Callable[[Any], Heard | None], where: str
) -> tuple[tuple[Heard, ...], tuple[Unread, ...]]:
    """Read every row that is a comment; what cannot be read is told, the rest goes on."""
    heard: list[Heard] = []
    faults: list[Message] = []
    for row in rows:
        try:
            found = read(row)
        except UnreadableError as error:
            faults.append(error.why)
        else:
            heard += [found] if found else []
    remedy = say("Look at it on the network itself: {where}", where=where)
    unread = [Unread(where, why, remedy) for why in faults[:_MOST_UNREAD]]
    if len(faults) > _MOST_UNREAD:
        more = say("And {count} more cannot be read.", count=len(faults) - _MOST_UNREAD)
        unread.append(Unread(where, more, remedy))
    return tuple(heard), tuple(unread)


def failed(where: str, error: NetworkError) -> Unread:
    """Tell that the answers to one note could not be asked for."""
    return Unread(where, say("The network said: {words}.", words=error.words), _remedy(error))


def _remedy(error: NetworkError) -> Message:
    if error.trouble is Trouble.AUTH:
        return error.remedy
    if error.trouble is Trouble.CONTENT:
        return say("Look whether the note still stands there.")
    if error.trouble is Trouble.RATE and error.again:
        return say(
            "Wait {seconds} seconds; the next run goes on there.", seconds=round(error.again)
        )
    return say("The next run asks again.")


def of_listening(error: NetworkError) -> NetworkError:
    """Return the same failure with a remedy for someone who listens, and sends nothing."""
    return NetworkError(
        error.trouble, error.words, remedy=_remedy(error), certain=error.certain, again=error.again
    )


def tour(
    account: Account,
    topics: tuple[Topic, ...],
    marks: Marks,
    hear: Callable[[Account, Topic], Batch],
) -> Iterator[Batch]:
    """Go through the topics, from the one where the last run was stopped; a batch for each.

    A topic that fails is told, and the next one is asked about. Raises `NetworkError` where no
    other would fare better: a wrong token, a rate that is used up, a network that says nothing.
    """
    order, silences = _from(topics, marks.get(FROM, "")), 0
    for step, topic in enumerate(order, 1):
        try:
            batch = hear(account, topic)
            silences = 0
        except NetworkError as error:
            silences += error.trouble is Trouble.TRANSIENT
            if error.trouble in (Trouble.AUTH, Trouble.RATE) or silences == _SILENCES:
                yield Batch(marks={FROM: topic.slug}, step=step - 1, of=len(order))
                raise of_listening(error) from None
            where = topic.sent[0].url if topic.sent else topic.url
            batch = Batch(slug=topic.slug, unread=(failed(where, error),))
        yield replace(batch, step=step, of=len(order))
    if marks.get(FROM):
        yield Batch(marks={FROM: ""}, step=len(order), of=len(order))


def _from(topics: tuple[Topic, ...], slug: str) -> tuple[Topic, ...]:
    at = next((at for at, topic in enumerate(topics) if topic.slug == slug), 0)
    return topics[at:] + topics[:at]
