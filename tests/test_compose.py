"""From a post and a channel to a note: whose words, how they are made to fit, what is wrong."""

import datetime as dt
import re
from pathlib import Path

import factory
import notes
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notes import URL, channels, faults, note, text

from cmflow import networks
from cmflow.channel import Channel
from cmflow.compose import bounds, compose
from cmflow.cut import fits, holds
from cmflow.note import Note
from cmflow.plain import first_sentence, hashtag, plain
from cmflow.plan import Act, Silence
from cmflow.post import NoteMeta
from cmflow.voice import voice

# The words of a template


def test_a_template_says_title_summary_link_and_hashtags():
    assert text() == (
        "Le sac de Noé\u00a0: un essai\n\nDeux jours de couture pour un sac.\n\n"
        f"{URL}\n\n#FaitMain #Couture"
    )


@pytest.mark.parametrize("name", [name for name in networks.NETWORKS if name != "devto"])
def test_no_markdown_is_left_in_any_note(name):
    assert "*" not in text(on=name)
    assert "](" not in text(on=name)


@pytest.mark.parametrize("name", networks.NETWORKS)
@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters='\\"{}', exclude_categories=["Cc"])))
def test_a_templates_note_always_fits_and_carries_its_link(name, summary):
    pair = notes.a_post(text=notes.HEAD.replace("Deux jours de", summary * 5))
    facts = notes.facts([pair], channels(name))
    made = compose(pair[0], name, facts)
    assert isinstance(made, Note)
    limits = bounds(facts.networks[name], pictures=bool(made.parts[0].media))
    assert fits(made.parts[0].text, limits)
    carried = name == "bluesky" and made.card.url == URL
    assert holds(made.parts[0].text, URL) or carried or name == "webmention"


def test_bluesky_carries_the_link_in_its_card():
    made = note(on="bluesky")
    assert URL not in made.parts[0].text
    assert made.card.url == URL
    assert (made.card.title, made.card.picture.path) == (
        "Le sac de Noé : un essai",
        "posts/sac.jpg",
    )


def test_bluesky_has_the_link_in_its_text_where_pictures_take_the_place_of_the_card():
    extra = (
        "notes:\n  bluesky:\n    text: Un sac.\n    pictures: [{src: sac.jpg, alt: Un sac bleu}]\n"
    )
    assert text(extra, on="bluesky") == f"Un sac.\n\n{URL}"


def test_a_mention_is_sent_to_every_address_that_the_post_links_to():
    assert text(on="webmention") == "https://toile.example/a\nhttps://fil.example/"


def test_a_post_without_links_has_nobody_to_mention():
    pair = notes.a_post(text=notes.HEAD.split("Voir")[0])
    assert compose(pair[0], "webmention", notes.facts([pair], channels("webmention"))) == ()


@pytest.mark.parametrize(
    ("file", "channel"),
    [
        ("fr.txt", Channel(network="mastodon")),
        ("mastodon.txt", Channel(network="mastodon")),
        ("default.txt", Channel(network="mastodon")),
        ("autre.txt", Channel(network="mastodon", template="autre.txt")),
    ],
)
def test_a_site_has_its_own_templates(tmp_path, file, channel):
    theme = notes.theme(tmp_path, file, "{{ authors[0] }}, {{ first_sentence }} {{ url }}")
    made = text(on="fr", named={"fr": channel}, theme=theme)
    assert made == f"Léa Kervella, Il a fallu deux jours. {URL}"


def test_a_template_without_the_link_gets_it(tmp_path):
    theme = notes.theme(tmp_path, "mastodon.txt", "{{ title }}")
    assert text(theme=theme).endswith(f"essai\n\n{URL}")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("{{ titel }}", 1),
        ("\n{% if %}", 2),
        ("\n\n{{ title / 2 }}", 3),
        ("{{ ''.__class__.__mro__ }}", 1),
    ],
)
def test_a_template_that_fails_is_a_finding_in_its_file(tmp_path, words, line):
    theme = notes.theme(tmp_path, "mastodon.txt", words)
    (finding,) = note(theme=theme)
    assert (finding.rule, finding.line) == ("note-template", line)
    assert finding.path.endswith("cmflow/notes/mastodon.txt")


