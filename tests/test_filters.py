"""What templates do with values."""

from __future__ import annotations

import pytest

from cmflow.filters import anchor, host, network, seconds


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


def test_an_anchor_is_one_word_whatever_the_id_holds():
    assert anchor('x" onclick="alert(1) é') == "comment-x-onclick-alert-1-e"


def test_a_network_is_written_as_it_writes_itself():
    assert [network(name) for name in ("linkedin", "mastodon", "elsewhere", "")] == [
        "LinkedIn",
        "Mastodon",
        "Elsewhere",
        "",
    ]
