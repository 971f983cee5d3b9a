"""Read a receipt that is written exactly as `ledger_file.text` writes it, and nothing else.

A loader of YAML needs more than ten times as long. What differs by a character is left to it.
"""

from __future__ import annotations

import datetime as dt
import functools
import re

from cmflow.ledger import Pair, PartReceipt, Receipt, State

# What `scalars.quoted` lets through: what YAML prints, without breaks and the byte order mark.
_LETTER = "[ !#-\\[\\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_TEXT = rf'"((?:{_LETTER}|\\["\\])*)"'
_NUMBER = r"([1-9][0-9]{0,8})"
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)"
_STATE = f"({'|'.join(state.value for state in State)})"
_KINDS = {
    "state": _STATE,
    "created": _TIME,
    "reserved": _TIME,
    "again": _TIME,
    "tries": _NUMBER,
}


# Compiling them takes longer than reading some receipts.
@functools.cache
def _head() -> re.Pattern[str]:
    return re.compile(rf"network: {_TEXT}\ntotal: {_NUMBER}\n(?:version: {_TEXT}\n)?parts:\n")


@functools.cache
def _line() -> re.Pattern[str]:
    return re.compile(
        rf"- state: {_STATE}\n"
        + "".join(
            rf"(?:  {name}: {_KINDS.get(name, _TEXT)}\n)?"
            for name in PartReceipt.__struct_fields__[1:]
        )
    )


_STATES = {state.value: state for state in State}


def read(data: bytes, pair: Pair) -> Receipt | None:
    """Return the receipt, or nothing where its file is written in any other way."""
    try:
        text = data.decode()
        head = _head().match(text)
        return _whole(text, pair, head) if head else None
    except ValueError:  # no UTF-8, or no such day
        return None


def _whole(text: str, pair: Pair, head: re.Match[str]) -> Receipt | None:
    at, parts = head.end(), []
    while at < len(text):
        found = _line().match(text, at)
        if found is None:
            return None
        parts.append(_part(*found.groups()))
        at = found.end()
    network, total, version = head.groups()
    return Receipt(*pair, _plain(network), tuple(parts), int(total), _plain(version))


def _part(
    state: str,
    key: str | None,
    created: str | None,
    reserved: str | None,
    digest: str | None,
    id_: str | None,
    url: str | None,
    tries: str | None,
    trouble: str | None,
    error: str | None,
    again: str | None,
) -> PartReceipt:
    return PartReceipt(
        _STATES[state],
        _plain(key),
        _moment(created),
        _moment(reserved),
        _plain(digest),
        _plain(id_),
        _plain(url),
        int(tries or 0),
        _plain(trouble),
        _plain(error),
        _moment(again),
    )


def _plain(written: str | None) -> str:
    if not written:
        return ""
    return re.sub(r"\\(.)", r"\1", written) if "\\" in written else written


def _moment(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written else None
