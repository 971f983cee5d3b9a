"""What earlier builds made: kept, found again, thrown away when nobody asks, never in the way."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow.larder import Larder, digest, digest_of, pack

KEY = digest("one")


def keep(path, *things, prune=True, asks=()):
    larder = Larder(path)
    for key in asks:
        larder.get("page", key)
    for key, data in things:
        larder.put("page", key, data)
    larder.close(prune=prune)


def test_what_was_put_is_found_by_another_process_later(tmp_path):
    keep(tmp_path / "larder.db", (KEY, b"<p>Bonjour</p>"))
    larder = Larder(tmp_path / "larder.db")
    assert larder.get("page", KEY) == b"<p>Bonjour</p>"
    assert larder.get("rendered", KEY) is None
    assert larder.get("page", digest("two")) is None


def test_what_is_packed_already_is_not_packed_again(tmp_path):
    larder = Larder(tmp_path / "larder.db")
    larder.put("page", KEY, pack(b"text"), packed=True)
    assert larder.get("page", KEY) == b"text"
    larder.close(prune=True)
    assert Larder(tmp_path / "larder.db").get("page", KEY) == b"text"


@pytest.mark.parametrize(("size", "stays"), [(3_000, False), (1_000, True)])
def test_what_three_builds_did_not_ask_for_goes_if_it_is_more_than_what_they_ask_for(
    tmp_path, size, stays
):
    path = tmp_path / "larder.db"
    keep(path, (KEY, os.urandom(2_000)), (digest("two"), os.urandom(size)))
    for _ in range(3):
        assert Larder(path).has("page", digest("two"))
        keep(path, asks=[KEY])
    assert Larder(path).has("page", KEY)
    assert Larder(path).has("page", digest("two")) == stays


def test_a_build_that_looked_at_little_throws_nothing_away(tmp_path):
    path = tmp_path / "larder.db"
    keep(path, (KEY, b"1"))
    for number in range(5):
        keep(path, (digest(str(number)), b"x"), prune=False)
    keep(path)
    assert Larder(path).has("page", KEY)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100, None])
def test_a_damaged_larder_is_begun_anew(tmp_path, damage):
    path = tmp_path / "larder.db"
    keep(path, *((digest(str(at)), os.urandom(2_000)) for at in range(50)))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] if damage is None else damage)
    larder = Larder(path)
    for at in range(50):
        larder.get("page", digest(str(at)))
    larder.put("page", KEY, b"new")
    larder.close(prune=True)
    keep(path, (KEY, b"new"))
    assert Larder(path).get("page", KEY) == b"new"


@pytest.mark.parametrize("there", ["a file in the way", "no database can be here"])
def test_where_nothing_can_be_kept_a_build_does_without(tmp_path, there):
    if there == "a file in the way":
        (tmp_path / "cache").write_text("mine")
    else:
        (tmp_path / "cache" / "larder.db").mkdir(parents=True)
    larder = Larder(tmp_path / "cache" / "larder.db")
    assert not larder.has("page", KEY)
    larder.put("page", KEY, b"1")
    assert larder.get("page", KEY) == b"1"
    larder.close(prune=True)
    assert Larder(tmp_path / "cache" / "larder.db").get("page", KEY) is None


def test_flipped_bytes_are_noticed_and_put_right(tmp_path):
    path = tmp_path / "larder.db"
    text = bytes(range(256)) * 40
    keep(path, (KEY, text))
    data = bytearray(path.read_bytes())
    at = data.index(pack(text)[10:40])
    data[at + 5] ^= 0xFF
    path.write_bytes(data)
    larder = Larder(path)
    assert larder.get("page", KEY) is None
    larder.put("page", KEY, text)
    larder.close(prune=True)
    assert Larder(path).get("page", KEY) == text


def test_two_builds_at_once_lose_nothing(tmp_path):
    path = tmp_path / "larder.db"
    one, other = Larder(path), Larder(path)
    one.put("page", KEY, b"1")
    other.put("page", KEY, b"1")
    other.put("page", digest("two"), b"2")
    one.close(prune=True)
    other.close(prune=True)
    last = Larder(path)
    assert (last.get("page", KEY), last.get("page", digest("two"))) == (b"1", b"2")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_worker_reads_by_a_connection_of_its_own(tmp_path):
    keep(tmp_path / "larder.db", (KEY, b"1"))
    larder = Larder(tmp_path / "larder.db")
    assert larder.get("page", KEY) == b"1"
    child = os.fork()
    if child == 0:
        os._exit(0 if larder.get("page", KEY) == b"1" else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert larder.get("page", KEY) == b"1"


@given(st.lists(st.text()), st.lists(st.text()))
def test_parts_are_told_from_each_other(one, other):
    assert (digest(*one) == digest(*other)) == (one == other)


def test_the_order_of_keys_makes_no_other_digest():
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
