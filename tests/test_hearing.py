"""From what was heard to what is kept: the same files whatever the order, and decisions that last."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from factory import settings as site_settings
from hostile import STRINGS
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cmflow import comment_file
from cmflow.community import Filed, Shelved
from cmflow.forgotten import MARK, Forgotten
from cmflow.heard import Heard
from cmflow.hearing import House, Place, gone, merge
from cmflow.moderation import Rules
from cmflow.thread import Comment, Speaker, Status, grow, walk

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
PLACE = Place("voile", "mastodon", vouches=True)
WEB = Place("voile", "webmention")
OPEN = House(Rules(hold="none"))

QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def heard(id_="1", html="<p>Bonjour.</p>", *, name="Ada", **more):
    about = {
        "published": NOW - dt.timedelta(days=1),
        "url": f"https://m.example/@ada/{id_}",
        "author": Speaker(name, "https://m.example/@ada"),
    }
    return Heard(id=f"m.example/{id_}", html=html, **(about | more))


def shelf(*changes, known=None):
    """What is there after changes."""
    kept = dict(known.kept) if known else {}
    kept |= {one.after.id: Filed(one.path, one.after) for one in changes}
    return Shelved(kept, frozenset(), ())


def one(*things, known=None, place=PLACE, house=OPEN, now=NOW) -> Comment:
    (change,) = merge(known or shelf(), things, place, house, now)
    return change.after


def decided(comment: Comment, **how) -> Shelved:
    after = replace(comment, **how)
    return Shelved({after.id: Filed(comment_file.path_of("voile", after), after)}, frozenset(), ())


def stored(comment: Comment, folder: Path) -> Comment | None:
    """What a file of a comment says when it is read again."""
    path = folder / "one.md"
    path.write_bytes(comment_file.text(comment).encode())
    return comment_file.load(path, site_settings(), [])


# Whatever is told

TIMES = st.none() | st.datetimes(
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=14))])
)
ANY = st.text(st.characters(), max_size=40) | st.sampled_from(STRINGS)
IDS = st.sampled_from(["a", "b", "c", "d"]) | ANY
WORDS = st.text(st.characters(), max_size=60) | st.sampled_from(STRINGS)
THINGS = st.builds(
    Heard,
    id=IDS,
    author=st.builds(Speaker, ANY, ANY | st.just("https://m.example/@ada")),
    html=WORDS,
    published=TIMES,
    url=ANY | st.just("https://m.example/1"),
    reply_to=IDS | st.just(""),
    edited=TIMES,
    language=ANY,
    avatar=ANY,
    ours=st.booleans(),
)
HOUSES = st.sampled_from(
    [
        OPEN,
        House(),
        House(Rules(hold="new", words=("a",), domains=("x",), links=0, languages=("fr",))),
        House(Rules(hold="none"), Forgotten(frozenset({"0" * 32}), "key")),
        House(Rules(hold="none"), closes={"voile": NOW}),
    ]
)


@given(st.lists(THINGS, max_size=6), HOUSES, st.booleans())
@example([Heard("a", Speaker("\ud800"), "\ud800", None, "\ud800", "\ud800")], OPEN, True)
@example([Heard("a", Speaker("x"), "x", dt.datetime.min.replace(tzinfo=dt.UTC))], OPEN, True)
@example([Heard("\n", Speaker("x"), "x"), Heard(" ", Speaker("y"), "y")], OPEN, False)
@QUICK
def test_what_is_kept_is_read_as_it_was_written_and_told_again_it_changes_nothing(
    tmp_path, things, house, vouches
):
    place = replace(PLACE, vouches=vouches)
    changes = merge(shelf(), things, place, house, NOW)
    for change in changes:
        assert stored(change.after, tmp_path) == change.after
    # Of two of one id the last was heard last.
    later = {thing.id: thing for thing in things}.values()
    assert merge(shelf(*changes), later, place, house, NOW) == ()
    shown = [reply.comment for reply in walk(grow(change.after for change in changes))]
    assert len(shown) == sum(change.after.status is Status.APPROVED for change in changes)


@given(st.lists(THINGS, max_size=5, unique_by=lambda thing: thing.id), st.randoms())
@QUICK
def test_the_order_of_arrival_does_not_matter(things, random):
    together = {c.path: c.after for c in merge(shelf(), things, PLACE, OPEN, NOW)}
    mixed = list(things)
    random.shuffle(mixed)
    known = shelf()
    for thing in mixed:
        known = shelf(*merge(known, [thing], PLACE, OPEN, NOW), known=known)
    assert {kept.path: kept.comment for kept in known.kept.values()} == together


@given(THINGS, THINGS, st.sampled_from(Status), HOUSES)
@QUICK
def test_no_reading_undoes_a_decision(first, second, status, house):
    """Rejected stays rejected, held stays held; approved is only held again, and says why."""
    first, second = replace(first, id="a"), replace(second, id="a")
    before = one(first, house=House(Rules(hold="none")))
    reason = "1. Spam" if status is Status.REJECTED else ""
    held_for = ("hand",) if status is Status.HELD else ()
    known = decided(before, status=status, reason=reason, held_for=held_for, settled=True)
    (kept,) = known.kept.values()
    changes = merge(known, [second], PLACE, house, NOW)
    after = changes[0].after if changes else kept.comment
    assert after.published == before.published
    assert after.settled
    if status is Status.REJECTED:
        assert after == kept.comment
    elif status is Status.HELD:
        assert after.status is Status.HELD
    elif status is Status.APPROVED:
        assert after.status is Status.APPROVED or after.held_for


@given(st.lists(THINGS, max_size=5))
@QUICK
def test_nothing_that_runs_is_kept(things):
    for change in merge(shelf(), things, PLACE, OPEN, NOW):
        comment = change.after
        for tag, attributes in _tags(comment.text):
            assert tag in HARMLESS
            assert set(attributes) <= {"href", "rel"}
            assert not re.match(r"\s*(javascript|data|vbscript):", attributes.get("href") or "")
        assert comment.url == "" or comment.url.lower().startswith(("http://", "https://"))
        assert comment.author.url == "" or comment.author.url.lower().startswith("http")
        assert comment.author.name.isprintable() or all(
            c.isprintable() or ord(c) > 0x9F for c in comment.author.name
        )


HARMLESS = {"a", "blockquote", "br", "code", "del", "em", "li", "ol", "p", "pre", "strong", "ul"}


def _tags(text: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every tag with its attributes, as a parser sees them that we did not write."""
    found = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))
    reader.feed(text)
    reader.close()
    return found


