"""Captions that cannot be read, or a video of the site that has none.

Captions also become the transcript, which people search, quote and read where they cannot listen.
A file that cannot be read stops the build; none at all is a warning.

Wrong:

```yaml
video:
  src: surjet.webm
  title: Le surjet en deux minutes
```

Right:

```yaml
video:
  src: surjet.webm
  title: Le surjet en deux minutes
  captions: surjet.vtt
```
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from cmflow.errors import Finding, Level, say
from cmflow.rules.view import View
from cmflow.transcript import TranscriptError, parse
from cmflow.urls import asset_path

NAME = "captions"


def run(view: View) -> Iterator[Finding]:
    """Yield the captions that are no WebVTT, and the videos of the site without any."""
    for post in view.library.posts:
        video = post.meta.video
        if video is None:
            continue
        source = view.source(post)
        path = asset_path(video.captions, post.path)
        if path in view.captions:
            yield from _unreadable(f"{view.docs}/{path}", view.captions[path])
        elif not video.captions and asset_path(video.src, post.path) in view.files:
            yield Finding(
                NAME,
                source.path,
                source.line_of("video"),
                say("The video {src} has no captions.", src=video.src),
                say(
                    "Write them as WebVTT, and name the file: captions: {name}.vtt",
                    name=posixpath.splitext(video.src)[0],
                ),
                Level.WARNING,
            )


def _unreadable(path: str, data: bytes) -> Iterator[Finding]:
    try:
        parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        yield Finding(
            NAME,
            path,
            data[: error.start].count(b"\n") + 1,
            say("The file is not UTF-8: byte {byte} cannot be read.", byte=hex(data[error.start])),
            say("Save it again in your editor with the encoding UTF-8."),
        )
    except TranscriptError as error:
        yield Finding(NAME, path, error.line, error.message, error.remedy)
