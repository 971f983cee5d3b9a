"""Begin the posts that were proposed for gaps: a draft for each idea, which stays as background."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cmflow import blanks, correct, frontmatter
from cmflow.errors import CmflowError, Finding, failure, say
from cmflow.filling import Proposal
from cmflow.library import Library
from cmflow.schedule import Entry
from cmflow.settings import Settings


def write(proposals: Iterable[Proposal], settings: Settings, library: Library) -> tuple[Path, ...]:
    """Write a draft for every proposal with an idea; returns the paths of what was written.

    The idea gets a line `post:` with the slug, so that it waits no longer. Raises `CmflowError`
    with everything that could not be begun, after the rest was.
    """
    written: list[Path] = []
    findings: list[Finding] = []
    done: set[str] = set()
    for proposal in proposals:
        idea = proposal.idea
        if idea is None or idea.slug in done:
            continue
        done.add(idea.slug)
        try:
            written += _begin(idea, proposal, settings, library)
        except CmflowError as error:
            findings += error.findings
    if findings:
        raise CmflowError(*findings)
    return tuple(written)


def _begin(
    idea: Entry, proposal: Proposal, settings: Settings, library: Library
) -> tuple[Path, Path]:
    wish = blanks.Wish(
        title=idea.title,
        slug=idea.slug,
        date=proposal.slot.start,
        authors=idea.authors,
        categories=idea.categories,
        series=idea.series,
        persona=idea.persona,
        objective=idea.objective,
        intent=idea.intent or None,
    )
    file = settings.root / idea.path
    source, finding = frontmatter.read(idea.path, file.read_bytes())
    linked = source is not None and source.meta.get("post") == idea.slug
    fix = correct.insert(source, "title", "post", idea.slug, idea.slug) if source else None
    if finding is not None or (fix is None and not linked):
        raise failure(
            idea.path,
            say("The front matter is written in a way that cannot be changed by one line."),
            say("Add a line yourself: post: {slug}", slug=idea.slug),
        )
    path = blanks.begin("post", wish, settings, library)
    if fix is not None:
        frontmatter.insert_line(file, fix.line, fix.new)
    return path, file
