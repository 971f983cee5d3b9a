"""Two readers of receipts, one of them fast: they never say different things."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmflow import canonical, ledger_file
from cmflow.errors import Finding
from cmflow.ledger import PartReceipt, Receipt, State

PAIR = ("un", "masto")
TIMES = st.integers(0, 6_000_000_000).map(lambda at: dt.datetime.fromtimestamp(at, dt.UTC))
# Texts that break careless readers of YAML are more likely than chance makes them.
TEXTS = st.text(max_size=40) | st.sampled_from(
    ['a "b"', "\\", "\\n", "# no", "a: b", "é\u2028ü", " x ", "\ufeff", "\x85", "🎉", "\xa0", "yes"]
)
PARTS = st.builds(
    PartReceipt,
    state=st.sampled_from(State),
    key=TEXTS,
    created=st.none() | TIMES,
    reserved=st.none() | TIMES,
    digest=TEXTS,
    id=TEXTS,
    url=TEXTS,
    tries=st.integers(0, 10_000),
    trouble=TEXTS,
    error=TEXTS,
    again=st.none() | TIMES,
)
RECEIPTS = st.builds(
    Receipt,
    slug=st.just(PAIR[0]),
    channel=st.just(PAIR[1]),
    network=TEXTS,
    parts=st.lists(PARTS, min_size=1, max_size=3).map(tuple),
    total=st.integers(1, 999),
    version=TEXTS,
)


def full(data):
    return ledger_file._parsed(data, PAIR, "receipts")


@given(RECEIPTS)
def test_what_we_write_is_read_fast_and_as_the_full_reader_reads_it(receipt):
    data = ledger_file.text(receipt).encode()
    fast = canonical.read(data, PAIR)
    assert fast is not None
    assert fast == full(data)


@st.composite
def mutated(draw):
    """A file of ours in which somebody, or a disk, changed a few characters."""
    text = ledger_file.text(draw(RECEIPTS))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        upto = min(len(text), at + draw(st.integers(0, 12)))
        text = text[:at] + draw(st.sampled_from(INSERTS) | st.text(max_size=3)) + text[upto:]
    return text.encode("utf-8", "surrogatepass")


INSERTS = [
    "", '"', "\\", "\n", "\n\n", " ", "\t", "\r", "#", ": ", "- ", "&a ", "*a", "!!str ", "0", "-1",
    "1e3", "0x1", "  key: \"k\"\n", "- state: sent\n", "version: 1\n", "'x'", "|\n", "\\x41", "---\n",
]  # fmt: skip


@given(mutated())
def test_of_a_changed_file_the_fast_reader_says_the_same_or_nothing(data):
    fast = canonical.read(data, PAIR)
    assert fast is None or fast == full(data)


@given(st.binary(max_size=200))
def test_of_any_bytes_the_fast_reader_makes_no_receipt_that_is_none(data):
    fast = canonical.read(data, PAIR)
    assert fast is None or fast == full(data)


GOOD = (
    'network: "m"\ntotal: 1\nparts:\n- state: sent\n  key: "k"\n  created: 2026-11-20T09:41:07Z\n'
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ('"m"', "m"),
        ("total: 1", "total: 01"),
        ("total: 1", "total: 0"),
        ("2026-11-20", "2026-02-30"),
        ("Z", "+01:00"),
        ("state: sent", "state: lost"),
        ('"k"', r'"\x6b"'),
        ('  key: "k"\n', '  key: "k"\n  key: "l"\n'),
        ("parts:", "parts: # ours"),
        ("- state", "-  state"),
        ('"m"', '"\ufeffm"'),
    ],
)
def test_what_is_written_otherwise_is_left_to_the_full_reader(old, new):
    assert canonical.read(GOOD.encode(), PAIR) is not None
    assert canonical.read(GOOD.replace(old, new).encode(), PAIR) is None


def test_nonsense_in_our_own_form_is_a_finding_all_the_same():
    found = ledger_file.parse(
        GOOD.replace("sent", "reserved").replace('  key: "k"\n', "").encode(), PAIR, "r"
    )
    assert isinstance(found, Finding)
    assert "key that was reserved is missing" in found.message.show()
