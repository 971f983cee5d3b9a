"""How long a text is on each network: a table of what is true, and a second opinion on X."""

from pathlib import Path

import pytest
import yaml

from cmflow import lengths

ROWS = yaml.safe_load(Path(__file__).with_name("golden").joinpath("lengths.yml").read_text("utf-8"))
COUNTS = {
    "characters": lengths.characters,
    "utf16": lengths.utf16,
    "bluesky": lengths.bluesky,
    "mastodon": lengths.mastodon,
    "x": lengths.x_weighted,
    "threads": lengths.threads,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["text"])[:40])
def test_a_text_counts_what_the_table_says(row):
    expected = {name: row.get(name, row["characters"]) for name in COUNTS}
    assert {name: count(row["text"]) for name, count in COUNTS.items()} == expected


def test_the_table_has_rows_enough_and_no_row_twice():
    assert len({row["text"] for row in ROWS}) == len(ROWS) >= 60


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row["text"])[:40])
def test_twitter_text_weighs_the_same(row):
    twitter_text = pytest.importorskip("twitter_text", reason="needs twitter-text-parser")
    if row.get("apart") or not row["text"]:
        pytest.skip("twitter-text reads it otherwise")
    assert twitter_text.parse_tweet(row["text"]).weightedLength == lengths.x_weighted(row["text"])


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "https://a.fr/" + "(" * 5000, "a." * 5000, "日" * 5000, "@a" * 5000, "#" * 9000],
)
def test_no_text_takes_long_to_count(text):
    for count in COUNTS.values():
        assert count(text) > 0


def test_half_a_pair_of_surrogates_counts_and_does_not_raise():
    for count in COUNTS.values():
        assert count("\ud83d") in (1, 2)
