"""What every channel will show: for people at a terminal, for programs, as one page."""

import datetime as dt
import json
from html.parser import HTMLParser

import notes
import pytest
import sites
from notes import URL, channels

from cmflow import cli
from cmflow.catalogue import catalogue
from cmflow.errors import CmflowError, say
from cmflow.network import NetworkError, Trouble
from cmflow.preview import as_json, preview
from cmflow.preview_page import LARGEST, as_html, marked
from cmflow.preview_text import as_text

EN = catalogue("en")
WICKED = "<script>alert(1)</script> {{ 7*7 }} & 'x'"


def shown(extra="", *, on=("mastodon", "bluesky", "x"), channel="", **changes):
    pair = notes.a_post(extra)
    return preview([pair[0]], notes.facts([pair], channels(*on), **changes), channel)


def page(extra="", *, read=lambda path: b"picture of " + path.encode(), **options):
    return as_html(shown(extra, **options), EN, "Les Ateliers", read)


def test_every_channel_is_shown_with_its_own_count():
    rows = [(s.channel, s.parts[0].count, s.parts[0].limit) for s in shown()]
    # The link is of a host that is on no public network, so nobody counts it as 23.
    said = len(
        "Le sac de Noé : un essai\n\nDeux jours de couture pour un sac.\n\n\n\n#FaitMain #Couture"
    )
    assert rows == [
        ("mastodon", said + len(URL), 500),
        (
            "bluesky",
            len("Le sac de Noé : un essai\n\nIl a fallu deux jours.\n\n#FaitMain #Couture"),
            300,
        ),
        ("x", said + len(URL), 280),
    ]


def test_one_channel_can_be_asked_for():
    assert [s.channel for s in shown(channel="x")] == ["x"]


def test_only_networks_with_cards_show_one_and_not_beside_pictures():
    assert [s.card is not None for s in shown()] == [False, True, True]
    extra = "notes:\n  x: {text: Un, pictures: [{src: sac.jpg, alt: Sac}]}\n"
    assert shown(extra, channel="x")[0].card is None


def test_the_terminal_shows_text_count_card_and_cost():
    text = as_text(shown(), EN, width=100)
    assert "│ Il a fallu deux jours." in text
    assert f"│ ▌ {URL}" in text
    assert f"{shown()[0].parts[0].count}/500 · from a template" in text
    assert "$0.015; $0.20 with a link" in text
    assert "Picture sac.jpg: Un sac bleu" in text
    assert "\x1b" not in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_the_terminal_says_what_is_wrong_and_where():
    text = as_text(shown("notes:\n  mastodon: {parts: [Un, '']}\n  x: false\n"), EN)
    assert "content/blog/posts/un-sac.md:10: A part of the note is empty." in text
    assert "Nothing is said here." in text


def test_a_thread_is_numbered():
    text = as_text(shown("notes:\n  x: {parts: [Un, Deux]}\n", channel="x"), EN)
    assert "2/2" in text
    assert "written by its author" in text


def test_a_limit_beyond_anybodys_reach_is_not_shown():
    assert "/1000000" not in as_text(shown(on=("newsletter",)), EN)
    assert "/500" in as_text(shown(on=("mastodon",)), EN)


def test_programs_get_everything_in_one_object():
    extra = "notes:\n  mastodon: {text: Un sac., warning: Toile}\n  x: {text: Un, parts: [Deux]}\n"
    data = json.loads(as_json(shown(extra), EN))
    assert data["version"] == 1
    first, second, third = data["notes"]
    assert first["parts"][0]["text"] == f"Un sac.\n\n{URL}"
    assert (first["written"], first["warning"], first["card"]) == (True, "Toile", None)
    assert first["parts"][0]["limit"] == 500 - len("Toile")
    assert first["parts"][0]["pictures"] == [
        {"src": "posts/sac.jpg", "kind": "image/jpeg", "alt": "Un sac bleu", "bytes": 90_000}
    ]
    assert second["card"]["url"] == URL
    assert [f["rule"] for f in third["findings"]] == ["note-unfit"]
    assert third["parts"] == []


def test_the_page_escapes_every_word():
    quoted = WICKED.replace("'", "''")
    html = page(f"notes:\n  mastodon: {{text: '{quoted}', warning: '{quoted}'}}\n")
    assert "<script" not in html
    assert "&lt;" in html
    assert "{{ 7*7 }}" in html


class Asked(HTMLParser):
    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        self.addresses += [v for k, v in attrs if k in ("src", "href", "srcset", "action", "data")]


def test_the_page_asks_nobody_for_anything():
    html = page()
    asked = Asked()
    asked.feed(html)
    assert asked.addresses
    assert all(address.startswith("data:image/") for address in asked.addresses)
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_links_and_hashtags_are_marked_and_lead_nowhere():
    assert marked("Voir <https://a.fr/?a&b>, #Été <b>.") == (
        'Voir &lt;<span class="link">https://a.fr/?a&amp;b</span>&gt;, '
        '<span class="link">#Été</span> &lt;b&gt;.'
    )


