"""The players of video platforms: from the page of a video to the frame that a click loads.

The page of a platform that is not listed stays a plain link. Checked 2026-11:
https://developers.google.com/youtube/player_parameters,
https://help.vimeo.com/hc/en-us/articles/12426260232977,
https://docs.joinpeertube.org/api/embed-player.
"""

from __future__ import annotations

import re

from cmflow.safe import address

_PLAYERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"https://(?:www\.|m\.)?youtube\.com/watch\?(?:[^#]*&)?v=(?P<id>[\w-]{11})(?![\w-])"
        ),
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1&rel=0&start={at}",
    ),
    (
        re.compile(r"https://youtu\.be/(?P<id>[\w-]{11})(?![\w-])"),
        "https://www.youtube-nocookie.com/embed/{id}?autoplay=1&rel=0&start={at}",
    ),
    (
        re.compile(r"https://(?:www\.)?vimeo\.com/(?P<id>\d+)$"),
        "https://player.vimeo.com/video/{id}?autoplay=1&dnt=1#t={at}s",
    ),
    (
        re.compile(r"https://(?P<host>[\w.-]+)/(?:w|videos/watch)/(?P<id>[\w-]{20,40})(?![\w-])"),
        "https://{host}/videos/embed/{id}?autoplay=1&p2p=0&start={at}s",
    ),
)


def player(url: str) -> str:
    """Return the frame's address for a video's page, with `{at}` for the second to begin at.

    Empty where the platform is unknown: such a video is a link.

    >>> player("https://vimeo.com/76979871")
    'https://player.vimeo.com/video/76979871?autoplay=1&dnt=1#t={at}s'
    """
    clean = address(url)
    for pattern, frame in _PLAYERS:
        if match := pattern.match(clean):
            return frame.format(**match.groupdict(), at="{at}")
    return ""
