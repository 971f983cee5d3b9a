"""Notes of small posts, for tests: a post as a person writes it, and channels of real networks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import factory

from cmflow import networks
from cmflow.channel import Channel
from cmflow.compose import Facts, compose
from cmflow.frontmatter import parse
from cmflow.library import Library, read_post
from cmflow.note import Note
from cmflow.rules.view import View
from cmflow.wording import Wording

URL = "https://ateliers.example/journal/articles/un-sac/"

HEAD = """\
---
title: "Le sac de Noé : un essai"
slug: {slug}
date: {date}
authors: [lea]
tags: [fait main, Couture, "2026"]
summary: "Deux jours de *couture* pour un [sac](https://sac.example/)."
image: {{src: sac.jpg, alt: "Un sac bleu"}}
{extra}---

Il a fallu *deux* jours. Puis un matin.

Voir [la toile](https://toile.example/a) et <https://fil.example/>.
"""


def channels(*names, **changes):
    """Return one channel for each network, under its own name."""
    return {name: Channel(network=name, **changes) for name in names}


def a_post(extra="", *, slug="un-sac", date="2026-10-06", text=HEAD):
    """Return a post and its source; `extra` are lines of front matter."""
    written = text.format(slug=slug, date=date, extra=extra)
    source, finding = parse(f"content/blog/posts/{slug}.md", written)
    assert finding is None, finding
    post, findings = read_post(f"posts/{slug}.md", source, factory.settings().zone)
    assert not findings, [f.message.show() for f in findings]
    return post, source


def facts(pairs, named, *, files=None, theme=None, **changes):
    """Return what notes of these posts are made from; `named` are the channels."""
    settings = factory.settings(channels=named, theme=theme, **changes)
    library = Library(
        posts=tuple(sorted((p for p, _ in pairs), key=lambda p: p.published, reverse=True)),
        pages=(),
        authors={"lea": factory.LEA},
        personas={},
        sources={post.path: source for post, source in pairs},
        findings=(),
    )
    loaded = {
        id_: networks.load(channel.network)
        for id_, channel in named.items()
        if channel.network in networks.names()
    }
    files = {"posts/sac.jpg": 90_000} if files is None else files
    return Facts(settings, library, loaded, files, Wording(settings, library))


def note(extra="", *, on="mastodon", named=None, **changes):
    """Return the note of a post on one channel, or what is wrong with it."""
    pair = a_post(extra)
    return compose(pair[0], on, facts([pair], named or channels(on), **changes))


def text(extra="", **options):
    """Return the text of a note that has one part."""
    made = note(extra, **options)
    assert isinstance(made, Note), [f.message.show() for f in made]
    assert len(made.parts) == 1
    return made.parts[0].text


def faults(extra="", **options):
    """Return the rule and the line of everything that is wrong with a note."""
    made = note(extra, **options)
    assert not isinstance(made, Note), made
    return [(finding.rule, finding.line) for finding in made]


def view(pairs, named, *, now=factory.NOW, **changes):
    """Return what the rules see of these posts."""
    made = facts(pairs, named, **changes)
    return View(
        made.settings,
        made.library,
        now=now,
        files=made.files,
        captions={},
        registers={},
        reading=(),
    )


def day(at):
    """Return a day of 2026, from 0."""
    return (dt.date(2026, 1, 1) + dt.timedelta(days=at)).isoformat()


def theme(folder: Path, name: str, text: str) -> Path:
    """Write a template into a theme and return the theme's folder."""
    path = folder / "cmflow" / "notes" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return folder
