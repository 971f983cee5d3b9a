"""Channels and personas whose day of review has come."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.judgement.desk import Desk

NAME = "review-due"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield the reviews that are due."""
    config = desk.settings.config.name
    remedy = say("Keep it or close it, and write the day of the next review.")
    for id_, channel in desk.settings.cmflow.channels.items():
        if channel.review is not None and channel.review <= desk.today:
            message = say("The channel “{id}” was to be reviewed on {day}.",
                          id=id_, day=channel.review.isoformat())  # fmt: skip
            line = desk.line("cmflow", "channels", id_, "review")
            yield Finding(NAME, config, line, message, remedy, Level.WARNING)
    folder = desk.settings.below_root(desk.settings.plan / "personas")
    for id_, persona in desk.library.personas.items():
        if persona.review is not None and persona.review <= desk.today:
            message = say("The persona “{name}” was to be reviewed on {day}.",
                          name=persona.name, day=persona.review.isoformat())  # fmt: skip
            remedy_ = say("Correct what is no longer true, and write the day of the next review.")
            yield Finding(NAME, f"{folder}/{id_}.md", 1, message, remedy_, Level.WARNING)