def test_a_megabyte_becomes_a_text_that_can_be_read():
    kept = one(heard(html="<p>" + "Des mots. " * 100_000 + "</p>"))
    assert len(kept.text) < 21_000
    assert "[…]" in kept.text[-12:]


# When


def test_a_day_to_come_or_no_day_is_today():
    assert one(heard(published=NOW + dt.timedelta(days=3))).published == NOW
    assert one(heard(published=None)).published == NOW


def test_the_day_of_publication_never_changes():
    known = shelf(*merge(shelf(), [heard(published=None)], PLACE, OPEN, NOW))
    later = NOW + dt.timedelta(days=9)
    assert merge(known, [heard(published=None)], PLACE, OPEN, later) == ()
    assert one(heard(html="<p>x</p>", published=later), known=known, now=later).published == NOW


# Who speaks


@pytest.mark.parametrize(("vouches", "team"), [(True, True), (False, False)])
def test_only_a_place_that_vouches_tells_who_is_of_the_team(vouches, team):
    house = House(Rules(team=frozenset({"m.example/@ada"})))
    kept = one(heard(), place=replace(PLACE, vouches=vouches), house=house)
    assert kept.team is team
    assert (kept.status is Status.APPROVED) is team


def test_whoever_spoke_for_us_did_so_after_leaving_too():
    known = shelf(*merge(shelf(), [heard(ours=True)], PLACE, House(), NOW))
    assert one(heard(html="<p>Corrigé.</p>"), known=known, house=House()).team


