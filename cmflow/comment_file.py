"""One comment as its file, `comments/<slug>/<UTC date>-<source>-<digest>.md`, and back.

The path is made of what never changes: when and where a comment was published, and its id. So a
second reading of the same comment writes the same bytes to the same place.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cmflow import frontmatter
from cmflow.errors import Finding, say
from cmflow.reading import decoded, read
from cmflow.scalars import quoted
from cmflow.settings import Settings
from cmflow.thread import Comment, Speaker, Status

FOLDER = "comments"
"""The folder of the comments, below `content/community`."""


def path_of(slug: str, comment: Comment) -> str:
    """Return the path of a comment's file below `content/community`, with slashes."""
    day = comment.published.astimezone(dt.UTC).date()
    digest = hashlib.sha256(comment.id.encode()).hexdigest()[:10]
    return f"{FOLDER}/{slug}/{day.isoformat()}-{comment.source}-{digest}.md"


def text(comment: Comment) -> str:
    """Write a comment as its file: keys in declared order, times in UTC with `Z`."""
    return "\n".join(["---", *_fields(comment), "---", "", comment.text, ""])


def _fields(comment: Comment) -> Iterator[str]:
    yield f"id: {quoted(comment.id)}"
    if comment.source:
        yield f"source: {quoted(comment.source)}"
    named = (("name", comment.author.name), ("url", comment.author.url))
    author = [f"{key}: {quoted(value)}" for key, value in named if value or key == "name"]
    if comment.author.avatar:
        author.append(f"avatar: {quoted(comment.author.avatar)}")
    yield f"author: {{{', '.join(author)}}}"
    if comment.url:
        yield f"url: {quoted(comment.url)}"
    yield f"published: {_time(comment.published)}"
    if comment.edited:
        yield f"edited: {_time(comment.edited)}"
    if comment.reply_to:
        yield f"reply_to: {quoted(comment.reply_to)}"
    for key in ("team", "settled", "redacted"):
        if getattr(comment, key):
            yield f"{key}: true"
    yield f"status: {comment.status.value}"
    if comment.held_for:
        yield f"held_for: [{', '.join(quoted(rule) for rule in comment.held_for)}]"
    if comment.reason:
        yield f"reason: {quoted(comment.reason)}"


def _time(when: dt.datetime) -> str:
    # A year before 1000 would lose its noughts with strftime.
    return when.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def load(path: Path | str, settings: Settings, findings: list[Finding]) -> Comment | None:
    """Read a comment's file; nothing, and findings added, where it makes no sense."""
    # There may be a hundred thousand, and YAML takes half of a millisecond for each.
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path, "rb", 0) as file:  # noqa: PTH123  # as above
        quick = parse(file.read().decode())
        if quick is not None and quick.id:
            return quick
    source = read(Path(path), settings, findings, strict=True)
    if source is None:
        return None
    meta, problems = decoded(source, source.meta, _Meta)
    findings += problems
    if meta is None:
        return None
    if not meta.id:
        remedy = say("Put the file back as it was.")
        message = say("The comment has no id.")
        findings.append(Finding("missing-key", source.path, source.line_of("id"), message, remedy))
        return None
    published = meta.published if meta.published.tzinfo else meta.published.replace(tzinfo=dt.UTC)
    fields = {name: getattr(meta, name) for name in _Meta.__struct_fields__}
    return Comment(**fields | {"published": published}, text=source.body.strip())


# A text in quotes as `text` writes it, or one that a person typed without any and that YAML reads
# as it stands: it begins with a letter, and nothing in it is a sign of YAML's.
_QUOTED = r'"(?:[^"\\\n]|\\["\\])*"'
_NEVER = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What YAML prints no other way than escaped: it stands in none of these texts."""
_TYPED = r"[A-Za-z](?:[A-Za-z0-9_./@~-]|:(?=[A-Za-z0-9/])| (?=[A-Za-z0-9]))*"
_VALUE = rf"({_QUOTED}|{_TYPED})"
_TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
_FORM = re.compile(
    rf"---\nid: {_VALUE}\n(?:source: {_VALUE}\n)?"
    rf"author: \{{name: {_VALUE}(?:, url: {_VALUE})?(?:, avatar: {_VALUE})?\}}\n"
    rf"(?:url: {_VALUE}\n)?published: {_TIME}\n(?:edited: {_TIME}\n)?"
    rf"(?:reply_to: {_VALUE}\n)?(team: true\n)?(settled: true\n)?(redacted: true\n)?"
    rf"status: (held|approved|rejected|gone)\n"
    rf"(?:held_for: \[((?:\"[a-z-]+\"(?:, )?)+)\]\n)?(?:reason: {_VALUE}\n)?---\n\n"
)
_WORDS = frozenset("y n yes no true false on off null".split())  # noqa: SIM905  # a list of words
"""What YAML takes for something else than a text."""
_ESCAPED = re.compile(r'\\(["\\])')


_STATUS = {status.value: status for status in Status}


def parse(written: str) -> Comment | None:
    """Read what `text` writes, quoted or not; nothing where anything else stands there."""
    found = _FORM.match(written)
    if found is None or "\r" in written or len(written) > frontmatter.LARGEST // 4:
        return None
    if _NEVER.search(written, 0, found.end()):
        return None
    id_, source, name, profile, avatar, url, published, edited, reply_to, *more = found.groups()
    team, settled, redacted, status, held_for, reason = more
    try:
        return Comment(
            id=_plain(id_),
            author=Speaker(_plain(name), _plain(profile), _plain(avatar)),
            published=dt.datetime.fromisoformat(published),
            status=_STATUS[status],
            text=written[found.end() :].strip(),
            url=_plain(url),
            reply_to=_plain(reply_to),
            source=_plain(source),
            edited=dt.datetime.fromisoformat(edited) if edited else None,
            team=bool(team),
            held_for=tuple(held_for.replace('"', "").split(", ")) if held_for else (),
            reason=_plain(reason),
            settled=bool(settled),
            redacted=bool(redacted),
        )
    except ValueError:  # the 31st of February, or a name like No
        return None


def _plain(value: str | None) -> str:
    """Read a value; raises `ValueError` for what only YAML should read."""
    if not value:
        return ""
    if value[0] != '"':
        if value.lower() in _WORDS:
            raise ValueError(value)
        return value
    bare = value[1:-1]
    return _ESCAPED.sub(r"\1", bare) if "\\" in bare else bare


class _Meta(msgspec.Struct, frozen=True):
    id: str
    author: Speaker
    published: dt.datetime
    status: Status = Status.HELD
    url: str = ""
    reply_to: str = ""
    source: str = ""
    edited: dt.datetime | None = None
    team: bool = False
    held_for: tuple[str, ...] = ()
    reason: str = ""
    settled: bool = False
    redacted: bool = False
