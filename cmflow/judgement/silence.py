"""Series that have been silent for longer than ever before."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import BEHIND, Desk

NAME = "series-silent"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield the series that fell silent."""
    for id_, series in desk.settings.cmflow.series.items() if desk.speaks else ():
        dates = sorted(p.published for p in desk.library.posts if p.meta.series == id_)
        if not dates or any(entry.series == id_ for entry in desk.coming):
            continue
        pauses = [after - before for before, after in itertools.pairwise(dates)]
        longest = max([BEHIND, *(2 * pause for pause in pauses)])
        silence = desk.now - dates[-1]
        if silence > longest:
            weeks = silence // dt.timedelta(weeks=1)
            message = say("“{title}” has been silent for {weeks} weeks.",
                          title=series.title, weeks=weeks)  # fmt: skip
            remedy = say("Plan an episode, or tell the readers that the series has ended.")
            line = desk.line("cmflow", "series", id_)
            yield Finding(NAME, desk.settings.config.name, line, message, remedy, Level.WARNING)