# Edits


def test_an_edit_of_approved_words_is_shown_where_no_rule_of_content_holds_it():
    known = decided(one(heard()), status=Status.APPROVED)
    house = House(Rules(hold="all", words=("casino",)))
    fine = one(heard(html="<p>Bonsoir.</p>"), known=known, house=house)
    held = one(heard(html="<p>casino</p>"), known=known, house=house)
    assert (fine.status, fine.text) == (Status.APPROVED, "<p>Bonsoir.</p>")
    assert (held.status, held.held_for) == (Status.HELD, ("words",))


@pytest.mark.parametrize("team", [True, False])
def test_other_words_from_a_place_that_makes_sure_of_nobody_wait(team):
    known = decided(one(heard(), place=WEB), status=Status.APPROVED, team=team)
    assert one(heard(html="<p>x</p>"), known=known, place=WEB).held_for == ("edited",)


def test_an_approved_voice_that_turns_its_address_elsewhere_is_looked_at():
    known = decided(one(heard()), status=Status.APPROVED)
    house = House(Rules(hold="all", domains=("casino.example",)))
    moved = heard(author=Speaker("Ada", "https://casino.example/"))
    assert one(moved, known=known, house=house).held_for == ("domain",)


def test_a_word_forbidden_later_does_not_hold_what_was_approved_before():
    known = decided(one(heard()), status=Status.APPROVED)
    assert merge(known, [heard()], PLACE, House(Rules(words=("bonjour",))), NOW) == ()


def test_a_held_comment_never_passes_by_itself():
    known = decided(one(heard(), house=House()), status=Status.HELD, held_for=("all",))
    trusted = House(Rules(hold="none", trusted=frozenset({"m.example/@ada"})))
    assert merge(known, [heard()], PLACE, trusted, NOW) == ()
    assert one(heard(html="<p>x</p>"), known=known, house=trusted).held_for == ("all",)


# Deleted, and back


def test_what_was_deleted_and_stands_again_waits():
    known = shelf(*merge(shelf(), [heard()], PLACE, OPEN, NOW))
    lost = shelf(gone(known.kept["m.example/1"]))
    back = one(heard(), known=lost)
    assert (back.status, back.held_for) == (Status.HELD, ("returned",))


def test_what_was_rejected_deleted_and_stands_again_is_rejected():
    known = decided(one(heard()), status=Status.REJECTED, reason="4. Il vend autre chose")
    lost = shelf(gone(known.kept["m.example/1"]))
    back = one(heard(), known=lost)
    assert (back.status, back.reason) == (Status.REJECTED, "4. Il vend autre chose")


def test_of_what_was_deleted_nothing_personal_stays():
    known = shelf(*merge(shelf(), [heard()], PLACE, OPEN, NOW))
    after = gone(known.kept["m.example/1"]).after
    assert (after.text, after.url, after.author) == ("", "", Speaker(""))


# Closed


def test_what_comes_after_the_conversation_closed_waits():
    house = House(Rules(hold="none"), closes={"voile": NOW - dt.timedelta(hours=1)})
    early = heard(published=NOW - dt.timedelta(hours=2))
    assert one(early, house=house).status is Status.APPROVED
    assert one(heard(published=NOW), house=house).held_for == ("closed",)
    assert one(heard(published=NOW, ours=True), house=house).status is Status.APPROVED


# The same thing from two sources

BOTH = House(Rules(hold="none"), vouching=frozenset({"mastodon", "bluesky"}))


def test_what_another_source_told_is_not_taken_twice():
    known = shelf(*merge(shelf(), [heard()], PLACE, BOTH, NOW))
    again = replace(heard(), id="webmention/1")
    assert merge(known, [again], WEB, BOTH, NOW) == ()
    other = replace(heard(), id="n.example/1")
    assert merge(known, [other], Place("voile", "bluesky", vouches=True), BOTH, NOW) == ()


