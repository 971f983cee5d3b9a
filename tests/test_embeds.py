"""Which pages of video platforms become a player, and which stay links."""

from __future__ import annotations

import pytest

from cmflow.embeds import player


@pytest.mark.parametrize(
    ("page", "frame"),
    [
        (
            "https://www.youtube.com/watch?list=x&v=abcdefghijk",
            "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&rel=0&start={at}",
        ),
        (
            "https://youtu.be/abcdefghijk?si=tracker",
            "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1&rel=0&start={at}",
        ),
        (
            "https://vimeo.com/76979871",
            "https://player.vimeo.com/video/76979871?autoplay=1&dnt=1#t={at}s",
        ),
        (
            "https://tube.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            (
                "https://tube.example/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d"
                "?autoplay=1&p2p=0&start={at}s"
            ),
        ),
    ],
)
def test_a_known_platform_has_a_player_without_cookies(page: str, frame: str):
    assert player(page) == frame


@pytest.mark.parametrize(
    "page",
    [
        "https://www.youtube.com/@channel",
        "https://youtu.be/abcdefghijklmnop",
        "https://evil.example/?https://youtu.be/abcdefghijk",
        "http://youtu.be/abcdefghijk",
        "javascript:alert(1)//youtube.com/watch?v=abcdefghijk",
        "../assets/film.webm",
        "",
    ],
)
def test_everything_else_stays_a_link(page: str):
    assert player(page) == ""
