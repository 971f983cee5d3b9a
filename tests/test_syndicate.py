"""What the desk does with a plan: one failing channel stops no other, and everything leaves a receipt."""

from __future__ import annotations

import datetime as dt

import factory
import pytest
import yaml
from speaking import LIVE, MISBEHAVIOURS, NOW, SITE, World, note_of

from cmflow import ledger_file, live, verdict
from cmflow.channel import Channel
from cmflow.errors import CmflowError, Finding, say
from cmflow.ledger import PartReceipt, Receipt, State
from cmflow.network import Sent
from cmflow.note import digest
from cmflow.outcome import Result
from cmflow.plan import PASTE, Act, Live, Silence
from cmflow.store import locked
from cmflow.syndicate import foresee, syndicate


@pytest.fixture
def world(tmp_path):
    return World(tmp_path, posts=(factory.post("un"),))


def results(report):
    return [(one.channel, one.at, one.result) for one in report.outcomes]


def receipt_of(world, channel, slug="un"):
    return world.store.read((slug, channel))


def folder(world):
    return world.root / "content" / "community" / "receipts"


# Sending


def test_what_is_due_is_sent_once_with_its_receipt(world):
    report = syndicate(world.trip())
    assert [result for _, _, result in results(report)] == [Result.SENT] * 3
    kept = receipt_of(world, "listing")
    assert (kept.url, kept.parts[0].tries) == ("https://listing.example/listing-0", 1)
    assert syndicate(world.trip()).outcomes == ()


def test_a_dry_run_changes_nothing_and_needs_no_secret(world):
    world.missing = dict.fromkeys(world.networks, say("no token"))
    steps = foresee(world.trip(), live=False)
    assert {step.act for step in steps} == {Act.SEND}
    assert not folder(world).exists()


def test_one_failing_channel_stops_no_other(world):
    world.networks["keyed"].trouble = ["a-mistake-of-ours"]
    world.networks["listing"].trouble = ["expired-token"]
    assert results(syndicate(world.trip())) == [
        ("keyed", 0, Result.UNKNOWN), ("listing", 0, Result.FAILED), ("blind", 0, Result.SENT),
    ]  # fmt: skip


def test_a_missing_secret_is_named_once_and_leaves_no_receipt(tmp_path):
    world = World(tmp_path, ("keyed", "blind"))
    world.missing = {"keyed": say("CMFLOW_KEYED_TOKEN is not set")}
    report = syndicate(world.trip())
    told = [one for one in report.outcomes if one.channel == "keyed"]
    assert [one.result for one in told] == [Result.FAILED, Result.HELD]
    assert "CMFLOW_KEYED_TOKEN" in told[0].words.show()
    assert receipt_of(world, "keyed") is None
    assert len(world.standing("blind")) == 2


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_an_error_is_kept_sorted_with_the_networks_words_and_the_time_of_the_next_try(world, name):
    world.networks["blind"].trouble = [name]
    syndicate(world.trip())
    part = receipt_of(world, "blind").parts[0]
    _, trouble, certain, _ = MISBEHAVIOURS[name]
    assert part.state is (State.FAILED if certain else State.UNKNOWN)
    assert bool(part.again) is certain
    if trouble:
        assert (part.trouble, part.error) == (trouble.value, f"it said {name}")


def test_a_failure_is_tried_later_and_later_but_at_least_daily(world):
    waits = []
    for _ in range(12):
        world.networks["blind"].trouble = ["refused-connection"]
        syndicate(world.trip())
        again = receipt_of(world, "blind").parts[0].again
        waits.append((again - world.clock()).total_seconds())
        world.clock.now = again
    assert waits[:4] == [300, 600, 1200, 2400]
    assert max(waits) == 24 * 3600
    syndicate(world.trip())
    assert world.standing("blind") == [("un", 0)]


def test_a_network_that_asks_to_wait_is_given_its_time(world):
    world.networks["blind"].trouble = ["429"]
    syndicate(world.trip())
    assert receipt_of(world, "blind").parts[0].again == NOW + dt.timedelta(seconds=90)


