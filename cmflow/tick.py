"""What is due, once and in order: for cron, and for a CI that we write no workflows for.

Every step looks at the state of things and does what is due, so a tick that was missed, cut off or
run twice does no harm. A step that fails stops only the one that lives on what it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from cmflow.settings import Settings
from cmflow.workflow_facts import Facts


class Step(msgspec.Struct, frozen=True):
    """One step: its name, the words of the command, and the step without which it makes no sense.

    `shell` is a command of the caller's own, instead of `words`.
    """

    name: str
    words: tuple[str, ...] = ()
    after: str = ""
    shell: str = ""


BUILD, DEPLOY, SYNDICATE, COLLECT, CALENDAR = "build", "deploy", "syndicate", "collect", "calendar"


def steps(
    settings: Settings, facts: Facts, *, deploy: str = "", wait: int = 0, review: bool = False
) -> tuple[Step, ...]:
    """Return the steps that a site has.

    `deploy` publishes the output folder, `wait` is for how many minutes to wait for the pages, and
    with `review` what is held goes to a branch of its own.
    """
    waits = ("--wait", str(wait)) if wait else ()
    # What is announced must be live; how it came there is nobody's business but the page's.
    found = [Step(BUILD, ("build",))]
    if deploy:
        found.append(Step(DEPLOY, after=BUILD, shell=deploy))
    if settings.cmflow.channels:
        found.append(Step(SYNDICATE, ("syndicate", *waits)))
    if hears(settings):
        found.append(Step(COLLECT, ("collect", *(("--review",) if review else ()))))
    if facts.plans:
        found.append(Step(CALENDAR, ("calendar", "--write")))
    return tuple(found)


def hears(settings: Settings) -> bool:
    """Tell whether there is anything from which answers come."""
    from cmflow import sources  # read only where somebody asks

    channels = settings.cmflow.channels.values()
    return bool(settings.cmflow.sources) or any(sources.of_channel(c.network) for c in channels)


def run(todo: tuple[Step, ...], take: Callable[[Step], int]) -> Mapping[str, int]:
    """Take the steps; returns the exit code of each, -1 where it was left out."""
    done: dict[str, int] = {}
    for step in todo:
        done[step.name] = -1 if done.get(step.after, 0) else take(step)
    return done