def test_a_template_that_is_not_there_is_a_finding():
    named = {"m": Channel(network="mastodon", template="nulle-part.txt")}
    (finding,) = note(on="m", named=named)
    assert finding.rule == "note-template"
    assert "nulle-part.txt" in finding.message.show()


# The words of the author


def test_the_authors_words_get_the_link_where_they_lack_it():
    assert text("notes:\n  mastodon: {text: Un sac.}\n") == f"Un sac.\n\n{URL}"
    assert text(f"notes:\n  mastodon: {{text: 'Voir {URL} !'}}\n") == f"Voir {URL} !"


def test_the_authors_markdown_becomes_plain_and_keeps_its_links():
    extra = (
        "notes:\n  mastodon:\n    text: 'Un **sac** de [toile](https://toile.example/), _léger_.'\n"
    )
    assert text(extra) == f"Un sac de toile (https://toile.example/), léger.\n\n{URL}"


def test_on_dev_to_the_authors_markdown_stays():
    extra = "notes:\n  devto: {text: 'Un **sac**.'}\n"
    assert text(extra, on="devto") == f"Un **sac**.\n\n{URL}"


def test_a_site_without_an_address_has_no_notes():
    assert faults(site_url="") == [("note-unfit", 0)]


def test_the_authors_spaces_and_breaks_stay():
    extra = "notes:\n  mastodon:\n    text: |\n      Un sac :\n      « #Cité » !\n\n      Voilà.\n"
    assert text(extra) == f"Un sac :\n« #Cité » !\n\nVoilà.\n\n{URL}"


def test_an_authors_text_that_is_too_long_is_a_finding_with_its_line_and_never_cut():
    extra = f"notes:\n  mastodon:\n    text: {'un sac ' * 80}\n"
    (finding,) = note(extra)
    assert (finding.rule, finding.path, finding.line) == (
        "note-too-long", "content/blog/posts/un-sac.md", 11,
    )  # fmt: skip
    assert finding.message.values["length"] == 559 + 2 + len(URL)
    assert finding.message.values["most"] == 500


def test_the_bytes_of_bluesky_are_a_bound_too():
    extra = f"notes:\n  bluesky:\n    text: {'👨‍👩‍👧‍👦' * 150}\n"
    (finding,) = note(extra, on="bluesky")
    assert finding.message.values["most"] == 3000


def test_a_warning_takes_its_share_of_the_length():
    words = "a" * (500 - 2 - len(URL))
    assert isinstance(note(f"notes:\n  mastodon: {{text: {words}}}\n"), Note)
    assert faults(f"notes:\n  mastodon: {{text: {words}, warning: Sang}}\n") == [
        ("note-too-long", 10)
    ]


def test_a_thread_breaks_where_its_author_breaks_it_and_each_part_must_fit():
    extra = (
        "notes:\n  bluesky:\n    parts:\n      - Un sac.\n      - Deux jours.\n      - Un matin.\n"
    )
    made = note(extra, on="bluesky")
    assert [part.text for part in made.parts] == ["Un sac.", "Deux jours.", "Un matin."]
    assert faults(extra + f"      - {'a' * 301}\n", on="bluesky") == [("note-too-long", 15)]


def test_the_link_of_a_thread_stands_in_its_first_part_unless_its_author_put_it_elsewhere():
    made = note("notes:\n  mastodon:\n    parts: [Un, Deux]\n")
    assert [part.text for part in made.parts] == [f"Un\n\n{URL}", "Deux"]
    made = note(f"notes:\n  mastodon:\n    parts: [Un, 'Deux {URL}']\n")
    assert [part.text for part in made.parts] == ["Un", f"Deux {URL}"]


