"""What `check` finds in notes: unknown channels, sameness, likeness, too much promotion."""

import factory
import notes
import pytest
from notes import channels

from cmflow.channel import Channel
from cmflow.likeness import Memory
from cmflow.post import Intent
from cmflow.rules import (
    note_alt,
    note_channel,
    note_empty,
    note_like_earlier,
    note_picture,
    note_same,
    note_template,
    note_too_long,
    note_unfit,
    promo_share,
)
from cmflow.rules.noted import words

LONG = "un sac " * 80


def found(rule, *pairs, named=None, **changes):
    view = notes.view(pairs, named or channels("mastodon", "bluesky"), **changes)
    return [(f.path.rpartition("/")[2], f.line) for f in rule.run(view)]


def said(text, *, on="mastodon", **options):
    return notes.a_post(f"notes:\n  {on}: {{text: '{text}'}}\n", **options)


@pytest.mark.parametrize(
    ("rule", "note", "line"),
    [
        (note_too_long, f"{{text: {LONG}}}", 10),
        (note_alt, "{text: Un, pictures: [{src: sac.jpg, alt: ''}]}", 10),
        (note_picture, "{text: Un, pictures: [{src: non.jpg, alt: Sac}]}", 10),
        (note_unfit, "{text: Un, parts: [Deux]}", 10),
        (note_empty, "{parts: [Un, '']}", 10),
    ],
)
def test_a_fault_of_a_note_is_found_by_its_own_rule_alone(rule, note, line):
    pair = notes.a_post(f"notes:\n  mastodon: {note}\n")
    rules = (note_too_long, note_alt, note_picture, note_unfit, note_empty, note_template)
    assert [(r, found(r, pair)) for r in rules if found(r, pair)] == [(rule, [("un-sac.md", line)])]


def test_a_template_that_fails_is_found_once(tmp_path):
    theme = notes.theme(tmp_path, "default.txt", "{{ titel }}")
    pairs = [notes.a_post(slug=f"un-sac-{at}") for at in range(3)]
    named = channels("mastodon", "linkedin")
    assert found(note_template, *pairs, named=named, theme=theme) == [("default.txt", 1)]


def test_a_template_is_tried_on_the_newest_post_alone(tmp_path):
    theme = notes.theme(tmp_path, "default.txt", "{% if 'ancien' in url %}{{ titel }}{% endif %}")
    old = notes.a_post(slug="ancien", date="2026-01-01")
    assert found(note_template, old, named=channels("mastodon"), theme=theme) == [
        ("default.txt", 1)
    ]
    assert found(note_template, old, notes.a_post(), named=channels("mastodon"), theme=theme) == []


def test_a_misspelled_channel_is_named_with_the_one_that_was_meant():
    pair = notes.a_post("notes:\n  mastodont: false\n")
    (finding,) = note_channel.run(notes.view([pair], channels("mastodon")))
    assert (finding.line, finding.message.values["id"]) == (10, "mastodont")
    assert finding.remedy.values["near"] == "mastodon"


def test_a_channel_of_an_unknown_network_is_found():
    view = notes.view([], {"fr": Channel(network="mastodn")})
    (finding,) = note_channel.run(view)
    assert (finding.path, finding.remedy.values["near"]) == ("mkdocs.yml", "mastodon")


def test_the_same_words_on_two_channels_are_found_whatever_their_case_and_link():
    extra = (
        "notes:\n  mastodon: {text: 'Un sac est né.'}\n"
        "  bluesky: {text: 'UN SAC est né : https://a.fr/'}\n"
    )
    assert found(note_same, notes.a_post(extra)) == [("un-sac.md", 11)]
    assert found(note_same, notes.a_post(extra.replace("UN", "Deux"))) == []


def test_what_templates_say_on_two_channels_is_not_sameness():
    assert found(note_same, notes.a_post()) == []


def test_a_note_like_that_of_an_earlier_post_is_found_at_the_later_one():
    text = "Un nouveau billet sur le blog, venez vite lire ce que {} a cousu cette semaine"
    old = said(text.format("Noé"), slug="ancien", date="2026-01-01")
    new = said(text.format("Léa"), slug="neuf", date="2026-02-01")
    other = said(
        "Deux jours de couture, un matin de pluie, et voilà", slug="tiers", date="2026-03-01"
    )
    assert found(note_like_earlier, new, other, old) == [("neuf.md", 10)]


def test_two_notes_of_one_post_are_not_compared_as_earlier_ones():
    extra = "notes:\n  mastodon: {text: Un sac est né}\n  bluesky: {text: Un sac est né}\n"
    assert found(note_like_earlier, notes.a_post(extra)) == []


def test_a_text_is_compared_with_a_bounded_number_of_others():
    memory = Memory()
    for at in range(200):
        text = f"Un nouveau billet sur le blog numéro {at}"
        assert memory.like(text) == (str(at - 1) if at else "")
        memory.add(text, str(at))
    assert max(map(len, memory._having.values())) <= 30


def test_words_of_a_note_are_its_text_or_its_parts():
    post, _ = notes.a_post("notes:\n  mastodon: {parts: [Un, Deux]}\n")
    assert words(post.meta.notes["mastodon"]) == "Un\n\nDeux"


def promo(*flags, **changes):
    pairs = [
        notes.a_post("intent: promo\n" if flag else "", slug=f"p{at}", date=notes.day(at))
        for at, flag in enumerate(flags)
    ]
    return found(promo_share, *pairs, **changes)


def test_one_promotion_is_always_allowed():
    assert promo(True) == []


def test_promotion_above_the_ceiling_is_found_at_the_newest_one():
    assert promo(True, True, *[False] * 8) == []
    assert promo(True, True, *[False] * 7) == [("p1.md", 9)]
    assert promo(*[True] * 2, *[False] * 8, promo_ceiling=0.1) == [("p1.md", 9)]


def test_only_the_last_thirty_posts_that_readers_see_are_counted():
    assert promo(*[True] * 10, *[False] * 30) == []
    assert promo(*[False] * 24, *[True] * 6) == []
    assert promo(*[False] * 23, *[True] * 7) == [("p29.md", 9)]


def test_a_promotion_to_come_is_not_counted_yet():
    assert Intent.PROMO.value == "promo"
    pairs = [notes.a_post("intent: promo\n", slug=f"p{at}", date=f"2027-01-0{at}") for at in (1, 2)]
    assert found(promo_share, *pairs) == []
    assert found(promo_share, *pairs, now=factory.NOW.replace(year=2028)) != []