def gone(path):
    raise FileNotFoundError(path)


@pytest.mark.parametrize(("size", "read"), [(LARGEST + 1, str.encode), (5, gone)])
def test_a_picture_that_cannot_be_shown_is_named(size, read):
    html = page(on=("mastodon",), files={"posts/sac.jpg": size}, read=read)
    assert "posts/sac.jpg" in html
    assert "Un sac bleu" in html
    assert "data:image" not in html


# The command

PAST = dt.date(2025, 1, 1)


@pytest.fixture
def blog(tmp_path):
    channels = {
        "mastodon": {"network": "mastodon", "server": "https://m.example", "since": PAST},
        "bluesky": {"network": "bluesky", "account": "a.example"},
    }
    plugins = [*sites.CONFIG["plugins"][:-1], {"cmflow": {"channels": channels}}]
    posts = {"blog/posts/un-sac.md": sites.a_post("un-sac", date=PAST)}
    return sites.make_site(tmp_path, posts, plugins=plugins)


@pytest.fixture
def run(blog, capsys):
    def done(*arguments):
        line = ["--config-file", str(blog), "preview", *arguments]
        code = cli.app.main(line, prog_name="cmflow", standalone_mode=False)
        return code, *capsys.readouterr()

    return done


def test_the_command_shows_a_post_on_every_channel(run):
    code, out, _ = run("un-sac")
    assert code == 0
    assert "mastodon · Mastodon" in out
    assert "bluesky · Bluesky" in out


def test_the_command_shows_what_is_due_where_no_post_is_named(run):
    # Bluesky has no horizon, so nothing is due there.
    data = json.loads(run("--json")[1])
    assert [(note["post"], note["channel"]) for note in data["notes"]] == [("un-sac", "mastodon")]


def test_the_command_writes_one_page(run, blog):
    page = blog.parent / "new" / "notes.html"
    assert run("un-sac", "--channel", "mastodon", "--html", str(page))[0] == 0
    assert page.read_text("utf-8").count('<article class="note') == 1


@pytest.mark.parametrize("arguments", [["autre"], ["un-sac", "--channel", "autre"]])
def test_the_command_names_what_it_does_not_know(run, arguments):
    with pytest.raises(CmflowError) as caught:
        run(*arguments)
    (finding,) = caught.value.findings
    assert "autre" in (finding.path, finding.message.values.get("id"))


def test_a_note_with_a_fault_is_shown_and_fails_the_command(run, blog):
    path = blog.parent / "content" / "blog" / "posts" / "un-sac.md"
    text = path.read_text("utf-8").replace(
        "---\n\n", "notes: {mastodon: {parts: ['']}}\n---\n\n", 1
    )
    path.write_text(text, "utf-8")
    for arguments in ([], ["un-sac"]):
        code, out, _ = run(*arguments)
        assert code == 1
        assert "A part of the note is empty." in out


# What servers tell


def a_limit(monkeypatch, told):
    def limit_at(self, account):
        assert account.secrets == {}
        if isinstance(told, Exception):
            raise told
        return told

    monkeypatch.setattr("cmflow.networks.mastodon.Mastodon.limit_at", limit_at)


def test_a_server_that_takes_more_than_is_planned_is_named_with_what_to_write(run, monkeypatch):
    a_limit(monkeypatch, 5000)
    code, _, err = run("un-sac", "--live")
    assert code == 0
    assert "“mastodon” takes 5000 characters; its notes are made for 500." in err
    assert "Write limit: 5000" in err
    assert "mkdocs.yml:" in err


def test_a_server_that_takes_less_than_is_planned_fails_the_command(run, blog, monkeypatch):
    blog.write_text(
        blog.read_text("utf-8").replace(
            "network: mastodon", "network: mastodon\n        limit: 5000"
        ),
        "utf-8",
    )
    a_limit(monkeypatch, 500)
    code, out, err = run("un-sac", "--live", "--json")
    assert code == 1
    assert json.loads(out)["notes"][0]["parts"][0]["limit"] == 5000
    assert "Take “limit” out." in err


def test_a_server_that_says_the_same_or_nothing_is_not_spoken_of(run, monkeypatch):
    for told in (500, None):
        a_limit(monkeypatch, told)
        code, _, err = run("un-sac", "--live")
        assert (code, err) == (0, "")


def test_a_server_that_cannot_be_asked_is_named(run, monkeypatch):
    a_limit(monkeypatch, NetworkError(Trouble.TRANSIENT, "down", remedy=say("Wait."), certain=True))
    code, _, err = run("un-sac", "--live")
    assert code == 0
    assert "“mastodon” cannot be asked: down" in err


def test_without_live_nobody_is_asked(run, monkeypatch):
    a_limit(monkeypatch, AssertionError())
    assert run("un-sac")[0] == 0