@pytest.mark.parametrize(
    ("extra", "on", "fault"),
    [
        ("    parts: [Un, Deux]\n", "linkedin", ("note-unfit", 11)),
        ("    text: Un\n    warning: Sang\n", "x", ("note-unfit", 12)),
        ("    text: Un\n    parts: [Deux]\n", "mastodon", ("note-unfit", 12)),
        ("    parts: [Un, '']\n", "mastodon", ("note-empty", 11)),
        ("    parts: ['', Un]\n", "mastodon", ("note-empty", 11)),
        (
            "    text: Un\n    pictures: [{src: non.jpg, alt: Sac}]\n",
            "mastodon",
            ("note-picture", 12),
        ),
        ("    text: Un\n    pictures: [{src: sac.jpg, alt: ''}]\n", "mastodon", ("note-alt", 12)),
        (
            "    text: Un\n    pictures: [{src: sac.svg, alt: Sac}]\n",
            "mastodon",
            ("note-picture", 12),
        ),
        (
            "    text: Un\n    pictures: [{src: gros.jpg, alt: Sac}]\n",
            "bluesky",
            ("note-picture", 12),
        ),
        ("    text: Un\n    pictures: [{src: sac.jpg, alt: Sac}]\n", "slack", ("note-picture", 12)),
    ],
)
def test_what_a_network_cannot_carry_is_a_finding_with_its_line(extra, on, fault):
    files = {"posts/sac.jpg": 9, "posts/sac.svg": 9, "posts/gros.jpg": 2_000_001}
    assert faults(f"notes:\n  {on}:\n{extra}", on=on, files=files) == [fault]


def test_telegram_takes_less_text_beside_pictures():
    extra = f"notes:\n  telegram:\n    text: {'a' * 1100}\n"
    assert isinstance(note(extra, on="telegram"), Note)
    extra += "    pictures: [{src: sac.jpg, alt: Sac}]\n"
    assert faults(extra, on="telegram") == [("note-too-long", 11)]


# Pictures and languages


def test_the_main_picture_goes_along_where_no_card_shows_it():
    (picture,) = note().parts[0].media
    assert (picture.path, picture.kind, picture.alt) == (
        "posts/sac.jpg",
        "image/jpeg",
        "Un sac bleu",
    )
    assert note(on="bluesky").parts[0].media == ()


@pytest.mark.parametrize("files", [{}, {"posts/sac.jpg": 20_000_000}])
def test_a_main_picture_that_cannot_go_along_stops_no_note(files):
    assert note(files=files).parts[0].media == ()


def test_a_main_picture_without_words_stays_at_home():
    pair = notes.a_post(text=notes.HEAD.replace('"Un sac bleu"', '""'))
    made = compose(pair[0], "mastodon", notes.facts([pair], channels("mastodon")))
    assert made.parts[0].media == ()


def test_a_note_is_in_the_language_of_its_author_or_its_channel_or_its_site():
    assert note().language == "fr"
    named = {"m": Channel(network="mastodon", language="en")}
    assert note(on="m", named=named).language == "en"
    assert note("notes:\n  m: {text: Kér, language: br}\n", on="m", named=named).language == "br"


def test_an_unknown_network_is_a_finding():
    (finding,) = note(on="m", named={"m": Channel(network="mastodonte")})
    assert "mastodonte" in finding.message.show()


# What the plan asks


def speak(extra, now=factory.NOW, on="mastodon"):
    pair = notes.a_post(extra)
    return voice(notes.facts([pair], channels(on)), lambda: now)(pair[0], on)


def test_false_says_nothing_on_that_channel():
    made = speak("notes: {mastodon: false}\n")
    assert isinstance(made, Silence)
    assert made.act is Act.SKIP


def test_a_note_waits_for_its_time():
    extra = "notes:\n  mastodon: {text: Un, at: 2026-11-20T10:00:01+01:00}\n"
    made = speak(extra)
    assert (made.act, made.when) == (Act.HOLD, factory.NOW + dt.timedelta(seconds=1))
    assert isinstance(speak(extra, now=made.when), Note)