def test_nobody_keeps_an_answer_out_by_telling_its_address_first():
    claimed = replace(heard(), id="webmention/1", html="<p>faux</p>")
    known = shelf(*merge(shelf(), [claimed], WEB, BOTH, NOW))
    assert one(heard(), known=known, house=BOTH).text == "<p>Bonjour.</p>"


def test_one_source_may_tell_two_things_at_one_address():
    # Some feeds give every comment the address of the post.
    two = [
        replace(heard("1"), url="https://p.example/"),
        replace(heard("2"), url="https://p.example/"),
    ]
    first = shelf(*merge(shelf(), two[:1], WEB, BOTH, NOW))
    assert len(merge(first, two, WEB, BOTH, NOW)) == 1
    assert len(merge(shelf(), two, WEB, BOTH, NOW)) == 2


def test_a_file_that_cannot_be_read_is_left_alone():
    path = comment_file.path_of("voile", one(heard()))
    assert merge(Shelved({}, frozenset({path}), ()), [heard()], PLACE, OPEN, NOW) == ()


# Forgotten


def lost(*things: tuple[str, str]) -> House:
    made = Forgotten(key="secret")
    return House(
        Rules(hold="none"), Forgotten(frozenset(made.digest(*one) for one in things), "secret")
    )


@pytest.mark.parametrize(
    "house",
    [
        lost(("id", "m.example/1")),
        lost(("profile", "m.example/@ada")),
    ],
)
def test_who_was_forgotten_does_not_come_back(house):
    assert merge(shelf(), [heard()], PLACE, house, NOW) == ()


def test_whoever_was_forgotten_on_bluesky_is_known_by_the_permanent_name():
    thing = replace(heard(), id="at://did:plc:x/app.bsky.feed.post/2")
    assert merge(shelf(), [thing], PLACE, lost(("did", "did:plc:x")), NOW) == ()


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://m.example/@ada">@<span>ada</span></a>',
        '<a href="https://m.example/@ada/113">ceci</a>',
        '<a href="https://M.example/users/ada">Ada L.</a>',
        "https://m.example/@ada/113",
        "@ada@m.example",
        "@Ada@M.example",
    ],
)
def test_a_mention_of_who_was_forgotten_is_a_mark(html):
    house = lost(("profile", "m.example/@ada"), ("handle", "ada@m.example"))
    bob = heard("2", f"<p>Merci {html}.</p>", author=Speaker("Bob", "https://m.example/@bob"))
    kept = one(bob, house=house)
    assert kept.text == f"<p>Merci {MARK}.</p>"
    assert kept.redacted


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://m.example/@adam">@adam</a>',
        '<a href="https://other.example/@ada">@ada</a>',
        "ada@m.example.org",
        "@ada",
    ],
)
def test_a_mention_of_somebody_else_stays(html):
    house = lost(("profile", "m.example/@ada"), ("handle", "ada@m.example"))
    bob = heard("2", f"<p>Merci {html}.</p>", author=Speaker("Bob", "https://m.example/@bob"))
    assert MARK not in one(bob, house=house).text


def test_a_redacted_text_follows_its_source_no_more():
    known = decided(one(heard()), redacted=True, text="<p>[…]</p>")
    after = one(heard(html="<p>Ada Lovelace</p>", language="fr", ours=True), known=known)
    assert (after.text, after.redacted) == ("<p>[…]</p>", True)
    lost_ = shelf(gone(next(iter(known.kept.values()))))
    assert one(heard(html="<p>Ada Lovelace</p>"), known=lost_).text == MARK


def test_an_answer_to_who_was_forgotten_names_it_no_more():
    house = lost(("id", "m.example/9"))
    assert one(heard(reply_to="m.example/9"), house=house).reply_to == ""
    known = decided(one(heard(reply_to="m.example/8")))
    assert merge(known, [heard(reply_to="m.example/9")], PLACE, house, NOW) == ()
