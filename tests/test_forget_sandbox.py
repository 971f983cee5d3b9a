"""Forgetting somebody whose answers still stand on the network: on the sandbox, by the commands."""

import datetime as dt
import re

import pytest
from served import serving
from voyage import Voyage

from cmflow.forgotten import KEY
from cmflow.sandbox import Sandbox

SECRETS = {"mastodon": "CMFLOW_ICI_TOKEN", "bluesky": "CMFLOW_ICI_PASSWORD"}

pytestmark = [pytest.mark.slow]


@pytest.fixture
def sandbox(tmp_path, socket_enabled):
    with Sandbox(tmp_path / "sandbox") as made:
        yield made


def traces(root, *words):
    """Every file below a folder that holds one of some words, whatever their capitals."""
    pattern = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    return [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*"))
        if path.is_file()
        and pattern.search(path.name + path.read_bytes().decode("utf-8", "replace"))
    ]


@pytest.mark.parametrize("network", SECRETS)
def test_who_was_forgotten_is_nowhere_and_does_not_come_back(network, sandbox, tmp_path):
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
        secrets = {SECRETS[network]: "sandbox-atelier", KEY: "a key of many letters"}
        site = Voyage(root, url, {"ici": channel}, secrets)
        site.build()
        site.run("syndicate")
    [note] = sandbox.notes()
    first = sandbox.answer(note.id, "Quel beau banc", name="Ondine Quemener")
    second = sandbox.answer(first, "Ondine Quemener a raison", name="Paul")
    sandbox.answer(second, "Merci Paul", name="Ondine Quemener")
    site.run("collect")
    told = {one["text"]: one for one in site.comments().values()}
    profile = told["<p>Quel beau banc</p>"]["author"]["url"]
    handle = profile.rpartition("/")[2].lstrip("@")
    words = ("Ondine", "Quemener", handle, profile.partition("://")[2])
    site.page()
    assert traces(root, *words)

    site.run("forget", profile, "--yes")
    after = site.files()
    site.page()
    assert traces(root, *words) == []
    sandbox.answer(second, "C’est encore moi", name="Ondine Quemener")
    site.run("collect")
    assert site.files() == after
    (kept,) = site.comments().values()
    assert kept["text"] == "<p>[…] a raison</p>"
    assert "reply_to" not in kept
    page = site.page()
    assert "a raison" in page
    assert traces(root, *words) == []
