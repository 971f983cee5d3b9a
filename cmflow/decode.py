"""Turn plain data into frozen nouns, collecting every error with its path instead of the first.

`msgspec` decodes each value; this room walks structures, so that one wrong key hides no other.
"""

from __future__ import annotations

import datetime as dt
import difflib
import enum
import functools
import operator
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Union

import msgspec
from msgspec.structs import FieldInfo

from cmflow.errors import Message, say

T = TypeVar("T", bound=msgspec.Struct)

KeyPath = tuple[str | int, ...]


class Problem(msgspec.Struct, frozen=True):
    """One value that does not fit: the path to it, the rule, and the words for it."""

    rule: str
    path: KeyPath
    message: Message
    remedy: Message


def decode(data: Mapping[str, Any], kind: type[T]) -> tuple[T | None, list[Problem]]:
    """Decode a mapping into a struct; returns nothing, and every problem, where it does not fit.

    A problem with one optional key leaves that key at its default, so the rest is still usable;
    only a required key that is absent or wrong makes the whole unusable.
    """
    return _struct(data, kind, ())


def _struct(data: Any, kind: type[T], path: KeyPath) -> tuple[T | None, list[Problem]]:
    if not isinstance(data, Mapping):
        return None, [_wrong(data, kind, path)]
    hints, fields = _shape(kind)
    problems: list[Problem] = []
    if kind.__struct_config__.forbid_unknown_fields:
        problems += [_unknown(str(key), list(fields), path) for key in data if key not in fields]
    values: dict[str, Any] = {}
    usable = True
    for name, field in fields.items():
        if name in data and data[name] is not None:
            value, found = _value(data[name], hints[field.name], (*path, name))
            problems += found
            if not found or value is not None:
                values[field.name] = value
            usable = usable and not (found and value is None and field.required)
        elif field.required:
            usable = False
            problems.append(
                Problem(
                    "missing-key",
                    path,
                    say("The key “{key}” is missing.", key=name),
                    say("Add a line “{key}: …”.", key=name),
                )
            )
    return (kind(**values) if usable else None), problems


