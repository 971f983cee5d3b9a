"""A preview in Markdown, for the page of a pull request: what each channel will show of a post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cmflow.catalogue import Catalogue
from cmflow.errors import say
from cmflow.preview import Showing, by_post
from cmflow.preview_text import footer

_TICKS = re.compile(r"`+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|@!~$&-])")


def as_markdown(showings: Iterable[Showing], words: Catalogue) -> str:
    """Write showings as GitHub's Markdown; a text stands in a fence, where it calls nobody.

    https://github.github.com/gfm/
    """
    blocks: list[str] = []
    for title, group in by_post(showings):
        blocks.append(f"### {_plain(title)}")
        for showing in group:
            blocks += _channel(showing, words)
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _channel(showing: Showing, words: Catalogue) -> Iterator[str]:
    name = f"{showing.channel} · {words.gettext(showing.network_title)}"
    yield f"**{_plain(name)}**"
    if not showing.parts:
        yield from _why(showing, words)
        return
    if showing.warning:
        yield _plain(words.show(say("Warning: {text}", text=showing.warning)))
    for piece in showing.parts:
        yield _fenced(piece.text)
        for one in piece.media:
            name = one.path.rpartition("/")[2]
            shown = words.show(say("Picture {name}: {alt}", name=name, alt=one.alt))
            yield f"- {_plain(shown)}"
    if showing.card:
        yield _fenced("\n".join(filter(None, (showing.card.title, showing.card.description))))
    yield _plain(footer(showing, words))


def _why(showing: Showing, words: Catalogue) -> Iterator[str]:
    if not showing.findings:
        yield words.gettext("Nothing is said here.")
    for finding in showing.findings:
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        said = f"{place}: {words.show(finding.message)} {words.show(finding.remedy)}"
        yield f"- {_plain(said)}"


def _fenced(text: str) -> str:
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Take from a line what Markdown would read in it; a name in it calls nobody."""
    one_line = " ".join(text.split())
    return _SPECIAL.sub(r"\\\1", one_line).replace("\\@", "@\u2060")
