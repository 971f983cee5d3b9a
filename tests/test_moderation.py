"""Which comments wait, and why: rules that only ever hold."""

from __future__ import annotations

import datetime as dt

import pytest
from factory import post, settings
from hypothesis import given
from hypothesis import strategies as st

from cmflow.moderation import (
    WHY,
    Rules,
    Voice,
    closes,
    profiles_approved,
    rules_of,
    same_profile,
)
from cmflow.source import Comments
from cmflow.team import Colleague
from cmflow.thread import Comment, Speaker, Status

VOUCHED = Voice(vouched=True)
ADA = "https://mastodon.example/@ada"


def comment(text="<p>Bonjour.</p>", *, url=ADA, name="Ada", at="", status=Status.HELD):
    when = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    return Comment("m/1", Speaker(name, url), when, status, text, url=at)


def reasons(text="<p>Bonjour.</p>", voice=VOUCHED, *, about=None, **rules):
    made = {"hold": "none", **rules}
    return Rules(**made).reasons(about or comment(text), voice)


def test_everybody_waits_unless_the_settings_say_otherwise():
    assert Rules().reasons(comment(), VOUCHED) == ("all",)
    assert reasons() == ()


def test_a_trusted_voice_need_not_wait():
    assert reasons(hold="all", trusted=frozenset({"mastodon.example/@ada"})) == ()


def test_what_a_trusted_voice_says_is_looked_at_all_the_same():
    trusted = frozenset({"mastodon.example/@ada"})
    assert reasons("<p>casino</p>", hold="all", trusted=trusted, words=("casino",)) == ("words",)


@pytest.mark.parametrize("which", ["trusted", "team", "approved"])
def test_whoever_only_claims_an_address_is_nobody_we_know(which):
    known = {which: frozenset({"mastodon.example/@ada"})}
    assert reasons(voice=Voice(), hold="all", **known) == ("all",)
    assert reasons(voice=Voice(), hold="new", **known) == ("new-voice",)


def test_a_new_voice_waits_until_one_of_its_comments_was_approved():
    assert reasons(hold="new") == ("new-voice",)
    assert reasons(hold="new", approved=frozenset({"mastodon.example/@ada"})) == ()
    assert reasons(hold="new", about=comment(url="")) == ("new-voice",)


def test_only_an_approved_comment_makes_a_voice_known():
    every = [comment(status=status, url=f"https://h.example/{status.value}") for status in Status]
    assert profiles_approved(iter(every)) == frozenset({"h.example/approved"})


def test_our_own_people_never_wait():
    ours = Voice("en", vouched=False, ours=True)
    rules = {"words": ("casino",), "links": 0, "languages": ("fr",), "hold": "all"}
    assert reasons("<p>casino</p>", ours, **rules) == ()
    team = frozenset({"mastodon.example/@ada"})
    assert reasons("<p>casino</p>", VOUCHED, team=team, **rules) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>Le CASINO !</p>", True),
        ("<p>un <em>casino</em></p>", True),
        ("<p>casinos</p>", False),
        ("<p>casinô</p>", True),
        ('<p><a href="https://casino.example/">x</a></p>', False),
    ],
)
def test_a_word_is_found_whole_whatever_its_capitals_and_accents(text, found):
    assert (reasons(text, words=("Casino",)) == ("words",)) is found


def test_a_word_in_a_name_counts():
    assert reasons(about=comment(name="Casino Royal"), words=("casino",)) == ("words",)


def test_many_links_wait():
    link = '<a href="https://a.example/">a</a>'
    assert reasons(link * 2, links=2) == ()
    assert reasons(link * 3, links=2) == ("links",)


@pytest.mark.parametrize(
    "about",
    [
        comment('<a href="https://www.casino.example/x">a</a>'),
        comment('<a href="https://casino.example">a</a>'),
        comment(url="https://casino.example/@ada"),
        comment(at="https://blog.casino.example/1"),
    ],
)
def test_a_host_to_look_at_is_found_wherever_a_comment_leads(about):
    assert reasons(about=about, domains=("casino.example",)) == ("domain",)
    assert reasons(about=about, domains=("sino.example",)) == ()


@pytest.mark.parametrize(("spoken", "held"), [("en", True), ("fr-CA", False), ("", False)])
def test_another_language_waits_where_it_is_known(spoken, held):
    found = reasons(voice=Voice(spoken, vouched=True), languages=("fr",))
    assert (found == ("language",)) is held


def test_the_settings_become_rules():
    team = {"lea": Colleague("Léa", ("https://mastodon.example/@lea/", "nonsense"))}
    said = Comments(hold="new", trusted=(ADA,), domains=(".Casino.example.",), languages=("fr-FR",))
    made = rules_of(settings(comments=said), team, frozenset({"x/@y"}))
    assert made == Rules(
        hold="new",
        trusted=frozenset({"mastodon.example/@ada"}),
        team=frozenset({"mastodon.example/@lea"}),
        approved=frozenset({"x/@y"}),
        domains=("casino.example",),
        languages=("fr",),
    )


def test_a_conversation_closes_after_some_days_or_never_or_at_once():
    about = post(day="2026-10-06")
    assert closes(about, Comments()) is None
    assert closes(about, Comments(close=30)) == about.published + dt.timedelta(days=30)
    assert closes(post(day="2026-10-06", comments="closed"), Comments()) == about.published


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://h.example/@ada", "http://www.H.example/@Ada/", True),
        ("https://h.example/users/ada", "https://h.example/@ada", True),
        ("https://h.example:443/@ada", "https://h.example/@ada", True),
        ("https://h.example:8443/@ada", "https://h.example/@ada", False),
        ("https://h.example/profile?id=1", "https://h.example/profile?id=2", False),
        ("https://h.example/@ada", "https://h.example/@ada@other.example", False),
    ],
)
def test_two_addresses_of_one_profile_are_the_same(one, other, same):
    assert (same_profile(one) == same_profile(other)) is same


@given(st.text() | st.from_regex(r"https?://[^ ]{0,20}", fullmatch=True))
def test_an_address_of_any_shape_does_not_raise(url):
    assert isinstance(same_profile(url), str)
    Rules(words=("a",), domains=("b",)).reasons(comment(f'<a href="{url}">x</a>', url=url), VOUCHED)


def test_every_reason_has_words():
    names = {"all", "new-voice", "words", "links", "domain", "language"}
    assert names | {"closed", "edited", "returned", "hand"} == set(WHY)