def test_a_time_without_an_offset_is_one_of_the_sites_clock():
    made = speak("notes:\n  mastodon: {text: Un, at: 2026-11-20T11:00:00}\n")
    assert made.when.astimezone(dt.UTC) == dt.datetime(2026, 11, 20, 10, tzinfo=dt.UTC)


def test_a_note_with_a_fault_is_held_and_says_why():
    made = speak("notes:\n  mastodon: {parts: [Un, '']}\n")
    assert made.act is Act.HOLD
    assert made.reason.show() == "A part of the note is empty."


# Words


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("Une *voile* de **Noé**, `ici`", "Une voile de Noé, ici"),
        ("5 * 3 * 2, @un_nom_long", "5 * 3 * 2, @un_nom_long"),
        ("AT&amp;T &lt;3 \\*", "AT&T <3 *"),
        ("<b>gras</b>", "gras"),
        ("# pas un titre\n- ni une liste", "# pas un titre\n- ni une liste"),
        ("[Noé](https://a.fr/b_c_d)", "Noé (https://a.fr/b_c_d)"),
        ("<https://a.fr/b_c_d>", "https://a.fr/b_c_d"),
        ("https://a.fr/?a=1&copy=2&b_c_d", "https://a.fr/?a=1&copy=2&b_c_d"),
        ("![Un sac](sac.jpg)", "Un sac"),
        ("un\n\ndeux", "un\n\ndeux"),
    ],
)
def test_inline_markdown_becomes_plain_text(markdown, words):
    assert plain(markdown, links=True) == words


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("fait main", "#FaitMain"),
        ("cité", "#Cité"),
        ("cite\u0301", "#Cité"),
        ("l’atelier", "#LAtelier"),
        ("C++", "#C"),
        ("2026", ""),
        ("été 2026", "#Été2026"),
        ("…", ""),
    ],
)
def test_a_hashtag_holds_letters_and_capitals_and_never_digits_alone(words, tag):
    assert hashtag(words) == tag


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("# Titre\n\nUn *mot*. Puis deux.", "Un mot."),
        ("![Sac](sac.jpg)\n\nUn mot", "Un mot"),
        ("!!! note\n    Rien\n\n> cité\n\nVraiment ? Oui.", "Vraiment ?"),
        ("« Un mot. » Puis deux.", "« Un mot. »"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_one_of_the_text(body, words):
    assert first_sentence(body) == words


# Documentation

DOCS = Path(__file__).parent.parent / "docs" / "notes.md"


def test_the_documentation_names_all_that_a_template_may_name():
    pair = notes.a_post()
    known = notes.facts([pair], {}).wording._values(pair[0], "fr", URL)
    named = re.findall(r"^\| (`.+?) \| ", DOCS.read_text("utf-8"), re.MULTILINE)
    assert set(known) <= {name for cell in named for name in re.findall(r"`(\w+)`", cell)}


def test_the_documentation_names_every_key_of_a_note_and_every_rule():
    text = DOCS.read_text("utf-8")
    rules = Path(compose.__code__.co_filename).parent.joinpath("rules")
    names = [p.stem.replace("_", "-") for p in rules.glob("note_*.py")] + ["promo-share"]
    for name in (*NoteMeta.__struct_fields__, *names):
        assert f"\n| `{name}` | " in text


# A limit of one's own


def test_a_channel_that_takes_more_gets_the_whole_text():
    long = "Un mot. " * 300
    extra = f"notes: {{mastodon: {{text: '{long}'}}}}\n"
    assert faults(extra) == [("note-too-long", 9)]
    named = channels("mastodon", limit=5000)
    assert text(extra, named=named).startswith(long.strip())


def test_a_channel_that_takes_less_gets_a_shorter_text():
    assert len(text(named=channels("mastodon", limit=120))) <= 120


def test_a_caption_stays_as_short_as_it_is():
    network = networks.load("telegram")
    assert bounds(network, 9000, pictures=True).text == network.limits.caption
    assert bounds(network, 9000).text == 9000
