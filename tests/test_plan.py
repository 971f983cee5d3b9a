"""What is planned follows from how things are: horizon, hours, pauses, pages, receipts, and nothing else."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import factory
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from speaking import NOW, note_of

from cmflow.channel import Channel, Storage, unfit
from cmflow.errors import Finding, say
from cmflow.hours import quiet_until
from cmflow.ledger import Ledger, PartReceipt, Receipt, State, fits
from cmflow.network import Abilities
from cmflow.note import digest
from cmflow.pause import Pause, parse, read
from cmflow.plan import Act, Live, Scene, Silence, plan

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
SINCE = dt.date(2026, 1, 1)
MINUTE = dt.timedelta(minutes=1)


def scene(channel=None, abilities=None, **changes):
    channel = channel or Channel(network="mastodon", since=SINCE)
    able = abilities or Abilities(find=True, edit=True, delete=True)
    base = Scene({"m": channel}, {"m": able}, {"a": "v" * 16}, PARIS)
    return msgspec.structs.replace(base, **changes)


def planned(
    *posts,
    receipts=(),
    notes=note_of,
    live=None,
    pauses=(),
    now=NOW,
    at=None,
    broken=None,
    **changes,
):
    posts = posts or (factory.post("a"),)
    ledger = Ledger({(r.slug, r.channel): r for r in receipts}, broken or {})
    return plan(posts, notes, ledger, live or {}, tuple(pauses), now, at or scene(**changes))


def one(*posts, **how):
    (step,) = planned(*posts, **how)
    return step


def receipt(*states, slug="a", version="v" * 16, total=0, **about):
    parts = tuple(
        PartReceipt(
            state, key=f"{at}" * 32, reserved=NOW, **(about if at == len(states) - 1 else {})
        )
        for at, state in enumerate(states)
    )
    return Receipt(slug, "m", "mastodon", parts, total or len(parts), version)


def words(step):
    return step.reason.show()


# What is sent, and when


def test_a_published_post_is_sent():
    assert one().act is Act.SEND


def test_without_since_nothing_is_ever_sent():
    step = one(channel=Channel(network="mastodon"))
    assert step.act is Act.SKIP
    assert "since" in words(step)


def test_the_archive_before_the_horizon_is_never_announced():
    posts = [factory.post(f"a{year}", day=f"{year}-06-01") for year in range(2009, 2026)]
    assert {step.act for step in planned(*posts)} == {Act.SKIP}


def test_the_horizon_is_a_day_of_the_sites_zone():
    channel = Channel(network="mastodon", since=dt.date(2026, 10, 6))
    midnight = dt.datetime(2026, 10, 6, 0, 0, tzinfo=PARIS)
    post = msgspec.structs.replace(factory.post("a"), published=midnight.astimezone(dt.UTC))
    assert one(post, channel=channel).act is Act.SEND
    before = msgspec.structs.replace(post, published=midnight - MINUTE)
    assert one(before, channel=channel).act is Act.SKIP


def test_a_post_to_come_waits_for_its_time():
    post = factory.post("a", day="2026-12-24")
    step = one(post)
    assert (step.act, step.when) == (Act.HOLD, post.published)
    assert one(post, now=post.published).act is Act.SEND


def test_a_draft_is_skipped():
    assert one(factory.post("a", draft=True)).act is Act.SKIP


def test_the_oldest_goes_first_and_the_ceiling_holds_the_rest():
    posts = [factory.post(f"a{day}", day=f"2026-10-{day:02}") for day in (9, 7, 5, 3, 1)]
    steps = planned(*posts, channel=Channel(network="mastodon", since=SINCE, ceiling=2))
    assert [(s.slug, s.act) for s in steps] == [
        ("a1", Act.SEND), ("a3", Act.SEND), ("a5", Act.HOLD), ("a7", Act.HOLD), ("a9", Act.HOLD),
    ]  # fmt: skip


def test_what_is_held_takes_no_place_under_the_ceiling():
    posts = [factory.post("a"), factory.post("b", day="2026-10-07")]
    held = {"a": Live(ok=False, reason=say("no"))}
    steps = planned(*posts, live=held, channel=Channel(network="mastodon", since=SINCE, ceiling=1))
    assert [step.act for step in steps] == [Act.HOLD, Act.SEND]


def test_a_page_that_is_not_live_is_held_with_the_time_of_the_next_look():
    live = {"a": Live(ok=False, reason=say("Its page is not live."), when=NOW + 5 * MINUTE)}
    step = one(live=live)
    assert (step.act, step.when, words(step)) == (
        Act.HOLD,
        NOW + 5 * MINUTE,
        "Its page is not live.",
    )


def test_what_the_author_says_is_obeyed():
    assert one(notes=lambda *_: Silence(Act.SKIP, say("no"))).act is Act.SKIP
    step = one(notes=lambda *_: Silence(Act.HOLD, say("later"), NOW + MINUTE))
    assert (step.act, step.when) == (Act.HOLD, NOW + MINUTE)


def test_two_files_of_one_slug_are_both_held():
    twin = msgspec.structs.replace(factory.post("a", day="2026-10-07"), path="posts/b.md")
    assert [step.act for step in planned(factory.post("a"), twin)] == [Act.HOLD, Act.HOLD]


@pytest.mark.parametrize("slug", ["a/b", "..", "a:b", "", ".x", "x.", "x ", "a\nb", "é" * 150])
def test_a_slug_that_cannot_name_a_folder_is_held(slug):
    assert not fits(slug)
    assert one(factory.post(slug)).act is Act.HOLD


@pytest.mark.parametrize("slug", ["a", "été-2026", "v1.2", "x" * 200])
def test_other_slugs_can(slug):
    assert fits(slug)


# Silence


def test_a_pause_holds_everything_or_its_channels_until_its_end():
    assert one(pauses=[Pause("storm")]).act is Act.HOLD
    assert one(pauses=[Pause(channels=("m",))]).act is Act.HOLD
    assert one(pauses=[Pause(channels=("b",))]).act is Act.SEND
    assert one(pauses=[Pause(until=NOW + MINUTE)]).when == NOW + MINUTE
    assert one(pauses=[Pause(until=NOW)]).act is Act.SEND


def test_after_a_pause_the_ceiling_keeps_the_flood_back():
    posts = [factory.post(f"a{day}", day=f"2026-10-{day:02}") for day in range(1, 21)]
    assert {step.act for step in planned(*posts, pauses=[Pause("storm")])} == {Act.HOLD}
    assert sum(step.act is Act.SEND for step in planned(*posts)) == 3


def test_a_paused_channel_holds():
    assert one(channel=Channel(network="mastodon", since=SINCE, paused=True)).act is Act.HOLD


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        "until: demain",
        "until: 2026-11-23T09:00:00",
        "chanels: [m]",
        "word",
        "channels: m",
        "\xff",
    ],
)
def test_a_pause_file_that_makes_no_sense_is_a_pause(text):
    found = parse(text.encode("latin-1"))
    assert found.faulty
    assert one(pauses=[found]).act is Act.HOLD


def test_pause_files_as_people_write_them(tmp_path):
    assert read(tmp_path / "pause.yml") == ()
    (tmp_path / "pause.yml").write_bytes(b"")
    assert read(tmp_path / "pause.yml") == (Pause(),)
    text = "reason: Une rumeur\nuntil: 2026-11-23T09:00:00+01:00\nchannels: [m]\n"
    until = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
    assert parse(text.encode()) == Pause("Une rumeur", until, ("m",))
    (tmp_path / "pause.yml").unlink()
    (tmp_path / "pause.yml").mkdir()
    assert read(tmp_path / "pause.yml")[0].faulty


NIGHT = (dt.time(21), dt.time(8))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T20:59+01:00", None),
        ("2026-11-20T21:00+01:00", "2026-11-21T08:00+01:00"),
        ("2026-11-21T07:59+01:00", "2026-11-21T08:00+01:00"),
        ("2026-11-21T08:00+01:00", None),
        ("2026-03-28T22:00+01:00", "2026-03-29T08:00+02:00"),  # ten hours: the clock jumps
        ("2026-10-24T22:00+02:00", "2026-10-25T08:00+01:00"),  # twelve: an hour comes twice
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall(now, until):
    found = quiet_until(NIGHT, dt.datetime.fromisoformat(now), PARIS)
    assert found == (dt.datetime.fromisoformat(until) if until else None)


def test_quiet_hours_that_end_in_the_hour_that_is_left_out_end_at_the_jump():
    hours = (dt.time(21), dt.time(2, 30))
    now = dt.datetime.fromisoformat("2026-03-29T01:00+01:00")
    assert quiet_until(hours, now, PARIS) == dt.datetime.fromisoformat("2026-03-29T03:00+02:00")


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_end_twice():
    hours = (dt.time(21), dt.time(2, 30))
    first = dt.datetime.fromisoformat("2026-10-25T02:15+02:00")
    assert quiet_until(hours, first, PARIS) == first + 15 * MINUTE
    assert quiet_until(hours, first + 15 * MINUTE, PARIS) is None
    again = dt.datetime.fromisoformat("2026-10-25T02:15+01:00")
    assert quiet_until(hours, again, PARIS) == again + 15 * MINUTE


@given(
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.integers(0, 366 * 24 * 60 * 2),
)
def test_quiet_hours_end_in_a_minute_that_is_not_quiet(start, end, minutes):
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + minutes * MINUTE
    until = quiet_until((start, end), now, PARIS)
    if until is not None and start != end:
        assert now < until <= now + dt.timedelta(hours=25)
        assert quiet_until((start, end), until, PARIS) is None
        assert quiet_until((start, end), until - MINUTE, PARIS) is not None


def test_quiet_hours_hold():
    channel = Channel(network="mastodon", since=SINCE, quiet="09:00-11:00")
    step = one(channel=channel, now=dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    assert (step.act, step.when) == (Act.HOLD, dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC))


def test_a_channel_that_means_nothing_is_named_with_what_to_write():
    channels = {
        "Mastodon FR": Channel(network="mastodon"),
        "m": Channel(network="mastodon", quiet="21-8", limit=-1, ceiling=0, visibility="all"),
    }
    paths = [path for path, _, _ in unfit(channels, Storage(store="cloud"))]
    assert paths == [
        ("channels", "Mastodon FR"), ("channels", "m", "quiet"), ("channels", "m", "limit"), ("channels", "m", "ceiling"),
        ("channels", "m", "visibility"), ("ledger", "store"),
    ]  # fmt: skip


# What the ledger says


def test_what_stands_is_not_sent_again():
    assert one(receipts=[receipt(State.SENT)]).act is Act.SKIP


@pytest.mark.parametrize("state", [State.SEEDED, State.GONE])
def test_what_is_old_or_was_taken_back_is_never_sent(state):
    for post in (factory.post("a"), factory.post("a", draft=True)):
        assert one(post, receipts=[receipt(state)]).act is Act.SKIP
    assert one(factory.post("b", draft=True), receipts=[receipt(state, slug="b")]).act is Act.SKIP


@pytest.mark.parametrize("state", [State.RESERVED, State.UNKNOWN])
def test_what_was_cut_off_is_unknown_and_asked_for_after_a_grace(state):
    step = one(receipts=[receipt(state)])
    assert (step.act, step.asks, step.when) == (Act.UNKNOWN, True, NOW + MINUTE)


def test_where_nobody_can_ask_a_person_decides():
    step = one(receipts=[receipt(State.UNKNOWN)], abilities=Abilities())
    assert (step.act, step.asks) == (Act.UNKNOWN, False)


def test_a_receipt_that_cannot_be_read_is_unknown_and_not_absent():
    finding = Finding("receipt", "receipts/a/m.yml", 3, say("nonsense"), say("mend it"))
    step = one(broken={("a", "m"): finding})
    assert (step.act, step.asks, words(step)) == (Act.UNKNOWN, False, "nonsense")


def test_a_thread_goes_on_at_the_first_part_that_does_not_stand():
    step = one(receipts=[receipt(State.SENT, total=3)], notes=lambda p, c: note_of(p, c, 3))
    assert (step.act, step.at) == (Act.SEND, 1)


def test_a_failure_waits_for_its_time():
    late = receipt(State.FAILED, trouble="transient", again=NOW + MINUTE)
    assert (one(receipts=[late]).act, one(receipts=[late]).when) == (Act.HOLD, NOW + MINUTE)
    assert one(receipts=[late], now=NOW + MINUTE).act is Act.SEND


def test_a_text_that_was_refused_waits_until_it_is_another():
    same = digest(note_of(factory.post("a"), "m"), 0)
    assert one(receipts=[receipt(State.FAILED, trouble="content", digest=same)]).act is Act.HOLD
    assert one(receipts=[receipt(State.FAILED, trouble="content", digest="0" * 16)]).act is Act.SEND


@pytest.mark.parametrize("trouble", ["auth", "rate"])
def test_a_refused_token_and_a_rate_hold_the_whole_channel(trouble):
    posts = [factory.post("a"), factory.post("b", day="2026-10-07")]
    failed = receipt(State.FAILED, trouble=trouble, again=NOW + MINUTE, error="it said so")
    steps = planned(*posts, receipts=[failed])
    assert [step.act for step in steps] == [Act.HOLD, Act.HOLD]
    assert steps[1].when == NOW + MINUTE
    assert "it said so" in words(steps[1])
    assert [s.act for s in planned(*posts, receipts=[failed], now=NOW + MINUTE)] == [
        Act.SEND,
        Act.SEND,
    ]


# What changed since


def test_an_edit_is_noticed_by_the_text_and_not_by_the_file():
    note = note_of(factory.post("a"), "m")
    kept = receipt(State.SENT, digest=digest(note, 0), version="0" * 16)
    assert one(receipts=[kept]).act is Act.SKIP
    changed = receipt(State.SENT, digest="0" * 16, version="0" * 16)
    assert one(receipts=[changed]).act is Act.EDIT
    assert one(receipts=[changed], abilities=Abilities()).act is Act.SKIP


def test_an_unchanged_file_is_not_even_composed():
    def never(*_):
        raise AssertionError

    assert one(receipts=[receipt(State.SENT)], notes=never).act is Act.SKIP


def test_a_withdrawn_post_is_shown_for_deletion():
    sent = receipt(State.SENT)
    assert one(factory.post("a", draft=True), receipts=[sent]).act is Act.DELETE
    assert one(factory.post("a", day="2027-01-01"), receipts=[sent]).act is Act.DELETE
    gone = planned(factory.post("b", draft=True), receipts=[sent])
    assert [(s.slug, s.act) for s in gone] == [("b", Act.SKIP), ("a", Act.DELETE)]


def test_where_a_network_cannot_delete_a_person_is_told():
    step = one(factory.post("a", draft=True), receipts=[receipt(State.SENT)], abilities=Abilities())
    assert step.act is Act.HOLD
    assert "by hand" in words(step)


def test_a_post_that_cannot_be_read_is_not_taken_for_deleted():
    steps = planned(factory.post("b", draft=True), receipts=[receipt(State.SENT)], whole=False)
    assert [step.act for step in steps] == [Act.SKIP, Act.HOLD]


STATES = st.sampled_from([None, *State])


@given(st.lists(st.tuples(STATES, st.booleans(), st.booleans()), max_size=12), st.integers(1, 4))
def test_nothing_that_stands_or_may_stand_is_ever_sent(cases, ceiling):
    posts, receipts = [], []
    for at, (state, draft, late) in enumerate(cases):
        posts.append(
            factory.post(f"p{at}", day="2026-10-06" if not late else "2027-01-01", draft=draft)
        )
        receipts += [receipt(state, slug=f"p{at}", again=NOW)] if state else []
    channel = Channel(network="mastodon", since=SINCE, ceiling=ceiling)
    steps = planned(*posts, receipts=receipts, channel=channel) if posts else ()
    sent = {step.slug for step in steps if step.act is Act.SEND}
    allowed = {
        f"p{at}"
        for at, (state, draft, late) in enumerate(cases)
        if state in (None, State.FAILED) and not draft and not late
    }
    assert sent <= allowed
    assert len(sent) == min(len(allowed), ceiling)
