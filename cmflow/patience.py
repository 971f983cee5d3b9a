"""Wait, within bounds, until the pages of what is due are live: a publication takes its time."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from cmflow.run import Trip
from cmflow.steps import Act
from cmflow.syndicate import foresee

_PAUSE = 10.0


def until_live(
    trip: Trip,
    most: dt.timedelta,
    tell: Callable[[int], None],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Look again and again for the pages of what is due, for at most `most`.

    Returns how many pages were not live in the end. `tell` is told how many are waited for,
    whenever that changes. What is due is looked at anew each time, so that a pause counts at once;
    the machine's lock is held only while looking.
    """
    ends, told = trip.clock() + most, 0
    while True:
        missing = len(_missing(trip))
        left = (ends - trip.clock()).total_seconds()
        if not missing or left <= 0:
            return missing
        if missing != told:
            tell(missing)
            told = missing
        sleep(min(_PAUSE, left))


def _missing(trip: Trip) -> frozenset[str]:
    """Return the slugs of the posts that would be sent if their pages were live."""
    due = {(step.slug, step.channel) for step in foresee(trip, live=False) if step.act is Act.SEND}
    if not due:
        return frozenset()
    posts = {post.slug: post for post in trip.posts}
    slugs = {slug for slug, _ in due}
    return frozenset(slug for slug in slugs if not trip.live(posts[slug]).ok)