def test_after_a_failure_the_channel_is_left_alone_for_the_run(tmp_path):
    world = World(tmp_path, ("blind",))
    world.networks["blind"].trouble = ["500-after"]
    assert [result for _, _, result in results(syndicate(world.trip()))] == [
        Result.UNKNOWN,
        Result.HELD,
    ]
    assert len(world.networks["blind"].calls) == 1


def test_a_thread_stops_at_the_part_that_failed_and_goes_on_there(world):
    world.parts = {"un": 3}
    world.networks["listing"].trouble = ["", "refused-connection"]
    syndicate(world.trip())
    assert world.standing("listing") == [("un", 0)]
    world.clock.forward(minutes=5)
    syndicate(world.trip())
    assert world.standing("listing") == [("un", 0), ("un", 1), ("un", 2)]


# Pages and pauses


def test_a_page_that_is_not_live_holds_its_notes_on_every_channel(world):
    world.live = {"un": Live(ok=False, reason=say("no"), when=NOW)}
    report = syndicate(world.trip())
    assert report.outcomes == ()
    assert {step.act for step in report.steps} == {Act.HOLD}


def test_pages_are_looked_at_once_and_only_for_what_is_due(world):
    looked = []
    trip = world.trip(live=lambda post: looked.append(post.slug) or LIVE)
    syndicate(trip)
    syndicate(trip)
    assert looked == ["un"]


META = '<meta name="cmflow:version" content="{}">'


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        ((200, META.format("a" * 16)), True),
        ((200, META.format("b" * 16)), False),
        ((200, "<h1>It works!</h1>"), False),
        ((404, META.format("a" * 16)), False),
        ((503, ""), False),
        (OSError("no route to host"), False),
    ],
)
def test_a_page_is_live_when_it_says_that_it_is_this_very_version(answer, ok):
    def fetch(_url):
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = live.look(f"{SITE}un/", "a" * 16, fetch, NOW)
    assert found.ok is ok
    assert (found.when is None) is ok


def test_a_pause_that_comes_in_the_middle_of_a_run_stops_it_before_the_next_call(world):
    path = world.root / "content" / "plan" / "pause.yml"

    def crisis(name):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("reason: Une rumeur\n")

    world.parts = {"un": 3}
    world.event = crisis
    report = syndicate(world.trip())
    assert [result for _, _, result in results(report)] == [Result.SENT] + [Result.HELD] * 3
    assert "Une rumeur" in report.outcomes[1].words.show()
    path.unlink()
    world.event = lambda _name="": None
    syndicate(world.trip())
    assert world.standing("blind") == world.standing("keyed") == [("un", 0), ("un", 1), ("un", 2)]


def test_what_is_to_be_pasted_waits_for_a_person(world):
    import msgspec

    scene = msgspec.structs.replace(world.scene, by_hand=frozenset({"blind"}))
    report = syndicate(world.trip(scene=scene))
    assert [step.reason for step in report.steps if step.act is Act.HOLD] == [PASTE]
    note = note_of(world.posts[0], "blind")
    verdict.paste(
        world.store, note, "blind", "0" * 16, Sent("12", "https://forum.example/t/12"), NOW
    )
    assert {step.act for step in foresee(world.trip(scene=scene), live=False)} == {Act.SKIP}
    with pytest.raises(CmflowError):
        verdict.paste(
            world.store, note, "blind", "0" * 16, Sent("13", "https://forum.example/t/13"), NOW
        )


# What nobody knows


