"""A calendar made by hand, for tests of what is made out of one: a week of everything."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import factory
import msgspec

from cmflow.catalogue import catalogue
from cmflow.errors import Finding, Level, say
from cmflow.labels import Labels
from cmflow.library import Library
from cmflow.post import Persona
from cmflow.schedule import Calendar, Entry, Kind, Slot, Stage

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
NOW = dt.datetime(2026, 11, 21, 10, 30, tzinfo=PARIS)
"""A Saturday."""

WICKED = '<script>alert(1)</script> | [x](javascript:y) "q" {{ 7*7 }} @bob </script><!-- \u2028'
"""A title that wants to be everything but a title."""


def at(text: str) -> dt.datetime:
    """Read a wall-clock time in Paris: 2026-11-24 09:00."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=PARIS)


def a_post(slug: str, when: str, stage: Stage, title: str = "", **more) -> Entry:
    """Make the entry of a post of nine in the morning, or of a given time."""
    start = at(when if " " in when else f"{when} 09:00")
    path = f"content/blog/posts/{slug}.md"
    base = {
        "path": path, "line": 3, "slug": slug, "authors": ("lea",), "persona": "navigatrice",
        "intent": "inform", "public": stage is Stage.PUBLISHED, "stage": stage,
    }  # fmt: skip
    return Entry(f"post/{slug}", Kind.POST, title or slug.capitalize(), start, **(base | more))


def an_idea(name: str, title: str, when: dt.datetime | dt.date = NOW, **more) -> Entry:
    """Make an idea; its start says nothing while it has no date."""
    path = f"content/plan/ideas/{name}.md"
    base = {"stage": Stage.IDEA, "path": path, "line": 1}
    return Entry(f"idea/{name}", Kind.POST, title, when, **(base | more))


POSTS = (
    a_post("machine", "2026-11-18", Stage.PUBLISHED, "Quelqu’un pour la machine"),
    a_post("oubli", "2026-11-17", Stage.DRAFTED, "Un oubli"),
    a_post("fil", "2026-11-24", Stage.SCHEDULED, "Quel fil ?", authors=("yann",), intent="help"),
    a_post("teinture", "2026-12-01", Stage.DRAFTED, "Trois teintures", series="quatre-mots"),
    a_post("relu", "2026-12-04 10:30", Stage.APPROVED, "Relu et approuvé"),
    a_post("besace", "2026-02-10", Stage.PUBLISHED, "La besace", series="quatre-mots"),
)
NOTES = (
    Entry("note/fil/mastodon", Kind.NOTE, "Quel fil ?", at("2026-11-24 09:00"), slug="fil", channel="mastodon"),
    Entry("note/fil/bluesky", Kind.NOTE, "Quel fil ?", at("2026-11-25 18:00"), slug="fil", channel="bluesky"),
)  # fmt: skip
OTHERS = (
    an_idea("ecole", "L’école de voile", at("2026-12-15 09:00"), stage=Stage.PLANNED),
    Entry(
        "event/portes", Kind.EVENT, "Portes ouvertes", at("2026-12-05 10:00"),
        at("2026-12-05 18:00"), place="Lorient", public=True, path="content/blog/events/portes.md",
    ),
    Entry("observance/noel/2026-12-25", Kind.OBSERVANCE, "Noël", dt.date(2026, 12, 25)),
    Entry(
        "absence/lea/2026-12-20", Kind.ABSENCE, "Léa Kervella", dt.date(2026, 12, 20),
        dt.date(2027, 1, 5), authors=("lea",), path="content/plan/absences.yml", line=1,
    ),
    Entry("review/mastodon", Kind.REVIEW, "mastodon", dt.date(2026, 11, 23), channel="mastodon"),
)  # fmt: skip
IDEAS = (
    an_idea("dos", "Le dos des piqueuses", persona="navigatrice"),
    an_idea("gauchers", "Coudre de la main gauche"),
)
SLOTS = (
    Slot("mardi", at("2026-11-17 09:00"), "L’article du mardi"),
    Slot("mardi", at("2026-11-24 09:00"), "L’article du mardi", slug="fil"),
    Slot("mardi", at("2026-12-08 09:00"), "L’article du mardi", ideas=("dos", "gauchers")),
    Slot("mots", at("2026-12-11 10:00"), "Quatre mots"),
)
FINDINGS = (
    Finding(
        "calendar-gap", "content/plan/cadences.yml", 2,
        say("Nothing fills “{title}” on {day}.", title="L’article du mardi", day="8 décembre"),
        say("Give an idea this date."), Level.WARNING,
    ),
)  # fmt: skip


def a_calendar(*more: Entry, now: dt.datetime = NOW, **changes) -> Calendar:
    """Make the calendar, with more entries and other fields where a test wants them."""
    entries = sorted((*POSTS, *NOTES, *OTHERS, *more), key=_order)
    made = Calendar(now, tuple(entries), SLOTS, IDEAS)
    return msgspec.structs.replace(made, **changes)


def labels(language: str = "fr") -> Labels:
    """The words of the site to which the calendar belongs."""
    library = Library(
        (), (), {"lea": factory.LEA, "yann": factory.YANN},
        {"navigatrice": Persona("navigatrice", "Solenn")}, {}, (),
    )  # fmt: skip
    return Labels(factory.settings(), library, catalogue(language))


def many(count: int) -> Calendar:
    """Make a calendar of so many posts, some each day, around now."""
    first = NOW.replace(hour=9, minute=0) - dt.timedelta(days=count // 4)
    stages = tuple(Stage)[1:]
    entries = tuple(
        a_post(f"post-{n}", "2026-01-01", stages[n % len(stages)], f"Un article au titre assez long, {n}",
               series="quatre-mots" if n % 3 else "", authors=(("lea", "yann")[n % 2],))
        for n in range(count)
    )  # fmt: skip
    moved = (
        msgspec.structs.replace(entry, start=first + dt.timedelta(hours=12 * at))
        for at, entry in enumerate(entries)
    )
    return Calendar(NOW, tuple(moved), SLOTS, IDEAS)


def _order(entry: Entry) -> tuple[str, str]:
    return entry.start.isoformat(), entry.uid
