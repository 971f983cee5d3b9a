"""`cmflow preview`: what each channel will show of a post."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import click

from cmflow import frontmatter, report
from cmflow.catalogue import Catalogue
from cmflow.cli import skin, speech
from cmflow.cli.speech import N_
from cmflow.errors import failure, say
from cmflow.preview import Showing, preview
from cmflow.preview import as_json as write_json
from cmflow.preview_md import as_markdown
from cmflow.preview_page import as_html
from cmflow.preview_text import as_text
from cmflow.steps import Act
from cmflow.syndicate import foresee
from cmflow.trip import Desk, opened, unlike


@skin.command(
    "preview",
    N_("POST is the slug of a post; without it, all that is due is shown. It needs no secret."),
)
@skin.argument("post", required=False, default="")
@skin.option("--channel", default="", metavar="ID", help=N_("Show this channel alone."))
@skin.option("--markdown", is_flag=True, help=N_("Write Markdown, for a pull request."))
@skin.option("--json", "as_json", is_flag=True, help=N_("Write for programs."))
@skin.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help=N_("Write one page that looks like each network."),
)  # fmt: skip
@skin.option(
    "--live", is_flag=True, help=N_("Ask the servers how long a note may be; tell what differs.")
)
def command(
    post: str,
    channel: str,
    markdown: bool,  # noqa: FBT001  # Click passes all by name
    as_json: bool,  # noqa: FBT001
    html: Path | None,
    live: bool,  # noqa: FBT001
) -> int:
    """Show it; 1 where a note has a fault, or is made for more than its server takes."""
    with opened(skin.config(), os.environ, lambda: dt.datetime.now(dt.UTC)) as desk:
        settings = desk.facts.settings
        words: Catalogue = speech.words()
        if channel and channel not in settings.cmflow.channels:
            known = ", ".join(settings.cmflow.channels)
            raise failure(
                settings.config.name,
                say("There is no channel “{id}”.", id=channel),
                say("Use one of: {known}.", known=known) if known else say("Add it there."),
            )
        shown = _of_post(desk, post, channel) if post else _due(desk, channel)
        if html:
            read = settings.docs.joinpath
            page = as_html(shown, words, settings.site_name, lambda path: read(path).read_bytes())
            frontmatter.write(html, page.encode())
            speech.tell(say("The page is {file}.", file=html.as_posix()))
        elif as_json:
            click.echo(write_json(shown, words))
        elif markdown:
            click.echo(as_markdown(shown, words), nl=False)
        else:
            console = sys.stdout.isatty()
            click.echo(as_text(shown, words, width=_width(), colour=console))
        if not shown:
            speech.tell(say("Nothing is due."))
        told = tuple(unlike(desk)) if live else ()
        if told:
            click.echo(report.text(told, words, colour=report.wants_colour(sys.stderr)), err=True)
        return 1 if any(one.findings for one in shown) or report.failed(told) else 0


def _of_post(desk: Desk, slug: str, channel: str) -> tuple[Showing, ...]:
    found = tuple(post for post in desk.trip.posts if post.slug == slug)
    if not found:
        message = say("There is no post of this slug.")
        raise failure(slug, message, say("Look at its front matter."))
    return preview(found, desk.facts, channel)


def _due(desk: Desk, channel: str) -> tuple[Showing, ...]:
    """Return what would be sent now, the oldest post first, and what only a fault holds back."""
    steps = {(s.slug, s.channel): s.act for s in foresee(desk.trip, live=False)}
    acts = {Act.SEND, Act.HOLD}
    slugs = {slug for (slug, _), act in steps.items() if act in acts}
    posts = tuple(post for post in reversed(desk.trip.posts) if post.slug in slugs)
    return tuple(
        one
        for one in preview(posts, desk.facts, channel)
        if (act := steps.get((one.slug, one.channel))) is Act.SEND
        or (act is Act.HOLD and one.findings)
    )


def _width() -> int:
    """Return how wide the terminal is, within what one likes to read."""
    return max(40, min(100, click.get_current_context().terminal_width or _columns()))


def _columns() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80
