"""What templates do with values."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.filters import host, network, origin, seconds
from cmflow.safe import address


@pytest.mark.parametrize(
    ("at", "count"),
    [("0:04", 4), ("1:30", 90), ("1:02:30", 3750), ("12", 12), ("", 0), ("soon", 0), ("-1:00", 0)],
)
def test_a_moment_of_a_video_is_read_as_seconds(at: str, count: int):
    assert seconds(at) == count


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org:8080/x", "example.org"),
        ("https://Mastodon.example/@a", "mastodon.example"),
        ("assets/film.webm", ""),
        ("javascript:alert(1)", ""),
        ("https://[half", ""),
        ("mailto:a@example.org", ""),
    ],
)
def test_a_host_is_named_without_www(url: str, name: str):
    assert host(url) == name


@pytest.mark.parametrize(
    ("place", "url", "words"),
    [
        ("mastodon", "https://m.example/@ana/1", "Mastodon · m.example"),
        ("bluesky", "", "Bluesky"),
        ("webmention", "https://www.ana.example/notes/1", "ana.example"),
        ("", "https://ana.example/", "ana.example"),
        ("mail", "", ""),
    ],
)
def test_an_answer_is_from_a_network_a_host_or_both(place: str, url: str, words: str):
    assert origin(place, url) == words


def test_a_network_is_written_as_it_writes_itself():
    assert [network(name) for name in ("linkedin", "mastodon", "elsewhere", "")] == [
        "LinkedIn",
        "Mastodon",
        "Elsewhere",
        "",
    ]


@given(st.text("wa.:/@?#-A1", max_size=20).map("https://".__add__))
def test_a_host_is_the_one_that_urls_are_read_to_have(url: str):
    try:
        expected = (urlsplit(address(url)).hostname or "").removeprefix("www.")
    except ValueError:
        expected = ""
    assert host(url) == expected
