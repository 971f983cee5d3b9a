"""Receipts as files, `receipts/<slug>/<channel>.yml`: one that makes no sense is never absent."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from cmflow import canonical, frontmatter
from cmflow.decode import Problem, decode
from cmflow.errors import Finding, Message, failure, say
from cmflow.ledger import Ledger, Pair, PartReceipt, Receipt, State
from cmflow.scalars import quoted

RULE = "receipt"
"""The rule of every finding about a receipt."""

_REMEDY = say("Put the file back as it was, or say what is true: cmflow syndicate --resolve.")
_LONGEST = 500
_DONE = (State.SENT, State.SEEDED, State.GONE)


def path_of(slug: str, channel: str) -> str:
    """Return the path of a receipt below the folder of the receipts, with slashes."""
    return f"{slug}/{channel}.yml"


# Writing


def text(receipt: Receipt) -> str:
    """Write a receipt as its file: keys in declared order, times in UTC with `Z`."""
    lines = [f"network: {quoted(receipt.network)}", f"total: {receipt.total}"]
    if receipt.version:
        lines.append(f"version: {quoted(receipt.version)}")
    lines.append("parts:")
    for part in receipt.parts:
        fields = list(_fields(part))
        lines += [f"{'  ' if at else '- '}{field}" for at, field in enumerate(fields)]
    return "\n".join(lines) + "\n"


def _fields(part: PartReceipt) -> Iterator[str]:
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, State):
            yield f"{name}: {value.value}"
        elif isinstance(value, dt.datetime):
            yield f"{name}: {value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
        elif isinstance(value, int) and value:
            yield f"{name}: {value}"
        elif isinstance(value, str) and value:
            yield f"{name}: {quoted(value[:_LONGEST])}"


def write(folder: Path, receipt: Receipt) -> None:
    """Write a receipt so that it outlives a power cut: to the disk first, then under its name."""
    path = folder / path_of(receipt.slug, receipt.channel)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    draft = path.parent / f".{path.name}.new"
    with draft.open("wb") as file:
        file.write(text(receipt).encode())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _settle(path.parent)


def _sweep(path: Path) -> None:
    """Remove what a run that was cut off left behind; only one run writes at a time."""
    (path.parent / f".{path.name}.new").unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    # A folder can be opened, and its entries made durable, everywhere but on Windows.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# Reading


def read(folder: Path, pair: Pair, name: str = "receipts") -> Receipt | Finding | None:
    """Read one receipt; nothing where there is none, a finding where it makes no sense.

    `name` is how findings call the folder.
    """
    place = path_of(*pair)
    try:
        data = (folder / place).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        words = say("The receipt cannot be read: {words}.", words=error.strerror or str(error))
        return Finding(RULE, f"{name}/{place}", 0, words, say("Look at its permissions."))
    return parse(data, pair, f"{name}/{place}")


def parse(data: bytes, pair: Pair, name: str) -> Receipt | Finding:
    """Make a receipt of the bytes of its file; a finding where they make no sense."""
    receipt = canonical.read(data, pair) if len(data) < frontmatter.LARGEST else None
    found = receipt or _parsed(data, pair, name)
    nonsense = _nonsense(found) if isinstance(found, Receipt) else None
    return Finding(RULE, name, 0, nonsense, _REMEDY) if nonsense else found


def _parsed(data: bytes, pair: Pair, name: str) -> Receipt | Finding:
    """Read YAML as people write it."""
    try:
        content = frontmatter.load_yaml(data) if len(data) < frontmatter.LARGEST else None
    except frontmatter.UNREADABLE as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        words = error.problem if isinstance(error, yaml.MarkedYAMLError) else str(error)
        message = say("The receipt is not valid YAML: {words}.", words=words)
        return Finding(RULE, name, mark.line + 1 if mark else 0, message, _REMEDY)
    if not isinstance(content, dict):
        return Finding(RULE, name, 0, say("The receipt is no list of keys."), _REMEDY)
    found, problems = decode(content, _File)
    problems = [*problems, *_strange(content)]
    if found is None or problems:
        line = frontmatter.line_in(data.decode("utf-8-sig"), *problems[0].path)
        return Finding(RULE, name, line, problems[0].message, _REMEDY)
    return Receipt(*pair, found.network, found.parts, found.total, found.version)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    network: str
    parts: tuple[PartReceipt, ...]
    total: int = 1
    version: str = ""


def _strange(content: dict[str, Any]) -> Iterator[Problem]:
    """Yield the keys of parts that are none of ours."""
    parts = content.get("parts")
    for at, part in enumerate(parts if isinstance(parts, list) else ()):
        for key in part if isinstance(part, dict) else ():
            if key not in PartReceipt.__struct_fields__:
                message = say("The key “{key}” is unknown.", key=key)
                yield Problem("unknown-key", ("parts", at, str(key)), message, _REMEDY)


def _nonsense(receipt: Receipt) -> Message | None:
    parts = receipt.parts
    if not parts or receipt.total < len(parts):
        return say("The number of parts does not fit.")
    if any(part.state not in _DONE for part in parts[:-1]):
        return say("A part stands after one that does not.")
    if any(part.state in (State.RESERVED, State.UNKNOWN) and not part.key for part in parts):
        return say("The key that was reserved is missing.")
    times = (time for part in parts for time in (part.created, part.reserved, part.again))
    if any(time is not None and time.tzinfo is None for time in times):
        return say("A time has no offset.")
    return None


# All of them, fast


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    stamp: tuple[int, int, int]
    receipt: Receipt


class _Index(msgspec.Struct, frozen=True, array_like=True):
    form: int
    kept: dict[str, dict[str, _Kept]]


_FORM = 1


def load(folder: Path, index: Path | None = None, name: str = "receipts") -> Ledger:
    """Read every receipt below a folder.

    `index` is a file in which what was read is kept, so that only changed files are read again:
    those whose times or size are others. It may be deleted at any time. Raises `CmflowError` where
    a folder cannot be read: nobody knows what is in it.
    """
    try:
        return _load(folder, index, name)
    except OSError as error:
        raise failure(
            name,
            say("The receipts cannot be read: {words}.", words=error.strerror or str(error)),
            say("Look at the permissions. Nothing is sent without knowing what stands."),
        ) from error


def _load(folder: Path, index: Path | None, name: str) -> Ledger:
    known = _remembered(index)
    receipts: dict[Pair, Receipt] = {}
    broken: dict[Pair, Finding] = {}
    kept: dict[str, dict[str, _Kept]] = {}
    changed = False
    for slug, entries in _folders(folder):
        before = known.get(slug, {})
        now = kept[slug] = {}
        for channel, stamp in entries:
            one = before.get(channel)
            if one is None or one.stamp != stamp:
                changed = True
                found = read(folder, (slug, channel), name)
                if not isinstance(found, Receipt):
                    broken |= {(slug, channel): found} if found else {}
                    continue
                one = _Kept(stamp, found)
            now[channel] = one
            receipts[slug, channel] = one.receipt
        changed = changed or len(now) != len(before)
    if index is not None and (changed or len(kept) != len(known)):
        _remember(index, kept)
    return Ledger(receipts, broken)


def _folders(folder: Path) -> Iterator[tuple[str, list[tuple[str, tuple[int, int, int]]]]]:
    """Yield each slug with its channels and the stamps of their files."""
    if not folder.exists():
        return
    with os.scandir(folder) as slugs:
        for slug in slugs:
            if slug.name.startswith(".") or not slug.is_dir():
                continue
            with os.scandir(slug) as files:
                found = [
                    (file.name[:-4], _stamp(file.stat()))
                    for file in files
                    if file.name.endswith(".yml") and not file.name.startswith(".")
                ]
            yield slug.name, found


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    # The time of change tells of an edit that kept length and time of modification.
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _remembered(index: Path | None) -> dict[str, dict[str, _Kept]]:
    try:
        data = index.read_bytes() if index else b""
        found = msgspec.msgpack.decode(data, type=_Index) if data else _Index(_FORM, {})
    except (OSError, msgspec.DecodeError):
        return {}
    return found.kept if found.form == _FORM else {}


def _remember(index: Path, kept: dict[str, dict[str, _Kept]]) -> None:
    # A machine whose folder cannot be written reads every file again; it is no reason to stop.
    with contextlib.suppress(OSError):
        frontmatter.write(index, msgspec.msgpack.encode(_Index(_FORM, kept)))
