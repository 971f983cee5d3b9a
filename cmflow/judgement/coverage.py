"""Personas, objectives and categories that nothing serves."""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, Message, say
from cmflow.judgement.desk import Desk
from cmflow.post import PostMeta
from cmflow.schedule import Entry

NAME = "coverage"


def find(desk: Desk) -> Iterator[Finding]:
    """Yield what is not served, where the site serves such a thing at all."""
    if not desk.speaks or not desk.library.posts:
        return
    posts = [post.meta for post in desk.library.posts]
    seen: list[Entry | PostMeta] = [*(post.meta for post in desk.recent), *desk.coming]
    if any(meta.persona for meta in posts):
        yield from _personas(desk, {one.persona for one in seen})
    if any(meta.objective for meta in posts):
        yield from _objectives(desk, {one.objective for one in seen})
    if any(meta.categories for meta in posts):
        yield from _categories(desk, {name for one in seen for name in one.categories})


def _personas(desk: Desk, served: set[str]) -> Iterator[Finding]:
    folder = desk.settings.below_root(desk.settings.plan / "personas")
    for id_, persona in desk.library.personas.items():
        if id_ not in served:
            message = say("No post of the last twelve weeks, and none planned, is for {persona}.",
                          persona=persona.name)  # fmt: skip
            yield _finding(f"{folder}/{id_}.md", 1, message)


def _objectives(desk: Desk, served: set[str]) -> Iterator[Finding]:
    for id_ in desk.settings.cmflow.objectives:
        if id_ not in served:
            message = say("No post of the last twelve weeks, and none planned, helps to reach "
                          "“{objective}”.", objective=id_)  # fmt: skip
            line = desk.line("cmflow", "objectives", id_)
            yield _finding(desk.settings.config.name, line, message)


def _categories(desk: Desk, served: set[str]) -> Iterator[Finding]:
    for at, name in enumerate(desk.settings.blog.categories_allowed):
        if name not in served:
            message = say("No post of the last twelve weeks, and none planned, is in “{category}”.",
                          category=name)  # fmt: skip
            line = desk.line("blog", "categories_allowed", at)
            yield _finding(desk.settings.config.name, line, message)


def _finding(path: str, line: int, message: Message) -> Finding:
    remedy = say("Plan one, or decide that you no longer want it and take it out.")
    return Finding(NAME, path, line, message, remedy, Level.WARNING)
