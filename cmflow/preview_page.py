"""A preview as one page that looks like each network's cards and asks nobody for anything."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from cmflow import stencil
from cmflow.catalogue import Catalogue
from cmflow.networks.spans import spans
from cmflow.note import Media
from cmflow.preview import Showing, by_post
from cmflow.preview_text import footer, measure

_TEMPLATES = Path(__file__).parent / "templates"

LARGEST = 3_000_000
"""Bytes. A larger picture is shown by its words alone, or no browser would open the page."""


def as_html(
    showings: Iterable[Showing], words: Catalogue, site: str, read: Callable[[str], bytes]
) -> str:
    """Write showings as a page; `site` is the name that speaks, `read` returns a picture's bytes.

    Every text is escaped, pictures are in the page itself, and its own policy forbids the rest.
    """
    jinja = stencil.Environment(words, _TEMPLATES)
    return jinja.get_template("preview.html").render(
        posts=list(by_post(showings)),
        site=site,
        language=words.language,
        marked=marked,
        picture=lambda media: _embedded(media, read),
        footer=lambda showing: footer(showing, words),
        measure=measure,
        show=words.show,
        host=lambda url: urlsplit(url).hostname or "",
    )


def marked(text: str) -> Markup:
    """Escape a text; its links and hashtags are marked, as a network does, and lead nowhere."""
    made, at = Markup(), 0
    for span in spans(text):
        made += escape(text[at : span.start])
        made += Markup('<span class="link">{}</span>').format(text[span.start : span.end])
        at = span.end
    return made + escape(text[at:])


def _embedded(media: Media, read: Callable[[str], bytes]) -> str:
    if media.size > LARGEST or not media.kind:
        return ""
    try:
        data = read(media.path)
    except OSError:
        return ""
    return f"data:{media.kind};base64,{base64.b64encode(data).decode()}"
