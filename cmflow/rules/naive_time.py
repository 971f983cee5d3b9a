"""A time without its offset from UTC.

Material takes it for UTC: what was planned for nine in Paris appears at eleven in summer. `--fix`
adds the offset that the site's zone has at that hour, where that hour exists exactly once.

Wrong:

```yaml
date: 2026-10-06T09:00:00
```

Right:

```yaml
date: 2026-10-06T09:00:00+02:00
```
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cmflow import correct
from cmflow.errors import Finding, say
from cmflow.frontmatter import KeyPath, Source
from cmflow.rules.view import View

NAME = "naive-time"


def run(view: View) -> Iterator[Finding]:
    """Yield every time without an offset in a post, and in the event of a page."""
    for post in view.library.posts:
        for key, when in (("created", post.meta.date.created), ("updated", post.meta.date.updated)):
            whole = not isinstance(view.source(post).meta["date"], dict)
            yield from _naive(view, view.source(post), ("date",) if whole else ("date", key), when)
    for page in view.library.pages:
        event = page.meta.event
        for key in ("start", "end") if event else ():
            source = view.library.sources[page.path]
            yield from _naive(view, source, ("event", key), getattr(event, key))


def _naive(view: View, source: Source, path: KeyPath, when: dt.date | None) -> Iterator[Finding]:
    if not isinstance(when, dt.datetime) or when.tzinfo is not None:
        return
    offset = _offset(when, view.settings.zone)
    typed = source.raw(*path)
    zone = view.settings.cmflow.timezone
    yield Finding(
        NAME,
        source.path,
        source.line_of(*path),
        say("The time {typed} has no offset: the engine takes it for UTC.", typed=typed),
        say("Write {time} for that hour in {zone}.", time=f"{typed}{offset}", zone=zone)
        if offset
        else say(
            "In {zone} that hour comes twice or never: write another one with its offset.",
            zone=zone,
        ),
        fix=correct.rewrite(
            source, path, f"{typed}{offset}", dt.datetime.fromisoformat(f"{when}{offset}")
        )
        if offset
        else None,
    )


def _offset(when: dt.datetime, zone: dt.tzinfo) -> str:
    """Return the offset of a wall-clock time, `+02:00`; nothing where the hour is doubtful."""
    first, second = (when.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or first != second:
        return ""
    sign, whole = ("-", -first) if first < dt.timedelta() else ("+", first)
    hours, minutes = divmod(int(whole.total_seconds()) // 60, 60)
    return f"{sign}{hours:02}:{minutes:02}"
