"""`cmflow syndicate --resolve` and `--paste`: a person's word, and the address that a person copied."""

from __future__ import annotations

import datetime as dt

import pytest
from sites import CONFIG, a_post, make_site
from test_cli import run

from cmflow import ledger_file
from cmflow.ledger import PartReceipt, Receipt, State

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
CHANNELS = {
    "bluesky": {"network": "bluesky", "account": "a.example", "since": dt.date(2026, 1, 1)},
    "masto": {"network": "mastodon", "server": "https://m.example", "since": dt.date(2026, 1, 1)},
    "dev": {"network": "devto", "since": dt.date(2026, 1, 1)},
    "forum": {"network": "assisted", "account": "forum", "since": dt.date(2026, 1, 1)},
}


@pytest.fixture
def receipts(tmp_path, monkeypatch):
    """A site whose post is in doubt on three channels; returns the folder of its receipts."""
    plugins = [*CONFIG["plugins"][:-1], {"cmflow": {"channels": CHANNELS}}]
    make_site(tmp_path, {"blog/posts/un.md": a_post("un")}, plugins=plugins)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "content" / "community" / "receipts"
    for id_ in ("bluesky", "masto", "dev"):
        part = PartReceipt(State.UNKNOWN, key="0f" * 16)
        ledger_file.write(folder, Receipt("un", id_, CHANNELS[id_]["network"], (part,)))
    return folder


@pytest.mark.parametrize(
    ("channel", "url", "id_"),
    [
        ("masto", "https://m.example/@acme/1135/embed", "1135"),
        ("bluesky", f"https://bsky.app/profile/{DID}/post/3lbx", f"at://{DID}/app.bsky.feed.post/3lbx"),
    ],
)  # fmt: skip
def test_the_id_is_what_the_network_reads_from_the_address(receipts, capsys, channel, url, id_):
    code, _, err = run(capsys, "syndicate", "--resolve", f"un/{channel}", "sent", "--url", url)
    assert code == 0, err
    (part,) = ledger_file.read(receipts, ("un", channel)).parts
    assert (part.state, part.id, part.url) == (State.SENT, id_, url)


def test_an_address_that_is_no_note_is_refused_and_nothing_is_said(receipts, capsys):
    url = "https://bsky.app/profile/a.example"
    code, _, err = run(capsys, "syndicate", "--resolve", "un/bluesky", "sent", "--url", url)
    assert code == 1
    assert "This is no address of a note on Bluesky." in err
    assert ledger_file.read(receipts, ("un", "bluesky")).parts[0].state is State.UNKNOWN


def test_where_the_network_has_to_be_asked_a_missing_secret_is_named(receipts, capsys):
    url = "https://dev.to/acme/un-1a2b"
    code, _, err = run(capsys, "syndicate", "--resolve", "un/dev", "sent", "--url", url)
    assert code == 1
    assert "CMFLOW_DEV_TOKEN is not set" in err
    assert "DEV Community API keys" in err


def test_without_an_address_a_word_is_enough(receipts, capsys):
    code, _, err = run(capsys, "syndicate", "--resolve", "un/dev", "sent")
    assert code == 0, err
    assert ledger_file.read(receipts, ("un", "dev")).parts[0].state is State.SENT


def test_a_channel_that_nobody_knows_is_named(receipts, capsys):
    code, _, err = run(capsys, "syndicate", "--resolve", "un/x", "sent")
    assert code == 1
    assert "The channel “x” is unknown." in err


def test_any_address_may_be_pasted(receipts, capsys):
    url = "https://forum.example/?t=42"
    code, _, err = run(capsys, "syndicate", "--paste", "un/forum", url)
    assert code == 0, err
    assert ledger_file.read(receipts, ("un", "forum")).url == url