def test_an_unknown_part_is_asked_for_and_found(world):
    world.networks["listing"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    report = syndicate(world.trip())
    assert ("listing", 0, Result.FOUND) in results(report)
    assert receipt_of(world, "listing").url == "https://listing.example/listing-0"


def test_an_absent_part_is_believed_only_after_the_grace(world):
    world.networks["listing"].trouble = ["500-before"]
    syndicate(world.trip())
    world.clock.forward(seconds=59)
    assert ("listing", 0, Result.HELD) in results(syndicate(world.trip()))
    world.clock.forward(seconds=2)
    assert ("listing", 0, Result.SENT) in results(syndicate(world.trip()))


def test_an_absent_part_of_long_ago_is_left_to_a_person(world):
    world.networks["listing"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    world.networks["listing"].delete(None, type("S", (), {"id": "listing-0"}))
    world.clock.forward(days=8)
    assert ("listing", 0, Result.UNKNOWN) in results(syndicate(world.trip()))
    assert world.standing("listing") == []


def test_a_text_that_was_changed_while_unknown_is_not_taken_for_absent(world):
    world.networks["listing"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    world.texts = {"un": "Autre chose"}
    world.clock.forward(minutes=5)
    assert ("listing", 0, Result.UNKNOWN) in results(syndicate(world.trip()))
    assert len(world.standing("listing")) == 1


def test_a_clock_that_was_turned_back_makes_nothing_absent(world):
    world.networks["listing"].late = 3600
    world.networks["listing"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    world.clock.forward(hours=-2)
    syndicate(world.trip())
    assert len(world.standing("listing")) == 1


@pytest.mark.parametrize(
    ("word", "state", "stands"),
    [("sent", State.SENT, 1), ("retry", State.SENT, 2), ("gone", State.GONE, 1)],
)
def test_a_person_says_what_no_machine_can_know(world, word, state, stands):
    world.networks["blind"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    proof = Sent("blind-0", "https://blind.example/blind-0")
    verdict.resolve(world.store, ("un", "blind"), "blind", word, proof=proof, key="k", now=NOW)
    syndicate(world.trip())
    assert receipt_of(world, "blind").parts[0].state is state
    assert len(world.standing("blind")) == stands


@pytest.mark.parametrize("flag", ["edit", "delete"])
def test_what_a_person_said_without_an_address_is_left_to_a_person(world, flag):
    world.networks["blind"].trouble = ["drop-after-commit"]
    syndicate(world.trip())
    verdict.resolve(world.store, ("un", "blind"), "blind", "sent", key="k", now=NOW)
    if flag == "edit":
        world.texts, world.versions = {"un": "Corrigé"}, {"un": "1" * 16}
    else:
        world.posts = ()
    report = syndicate(world.trip(), **{flag: True})
    said = [one for one in report.outcomes if one.channel == "blind"]
    assert [one.result for one in said] == [Result.HELD]
    assert "by hand" in said[0].words.show()
    assert not [call for call in world.networks["blind"].calls if call[0] == flag]


def test_of_what_stands_nothing_is_unknown(world):
    syndicate(world.trip())
    with pytest.raises(CmflowError, match="unknown"):
        verdict.resolve(world.store, ("un", "blind"), "blind", "retry", key="k", now=NOW)


# Edits, deletions, the archive


def test_an_edit_is_carried_out_only_when_it_is_asked_for(world):
    syndicate(world.trip())
    world.texts, world.versions = {"un": "Corrigé"}, {"un": "1" * 16}
    assert syndicate(world.trip()).outcomes == ()
    assert {one.result for one in syndicate(world.trip(), edit=True).outcomes} == {Result.EDITED}
    assert world.networks["keyed"].standing()[0]["text"].startswith("Corrigé")
    assert {step.act for step in foresee(world.trip(), live=False)} == {Act.SKIP}


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1)])
def test_an_edit_makes_a_thread_longer_or_shorter(world, before, after):
    world.parts = {"un": before}
    syndicate(world.trip())
    world.parts, world.versions = {"un": after}, {"un": "1" * 16}
    syndicate(world.trip(), edit=True)
    syndicate(world.trip())
    assert world.standing("keyed") == [("un", at) for at in range(after)]


def test_a_withdrawn_post_is_taken_back_when_it_is_asked_for_and_never_sent_again(world):
    world.parts = {"un": 2}
    syndicate(world.trip())
    published = world.posts
    world.posts = (factory.post("un", draft=True),)
    assert syndicate(world.trip()).outcomes == ()
    assert {one.result for one in syndicate(world.trip(), delete=True).outcomes} == {Result.DELETED}
    assert world.standing("blind") == []
    world.posts = published
    assert syndicate(world.trip()).outcomes == ()


def test_a_note_that_a_person_deleted_on_the_network_is_not_sent_again(world):
    syndicate(world.trip())
    world.networks["keyed"].delete(None, type("S", (), {"id": "keyed-0"}))
    world.clock.forward(days=3)
    syndicate(world.trip())
    assert world.standing("keyed") == []


def test_a_seeded_archive_is_never_announced(tmp_path):
    posts = [factory.post(f"p{at}", day=f"2026-0{at}-01") for at in range(1, 9)]
    world = World(tmp_path, posts=posts)
    assert verdict.seed(world.store, posts, world.channels, NOW) == 24
    assert verdict.seed(world.store, posts, world.channels, NOW) == 0
    assert syndicate(world.trip()).outcomes == ()
    world.posts = (*posts, factory.post("neuf", day="2026-11-19"))
    assert len(syndicate(world.trip()).outcomes) == 3


# Files


def test_a_receipt_reads_as_it_was_written(world):
    world.networks["blind"].trouble = ["429"]
    syndicate(world.trip())
    path = folder(world) / "un" / "blind.yml"
    assert path.read_text() == (
        'network: "blind"\n'
        "total: 1\n"
        'version: "0000000000000000"\n'
        "parts:\n"
        "- state: failed\n"
        '  key: "3f6beb12306cf5cee1dadd135b4665a3"\n'
        "  reserved: 2026-11-20T09:00:00Z\n"
        f'  digest: "{digest(note_of(world.posts[0], "blind"), 0)}"\n'
        "  tries: 1\n"
        '  trouble: "rate"\n'
        '  error: "it said 429"\n'
        "  again: 2026-11-20T09:01:30Z\n"
    )
    kept = receipt_of(world, "blind")
    assert ledger_file.parse(ledger_file.text(kept).encode(), ("un", "blind"), "x") == kept


NONSENSE = {
    "empty": "",
    "words": "sent\n",
    "half": "network: m\nparts:\n- state: se",
    "unknown-state": "network: m\nparts:\n- state: send\n",
    "no-parts": "network: m\nparts: []\n",
    "unknown-key": "network: m\nparts:\n- state: sent\n  urll: x\n",
    "no-key": "network: m\nparts:\n- state: reserved\n",
    "naive": "network: m\nparts:\n- state: sent\n  created: 2026-11-20T09:00:00\n",
    "order": "network: m\ntotal: 2\nparts:\n- state: failed\n- state: sent\n",
    "conflict": "<<<<<<< HEAD\nnetwork: m\n=======\nnetwork: n\n>>>>>>> x\n",
    "latin": "network: \xe9\nparts:\n- state: sent\n",
    "tabs": "network: m\nparts:\n\t- state: sent\n",
    "deep": "[" * 5000,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_receipt_edited_into_nonsense_is_unknown_and_never_sent(world, name):
    path = folder(world) / "un" / "keyed.yml"
    path.parent.mkdir(parents=True)
    path.write_bytes(NONSENSE[name].encode("latin-1"))
    found = receipt_of(world, "keyed")
    assert isinstance(found, Finding)
    assert found.path == "content/community/receipts/un/keyed.yml"
    assert ("keyed", 0, Result.UNKNOWN) in results(syndicate(world.trip()))
    assert world.standing("keyed") == []
    assert path.read_bytes() == NONSENSE[name].encode("latin-1")
    verdict.resolve(world.store, ("un", "keyed"), "keyed", "retry", key="k" * 32, now=NOW)
    syndicate(world.trip())
    assert world.standing("keyed") == [("un", 0)]


def test_the_index_sees_every_change_and_may_be_lost(world):
    syndicate(world.trip())
    index = world.root / ".cmflow" / "receipts.index"
    first = world.store.load()
    path = folder(world) / "un" / "keyed.yml"
    path.write_text(path.read_text().replace("sent", "gone"))
    assert world.store.load().receipts["un", "keyed"].parts[0].state is State.GONE
    path.unlink()
    assert ("un", "keyed") not in world.store.load().receipts
    index.write_bytes(b"nonsense")
    assert set(world.store.load().receipts) == set(first.receipts) - {("un", "keyed")}


def test_a_word_of_a_network_cannot_break_its_file(world):
    words = 'a "b": [c]\n- d: \\ é \x00 \u2028 # e ' + "x" * 900
    part = PartReceipt(State.FAILED, key="k", error=words, trouble="content")
    ledger_file.write(folder(world), Receipt("un", "keyed", "keyed", (part,)))
    kept = receipt_of(world, "keyed")
    assert kept.parts[0].state is State.FAILED
    assert kept.parts[0].error.startswith('a "b": [c] - d: \\ é')


# Two at once


def test_two_runs_at_once_on_one_machine_are_one(world):
    with (
        locked(world.root / ".cmflow" / "syndicate.lock"),
        pytest.raises(CmflowError, match="Another run"),
    ):
        syndicate(world.trip())
    assert len(syndicate(world.trip()).outcomes) == 3


def test_a_receipt_that_another_run_wrote_meanwhile_is_respected(world):
    trip = world.trip()
    other = Receipt(
        "un", "blind", "blind", (PartReceipt(State.SENT, id="7", url="https://b.example/7"),)
    )
    world.networks["keyed"].event = lambda _name: ledger_file.write(folder(world), other)
    report = syndicate(trip)
    assert ("blind", 0, Result.HELD) in results(report)
    assert world.standing("blind") == []


def test_a_machine_that_slept_between_the_reservation_and_the_call_does_not_call(world):
    store = world.store
    save = store.save

    def slowly(*words):
        save(*words)
        world.clock.forward(hours=1)

    store.save = slowly
    report = syndicate(world.trip(store=store))
    assert {result for _, _, result in results(report)} == {Result.HELD}
    assert all(world.standing(kind) == [] for kind in world.networks)
    assert len(syndicate(world.trip()).outcomes) == 3


def test_without_a_place_for_receipts_nothing_is_sent(world):
    folder(world).parent.mkdir(parents=True)
    folder(world).write_text("a file where a folder should be")
    with pytest.raises(CmflowError, match="cannot be read"):
        syndicate(world.trip())
    assert all(world.standing(kind) == [] for kind in world.networks)


def test_a_disk_that_is_full_stops_everything_before_the_call(world, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger_file, "write", full)
    report = syndicate(world.trip())
    assert [result for _, _, result in results(report)] == [Result.FAILED, Result.HELD, Result.HELD]
    assert "No space left" in report.outcomes[0].words.show()
    assert all(world.standing(kind) == [] for kind in world.networks)


# No automated replies


def test_every_text_that_is_sent_is_what_the_voice_said_and_answers_only_ourselves(world):
    world.parts = {"un": 3}
    syndicate(world.trip())
    for kind, network in world.networks.items():
        standing = network.standing()
        said = [part.text for part in note_of(world.posts[0], kind, 3).parts]
        assert [one["text"] for one in standing] == said
        assert [one["under"] for one in standing] == ["", standing[0]["id"], standing[1]["id"]]


def test_a_silent_voice_sends_nothing(world):
    world.texts = {"un": Silence(Act.HOLD, say("It is too long."))}
    assert syndicate(world.trip()).outcomes == ()
    assert not folder(world).exists()


def test_settings_of_the_example_channels_can_be_written_as_documented():
    text = 'network: mastodon\nsince: 2026-11-21\nquiet: "21:00-08:00"\nceiling: 2\n'
    channel = Channel(**yaml.safe_load(text))
    assert channel.hours == (dt.time(21), dt.time(8))