@functools.cache
def _shape(kind: type[msgspec.Struct]) -> tuple[dict[str, Any], dict[str, FieldInfo]]:
    """Return the types and the fields of a struct by name; working them out is slow."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    return typing.get_type_hints(kind), fields


# Of these a value is what it has to be, or it is not; most values are texts.
_PLAIN = frozenset({str, bool, int})


def _value(data: Any, hint: Any, path: KeyPath) -> tuple[Any, list[Problem]]:
    if type(data) is hint and hint in _PLAIN:
        return data, []
    kind = _inner(hint)
    if data is False and Literal[False] in typing.get_args(kind):
        return False, []
    kind = _inner(kind, Literal[False])
    origin = typing.get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(data, kind, path)
    if origin is tuple:
        return _list(data, typing.get_args(kind)[0], path)
    if origin is dict:
        return _mapping(data, typing.get_args(kind)[1], path)
    if kind in (object, Any):
        return data, []
    if kind in _TIMES:
        return (data, []) if _TIMES[kind](data) else (None, [_wrong(data, kind, path)])
    try:
        return msgspec.convert(data, kind), []
    except msgspec.ValidationError:
        return None, [_wrong(data, kind, path)]


def _list(data: Any, hint: Any, path: KeyPath) -> tuple[Any, list[Problem]]:
    if not isinstance(data, list | tuple):
        problem = _wrong(data, list, path)
        if isinstance(data, str):
            remedy = say("Write it as a list: [{value}]", value=data)
            problem = msgspec.structs.replace(problem, remedy=remedy)
        return None, [problem]
    pairs = [_value(item, hint, (*path, at)) for at, item in enumerate(data)]
    return (
        tuple(value for value, found in pairs if value is not None or not found),
        [problem for _, found in pairs for problem in found],
    )


def _mapping(data: Any, hint: Any, path: KeyPath) -> tuple[Any, list[Problem]]:
    if not isinstance(data, Mapping):
        return None, [_wrong(data, dict, path)]
    pairs = {str(key): _value(item, hint, (*path, key)) for key, item in data.items()}
    return (
        {key: value for key, (value, found) in pairs.items() if value is not None or not found},
        [problem for _, found in pairs.values() for problem in found],
    )


@functools.cache
def _inner(hint: Any, without: Any = types.NoneType) -> Any:
    """Strip `None`, or another word for nothing, from an optional type."""
    if typing.get_origin(hint) in (Union, types.UnionType):
        members = [member for member in typing.get_args(hint) if member != without]
        return functools.reduce(operator.or_, members)
    return hint


def _unknown(key: str, known: list[str], path: KeyPath) -> Problem:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    remedy = (
        say("Did you mean “{near}”?", near=near[0])
        if near
        else say("Remove it, or use one of: {known}.", known=", ".join(sorted(known)))
    )
    return Problem("unknown-key", (*path, key), say("The key “{key}” is unknown.", key=key), remedy)


When = dt.datetime | dt.date

# YAML itself makes the times: a quoted one is a text for the engine too, and so it is for us.
_TIMES: dict[Any, Callable[[Any], bool]] = {
    dt.datetime: lambda data: isinstance(data, dt.datetime),
    dt.date: lambda data: isinstance(data, dt.date) and not isinstance(data, dt.datetime),
    When: lambda data: isinstance(data, dt.date),
}

_WORDS: dict[Any, Message] = {
    When: say("a day, or a time with its offset, like 2026-10-06T09:00:00+02:00"),
    str: say("a text"),
    bool: say("true or false"),
    bool | Literal["closed"]: say("true, false or closed"),
    int: say("a whole number"),
    float: say("a number"),
    dt.date: say("a day, like 2026-10-06"),
    dt.datetime: say("a time with its offset, like 2026-10-06T09:00:00+02:00"),
    list: say("a list"),
    dict: say("keys with values"),
}


# Python refuses to write a larger number in decimal digits.
_LONGEST = 4_000


def _wrong(data: Any, kind: Any, path: KeyPath) -> Problem:
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        known = [str(member.value) for member in kind]
        typed = data if isinstance(data, str) else ""
        near = difflib.get_close_matches(typed, known, n=1, cutoff=0.6)
        expected = say("one of {known}", known=", ".join(known))
        if near:
            return _problem(path, expected, data, say("Did you mean “{near}”?", near=near[0]))
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        expected = _WORDS[dict]
    else:
        expected = _WORDS[kind]
    if kind is str and isinstance(data, bool | int | float | dt.date):
        return Problem(
            "yaml-surprise", path,
            say("YAML reads the value of “{key}” as {value}, not as a text.",
                key=name(path), value=_read(data)),
            say("Put the value in quotes."),
        )  # fmt: skip
    return _problem(path, expected, data, say("Correct the value."))


def _problem(path: KeyPath, expected: Message, data: Any, remedy: Message) -> Problem:
    if not path:
        message = say(
            "It must be {expected}; it is {value}.", expected=expected, value=_shown(data)
        )
        return Problem("wrong-type", path, message, remedy)
    return Problem(
        "wrong-type", path,
        say("“{key}” must be {expected}; it is {value}.",
            key=name(path), expected=expected, value=_shown(data)),
        remedy,
    )  # fmt: skip


def name(path: KeyPath) -> str:
    """Write a path as a person would: `guests[0].portrait.alt`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def _read(data: Any) -> str | Message:
    """Say as what YAML read a value."""
    if isinstance(data, dt.date):
        return say("the day {value}", value=_shown(data))
    return _shown(data) if isinstance(data, bool) else say("the number {value}", value=_shown(data))


def _shown(data: Any) -> str | Message:
    if isinstance(data, bool):
        return str(data).lower()
    if data is None:
        return say("nothing")
    if isinstance(data, Mapping | set):
        return _WORDS[dict]
    if isinstance(data, list):
        return _WORDS[list]
    if isinstance(data, int) and data.bit_length() > _LONGEST:
        return say("a very large number")
    text = str(data)
    return text if len(text) <= 40 else f"{text[:39]}…"
