"""What the plan asks for: the note of a post on a channel, or why there is none now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from cmflow.compose import Facts, compose, said, wanted
from cmflow.errors import say
from cmflow.note import Note
from cmflow.post import Post
from cmflow.steps import Act, Silence, Voice


def voice(facts: Facts, clock: Callable[[], dt.datetime]) -> Voice:
    """Return the function that makes notes; it holds back what its author wants said later."""

    def speak(post: Post, id_: str) -> Note | Silence:
        if not wanted(post, id_):
            return Silence(Act.SKIP, say("Its author wants no note here."))
        at = said(post, id_).at
        if at is not None:
            # A time without an offset is one of the site's clock.
            at = at if at.tzinfo else at.replace(tzinfo=facts.settings.zone)
            if at > clock():
                return Silence(Act.HOLD, say("Its author wants it said later."), at)
        made = compose(post, id_, facts)
        if isinstance(made, Note):
            return made
        if not made:
            return Silence(Act.SKIP, say("There is nothing to say here."))
        return Silence(Act.HOLD, made[0].message)

    return speak
