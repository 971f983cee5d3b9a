"""What was written and planned, as entries of a calendar: each with its time, stage and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from cmflow import urls, walltime
from cmflow.ledger import State
from cmflow.occurrences import beside
from cmflow.plan_files import Idea
from cmflow.post import Post
from cmflow.scene import Scene, holds, line_of
from cmflow.schedule import Entry, Kind, Moment, Stage
from cmflow.settings import Settings

_DAY = dt.timedelta(days=1)


def entries(scene: Scene) -> Iterator[Entry]:
    """Yield every entry of the span, in no order."""
    for entry in _all(scene):
        if holds(entry.start, entry.end, scene.since, scene.until, scene.zone):
            yield entry


def waiting(scene: Scene) -> tuple[Entry, ...]:
    """Return the ideas that have no date yet, the oldest first."""
    made = (_idea(idea, scene) for idea in _open(scene) if idea.date is None)
    return tuple(sorted(made, key=lambda entry: (walltime.day(entry.start), entry.uid)))


def stage(post: Post, now: dt.datetime, landed: Collection[str] | None = None) -> Stage:
    """Return how far a post has come. What has not landed on the base branch is no more than
    approved, whatever its front matter says.
    """  # noqa: D205  # one sentence would not fit
    meta = post.meta
    if meta.draft or (landed is not None and post.slug not in landed):
        approved = meta.approved is not None and meta.approved <= now.date()
        return Stage.APPROVED if approved else Stage.DRAFTED
    is_to_come = post.published.astimezone(dt.UTC) > now
    return Stage.SCHEDULED if is_to_come else Stage.PUBLISHED


def _all(scene: Scene) -> Iterator[Entry]:
    for post in scene.library.posts:
        inside = scene.since - _DAY <= post.published < scene.until
        if inside:
            yield _post(post, scene)
        if inside or post.meta.notes:
            yield from _notes(post, scene)
    yield from (_idea(idea, scene) for idea in _open(scene) if idea.date is not None)
    yield from beside(scene)


def _post(post: Post, scene: Scene) -> Entry:
    meta, source = post.meta, scene.library.sources[post.path]
    reached = stage(post, scene.now, scene.landed)
    return Entry(
        uid=f"post/{post.slug}",
        kind=Kind.POST,
        title=post.title,
        start=_post_start(post),
        stage=reached,
        slug=post.slug,
        authors=meta.authors,
        persona=meta.persona,
        series=meta.series,
        intent=meta.intent.value if meta.intent else "",
        objective=meta.objective,
        categories=meta.categories,
        url=_address(post, scene.settings),
        text=meta.summary,
        path=source.path,
        line=line_of(source.text, "date"),
        public=reached is Stage.PUBLISHED,
    )


def _notes(post: Post, scene: Scene) -> Iterator[Entry]:
    for id_, channel in scene.settings.cmflow.channels.items():
        said = post.meta.notes.get(id_)
        if said is False or channel.since is None or post.published.date() < channel.since:
            continue
        receipt = scene.receipts((post.slug, id_))
        at = said.at if said else None
        start: Moment = _post_start(post)
        if at is not None and walltime.begin(at, scene.zone) > post.published:
            start = walltime.moment(at, scene.zone)
        reached = stage(post, scene.now, scene.landed)
        if receipt is not None and receipt.parts:
            state = receipt.parts[0].state
            if state in (State.GONE, State.SEEDED):
                continue
            if state is State.SENT:
                reached = Stage.PUBLISHED
                created = receipt.parts[0].created
                start = created.astimezone(scene.zone) if created else start
        elif reached is Stage.PUBLISHED:
            reached = Stage.SCHEDULED  # the post is there, and nothing was sent of it yet
        yield Entry(
            uid=f"note/{post.slug}/{id_}",
            kind=Kind.NOTE,
            title=post.title,
            start=start,
            stage=reached,
            slug=post.slug,
            channel=id_,
            authors=post.meta.authors,
            persona=post.meta.persona,
            series=post.meta.series,
            intent=post.meta.intent.value if post.meta.intent else "",
            objective=post.meta.objective,
            categories=post.meta.categories,
            url=receipt.url if receipt else "",
            text=said.text if said else "",
            path=scene.library.sources[post.path].path,
            line=line_of(scene.library.sources[post.path].text, "notes" if said else "date"),
        )


def _open(scene: Scene) -> Iterator[Idea]:
    """Yield the ideas of which no post came yet."""
    slugs = {post.slug for post in scene.library.posts}
    for idea in scene.plans.ideas:
        if not slugs & {idea.post, idea.id}:
            yield idea


def _idea(idea: Idea, scene: Scene) -> Entry:
    planned = idea.date is not None
    # With a date it is the entry of the post to come, which keeps its place when it is begun.
    uid = f"post/{idea.post or idea.id}" if planned else f"idea/{idea.id}"
    return Entry(
        uid=uid,
        kind=Kind.POST,
        title=idea.title,
        start=idea.date or idea.created or scene.now.date(),
        stage=Stage.PLANNED if planned else Stage.IDEA,
        slug=idea.post or idea.id,
        authors=idea.authors,
        persona=idea.persona,
        series=idea.series,
        intent=idea.intent,
        objective=idea.objective,
        categories=idea.categories,
        path=idea.path,
        line=idea.line,
    )


def _post_start(post: Post) -> Moment:
    created = post.meta.date.created
    return post.published if isinstance(created, dt.datetime) else created


def _address(post: Post, settings: Settings) -> str:
    try:
        return urls.absolute(urls.post_url(post, settings), settings)
    except (ValueError, LookupError, ArithmeticError):
        # A pattern or a name that makes no address is a finding of a rule.
        return ""
