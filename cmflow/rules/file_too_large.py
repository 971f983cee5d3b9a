"""A text or a picture too large for those who read it.

A text above 2 MB is no text, and is not read at all. A picture above 5 MB costs a reader on a
phone half a minute: that is a warning.

Wrong: `![Le quai](IMG_4711.jpg)`, straight from the camera, 9 MB.

Right: the same picture, 1600 pixels wide, 300 kB.
"""

from __future__ import annotations

from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View

NAME = "file-too-large"

HEAVIEST = 5_000_000
"""Bytes of a picture; what a phone loads in about half a minute on a slow network."""

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif", ".tiff")


def run(view: View) -> Iterator[Finding]:
    """Yield the texts that were not read, and the pictures that weigh too much."""
    yield from (found for found in view.reading if found.rule == NAME)
    for path, size in view.files.items():
        if size > HEAVIEST and path.lower().endswith(_PICTURES):
            yield Finding(
                NAME,
                f"{view.docs}/{path}",
                0,
                say("The picture is {size} MB long.", size=round(size / 1e6, 1)),
                say("Save it smaller: 1600 pixels are wide enough, as JPEG or WebP."),
                Level.WARNING,
            )
