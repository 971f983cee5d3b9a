"""A number in a series that is missing, doubled, below nought, or without a series.

The navigation of a series goes by these numbers; the first episode is #0.

Wrong: `episode: 3` in two interviews of the series `quatre-mots`.

Right: `episode: 3` in one, `episode: 4` in the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, Message, say
from cmflow.post import Post
from cmflow.rules.view import View

NAME = "episode"


def run(view: View) -> Iterator[Finding]:
    """Yield every episode that its series cannot place."""
    numbered = {post.meta.series for post in view.library.posts if post.meta.episode is not None}
    owners: dict[tuple[str, int], Post] = {}
    for post in reversed(view.library.posts):
        series, episode = post.meta.series, post.meta.episode
        if episode is None:
            if series and series in numbered and "episode" not in view.source(post).meta:
                yield _finding(
                    view,
                    post,
                    "series",
                    say(
                        "The series “{series}” has numbers, and this post has none.", series=series
                    ),
                    say("Add a line “episode: …” with the next number."),
                    Level.WARNING,
                )
        elif episode < 0:
            yield _finding(
                view,
                post,
                "episode",
                say("There is no episode {number}.", number=episode),
                say("Count from 0."),
            )
        elif not series:
            yield _finding(
                view,
                post,
                "episode",
                say("Episode {number} belongs to no series.", number=episode),
                say("Add a line “series: …”, or take the number out."),
                Level.WARNING,
            )
        elif owners.setdefault((series, episode), post) is not post:
            yield _finding(
                view,
                post,
                "episode",
                say(
                    "Episode {number} of “{series}” is {path} already.",
                    number=episode,
                    series=series,
                    path=view.source(owners[series, episode]).path,
                ),
                say("Give the newer one the next number."),
            )


def _finding(
    view: View, post: Post, key: str, message: Message, remedy: Message, level: Level = Level.ERROR
) -> Finding:
    source = view.source(post)
    return Finding(NAME, source.path, source.line_of(key), message, remedy, level)
