"""Answers on the sandbox, brought home by the commands: as Mastodon's and as Bluesky's."""

import datetime as dt

import pytest
from served import serving
from voyage import Voyage

from cmflow.sandbox import Sandbox

SECRETS = {"mastodon": "CMFLOW_ICI_TOKEN", "bluesky": "CMFLOW_ICI_PASSWORD"}
EVIL = '<img src=x onerror=alert(1)> [x](javascript:alert(1)) {{ 7*7 }} {% raw %} "\u202e'

pytestmark = [pytest.mark.slow]


@pytest.fixture
def sandbox(tmp_path, socket_enabled):
    with Sandbox(tmp_path / "sandbox") as made:
        yield made


@pytest.mark.parametrize("network", SECRETS)
def test_answers_come_home_are_followed_and_stand_on_the_page(network, sandbox, tmp_path):
    root = tmp_path / "blog"
    (root / "site").mkdir(parents=True)
    account = {"mastodon": "atelier", "bluesky": "atelier.test"}[network]
    channel = {
        "network": network,
        "server": sandbox.url,
        "account": account,
        "since": dt.date(2026, 1, 1),
    }
    with serving(root / "site") as url:
        site = Voyage(root, url, {"ici": channel}, {SECRETS[network]: "sandbox-atelier"})
        site.build()
        site.run("syndicate")
    [note] = sandbox.notes()
    first = sandbox.answer(note.id, "Quel beau banc", name="Zoé")
    second = sandbox.answer(first, EVIL, name=EVIL)
    third = sandbox.answer(second, "Vraiment", name="Paul")
    if network == "mastodon":
        sandbox.answer(note.id, "Entre nous", visibility="private")
        sandbox.answer(note.id, "Rien que pour vous", visibility="direct")
    sandbox.like(note.id)
    sandbox.boost(note.id)
    sandbox.quote(note.id, "Lisez")
    site.run("collect")
    told = {one["text"]: one for one in site.comments().values()}
    evil = next(text for text in told if "7*7" in text)
    ids = {words: told[words]["id"] for words in told}
    assert [told[words].get("reply_to", "") for words in ("<p>Quel beau banc</p>", evil, "<p>Vraiment</p>")] == [
        "", ids["<p>Quel beau banc</p>"], ids[evil],
    ]  # fmt: skip
    assert len(told) == 3
    assert all(f"{kind}: 1" in site.reactions() for kind in ("likes", "boosts", "quotes"))
    once = site.files()
    site.run("collect")
    assert site.files() == once, "a second run changes no byte"
    page = site.page()
    assert "Quel beau banc" in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert "{{ 7*7 }}" in page

    sandbox.edit(third, "Vraiment très beau")
    sandbox.remove(second)
    site.run("collect")
    told = {one["id"]: one for one in site.comments().values()}
    # Below a deleted answer nothing is shown; the one that is left there is asked for by itself.
    assert told[ids["<p>Vraiment</p>"]]["text"] == "<p>Vraiment très beau</p>"
    assert told[ids["<p>Vraiment</p>"]]["reply_to"] == ids[evil]
    assert (told[ids[evil]]["status"], told[ids[evil]]["text"]) == ("gone", "")
    assert "7*7" not in str(site.files())
    page = site.page()
    assert "Vraiment très beau" in page
    assert "7*7" not in page
