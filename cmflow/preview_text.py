"""A preview for the terminal: a panel for each channel, with what it counts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from cmflow.catalogue import Catalogue
from cmflow.errors import say
from cmflow.preview import Piece, Showing, by_post

_ENDLESS = 50_000


def as_text(
    showings: Iterable[Showing], words: Catalogue, *, width: int = 80, colour: bool = False
) -> str:
    """Write showings for people, `width` columns wide."""
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=colour, no_color=not colour, legacy_windows=False
    )
    for title, group in by_post(showings):
        console.print(Text(title, style="bold"))
        for showing in group:
            console.print(_panel(showing, words))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())


def _panel(showing: Showing, words: Catalogue) -> Panel:
    name = f"{showing.channel} · {words.gettext(showing.network_title)}"
    return Panel(
        Group(*_body(showing, words)),
        title=Text(f"{name} · {showing.account}" if showing.account else name),
        title_align="left",
        border_style="red" if showing.findings else "dim",
        box=box.ROUNDED,
    )


def _body(showing: Showing, words: Catalogue) -> Iterator[RenderableType]:
    if not showing.parts:
        yield from _why(showing, words)
        return
    if showing.warning:
        yield Text(words.show(say("Warning: {text}", text=showing.warning)), style="yellow")
        yield Text()
    for at, piece in enumerate(showing.parts):
        if at:
            yield Text()
            yield Text(f"{at + 1}/{len(showing.parts)}", style="dim")
        yield from _piece(piece, words)
    if showing.card:
        yield Text()
        yield Text(f"▌ {showing.card.title}", style="bold")
        if showing.card.description:
            yield Text(f"▌ {showing.card.description}")
        yield Text(f"▌ {showing.card.url}", style="dim")
    yield Text()
    yield Text(footer(showing, words), style="dim")


def _piece(piece: Piece, words: Catalogue) -> Iterator[RenderableType]:
    yield Text(piece.text)
    for one in piece.media:
        shown = say("Picture {name}: {alt}", name=one.path.rpartition("/")[2], alt=one.alt)
        yield Text(words.show(shown), style="italic")


def _why(showing: Showing, words: Catalogue) -> Iterator[RenderableType]:
    if not showing.findings:
        yield Text(words.gettext("Nothing is said here."), style="dim")
    for finding in showing.findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        yield Text(f"{place}: {words.show(finding.message)}", style="red")
        yield Text(f"  {words.show(finding.remedy)}")


def footer(showing: Showing, words: Catalogue) -> str:
    """Return the counts, who wrote it, and the cost, on one line."""
    if not showing.parts:
        return ""
    counts = " + ".join(measure(piece) for piece in showing.parts)
    author = say("written by its author") if showing.written else say("from a template")
    return " · ".join(part for part in (counts, words.show(author), showing.cost) if part)


def measure(piece: Piece) -> str:
    """Write how long a part is, and how long it may be where that is within anybody's reach."""
    return f"{piece.count}/{piece.limit}" if piece.limit < _ENDLESS else str(piece.count)
